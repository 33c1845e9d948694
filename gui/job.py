"""Long work beside the window: one thread that can be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PyQt5.QtCore import QObject, QThread, pyqtSignal

from engine.errors import EngineError

Report = Callable[[object], None]
Asked = Callable[[], bool]
Work = Callable[[Report, Asked], Any]
_PAUSE = 0.05
"""Seconds between two reports; more often nobody can read them."""


class Job(QThread):
    """Does one piece of work and hands over what came of it, in the thread of the window."""

    moved = pyqtSignal(object)
    """How far it is, as the work reports it."""
    done = pyqtSignal(object)
    """What came of it."""
    failed = pyqtSignal(str)
    """The sentence why nothing came of it."""
    given_up = pyqtSignal()
    """It ended because it was asked to."""

    def __init__(self, work: Work, parent: QObject, gives_up: type[Exception] | tuple[()] = ()) -> None:
        """Prepare the work; ``start`` begins it.

        Args:
            work: is given a function that reports and one that says whether to give up.
            parent: Qt's owner.
            gives_up: what the work raises when it was asked to give up, if it can be.
        """
        super().__init__(parent)
        self._work, self._gives_up = work, gives_up
        self._told = 0.0

    def run(self) -> None:
        """Do the work; called by Qt in the new thread."""
        try:
            result = self._work(self._report, self.isInterruptionRequested)
        except self._gives_up:
            self.given_up.emit()
        except EngineError as error:
            self.failed.emit(str(error))
        except MemoryError:
            self.failed.emit("There is not enough memory for this; smaller pictures may do.")
        else:
            self.done.emit(result)

    def give_up(self) -> None:
        """Ask the work to end soon; ``given_up`` follows."""
        self.requestInterruption()

    def stop(self) -> None:
        """Ask the work to end, and wait until it has; it emits nothing any more."""
        self.blockSignals(True)
        self.requestInterruption()
        self.wait()

    def _report(self, progress: object) -> None:
        now = time.monotonic()
        if now - self._told >= _PAUSE:
            self._told = now
            self.moved.emit(progress)
