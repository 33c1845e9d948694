"""The Learn view in the hand: wheel, mouse and keys."""

from __future__ import annotations

import pytest
from PyQt5.QtCore import QPoint, Qt

from gui.presenters.ranges import Range

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


def test_the_wheel_zooms_at_the_mouse_and_live_data_moves_nothing(qtbot, view, driver) -> None:
    driver.train(1000)
    assert not view.curves.follow.isEnabled()
    at = driver.place(250.0)
    driver.wheel(at, 3)
    shown, y = view.curves.drawing.view.shown, view.curves.drawing.loss.y
    assert shown.width == pytest.approx(1000 * 0.8**3)
    assert view.curves.charts.x_at(at) == pytest.approx(250, abs=2)
    assert view.curves.follow.isEnabled()
    driver.train(3000, loss=50.0)
    assert view.curves.drawing.view.shown == shown
    assert view.curves.drawing.loss.y == y
    assert view.curves.drawing.loss.plot.vb.viewRange()[0] == pytest.approx([shown.low, shown.high])
    qtbot.mouseClick(view.curves.follow, Qt.LeftButton)
    assert view.curves.drawing.view.shown == Range(0, 4000)
    assert view.curves.drawing.loss.y.high > 49
    assert not view.curves.follow.isEnabled()


def test_all_charts_show_the_same_part(view, driver) -> None:
    driver.train(1000)
    driver.wheel(driver.place(500, chart=1), 2)
    ranges = [chart.plot.vb.viewRange()[0] for chart in view.curves.charts.charts]
    assert ranges[0] == ranges[1] == ranges[2]
    shown = view.curves.drawing.view.shown
    assert ranges[0] == pytest.approx([shown.low, shown.high])


def test_dragging_moves_and_a_double_click_shows_all(qtbot, view, driver) -> None:
    driver.train(1000)
    driver.wheel(driver.place(500), 4)
    before = view.curves.drawing.view.shown
    start = driver.place(500)
    driver.drag(start, start - QPoint(80, 0))
    after = view.curves.drawing.view.shown
    assert after.width == pytest.approx(before.width)
    assert view.curves.charts.x_at(start - QPoint(80, 0)) == pytest.approx(500, abs=2)
    qtbot.mouseDClick(view.curves.charts.viewport(), Qt.LeftButton, Qt.NoModifier, start)
    assert view.curves.drawing.view.following
    assert view.curves.drawing.view.shown == Range(0, 1000)


def test_shift_and_drag_zooms_into_a_rectangle(qtbot, view, driver) -> None:
    driver.train(1000)
    start, end = driver.place(200, y_share=0.2), driver.place(600, y_share=0.8)
    high, low = (view.curves.charts.y_at(view.curves.drawing.loss, at) for at in (start, end))
    driver.drag(start, end, Qt.ShiftModifier)
    shown, y = view.curves.drawing.view.shown, view.curves.drawing.loss.y
    assert (shown.low, shown.high) == (pytest.approx(200, abs=3), pytest.approx(600, abs=3))
    assert (y.low, y.high) == (pytest.approx(low, abs=0.02), pytest.approx(high, abs=0.02))
    assert view.curves.drawing.loss.held
    assert not view.curves.drawing.accuracy.held
    qtbot.keyClick(view.curves.charts, Qt.Key_Home)
    assert not view.curves.drawing.loss.held
    assert view.curves.drawing.view.shown == Range(0, 1000)


def test_the_wheel_with_ctrl_zooms_the_height(view, driver) -> None:
    driver.train(1000)
    y, x = view.curves.drawing.loss.y, view.curves.drawing.view.shown
    at = driver.place(500, y_share=0.5)
    driver.wheel(at, 1, Qt.ControlModifier)
    assert view.curves.drawing.loss.y.width == pytest.approx(0.8 * y.width)
    assert view.curves.drawing.view.shown == x
    axis = QPoint(10, at.y())
    driver.wheel(axis, -1)
    assert view.curves.drawing.loss.y.width == pytest.approx(y.width)


