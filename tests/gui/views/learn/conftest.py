"""The Learn view alone: the session's part is played by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QMouseEvent, QWheelEvent
from PyQt5.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Selection
from gui.state.settings import Settings
from gui.style.theme import LIGHT
from gui.views.learn import LearnView
from gui.widgets.questions import Dialogs


class Answers(Dialogs):
    """Picks the file that the test wants."""

    def __init__(self) -> None:
        self.path: Path | None = None

    def save_file(self, title: str, suggestion: str, kinds: str) -> Path | None:
        return self.path


@pytest.fixture
def context():
    selection = Selection()
    bridge = SessionBridge(selection)
    return AppContext(bridge, selection, ModelRegistry(bridge), Notices(), Answers(), Settings())


@pytest.fixture
def view(qtbot, context):
    made = LearnView(context, LIGHT)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


@dataclass(frozen=True)
class Driver:
    """Plays the session and the user's hand."""

    qtbot: QtBot
    view: LearnView
    context: AppContext

    def train(self, steps: int, *, every: int = 100, loss: float | None = None) -> None:
        """Append rows as a session would, and tell the view."""
        bridge = self.context.bridge
        history = bridge.history
        done = history.steps.length
        rng = np.random.default_rng(done)
        for step in range(done + 1, done + steps + 1):
            value = 2 * math.exp(-step / 300) + 0.1 * rng.random() if loss is None else loss
            history.steps.append(step, step / 100, step / 10, value, min(1.0, 0.1 + step / 1000), 0.01)
            if step % every == 0:
                best = 0.99 if step == 4 * every else 0.9
                history.validations.append(step, step / 100, step / 10, 0.2, best)
                bridge.validated.emit(history.validations.length - 1)
        bridge.history_grew.emit()
        if not done:
            QApplication.processEvents()  # the curves have just been made; now they are laid out

    def place(self, x: float, *, y_share: float = 0.5, chart: int = 0) -> QPoint:
        """Return the place of ``x`` in a chart on the widget."""
        rect = self.view.curves.charts.charts[chart].plot.vb.sceneBoundingRect()
        shown = self.view.curves.drawing.view.shown
        left = rect.left() + rect.width() * (x - shown.low) / shown.width
        return QPoint(round(left), round(rect.top() + rect.height() * y_share))

    def wheel(self, at: QPoint, notches: int, modifiers: Qt.KeyboardModifier = Qt.NoModifier) -> None:
        """Turn the wheel at a place."""
        viewport = self.view.curves.charts.viewport()
        screen, turn = QPointF(viewport.mapToGlobal(at)), QPoint(0, 120 * notches)
        buttons, phase = Qt.NoButton, Qt.NoScrollPhase
        event = QWheelEvent(QPointF(at), screen, QPoint(), turn, buttons, modifiers, phase, False)
        QApplication.sendEvent(viewport, event)

    def drag(self, start: QPoint, end: QPoint, modifiers: Qt.KeyboardModifier = Qt.NoModifier) -> None:
        """Move the mouse with its button pressed."""
        viewport = self.view.curves.charts.viewport()
        self.qtbot.mousePress(viewport, Qt.LeftButton, modifiers, start)
        for share in (0.3, 0.7, 1.0):
            at = QPointF(start + (end - start) * share)
            event = QMouseEvent(QEvent.MouseMove, at, Qt.NoButton, Qt.LeftButton, modifiers)
            QApplication.sendEvent(viewport, event)
        self.qtbot.mouseRelease(viewport, Qt.LeftButton, modifiers, end)


@pytest.fixture
def driver(qtbot, view, context):
    return Driver(qtbot, view, context)
