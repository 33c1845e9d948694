"""Start, pause, step, epoch, finish, restart: what the buttons of a run do, and when they may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject, pyqtSignal

from engine.data.catalogue import entries, entry, is_present
from engine.errors import EngineError
from engine.formatting import counted
from engine.session.messages import State
from gui.run.in_order import InOrder
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices

if TYPE_CHECKING:
    from engine.runs.destination import Destination
    from engine.runs.moments import RecordedMoment
    from engine.training.checkpoint import Checkpoint
    from engine.training.config import RunConfig

Confirm = Callable[[str, str], bool]
"""Asks the user a question with the given text and name of the button that does it."""


def missing_data(checkpoint: Checkpoint) -> str:
    """Return a sentence if the data set of a run is not on this computer, so that it cannot go on."""
    name = checkpoint.config.data
    if name in entries() and is_present(name):
        return ""
    title = entry(name).title if name in entries() else repr(name)
    return f"This run learns from {title}, which is not on this computer; add the data set first."


def read_checkpoint(path: Path) -> Checkpoint:
    """Return the state of a run in the file ``path``; raises ModelFileError."""
    from engine.training.checkpoint import load_checkpoint  # most starts do without

    return load_checkpoint(path)


class RunControl(QObject):
    """Turns the user's wishes into commands of the session.

    Attributes:
        unsaved: whether the present run has learnt something that is in no file yet.
        practice: whether it is one that a lesson begins anew each time, so that nobody need save it.
    """

    changed = pyqtSignal()
    """What is possible may have changed."""

    def __init__(
        self, bridge: SessionBridge, notices: Notices, confirm: Confirm, parent: QObject | None = None
    ) -> None:
        """Control the run of ``bridge``."""
        super().__init__(parent)
        self._bridge = bridge
        self._notices = notices
        self._confirm = confirm
        self._reading = InOrder(self)
        self._saved_steps = 0
        self.practice = False
        bridge.state_changed.connect(self._on_state)
        bridge.saved.connect(self._on_saved)
        bridge.noticed.connect(notices.problem)
        bridge.run_started.connect(lambda _: self._forget())

    @property
    def unsaved(self) -> bool:
        """Whether the present run has learnt something that is in no file yet."""
        return self._bridge.steps > self._saved_steps and not self.practice

    @property
    def running(self) -> bool:
        """Whether the network is being trained now."""
        return self._bridge.state is State.RUNNING

    @property
    def can_train(self) -> bool:
        """Whether training can begin or go on."""
        return self._bridge.state in (State.PAUSED, State.RUNNING)

    def toggle(self) -> None:
        """Start or pause."""
        if self.running:
            self._bridge.pause()
        elif self.can_train:
            self._bridge.play()
        elif self._bridge.state is State.FINISHED and self._ended_early:
            self._bridge.play()  # or the session says why not
        elif self._bridge.state is State.FINISHED:
            self._notices.tell("All epochs are done. Raise the number of epochs to resume, or restart.")

    @property
    def _ended_early(self) -> bool:
        """Whether the run ended before all its epochs were done."""
        live = self._bridge.live
        return live is not None and self._bridge.history.steps.last("epoch") < live.epochs

    def step(self) -> None:
        """Train one step."""
        if self.can_train:
            self._bridge.advance(1)

    def epoch(self) -> None:
        """Train to the end of the epoch."""
        if self.can_train:
            self._bridge.advance(0)

    def finish(self) -> None:
        """End the run early."""
        if self._bridge.steps:
            self._bridge.finish()

    def start_over(self, config: RunConfig) -> bool:
        """Begin a new run with ``config``, after asking if something would be lost."""
        return self._begin(config, None, "Restart from random weights?", "Restart")

    def restore(self, path: Path) -> None:
        """Go on with the run in the checkpoint ``path``, after asking if something would be lost.

        It is read beside the window; what is wrong with it is told as a notice.
        """

        def go_on(checkpoint: Checkpoint) -> None:
            if told := missing_data(checkpoint):
                self._notices.problem(told)
            elif self.begin_from(checkpoint):
                self._saved_steps = int(checkpoint.history.steps.length)  # they are in that file

        self._reading.do(partial(read_checkpoint, path), go_on, self._notices.problem)

    @property
    def reading(self) -> bool:
        """Whether a checkpoint is being read."""
        return self._reading.busy

    def begin_from(self, checkpoint: Checkpoint, record: Destination | None = None) -> bool:
        """Go on from ``checkpoint``, recorded in ``record``, after asking if something would be lost."""
        question = "Resume the other run and lose this one?"
        return self._begin(checkpoint.config, checkpoint, question, "Resume the other run", record)

    def branch(self, moment: RecordedMoment, config: RunConfig) -> bool:
        """Begin a new run from a recorded moment, after asking if something would be lost."""
        from engine.training.checkpoint import branched

        try:
            start = branched(config, moment.network_for(config))
        except EngineError as error:
            self._notices.problem(str(error))
            return False
        if told := missing_data(start):
            self._notices.problem(told)
            return False
        library, record = self._bridge.library, None
        if library is not None:
            record = replace(library.destination(config.network.name), parent=moment.parent)
        question = "It stays recorded. Begin the new run?"
        return self._begin(config, start, question, "Begin the new run", record)

    def _begin(
        self,
        config: RunConfig,
        resume: Checkpoint | None,
        question: str,
        answer: str,
        record: Destination | None = None,
    ) -> bool:
        """End the present run and begin another: the one way for all that do so."""
        if not self.may_end(question, answer):
            return False
        self._bridge.start(config, resume, record)
        return True

    def may_end(self, question: str, answer: str) -> bool:
        """Return whether the present run may end for another one; asks if something would be lost."""
        if not self.unsaved:
            return True
        learnt = f"The network has learnt for {counted(self._bridge.steps, 'step')} and is not saved. "
        return self._confirm(learnt + question, answer)

    def save(self, path: Path, *, checkpoint: bool = False) -> None:
        """Write the network to ``path``; the outcome is reported as a notice."""
        self._bridge.save(path, checkpoint=checkpoint)

    def _on_saved(self, path: Path, problem: str) -> None:
        if problem:
            self._notices.problem(problem)
            return
        self._saved_steps = self._bridge.steps
        self._notices.tell(f"Saved {path.name} in {path.parent}.")
        self.changed.emit()

    def _on_state(self, state: State, message: str) -> None:
        if message:
            (self._notices.problem if state is State.FAILED else self._notices.tell)(message)
        self.changed.emit()

    def _forget(self) -> None:
        self._saved_steps = 0
        self.changed.emit()
