"""The canvas draws what the hand does, with the mouse and with a tablet's pen."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QMouseEvent, QTabletEvent
from PyQt5.QtWidgets import QApplication

from gui.presenters.strokes import SIDE
from gui.style.theme import DARK, LIGHT
from gui.widgets.canvas import Canvas
from gui.widgets.ink import Ink

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


@pytest.fixture
def canvas(qtbot):
    widget = Canvas(LIGHT)
    qtbot.addWidget(widget)
    widget.resize(SIDE, SIDE)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def move(canvas, x, y, button=Qt.LeftButton):
    event = QMouseEvent(QEvent.MouseMove, QPointF(x, y), Qt.NoButton, button, Qt.NoModifier)
    QApplication.sendEvent(canvas, event)


def stroke(qtbot, canvas, *places, button=Qt.LeftButton):
    """Press at the first place, pass the others, release at the last."""
    qtbot.mousePress(canvas, button, pos=QPoint(*places[0]))
    for place in places[1:]:
        move(canvas, *place, button)
    qtbot.mouseRelease(canvas, button, pos=QPoint(*places[-1]))


def pen(canvas, kind, x, y, pressure, pointer=QTabletEvent.Pen):
    place = QPointF(x, y)
    event = QTabletEvent(
        kind, place, place, QTabletEvent.Stylus, pointer, pressure, 0, 0, 0.0, 0.0, 0, Qt.NoModifier, 1,
        Qt.LeftButton, Qt.LeftButton,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def test_a_click_leaves_a_dot_as_wide_as_the_pen(qtbot, canvas):
    canvas.pen_width = 20
    stroke(qtbot, canvas, (140, 140))
    ink = canvas.ink()
    assert ink[140, 140] == 1.0
    assert ink.sum() == pytest.approx(np.pi * 10**2, rel=0.05)


def test_a_fast_stroke_has_no_gaps(qtbot, canvas):
    stroke(qtbot, canvas, (20, 140), (260, 140))
    ink = canvas.ink()
    assert (ink[140, 20:261] == 1.0).all()


def test_a_fast_zigzag_is_one_connected_line(qtbot, canvas):
    ndimage = pytest.importorskip("scipy.ndimage")
    places = [(20, 20), (250, 60), (30, 120), (240, 200), (60, 250)]
    stroke(qtbot, canvas, *places)
    parts = ndimage.label(canvas.ink() > 0.5)[1]
    assert parts == 1
    assert canvas.ink()[20, 20] == canvas.ink()[250, 60] == 1.0


def test_the_line_follows_the_pen_before_it_is_lifted(qtbot, canvas):
    qtbot.mousePress(canvas, Qt.LeftButton, pos=QPoint(50, 50))
    move(canvas, 150, 50)
    assert canvas.ink()[50, 148] == 1.0
    qtbot.mouseRelease(canvas, Qt.LeftButton, pos=QPoint(150, 50))


def test_the_edges_are_smooth(qtbot, canvas):
    stroke(qtbot, canvas, (30, 40), (200, 190))
    values = np.unique(canvas.ink())
    assert len(values) > 20  # many grey values, not only ink and paper


def test_the_right_button_erases(qtbot, canvas):
    stroke(qtbot, canvas, (20, 140), (260, 140))
    stroke(qtbot, canvas, (140, 100), (140, 180), button=Qt.RightButton)
    ink = canvas.ink()
    assert ink[140, 140] == 0.0
    assert ink[140, 40] == 1.0


def test_undo_and_redo_give_back_the_very_same_pixels(qtbot, canvas):
    stroke(qtbot, canvas, (20, 60), (90, 70), (260, 40))
    first = canvas.ink()
    stroke(qtbot, canvas, (50, 200), (120, 120), (240, 230), (30, 240))
    canvas.eraser = True
    stroke(qtbot, canvas, (100, 20), (130, 250))
    last = canvas.ink()
    canvas.undo()
    canvas.undo()
    np.testing.assert_array_equal(canvas.ink(), first)
    canvas.redo()
    canvas.redo()
    np.testing.assert_array_equal(canvas.ink(), last)
    canvas.clear()
    assert not canvas.ink().any()
    canvas.undo()
    np.testing.assert_array_equal(canvas.ink(), last)


def test_pressure_makes_the_line_wider(canvas):
    pen(canvas, QEvent.TabletPress, 40, 140, 0.1)
    for x in range(60, 241, 20):
        pen(canvas, QEvent.TabletMove, x, 140, 0.1 + 0.9 * (x - 40) / 200)
    pen(canvas, QEvent.TabletRelease, 240, 140, 1.0)
    ink = canvas.ink()
    widths = (ink[:, 60].sum(), ink[:, 140].sum(), ink[:, 220].sum())
    assert widths[0] < widths[1] < widths[2]
    assert len(canvas.drawing.strokes) == 1


def test_the_other_end_of_the_pen_erases(qtbot, canvas):
    stroke(qtbot, canvas, (20, 140), (260, 140))
    pen(canvas, QEvent.TabletPress, 140, 100, 0.5, QTabletEvent.Eraser)
    pen(canvas, QEvent.TabletMove, 140, 180, 0.5, QTabletEvent.Eraser)
    pen(canvas, QEvent.TabletRelease, 140, 180, 0.0, QTabletEvent.Eraser)
    assert canvas.ink()[140, 140] == 0.0


def test_the_hand_may_leave_the_sheet(qtbot, canvas):
    stroke(qtbot, canvas, (140, 140), (500, -200), (140, 20))
    assert canvas.ink()[20, 140] == 1.0


def test_the_ink_is_the_same_at_another_size_of_the_widget(qtbot, canvas):
    stroke(qtbot, canvas, (40, 40), (240, 240))
    usual = canvas.ink()
    canvas.clear()
    canvas.resize(SIDE // 2, SIDE // 2 + 60)  # the sheet is a square in the middle
    stroke(qtbot, canvas, (20, 50), (120, 150))
    assert np.abs(canvas.ink() - usual).max() < 1e-6


def test_the_ink_hardly_depends_on_the_screens_resolution(qtbot, canvas):
    stroke(qtbot, canvas, (40, 40), (200, 90), (60, 240))
    fine = Ink(2)
    fine.redraw(canvas.drawing)
    assert fine.amount().shape == (SIDE, SIDE)
    assert np.abs(fine.amount() - canvas.ink()).mean() < 0.003


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_theme_colours_the_screen_and_not_the_ink(qtbot, canvas, theme):
    canvas.set_theme(theme)
    stroke(qtbot, canvas, (60, 140), (220, 140))
    assert canvas.ink()[140, 140] == 1.0
    seen = canvas.grab().toImage()
    assert seen.pixelColor(100, 140).name() == theme.text
    assert seen.pixelColor(140, 20).name() == theme.raised
