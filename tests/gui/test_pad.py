"""The pad answers while one draws, with the shipped model or the network in training."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtWidgets import QApplication

from engine.config import RunConfig
from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.drawing import normalise
from engine.messages import Snapshot
from engine.network import Network
from engine.spec import preset
from engine.storage import Model
from gui.desk import Desk
from gui.dialogs import Dialogs
from gui.model_shelf import ModelShelf
from gui.notices import Notices
from gui.panels.pad import PadPanel
from gui.selection import Selection
from gui.session_bridge import SessionBridge
from gui.settings import Settings
from gui.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")

DIGITS = tuple("0123456789")


def digits() -> Dataset:
    rng = np.random.default_rng(3)
    images = rng.integers(0, 256, (8, 1, 28, 28)).astype(np.uint8)
    labels = rng.integers(0, 10, 8).astype(np.int64)
    return Dataset("digits", "Digits", DIGITS, images, labels, images, labels)


@pytest.fixture
def desk():
    selection = Selection()
    shipped = Model(Network.new(preset("classic"), 1), Preprocessing((0.13,), (0.31,)), DIGITS)
    bridge = SessionBridge(selection)
    bridge.dataset = digits()
    models = ModelShelf(bridge)
    models.add("digits", "Digits", shipped, choose=False)
    return Desk(bridge, selection, models, Notices(), Dialogs(), Settings())


@pytest.fixture
def pad(qtbot, desk):
    panel = PadPanel(desk, LIGHT)
    qtbot.addWidget(panel)
    panel.resize(250, 700)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def press(qtbot, pad, x, y):
    qtbot.mousePress(pad.canvas, Qt.LeftButton, pos=place(pad, x, y))


def place(pad, x, y):
    """Return the widget's position of a place on the sheet, which has 280 units each way."""
    canvas = pad.canvas
    side = min(canvas.width(), canvas.height())
    return QPoint(
        round((canvas.width() - side) / 2 + x * side / 280),
        round((canvas.height() - side) / 2 + y * side / 280),
    )


def move(pad, x, y):
    event = QMouseEvent(
        QEvent.MouseMove, QPointF(place(pad, x, y)), Qt.NoButton, Qt.LeftButton, Qt.NoModifier
    )
    QApplication.sendEvent(pad.canvas, event)


def draw(qtbot, pad, *places):
    press(qtbot, pad, *places[0])
    for where in places[1:]:
        move(pad, *where)
    qtbot.mouseRelease(pad.canvas, Qt.LeftButton, pos=place(pad, *places[-1]))
    qtbot.waitUntil(lambda: pad.image is not None)


def draw_seven(qtbot, pad):
    draw(qtbot, pad, (80, 70), (200, 70), (120, 230))


def snapshot(step, seed=2, shape=(1, 28, 28)):
    return Snapshot(0, step, Network.new(preset("classic", shape), seed), None, (), None)


def test_an_empty_pad_claims_no_digit(pad):
    assert pad.probabilities is None
    assert pad.answer.verdict == "empty"
    assert pad.answer.top is None
    assert pad.bars.values is None
    assert pad.canvas.hint[0] == "Draw a digit here"
    assert not pad.show_button.isEnabled()


def test_the_preview_is_exactly_what_the_network_gets(qtbot, desk, pad):
    draw_seven(qtbot, pad)
    expected = normalise(pad.canvas.ink())
    np.testing.assert_array_equal(pad.image, expected)
    np.testing.assert_array_equal(pad.card.preview.image, expected)
    model = desk.models.get("digits")
    predicted = model.network.predict(model.preprocessing.apply(expected[None, None]))[0]
    qtbot.waitUntil(lambda: np.allclose(pad.bars.values, predicted, rtol=1e-4))
    seen = pad.card.preview.grab().toImage()
    for row, column in ((14, 14), (6, 10), (20, 13)):
        grey = int(expected[row, column])
        assert seen.pixelColor(3 * column + 1, 3 * row + 1).getRgb()[:3] == (grey, grey, grey)


