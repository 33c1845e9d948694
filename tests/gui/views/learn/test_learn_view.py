"""What the Learn view shows of a run; the session's part is played by hand."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from PyQt5.QtCore import QPoint, Qt

from engine.model.history import History
from engine.model.spec import preset
from engine.session.messages import State
from engine.training.config import RunConfig
from gui.presenters.ranges import Range
from gui.run.wants import Wants
from gui.style.theme import DARK, LIGHT
from gui.widgets.plots import EndLabel
from gui.widgets.span_box import SpanBox

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


def test_an_empty_view_says_what_will_be_there_and_starts(qtbot, view, context, driver, monkeypatch) -> None:
    played = []
    monkeypatch.setattr(context.bridge, "_send", played.append)
    assert view.empty.isVisible()
    assert not view.curves.charts.isVisible()
    qtbot.mouseClick(view.empty.button, Qt.LeftButton)
    assert len(played) == 1
    driver.train(5)
    assert view.curves.charts.isVisible()
    assert not view.empty.isVisible()


def test_the_view_asks_for_no_pictures(view, context) -> None:
    assert view.wants() == Wants()
    assert view in context.moments.watchers


def test_everything_is_drawn_and_named(view, context, driver) -> None:
    driver.train(600)
    curves, accuracy, rate = (chart.curves for chart in view.curves.charts.charts)
    loss = context.bridge.history.steps.column("loss")
    assert curves.band is not None
    assert curves.band.high.max() == loss.max()
    assert curves.band.x[-1] == 600
    assert curves.averages[-1] == pytest.approx(loss[-view.curves.drawing.data.used_span :].mean())
    assert accuracy.band.low.min() == pytest.approx(100 * 0.101)
    assert rate.band.high.max() == 0.01
    assert accuracy.validations.x.tolist() == [100, 200, 300, 400, 500, 600]
    assert (accuracy.best.x, accuracy.best.y, accuracy.best.text) == (400, 99, "best 99.0 %")
    assert curves.best.x == 400
    names = [label.text.split()[0] for label in view.curves.charts.charts[0].labels._labels]
    assert names == ["average", "validation"]


def test_another_run_begins_with_empty_charts(view, context, driver) -> None:
    driver.train(600)
    view.curves.charts.zoom(0.5)
    context.bridge.run.history = History()
    context.bridge.run_started.emit(RunConfig(network=preset("classic")))
    assert view.empty.isVisible()
    driver.train(50)
    assert view.curves.drawing.view.following
    assert view.curves.drawing.view.shown == Range(0, 50)
    assert view.curves.drawing.accuracy.curves.best is None
    assert view.curves.drawing.loss.curves.band.x.tolist() == list(range(1, 51))


def test_a_hidden_view_does_no_work_and_catches_up(view, driver) -> None:
    driver.train(10)
    view.hide()
    driver.train(500)
    assert view.curves.drawing.data.length == 10
    assert view.curves.drawing.loss.curves.band.x[-1] == 10
    view.show()
    assert view.curves.drawing.loss.curves.band.x[-1] == 510


def test_rows_that_fill_no_column_wait_a_moment(qtbot, view, driver) -> None:
    driver.train(30_000, every=10_000, loss=0.5)
    curves = view.curves.drawing.loss.curves
    assert curves.band.size >= 32
    before = curves.band
    driver.train(2, every=10_000, loss=0.7)
    assert curves.band is before or curves.band.x[-1] == 30_002
    assert view.curves.drawing.data.length == 30_002
    qtbot.waitUntil(lambda: curves.band.x[-1] == 30_002)
    assert curves.band.high[-1] == 0.7


def test_steps_epochs_and_seconds(qtbot, view, driver) -> None:
    driver.train(400)
    view.curves.axis.setFocus()
    qtbot.keyClick(view.curves.axis, Qt.Key_Down)
    assert view.curves.drawing.view.shown == Range(0, 4)
    assert view.curves.drawing.loss.curves.band.x[-1] == 4.0
    assert view.curves.drawing.rate.bottom.labelText == "epoch"
    qtbot.keyClick(view.curves.axis, Qt.Key_Down)
    assert view.curves.drawing.loss.curves.band.x[-1] == 40.0
    assert view.curves.drawing.rate.bottom.labelText == "time spent training, s"


def test_a_logarithmic_axis_takes_zero_and_negative_losses(qtbot, view, context, driver) -> None:
    driver.train(300)
    for value in (0.0, -1.0, 1e-3):
        driver.train(1, loss=value)
    qtbot.mouseClick(view.curves.log, Qt.LeftButton, Qt.NoModifier, QPoint(8, view.curves.log.height() // 2))
    assert view.curves.log.isChecked()
    chart = view.curves.drawing.loss
    loss = context.bridge.history.steps.column("loss")
    assert np.isfinite(chart.curves.band.low).all()
    assert chart.curves.band.high.max() == pytest.approx(math.log10(loss.max()))
    assert chart.y.low <= -3
    assert chart.y.low > -5
    assert chart.left.logMode
    qtbot.mouseClick(view.curves.log, Qt.LeftButton, Qt.NoModifier, QPoint(8, view.curves.log.height() // 2))
    assert chart.curves.band.high.max() == loss.max()


def test_the_span_is_typed_stepped_or_automatic(qtbot, view, context, driver) -> None:
    driver.train(1000)
    assert view.curves.span.text() == "Average: 20 steps, auto"
    view.curves.span.setFocus()
    for _ in range(3):
        qtbot.keyClick(view.curves.span, Qt.Key_Up)
    assert view.curves.span.value() == 5
    loss = context.bridge.history.steps.column("loss")
    assert view.curves.drawing.loss.curves.averages[-1] == pytest.approx(loss[-5:].mean())
    view.curves.span.setValue(300)
    qtbot.keyClick(view.curves.span, Qt.Key_Up)
    assert view.curves.span.value() == 500
    qtbot.keyClick(view.curves.span, Qt.Key_Down)
    assert view.curves.span.value() == 200
    view.curves.span.setValue(1)
    assert view.curves.drawing.loss.curves.averages[-1] == loss[-1]
    qtbot.keyClick(view.curves.span, Qt.Key_Down)
    assert view.curves.span.text() == "Average: 20 steps, auto"


def test_a_loss_that_is_left_out_of_the_picture_is_told(view, driver) -> None:
    driver.train(1, loss=9000.0)
    driver.train(1999)
    assert view.curves.drawing.loss.y.high < 20
    texts = [label.text for label in view.curves.drawing.loss.labels._labels]
    assert texts[-1] == "\N{UPWARDS ARROW} up to 9e+03"


def test_labels_never_overlap(view, driver) -> None:
    driver.train(600)
    for chart in view.curves.charts.charts:
        places = sorted(chart.labels.places())
        assert all(b - a >= chart.labels._line - 1e-6 for a, b in pairwise(places))


def test_of_many_labels_those_are_shown_that_fit(view, driver) -> None:
    driver.train(600)
    chart = view.curves.drawing.loss
    chart.labels.show_labels([EndLabel(n / 100, str(n), LIGHT.text) for n in range(200)])
    shown, places = chart.labels.shown, sorted(chart.labels.places())
    assert {"0", "199"} <= {label.text for label in shown} and len(shown) == len(places) < 200
    box = chart.plot.vb
    assert places[0] >= box.pos().y() and places[-1] <= box.pos().y() + box.height()
    assert all(b - a >= chart.labels._line - 1e-6 for a, b in pairwise(places))


def test_the_theme_changes_every_colour(view, driver) -> None:
    driver.train(600)
    view.curves.drawing.stack.grab()
    light = view.curves.charts.picture(1)
    view.set_theme(DARK)
    dark = view.curves.charts.picture(1)
    assert light.pixelColor(2, 2).name() == LIGHT.panel
    assert dark.pixelColor(2, 2).name() == DARK.panel
    colours = {dark.pixelColor(x, y).name() for x in range(0, dark.width(), 2) for y in range(dark.height())}
    assert DARK.train in colours
    assert LIGHT.train not in colours


def test_a_low_or_narrow_view_leaves_out_what_has_no_room(qtbot, view, driver) -> None:
    driver.train(600)
    assert len(view.curves.charts.shown_charts) == 3
    view.resize(400, 400)
    qtbot.waitUntil(lambda: len(view.curves.charts.shown_charts) == 2)
    assert view.curves.charts.shown_charts[-1].bottom.label.isVisible()
    view.grab()
    view.resize(900, 700)
    qtbot.waitUntil(lambda: len(view.curves.charts.shown_charts) == 3)


def test_one_step_alone_is_seen(view, driver) -> None:
    driver.train(1, loss=2.3)
    curves = view.curves.drawing.loss.curves
    assert [(at.x(), at.y()) for at in curves._dots] == [(1.0, 2.3)]
    assert view.curves.drawing.accuracy.y.width >= 5
    view.set_theme(LIGHT)
    picture = view.curves.charts.picture(1)
    colours = {
        picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height() // 2)
    }
    assert LIGHT.train in colours


def test_labels_name_what_is_at_the_right_edge(view, context, driver) -> None:
    driver.train(1000)
    view.curves.charts.zoom(0.1, 0.0)
    edge = view.curves.drawing.data.reading(view.curves.drawing.axis, view.curves.drawing.view.shown.high)
    assert edge.step == 100
    labels = view.curves.drawing.loss.labels._labels
    assert [label.text for label in labels] == [f"average {edge.mean_loss:.4f}", "validation 0.2000"]
    assert labels[0].y == edge.mean_loss


def test_a_narrow_field_shortens_the_words_of_the_average(qtbot):
    span = SpanBox()
    qtbot.addWidget(span)
    span.resize(span.sizeHint())
    span.show()
    span.show_automatic(50)
    assert span.text() == "Average: 50 steps, auto"
    span.resize(span.minimumWidth(), span.height())
    assert span.text() == "Average: 50"
    span.setValue(100)
    assert span.text() == "Average: 100"
    span.resize(span.sizeHint())
    assert span.text() == "Average: 100 steps"


def test_what_ends_the_run_by_itself_is_shown(view, context, driver) -> None:
    rules = RunConfig(preset("classic"), stop_accuracy=0.95, stop_loss=0.5, patience=2)
    context.bridge.run.config = rules
    context.bridge.run_started.emit(rules)
    driver.train(500)
    loss, accuracy = view.curves.drawing.loss.curves, view.curves.drawing.accuracy.curves
    assert (loss.target, accuracy.target, loss.stopped) == (0.5, 95.0, None)
    view.curves.log.setChecked(True)
    assert loss.target == pytest.approx(math.log10(0.5))
    driver.train(100)  # two validations since the best one at step 400
    context.bridge.run.state = State.FINISHED
    context.bridge.state_changed.emit(State.FINISHED, "")
    assert loss.stopped == accuracy.stopped == 600
    view.grab()  # the lines are painted
    context.bridge.run.config = RunConfig(preset("classic"))
    context.bridge.state_changed.emit(State.FINISHED, "")
    assert loss.target is loss.stopped is None
