"""The bars show every probability, and the exact figure under the mouse."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt5.QtCore import QEvent, QPoint
from PyQt5.QtGui import QHelpEvent
from PyQt5.QtWidgets import QApplication, QToolTip

from gui.style.theme import LIGHT
from gui.widgets.bars import ProbabilityBars

VALUES = np.array([0.7, 0.2, 0.1], np.float32)

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


@pytest.fixture
def bars(qtbot):
    widget = ProbabilityBars(LIGHT)
    qtbot.addWidget(widget)
    widget.show_values(("cat", "dog", "aeroplane"), VALUES, top=0)
    widget.resize(240, 54)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def accent_pixels(widget, row):
    image = widget.grab().toImage()
    y = row * 18 + 9
    return sum(image.pixelColor(x, y).name() == LIGHT.accent for x in range(image.width()))


def test_a_bar_is_as_long_as_its_probability(bars):
    long = accent_pixels(bars, 0)
    bars.show_values(bars.names, np.array([0.35, 0.35, 0.3], np.float32), top=0)
    assert accent_pixels(bars, 0) == pytest.approx(long / 2, abs=1)


def test_only_rows_that_look_different_are_painted_anew(bars, qtbot, monkeypatch):
    painted = []
    paint = ProbabilityBars.paintEvent

    def noted(widget, event):
        painted.append(event.region())
        paint(widget, event)

    monkeypatch.setattr(ProbabilityBars, "paintEvent", noted)
    bars.show_values(bars.names, np.array([0.7, 0.15, 0.15], np.float32), top=0)
    qtbot.waitUntil(lambda: bool(painted))
    rows = [any(region.contains(QPoint(5, y)) for region in painted) for y in (5, 23, 41)]
    assert rows == [False, True, True]
    bars.show_values(bars.names, np.array([0.15, 0.7, 0.15], np.float32), top=1)
    qtbot.waitUntil(lambda: painted[-1].contains(QPoint(5, 5)))


def test_nothing_is_stressed_when_nothing_is_claimed(bars):
    bars.show_values(bars.names, VALUES, top=None)
    assert accent_pixels(bars, 0) == 0


def test_an_empty_track_has_no_figures(bars):
    bars.show_values(bars.names, None)
    assert bars.values is None
    assert bars.accessibleDescription() == ""


def test_the_mouse_finds_the_row_and_its_figure(bars):
    assert [bars.row_at(QPoint(5, y)) for y in (1, 20, 53)] == [0, 1, 2]
    assert bars.row_at(QPoint(5, 99)) is None
    place = QPoint(20, 20)
    QApplication.sendEvent(bars, QHelpEvent(QEvent.ToolTip, place, bars.mapToGlobal(place)))
    assert QToolTip.text() == "dog: probability 0.2"


def test_what_is_seen_is_also_said(bars):
    assert bars.accessibleDescription() == "cat: 70 %, dog: 20 %, aeroplane: 10 %"
