"""The window without a display and without a user: for pictures and films of it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from engine import signals
from engine.error_log import of_process
from engine.errors import EngineError
from engine.session.messages import EvaluationDone, State
from engine.training.checkpoint import Checkpoint
from engine.training.config import RunConfig
from gui.app import preflight

if TYPE_CHECKING:
    from gui.app.build import Kernelscope

_CALM_SECONDS = 0.5
_PATIENCE_SECONDS = 3600


def offscreen(scale: float = 1.0) -> None:
    """Choose the platform without a display, before Qt is loaded; raises EngineError if it cannot draw."""
    drawable = preflight.check(window=False)
    if drawable.missing:
        raise EngineError(drawable.message)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["QT_SCALE_FACTOR"] = f"{scale:g}"
    os.environ["QT_FONT_DPI"] = "96"  # or Qt's own guess for a screen that is none would scale it


@contextmanager
def unattended(theme: str, config: RunConfig | None, resume: Checkpoint | None = None) -> Iterator[Sitting]:
    """Yield the program with a run of its own, which is taken apart after the block; raises EngineError."""
    from gui.app.build import application, build, leave_failed  # Qt is loaded only when it is needed
    from gui.app.qt_log import to_python_log
    from gui.state.settings import Store
    from gui.state.unexpected import Unexpected

    to_python_log()
    application()
    interruptions = signals.Interruptions("kernelscope")
    with (
        signals.on_signal(interruptions.note),
        tempfile.TemporaryDirectory() as folder,
        Unexpected().installed() as unexpected,
    ):
        store = Store(Path(folder), Path(folder))
        try:
            program = build(store, theme=theme, config=config, resume=resume)
        except Exception as error:  # noqa: BLE001 - nothing good can be done with half a window
            leave_failed(error)
        try:
            yield Sitting(program, interruptions)
        finally:
            program.close()
        if unexpected.total:
            raise EngineError(f"The picture may be wrong. {unexpected.sentence} {of_process().where()}")


class Sitting:
    """Runs the window and waits; what ends the run ends the waiting, too."""

    def __init__(self, program: Kernelscope, interruptions: signals.Interruptions) -> None:
        self.program = program
        self.complete: set[int] = set()  # steps after which all test images were evaluated
        self._interruptions = interruptions
        self._problems: list[str] = []
        self._message = ""
        bridge = program.context.bridge
        bridge.state_changed.connect(self._heard)
        bridge.evaluation_ready.connect(self._evaluated)
        program.context.notices.posted.connect(self._told)

    def wait(self, done: Callable[[], object]) -> None:
        """Run the window until ``done()``.

        Raises:
            EngineError: the run has failed, a picture cannot be read, or it takes too long.
            KeyboardInterrupt: a signal has come.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            self.program.app.processEvents()
            if self._interruptions.count:
                raise KeyboardInterrupt("interrupted; no picture is written")
            if self.program.context.bridge.state is State.FAILED:
                raise EngineError(self._message or "The run has failed.")
            if done():
                return
            if time.monotonic() > deadline:
                raise EngineError(f"The picture was not ready after {_PATIENCE_SECONDS} seconds.")
            time.sleep(0.005)

    def check(self) -> None:
        """Raise EngineError if the user would have been told of a problem."""
        if self._problems:
            raise EngineError(self._problems[0])

    def settle(self) -> None:
        """Let work beside the window end, and timers that paint a moment later have their turn."""
        from gui.run.runner import Runner

        since = time.monotonic()

        def calm() -> bool:
            nonlocal since
            if any(runner.working for runner in self.program.window.findChildren(Runner)):
                since = time.monotonic()
            return time.monotonic() > since + _CALM_SECONDS

        self.wait(calm)

    def _heard(self, _state: State, message: str) -> None:
        self._message = message

    def _told(self, sentence: str, problem: bool) -> None:
        if problem:
            self._problems.append(sentence)

    def _evaluated(self, done: EvaluationDone) -> None:
        if len(done.evaluation.labels) == done.evaluation.total:
            self.complete.add(done.step)