def test_probabilities_change_while_the_pen_is_down(qtbot, pad):
    press(qtbot, pad, 80, 70)
    move(pad, 200, 70)
    qtbot.waitUntil(lambda: pad.probabilities is not None)
    early = pad.probabilities
    move(pad, 120, 230)
    qtbot.waitUntil(lambda: not np.array_equal(pad.probabilities, early))
    assert pad.canvas.drawing.current is not None
    assert pad.probabilities.sum() == pytest.approx(1.0, abs=1e-4)


def test_many_movements_in_one_turn_are_answered_by_one_prediction(qtbot, pad, monkeypatch):
    asked = []
    network = pad.answering.source.network
    monkeypatch.setattr(network, "predict", lambda *args: asked.append(1) or Network.predict(network, *args))
    press(qtbot, pad, 60, 60)
    for x in range(61, 161):
        move(pad, x, 60)
    qtbot.waitUntil(lambda: bool(asked))
    assert len(asked) == 1


def test_keys_undo_redo_and_clear(qtbot, pad):
    draw_seven(qtbot, pad)
    full = pad.image
    qtbot.keyClick(pad.canvas, Qt.Key_Z, Qt.ControlModifier)
    qtbot.waitUntil(lambda: pad.image is None)
    assert pad.answer.verdict == "empty"
    qtbot.keyClick(pad.canvas, Qt.Key_Z, Qt.ControlModifier | Qt.ShiftModifier)
    qtbot.waitUntil(lambda: np.array_equal(pad.image, full))
    qtbot.keyClick(pad.canvas, Qt.Key_Delete)
    qtbot.waitUntil(lambda: pad.image is None)
    qtbot.keyClick(pad.canvas, Qt.Key_Z, Qt.ControlModifier)
    qtbot.waitUntil(lambda: np.array_equal(pad.image, full))
    qtbot.keyClick(pad.canvas, Qt.Key_Z, Qt.ControlModifier)
    qtbot.keyClick(pad.canvas, Qt.Key_Y, Qt.ControlModifier)
    qtbot.waitUntil(lambda: np.array_equal(pad.image, full))


def test_buttons_say_what_is_possible(qtbot, pad):
    tools = pad.tools
    assert not (tools.undo.isEnabled() or tools.redo.isEnabled() or tools.clear.isEnabled())
    draw_seven(qtbot, pad)
    assert tools.undo.isEnabled()
    assert tools.clear.isEnabled()
    qtbot.mouseClick(tools.undo, Qt.LeftButton)
    assert tools.redo.isEnabled()
    assert not tools.undo.isEnabled()


def test_the_eraser_takes_ink_away(qtbot, pad):
    draw(qtbot, pad, (40, 140), (240, 140))
    qtbot.keyClick(pad.canvas, Qt.Key_X)
    assert pad.tools.eraser.isChecked()
    draw(qtbot, pad, (140, 100), (140, 180))
    assert pad.canvas.ink()[140, 140] == 0.0
    assert pad.canvas.ink()[140, 60] == 1.0


def test_the_pen_is_widened_by_key_and_remembered(qtbot, desk, pad):
    before = pad.canvas.pen_width
    qtbot.keyClick(pad.canvas, Qt.Key_BracketRight)
    assert pad.canvas.pen_width == before + 2
    qtbot.keyClick(pad.canvas, Qt.Key_BracketLeft)
    qtbot.keyClick(pad.canvas, Qt.Key_BracketLeft)
    assert pad.canvas.pen_width == before - 2
    assert desk.settings.pen == before - 2


def test_the_network_in_training_takes_over_at_its_first_step(qtbot, desk, pad):
    draw_seven(qtbot, pad)
    qtbot.waitUntil(lambda: pad.probabilities is not None)
    shipped = pad.probabilities
    desk.bridge.snapshot_ready.emit(snapshot(0))
    QApplication.processEvents()
    np.testing.assert_array_equal(pad.probabilities, shipped)
    assert "until training begins" in pad.card.caption.text()
    taken = snapshot(431)
    desk.bridge.snapshot_ready.emit(taken)
    preprocessing = Preprocessing(desk.bridge.dataset.mean, desk.bridge.dataset.std)
    expected = taken.network.predict(preprocessing.apply(pad.image[None, None]))[0]
    qtbot.waitUntil(lambda: np.allclose(pad.probabilities, expected, rtol=1e-4))
    assert pad.card.caption.text() == "Training network, step 431"
    desk.bridge.run_started.emit(RunConfig(preset("classic")))
    qtbot.waitUntil(lambda: np.array_equal(pad.probabilities, shipped))


