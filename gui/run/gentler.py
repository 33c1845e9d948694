"""A run that has diverged: it may go on from its last good step, with smaller ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject

from engine.errors import EngineError
from engine.runs import names
from engine.runs.destination import Destination
from engine.runs.hold import Hold
from engine.session.messages import State
from engine.task import Task
from gui.run.runner import Runner
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices

if TYPE_CHECKING:
    from engine.runs.library import Library
    from engine.training.checkpoint import Checkpoint

TENTH = 10
"""What the learning rate is divided by."""
_LABEL = "Go on with a tenth of the learning rate"


class Gentler(QObject):
    """Offers to go on with a run that has diverged; the steps that failed are not part of it any more.

    It goes on as one that is resumed: from the complete state in its folder. Until it does, it is kept.
    """

    def __init__(
        self, bridge: SessionBridge, library: Library, notices: Notices, parent: QObject | None = None
    ) -> None:
        """Watch the run of ``bridge``."""
        super().__init__(parent)
        self._bridge = bridge
        self._library = library
        self._notices = notices
        self._runner = Runner(self)
        self._then: Callable[[], object] | None = None
        bridge.state_changed.connect(self._on_state)
        bridge.kept.connect(self._on_kept)
        bridge.ended.connect(self._on_ended)

    def _on_state(self, state: State, message: str) -> None:
        alone = self._bridge.race is None  # who diverges in a race is out of it
        if (
            state is State.FAILED
            and alone
            and self._bridge.run.diverged
            and self._bridge.run.folder is not None
        ):
            self._notices.offer(message, _LABEL, self._begin)

    def _begin(self) -> None:
        """Have all of the run written, end its session, and read it back."""
        if self._bridge.run.diverged:
            self._then = self._read
            self._bridge.keep()

    def _on_kept(self, problem: str) -> None:
        if self._then is None:
            return
        if problem:
            self._then = None
            self._notices.problem(f"The run cannot go on. {problem}")
        else:
            self._bridge.end(kept=True)

    def _on_ended(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            then()

    def _read(self) -> None:
        folder, live = self._bridge.run.folder, self._bridge.live
        assert folder is not None and live is not None  # noqa: S101 - for the type checker
        rate = live.learning_rate / TENTH

        def read(_task: Task) -> Checkpoint:
            from engine.training.checkpoint import load_checkpoint

            kept = load_checkpoint(folder / names.STATE)
            return kept.changed(kept.config.changed(dataclasses.replace(kept.live, learning_rate=rate)))

        self._runner.ask(read, lambda resume: self._go_on(folder, resume), self._notices.problem)

    def _go_on(self, folder: Path, resume: Checkpoint) -> None:
        try:
            hold = Hold(folder)
        except (EngineError, OSError) as error:
            self._notices.problem(f"The run cannot go on: {error}")
            return
        record = Destination(folder, hold, budget=self._library.budget().run_bytes)
        self._bridge.start(resume.config, resume, record)
        self._bridge.play()
        self._notices.tell(f"It goes on with the learning rate {resume.live.learning_rate:g}.")
