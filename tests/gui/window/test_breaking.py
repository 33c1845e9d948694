"""Breaking a copy of the network in the window: all views follow, and the network itself stays as it is."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtWidgets import QApplication

from engine.damage.input_changes import Rotate
from engine.damage.network_changes import Quantise, SetWeight, SwitchOff
from engine.damage.stack import Damage
from engine.model.reference import THE_RUN, Damaged
from gui.views.evaluate import EvaluateView
from gui.views.map import MapView
from gui.views.network import NetworkView


@pytest.fixture
def config(config):
    return dataclasses.replace(config, threads=1, training_images=600, validation_images=60)


@pytest.fixture
def view(qtbot, program) -> NetworkView:
    made = program.window.part(NetworkView)
    program.context.bridge.advance(40)
    moments = program.context.moments

    def there() -> bool:
        latest = moments.latest(THE_RUN)
        return latest is not None and latest.step == 40

    qtbot.waitUntil(there, timeout=30000)
    return made


def judged(panel) -> bool:
    return "test images" in panel.accuracy.against.text() and not panel.accuracy.busy


def test_a_copy_is_broken_step_by_step_and_mended(qtbot, program, view) -> None:
    panel, context = view.breaking, program.context
    original = context.moments.latest(THE_RUN).network
    vector, sample = original.state_vector.copy(), context.selection.sample
    qtbot.mouseClick(view.break_it, Qt.LeftButton)
    assert panel.isVisible() and isinstance(context.models.current, Damaged)
    qtbot.waitUntil(lambda: judged(panel), timeout=20000)
    assert "as before" in panel.accuracy.against.text()

    board = panel.board
    qtbot.mouseClick(board, Qt.LeftButton, pos=board.tile(2).center())
    assert board.kernel == 2
    qtbot.mouseClick(panel.off, Qt.LeftButton)
    assert panel.copy.damage.changes == (SwitchOff(0, 2),)
    qtbot.waitUntil(lambda: view.canvas.moment.of == view.shown != THE_RUN, timeout=10000)
    qtbot.waitUntil(lambda: not view.canvas.moment.network.params[0]["weight"][2].any(), timeout=10000)
    qtbot.waitUntil(lambda: judged(panel), timeout=20000)

    # A weight is dragged: one change, however often the mouse moves.
    qtbot.mouseClick(board, Qt.LeftButton, pos=board.tile(0).center())
    corner = board.large().topLeft() + QPoint(4, 4)
    qtbot.mousePress(board, Qt.LeftButton, pos=corner)
    for up in (10, 20, 40):
        place = QPointF(corner - QPoint(0, up))
        held = QMouseEvent(QEvent.MouseMove, place, Qt.NoButton, Qt.LeftButton, Qt.NoModifier)
        QApplication.sendEvent(board, held)
    qtbot.waitUntil(lambda: len(panel.copy.damage.changes) == 2, timeout=5000)
    qtbot.mouseRelease(board, Qt.LeftButton, pos=corner)
    qtbot.waitUntil(lambda: not panel._drag.isActive(), timeout=5000)
    changes = panel.copy.damage.changes
    assert len(changes) == 2 and isinstance(changes[1], SetWeight) and changes[1].value > vector.min()
    assert changes[1].value > original.params[0]["weight"][0, 0, 0, 0]

    # The image that is looked at is broken, too, and the next one that is chosen.
    panel.kind.show_part(Rotate(90.0))
    panel.copy.do(panel.kind.part)
    np.testing.assert_array_equal(context.selection.sample.image, np.rot90(sample.image, -1, (1, 2)))
    view.chooser.choose(5)
    clean = context.moments.dataset.test_images[5]
    np.testing.assert_array_equal(context.selection.sample.image, np.rot90(clean, -1, (1, 2)))
    qtbot.waitUntil(lambda: judged(panel) and "points" in panel.accuracy.against.text(), timeout=20000)

    board.setFocus()
    qtbot.keyClick(board, Qt.Key_Z, Qt.ControlModifier)
    assert len(panel.copy.damage.changes) == 2
    np.testing.assert_array_equal(context.selection.sample.image, clean)
    qtbot.mouseClick(panel.reset, Qt.LeftButton)
    assert panel.copy.damage.changes == () and not panel.undo.isEnabled()
    np.testing.assert_array_equal(panel.copy.model.network.state_vector, vector)
    np.testing.assert_array_equal(original.state_vector, vector)

    qtbot.mouseClick(view.break_it, Qt.LeftButton)
    assert not panel.isVisible() and view.shown == THE_RUN
    assert not any(isinstance(each, Damaged) for each in context.models.references)
    assert not panel.accuracy.busy and not panel.work.busy


def test_the_other_views_follow_and_filters_are_ranked(qtbot, program, view) -> None:
    panel, window = view.breaking, program.window
    qtbot.mouseClick(view.break_it, Qt.LeftButton)
    panel.tabs.setCurrentIndex(2)
    qtbot.mouseClick(panel.rank, Qt.LeftButton)
    qtbot.waitUntil(lambda: len(panel.ranking.rows_shown) == 16, timeout=30000)
    target = panel.ranking.rows_shown[3].target
    panel.ranking.followed.emit(target)
    assert (panel.layer.currentData(), panel.board.kernel) == (target.layer, target.kernel)
    assert panel.tabs.currentIndex() == 0
    panel.copy.do(Quantise("2"))
    evaluate = window.part(EvaluateView)
    window.show_part("evaluate")
    copy = program.context.models.current
    assert isinstance(copy, Damaged) and evaluate.wants().of == copy
    qtbot.waitUntil(lambda: evaluate._shown is not None and evaluate._shown.of == copy, timeout=30000)
    before_change = evaluate._shown
    turned = Rotate(180.0)
    panel.copy.do(turned)
    copy = program.context.models.current
    qtbot.waitUntil(lambda: evaluate._shown.of == copy, timeout=30000)
    dataset, shown = evaluate._shown.dataset, evaluate._shown
    images = turned.apply(dataset.test_images[shown.evaluation.indices])
    model = panel.copy.model
    expected = model.network.predict(model.preprocessing.apply(images)).argmax(axis=1)
    np.testing.assert_array_equal(shown.evaluation.predicted, expected)
    assert (expected != before_change.evaluation.predicted[: len(expected)]).any()
    window.show_part("map")
    mapped = window.part(MapView)
    qtbot.waitUntil(lambda: mapped.drawn is not None and turned in mapped.drawn.damage.changes, timeout=30000)
    before = program.context.bridge.steps
    program.context.bridge.advance(3)  # the run goes on as if nothing were broken
    qtbot.waitUntil(lambda: program.context.bridge.steps == before + 3, timeout=20000)
    window.show_part("network")
    qtbot.mouseClick(view.break_it, Qt.LeftButton)
    assert program.context.models.current not in (copy,)
    for key, there in (
        ("map", lambda: mapped.drawn.damage == Damage()),
        ("evaluate", lambda: evaluate._shown.of == THE_RUN),
    ):
        window.show_part(key)
        qtbot.waitUntil(there, timeout=30000)