def test_keys_zoom_and_move(qtbot, view, driver) -> None:
    driver.train(1000)
    charts, x = view.curves.charts, view.curves.drawing.view
    charts.setFocus()
    qtbot.keyClick(charts, Qt.Key_Plus)
    qtbot.keyClick(charts, Qt.Key_Plus)
    assert x.shown.width == pytest.approx(640)
    low = x.shown.low
    qtbot.keyClick(charts, Qt.Key_Right)
    assert x.shown.low == pytest.approx(low + 64)
    qtbot.keyClick(charts, Qt.Key_Left)
    assert x.shown.low == pytest.approx(low)
    qtbot.keyClick(charts, Qt.Key_PageDown)
    assert x.shown.high == pytest.approx(1000)
    qtbot.keyClick(charts, Qt.Key_Minus)
    assert x.shown.width == pytest.approx(800)
    y = view.curves.drawing.loss.y
    qtbot.keyClick(charts, Qt.Key_Up)
    assert view.curves.drawing.loss.y == Range(y.low, y.low + 0.8 * y.width)
    qtbot.keyClick(charts, Qt.Key_Home)
    assert x.following


def test_a_key_that_means_nothing_here_goes_on_to_the_window(qtbot, view, driver) -> None:
    driver.train(10)
    seen = []
    view.keyPressEvent = lambda event: seen.append(event.key())
    qtbot.keyClick(view.curves.charts, Qt.Key_Space)
    assert seen == [Qt.Key_Space]


def test_the_value_under_the_mouse_is_the_one_in_the_data(qtbot, view, context, driver) -> None:
    driver.train(400)
    at = driver.place(123.0)
    qtbot.mouseMove(view.curves.charts.viewport(), at)
    step = round(view.curves.charts.x_at(at))
    assert abs(step - 123) <= 1
    history = context.bridge.history
    text = view.curves.readout.text()
    assert text.startswith(f"step {step} ")
    assert f"loss {history.steps.column('loss')[step - 1]:.4g} " in text
    assert "validation at 100: 0.2, 90.0 %" in text
    assert "learning rate 0.01" in text
    assert all(chart.cursor.isVisible() for chart in view.curves.charts.charts)
    assert view.curves.drawing.loss.cursor.value() == step
    qtbot.mouseMove(view.curves.charts.viewport(), QPoint(2, 2))
    assert not view.curves.drawing.loss.cursor.isVisible()
    assert "Point at a curve" in view.curves.readout.text()


def test_the_reading_stays_right_while_it_trains(qtbot, view, context, driver) -> None:
    driver.train(400)
    at = driver.place(300.0)
    qtbot.mouseMove(view.curves.charts.viewport(), at)
    first = view.curves.readout.text()
    driver.train(3600)
    step = round(view.curves.charts.x_at(at))
    assert step > 2500
    assert view.curves.readout.text() != first
    found = int(view.curves.readout.text().split("\N{MIDDLE DOT}")[0].replace("step", "").replace(",", ""))
    assert abs(found - step) <= 1
    assert f"loss {context.bridge.history.steps.column('loss')[found - 1]:.4g} " in view.curves.readout.text()


def test_keys_read_step_by_step(qtbot, view, driver) -> None:
    driver.train(400)
    qtbot.keyClick(view.curves.charts, Qt.Key_Right, Qt.ShiftModifier)
    assert view.curves.readout.text().startswith("step 201 ")
    qtbot.keyClick(view.curves.charts, Qt.Key_Left, Qt.ShiftModifier)
    qtbot.keyClick(view.curves.charts, Qt.Key_Left, Qt.ShiftModifier)
    assert view.curves.readout.text().startswith("step 199 ")
    driver.train(400)
    assert view.curves.readout.text().startswith("step 199 ")
    qtbot.keyClick(view.curves.charts, Qt.Key_Escape)
    assert "Point at a curve" in view.curves.readout.text()
