"""Whether a curve of a million steps draws as smoothly as one of a thousand."""

from __future__ import annotations

import time

import numpy as np
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from engine.model.history import History
from gui.app.build import application
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Selection
from gui.state.settings import Settings
from gui.style.theme import LIGHT, load_fonts, prepare, style_sheet
from gui.views.learn import LearnView
from gui.widgets.questions import Dialogs
from tests.benchmarks.row import Row

NAME = "curves"
SHORT, LONG = 1_000, 1_000_000
UPDATES, ROWS = 80, 20


def history_of(steps: int) -> History:
    """Return the curves of a run of so many steps, validated forty times."""
    history, rng = History(), np.random.default_rng(0)
    step = np.arange(1, steps + 1)
    loss = 2.25 * np.exp(-step / 250) + 0.05 * rng.gamma(6, 1 / 6, steps)
    accuracy = np.clip(1 - loss / 2.5, 0, 1)
    history.steps.extend(np.stack([step, step / 3000, step / 300, loss, accuracy, np.full(steps, 0.01)]))
    every = steps // 40
    history.validations.extend(
        np.stack([step, step / 3000, step / 300, loss, accuracy])[:, every - 1 :: every]
    )
    return history


def frames(app: QApplication, history: History) -> tuple[np.ndarray, np.ndarray]:
    """Return milliseconds for each update and paint: as it trains, and with every curve drawn anew."""
    selection = Selection()
    bridge = SessionBridge(selection)
    bridge.run.history = history
    context = AppContext(bridge, selection, ModelRegistry(bridge), Notices(), Dialogs(), Settings())
    view = LearnView(context, LIGHT)
    view.setStyleSheet(style_sheet(LIGHT))
    view.resize(900, 600)
    view.show()
    QTest.qWaitForWindowExposed(view)
    live, whole = [], []
    for _ in range(UPDATES):
        for times, forced in ((live, False), (whole, True)):
            for _ in range(ROWS):
                step = history.steps.length + 1
                history.steps.append(step, step / 3000, step / 300, 0.05, 0.98, 0.01)
            began = time.perf_counter()
            if forced:
                view.curves.charts.moved.emit()
            bridge.history_grew.emit()
            app.processEvents()
            times.append(1000 * (time.perf_counter() - began))
    view.close()
    view.deleteLater()
    app.processEvents()
    return np.array(live), np.array(whole)


def run() -> list[Row]:
    """Measure both lengths in the Learn view, 900 by 600."""
    app = application()
    prepare(app, LIGHT)
    load_fonts()
    short_live, short_whole = (float(np.median(times)) for times in frames(app, history_of(SHORT)))
    long_live, long_whole = (float(np.median(times)) for times in frames(app, history_of(LONG)))
    ratio = long_whole / short_whole
    return [
        Row(f"curves: live update at {SHORT:,} steps, median", short_live, "ms", "", None),
        Row(f"curves: live update at {LONG:,} steps, median", long_live, "ms", "", None),
        Row(f"curves: all drawn anew at {SHORT:,} steps, median", short_whole, "ms", "", None),
        Row(f"curves: all drawn anew at {LONG:,} steps, median", long_whole, "ms", "", None),
        Row("curves: a million steps over a thousand, drawn anew", ratio, "times", "<= 2", ratio <= 2),
    ]
