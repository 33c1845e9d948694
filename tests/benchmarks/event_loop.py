"""How late an event loop of Qt gets, and which of its handlers take long."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field

import numpy as np
from PyQt5.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PyQt5.QtWidgets import QApplication

GOAL_MS = 100.0
TICK_MS = 5


@dataclass
class Lateness:
    """How late a timer came: milliseconds by the wall clock, and what its thread computed meanwhile.

    Attributes:
        late: of every tick.
        worst: the latest ticks: how late, milliseconds computed, and what was being done.
    """

    late: list[float] = field(default_factory=list)
    worst: list[tuple[float, float, str]] = field(default_factory=list)
    doing: str = ""

    def begin(self) -> QTimer:
        """Start to tick; the timer must be kept."""
        self._timer = QTimer()
        self._timer.setTimerType(Qt.PreciseTimer)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tick)
        self._next()
        return self._timer

    def _next(self) -> None:
        self._due, self._computed = time.perf_counter() + TICK_MS / 1000, time.thread_time()
        self._timer.start(TICK_MS)

    def _tick(self) -> None:
        late = 1000 * max(0.0, time.perf_counter() - self._due)
        computed = 1000 * (time.thread_time() - self._computed)
        self.late.append(late)
        self.worst = sorted([*self.worst, (late, computed, self.doing)], reverse=True)[:20]
        self._next()

    def figures(self) -> dict[str, float]:
        """Return percentiles and the largest values."""
        late = np.array(self.late or [0.0])
        return {
            "ticks": len(late),
            "p99": float(np.percentile(late, 99)),
            "p99.9": float(np.percentile(late, 99.9)),
            "latest": float(late.max()),
            "over": int((late > GOAL_MS).sum()),
            "computed": max((computed for _, computed, _ in self.worst), default=0.0),
        }


class Slowest(QObject):
    """Notes which handlers took long; it stands in for ``QApplication.notify``, which they all pass."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, tuple[float, float]] = {}

    def note(self, name: str, wall: float, computed: float) -> None:
        """Keep the longest of each kind."""
        if wall > self.found.get(name, (0.0, 0.0))[0]:
            self.found[name] = (wall, computed)


def timed_application(slowest: Slowest, lateness: Lateness) -> QApplication:
    """Make an application that measures every event it delivers."""

    class Timed(QApplication):
        def notify(self, receiver: QObject, event: QEvent) -> bool:
            ticks, wall, computed = len(lateness.late), time.perf_counter(), time.thread_time()
            name = f"{type(receiver).__name__} {int(event.type())}"
            result = super().notify(receiver, event)
            if len(lateness.late) == ticks:  # otherwise an event loop ran within, and nothing was blocked
                spent = 1000 * (time.perf_counter() - wall)
                if spent > 20:
                    slowest.note(name, spent, 1000 * (time.thread_time() - computed))
            return result

    QApplication.setAttribute(Qt.AA_EnableHighDpiScaling)
    QApplication.setAttribute(Qt.AA_UseHighDpiPixmaps)
    return Timed(["kernelscope"])


class Traces(logging.Handler):
    """Keeps what is logged of unexpected errors, each once."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the traceback, if there is one."""
        if record.exc_info:
            self.texts.append(self.format(record))


def idle(seconds: float) -> dict[str, float]:
    """Return how late the timer of an event loop comes that does nothing else."""
    app = QCoreApplication([])
    lateness = Lateness()
    timer = lateness.begin()
    QTimer.singleShot(round(1000 * seconds), app.quit)
    app.exec_()
    timer.stop()
    return lateness.figures()
