"""Long work beside the window: one thread that can be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PyQt5.QtCore import QObject, QThread, pyqtSignal, pyqtSlot

from engine.errors import EngineError

Report = Callable[[object], None]
Asked = Callable[[], bool]
Work = Callable[[Report, Asked], Any]
_PAUSE = 0.05
"""Seconds between two reports; more often nobody can read them."""


class Job(QThread):
    """Does one piece of work and hands over what came of it, in the thread of the window.

    The thread tells only the job itself, in whose name the window's thread tells everyone else. So
    nothing arrives any more once the job was stopped or deleted, not even what was on its way.
    """

    moved = pyqtSignal(object)
    """How far it is, as the work reports it."""
    done = pyqtSignal(object)
    """What came of it."""
    failed = pyqtSignal(str)
    """The sentence why nothing came of it."""
    given_up = pyqtSignal()
    """It ended because it was asked to."""
    _said = pyqtSignal(str, object)
    """From the thread: the name of one of the signals above, and its value."""

    def __init__(self, work: Work, parent: QObject, gives_up: type[Exception] | tuple[()] = ()) -> None:
        """Prepare the work; ``start`` begins it.

        Args:
            work: is given a function that reports and one that says whether to give up.
            parent: Qt's owner.
            gives_up: what the work raises when it was asked to give up, if it can be.
        """
        super().__init__(parent)
        self._work, self._gives_up = work, gives_up
        self._reported = 0.0
        self._stopped = False
        self._said.connect(self._tell)

    def run(self) -> None:
        """Do the work; called by Qt in the new thread."""
        try:
            result = self._work(self._report, self.isInterruptionRequested)
        except self._gives_up:
            self._said.emit("given_up", None)
        except EngineError as error:
            self._said.emit("failed", str(error))
        except MemoryError:
            self._said.emit("failed", "There is not enough memory for this; smaller pictures may do.")
        else:
            self._said.emit("done", result)

    def give_up(self) -> None:
        """Ask the work to end soon; ``given_up`` follows."""
        self.requestInterruption()

    def stop(self) -> None:
        """Ask the work to end, and wait until it has; it emits nothing any more."""
        self._stopped = True
        self.requestInterruption()
        self.wait()

    def _report(self, progress: object) -> None:
        now = time.monotonic()
        if now - self._reported >= _PAUSE:
            self._reported = now
            self._said.emit("moved", progress)

    @pyqtSlot(str, object)
    def _tell(self, name: str, value: object) -> None:
        if self._stopped:
            return
        if name == "given_up":
            self.given_up.emit()
        else:
            getattr(self, name).emit(value)
