"""How late the event loop is while it trains, and how soon a stroke on the pad is answered."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
from PyQt5.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from gui.app.build import Kernelscope
from tests.benchmarks.row import Row
from tests.benchmarks.watch_cost import config, opened, pump

NAME = "latency"
SECONDS = 12.0
TICK = 0.01
STROKES = 40


class _Paints(QObject):
    """Notes when a widget has been painted."""

    def __init__(self) -> None:
        super().__init__()
        self.last = 0.0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Note the time of a paint event; the widget paints as usual."""
        if event.type() == QEvent.Paint:
            self.last = time.perf_counter()
        return False


def lateness(program: Kernelscope) -> np.ndarray:
    """Return by how many milliseconds each tick of a precise timer came late."""
    late: list[float] = []
    due = [time.perf_counter() + TICK]
    timer = QTimer()
    timer.setTimerType(Qt.PreciseTimer)
    timer.setSingleShot(True)

    def tick() -> None:
        now = time.perf_counter()
        late.append(1000 * max(0.0, now - due[0]))
        due[0] = now + TICK
        timer.start(round(1000 * TICK))

    timer.timeout.connect(tick)
    timer.start(round(1000 * TICK))
    pump(program, SECONDS)
    timer.stop()
    return np.array(late)


def strokes(program: Kernelscope) -> np.ndarray:
    """Return the milliseconds from each movement of the mouse to painted probabilities."""
    pad = program.window.pad
    canvas, card, paints = pad.canvas, pad.card, _Paints()
    for child in (card, *card.findChildren(QObject)):
        child.installEventFilter(paints)
    times: list[float] = []
    middle, radius = canvas.rect().center(), canvas.width() // 3
    for stroke in range(STROKES):
        start = middle + QPoint(-radius, -radius + 2 * radius * (stroke % 8) // 8)
        QTest.mousePress(canvas, Qt.LeftButton, Qt.NoModifier, start)
        for move in range(1, 12):
            pump(program, 0.03)
            began = time.perf_counter()
            place = QPointF(start + QPoint(2 * radius * move // 12, 4 * (move % 3)))
            event = QMouseEvent(QEvent.MouseMove, place, Qt.NoButton, Qt.LeftButton, Qt.NoModifier)
            QApplication.sendEvent(canvas, event)
            deadline = began + 1
            while paints.last < began and time.perf_counter() < deadline:
                program.app.processEvents()
            times.append(1000 * (paints.last - began))
        QTest.mouseRelease(canvas, Qt.LeftButton, Qt.NoModifier, start + QPoint(2 * radius, 0))
        if stroke % 8 == 7:
            canvas.clear()
            pump(program, 0.05)
    return np.array(times)


def run() -> list[Row]:
    """Measure while classic trains at full speed with every view visible."""
    with tempfile.TemporaryDirectory() as folder:
        program = opened(config(), Path(folder))
        pump(program, 2)
        late = lateness(program)
        answered = strokes(program)
        program.close()
        pump(program, 0.05)
    p99, half, p95 = np.percentile(late, 99), np.median(answered), np.percentile(answered, 95)
    return [
        Row("latency: event loop late, 99th percentile", float(p99), "ms", "< 33", bool(p99 < 33)),
        Row("latency: stroke to probabilities, median", float(half), "ms", "<= 12", bool(half <= 12)),
        Row("latency: stroke to probabilities, 95th percentile", float(p95), "ms", "<= 25", bool(p95 <= 25)),
    ]