def test_the_pad_stays_on_the_shipped_model_when_told(qtbot, desk, pad):
    pad.source_box.setFocus()
    qtbot.keyClick(pad.source_box, Qt.Key_Up)
    assert desk.settings.follow is False
    assert not pad.wants().kernels
    desk.bridge.snapshot_ready.emit(snapshot(9))
    qtbot.waitUntil(lambda: pad.card.caption.text() == "Shipped model")
    qtbot.keyClick(pad.source_box, Qt.Key_Down)
    qtbot.waitUntil(lambda: pad.card.caption.text() == "Training network, step 9")
    assert pad.wants().kernels


def test_a_hidden_pad_asks_for_nothing(pad):
    pad.hide()
    assert not pad.wants().kernels


def test_a_network_for_colour_images_is_named_as_the_obstacle(qtbot, desk, pad):
    desk.bridge.snapshot_ready.emit(snapshot(5, shape=(3, 32, 32)))
    qtbot.waitUntil(lambda: "32x32x3" in pad.card.caption.text())
    assert pad.answering.source.network is desk.models.get("digits").network


def test_the_drawing_is_sent_to_the_network_view(qtbot, desk, pad):
    draw_seven(qtbot, pad)
    qtbot.waitUntil(pad.show_button.isEnabled)
    with qtbot.waitSignals([pad.show_network, desk.selection.changed]):
        qtbot.mouseClick(pad.show_button, Qt.LeftButton)
    sample = desk.selection.sample
    assert sample.source == "your drawing"
    np.testing.assert_array_equal(sample.image, pad.image[None])


def test_the_network_view_follows_the_pen_when_asked(qtbot, desk, pad):
    pad.live.setFocus()
    qtbot.keyClick(pad.live, Qt.Key_Space)
    press(qtbot, pad, 80, 70)
    with qtbot.waitSignal(desk.selection.changed):
        move(pad, 200, 70)
    first = desk.selection.sample.image
    with qtbot.waitSignal(desk.selection.changed):
        move(pad, 120, 230)
    assert not np.array_equal(desk.selection.sample.image, first)


def test_another_model_can_answer(qtbot, desk, pad):
    other = Model(Network.new(preset("lenet5"), 5), Preprocessing((0.0,), (1.0,)), tuple("abcdefghij"))
    pad.set_model(other, "letters")
    qtbot.waitUntil(lambda: pad.bars.names == tuple("abcdefghij"))
    assert pad.source_box.currentText() == "letters answers"
    assert pad.card.caption.text() == "Model letters"


def test_a_model_for_other_images_is_refused_in_words(qtbot, desk, pad):
    other = Model(
        Network.new(preset("classic", (3, 32, 32)), 5), Preprocessing((0.0,) * 3, (1.0,) * 3), DIGITS
    )
    with qtbot.waitSignal(desk.notices.posted) as told:
        pad.set_model(other, "photos")
    assert "photos" in told.args[0]
    assert "(3, 32, 32)" in told.args[0]
    assert pad.answering.source.network is desk.models.get("digits").network


@pytest.mark.parametrize("height", [540, 588, 740, 1000])
def test_nothing_is_cut_off_and_the_sheet_is_as_large_as_it_can_be(qtbot, pad, height):
    pad.resize(250, height)
    qtbot.waitUntil(lambda: pad.height() == height)
    assert pad.show_button.mapTo(pad, QPoint(0, pad.show_button.height())).y() <= height
    assert pad.canvas.height() <= pad.canvas.width()
    assert height < 740 or pad.canvas.height() == pad.canvas.width()


def test_the_theme_may_change_at_any_time(qtbot, pad):
    draw_seven(qtbot, pad)
    pad.set_theme(DARK)
    middle = pad.canvas.mapTo(pad, QPoint(pad.canvas.width() // 2, 6))
    assert pad.grab().toImage().pixelColor(middle).name() == DARK.raised
