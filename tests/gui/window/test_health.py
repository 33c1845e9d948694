"""The health of a real run in the window: what is measured, what is wrong, and that it can be mended."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest
from PyQt5.QtCore import QPoint, QPointF, Qt
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtWidgets import QApplication

from engine.health.finding import Finding, Remedy
from engine.health.range_test import range_test
from engine.model.reference import THE_RUN
from gui.views.health import rate_page
from gui.views.learn import LearnView


@pytest.fixture
def config(config):
    """Return settings whose steps are far too large."""
    return dataclasses.replace(
        config, learning_rate=0.4, threads=1, training_images=600, validation_images=60
    )


@pytest.fixture
def learn(qtbot, program) -> LearnView:
    view = program.window.part(LearnView)
    program.context.bridge.advance(60)
    qtbot.waitUntil(lambda: program.context.bridge.steps >= 60, timeout=30000)
    qtbot.waitUntil(lambda: view.curves.charts.isVisible())
    return view


def point(widget, place: QPoint) -> None:
    QApplication.sendEvent(
        widget, QMouseEvent(QMouseEvent.MouseMove, QPointF(place), Qt.NoButton, Qt.NoButton, Qt.NoModifier)
    )


def test_an_ill_run_is_looked_at_and_mended(qtbot, program, learn, monkeypatch) -> None:
    page, window = learn.health, program.window
    assert not page.looker.runner.busy and not page.isVisible()
    assert not learn.wants()  # nothing is asked for while it is hidden
    qtbot.mouseClick(learn.curves.diagnose, Qt.LeftButton)
    assert page.isVisible() and learn.wants().kernels

    def looked() -> bool:
        newest = program.context.moments.latest(THE_RUN)  # a run that broke off stands at an earlier step
        ridges = page.ridges.ridges
        return bool(page.findings.cards and ridges and newest and ridges[-1].step == newest.step)

    qtbot.waitUntil(looked, timeout=30000)
    steps = [ridge.step for ridge in page.ridges.ridges]
    assert steps == sorted(steps) and steps[0] == 0 and len(steps) > 5
    point(page.ridges, QPoint(page.ridges.width() // 2, page.ridges.height() // 2))
    assert page.readout.text().startswith("Step ")
    page.quantity.setCurrentIndex(3)
    assert page.pairs.isVisible() and page.layer.count() == 2
    moment = page._moments[-1].layers[0]
    np.testing.assert_array_equal(page.pairs.kernels, moment.kernels)
    point(page.pairs, page.pairs.places(5)[1].topLeft() + QPoint(1, 1))
    assert page.readout.text().startswith("Kernel 6, row 1, column 1: weight ")
    page.pairs.grab()
    page.quantity.setCurrentIndex(5)
    assert page.lines.isVisible() and len(page.lines.lines) == 3 and not page.layer.isVisible()
    x, y = page.lines._points(page.lines._room(), page.lines.lines[1])
    place = int(np.flatnonzero(np.isfinite(y))[-1])
    point(page.lines, QPoint(int(x[place]), int(y[place])))
    assert "gradient norm" in page.readout.text()
    page.grab()

    card = page.findings.cards[0]
    finding = card.finding
    assert (
        finding.name in ("exploding", "dead", "rate_too_high") and finding.remedy.words == card.button.text()
    )
    qtbot.mouseClick(card.button, Qt.LeftButton)
    changed = finding.remedy.applied(window.experiment.config())
    assert window.experiment.config() == changed
    if not finding.remedy.live:
        assert window.experiment.notice.isVisible()

    # A rate is tried, suggested and used, while the run stands as it was.
    monkeypatch.setattr(rate_page, "range_test", functools.partial(range_test, steps=40))
    before = program.context.bridge.steps
    page.quantity.setCurrentIndex(page.quantity.count() - 1)
    qtbot.mouseClick(page.rate.begin, Qt.LeftButton)
    qtbot.waitUntil(lambda: page.rate.curve.test is not None, timeout=30000)
    page.grab()
    test = page.rate.curve.test
    assert program.context.bridge.steps == before and test.suggested is not None
    qtbot.mouseClick(page.rate.use, Qt.LeftButton)
    qtbot.waitUntil(lambda: program.context.bridge.live.learning_rate == test.suggested, timeout=10000)
    assert window.experiment.config().learning_rate == test.suggested

    qtbot.mouseClick(page.close_button, Qt.LeftButton)
    assert learn.curves.charts.isVisible() and not learn.wants()
    assert not page.looker.runner.busy


def test_images_whose_labels_look_wrong_are_shown_one_by_one(qtbot, program, learn) -> None:
    page, seen = learn.health, []
    learn.turn_to(health=True)
    program.context.selection.changed.connect(lambda sample: seen.append(sample.source))
    remedy = Remedy("Label smoothing 0.1", {"smoothing": 0.1})
    finding = Finding("labels", "Labels look wrong", "Two.", "the images", 60, "Look.", remedy, (7, 9))
    page.looker.drop()
    page.findings.show_findings([finding], "")
    for _ in range(3):
        qtbot.mouseClick(page.findings.cards[0].show_images, Qt.LeftButton)
    assert seen == ["training image 7", "training image 9", "training image 7"]
    qtbot.mouseClick(page.findings.cards[0].button, Qt.LeftButton)
    assert program.window.experiment.config().smoothing == 0.1
