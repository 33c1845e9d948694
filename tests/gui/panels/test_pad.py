"""The Test panel answers while one draws, with a trained model or the network in training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtWidgets import QApplication

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.model.model_file import Model
from engine.model.network import Network
from engine.model.reference import THE_RUN, Opened, Shipped
from engine.model.spec import preset
from engine.recognise import pen
from engine.session.messages import Snapshot
from engine.training.config import RunConfig
from gui.panels.pad import PadPanel
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Sample, Selection
from gui.state.settings import Settings
from gui.style.theme import DARK, LIGHT
from gui.widgets.questions import Dialogs

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")

DIGITS = tuple("0123456789")


def digits(shape=(1, 28, 28)) -> Dataset:
    rng = np.random.default_rng(3)
    images = rng.integers(0, 256, (8, *shape)).astype(np.uint8)
    labels = rng.integers(0, 10, 8).astype(np.int64)
    return Dataset("digits", "Digits", DIGITS, images, labels, images, labels)


@pytest.fixture
def context():
    selection = Selection()
    shipped = Model(Network.new(preset("classic"), 1), Preprocessing((0.13,), (0.31,)), DIGITS)
    bridge = SessionBridge(selection)
    bridge.run.dataset = digits()
    models = ModelRegistry(bridge)
    models.add(Shipped("digits"), "Digits", shipped, choose=False)
    return AppContext(bridge, selection, models, Notices(), Dialogs(), Settings())


@pytest.fixture
def pad(qtbot, context):
    panel = PadPanel(context, LIGHT)
    qtbot.addWidget(panel)
    panel.resize(250, 700)
    panel.show()
    qtbot.waitExposed(panel)
    qtbot.waitUntil(lambda: panel.reading is not None)  # the network that answers has been read
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
    assert pad.canvas.hint[0] == "Draw, drop or paste a picture"
    assert not pad.show_button.isEnabled()


def test_a_small_drawing_with_a_thick_pen_is_what_a_large_one_with_a_thin_pen_is(qtbot, pad):
    pad.tools.width_slider.setValue(8)
    draw(qtbot, pad, (60, 40), (220, 40), (140, 240))
    large = pad.image.astype(int)
    qtbot.keyClick(pad.canvas, Qt.Key_Delete)
    qtbot.waitUntil(lambda: pad.image is None)
    pad.tools.width_slider.setValue(40)
    draw(qtbot, pad, (20, 220), (60, 220), (40, 270))
    assert np.abs(pad.image - large).mean() < 4
    press = pad.canvas.drawing.lines
    qtbot.mouseClick(pad.canvas, Qt.RightButton, pos=place(pad, 60, 220))
    assert len(pad.canvas.drawing.lines) == 2 and len(press) == 1, "the eraser parts the line"


def test_the_preview_is_exactly_what_the_network_gets(qtbot, context, pad):
    draw_seven(qtbot, pad)
    expected = pen.draw(pad.canvas.drawing.lines)
    np.testing.assert_array_equal(pad.image[0], expected)
    np.testing.assert_array_equal(pad.card.preview.image[0], expected)
    model = context.models.get(Shipped("digits"))
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


def test_the_training_waits_until_a_movement_is_answered(qtbot, pad, context, monkeypatch):
    monkeypatch.setattr("gui.panels.pad.HOLD", 30.0)
    held = context.bridge.run.channel.held
    press(qtbot, pad, 90, 40)
    qtbot.waitUntil(lambda: held() <= 0)
    move(pad, 140, 60)
    assert held() > 1
    qtbot.waitUntil(lambda: held() <= 0)
    assert pad.answer.headline


def test_many_movements_in_one_turn_are_answered_by_one_prediction(qtbot, pad, monkeypatch):
    asked = []
    network = pad.reading.source.network
    monkeypatch.setattr(network, "trace", lambda *args: asked.append(1) or Network.trace(network, *args))
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


def test_the_pen_is_widened_by_key_and_remembered(qtbot, context, pad):
    before = pad.canvas.pen_width
    qtbot.keyClick(pad.canvas, Qt.Key_BracketRight)
    assert pad.canvas.pen_width == before + 2
    qtbot.keyClick(pad.canvas, Qt.Key_BracketLeft)
    qtbot.keyClick(pad.canvas, Qt.Key_BracketLeft)
    assert pad.canvas.pen_width == before - 2
    assert context.settings.pen == before - 2


def test_the_network_in_training_takes_over_at_its_first_step(qtbot, context, pad):
    draw_seven(qtbot, pad)
    qtbot.waitUntil(lambda: pad.probabilities is not None)
    shipped = pad.probabilities
    context.bridge.snapshot_ready.emit(snapshot(0))
    QApplication.processEvents()
    np.testing.assert_array_equal(pad.probabilities, shipped)
    assert "until training begins" in pad.card.caption.text()
    taken = snapshot(431)
    context.bridge.snapshot_ready.emit(taken)
    preprocessing = Preprocessing(context.bridge.dataset.mean, context.bridge.dataset.std)
    expected = taken.network.predict(preprocessing.apply(pad.image[None]))[0]
    qtbot.waitUntil(lambda: np.allclose(pad.probabilities, expected, rtol=1e-4))
    assert pad.card.caption.text() == "Network in training, step 431"
    context.bridge.run_started.emit(RunConfig(preset("classic")))
    qtbot.waitUntil(lambda: np.array_equal(pad.probabilities, shipped))


def choose(qtbot, pad, key):
    """Choose a network with the keyboard."""
    box = pad.source_box
    box.setFocus()
    way = Qt.Key_Down if box.findData(key) > box.currentIndex() else Qt.Key_Up
    for _ in range(abs(box.findData(key) - box.currentIndex())):
        qtbot.keyClick(box, way)


def test_the_pad_stays_on_the_trained_model_when_told(qtbot, context, pad):
    choose(qtbot, pad, Shipped("digits"))
    assert context.settings.follow is False
    assert not context.moments.wants()
    context.bridge.snapshot_ready.emit(snapshot(9))
    qtbot.waitUntil(lambda: pad.card.caption.text() == "Digits")
    choose(qtbot, pad, THE_RUN)
    qtbot.waitUntil(lambda: pad.card.caption.text() == "Network in training, step 9")
    assert context.moments.wants().kernels


def test_a_hidden_pad_asks_for_nothing(pad):
    pad.hide()
    assert not pad.wants().kernels


def test_a_drawing_is_brought_to_the_form_of_a_network_for_colour_images(qtbot, context, pad):
    context.bridge.run.dataset = digits((3, 32, 32))
    context.bridge.snapshot_ready.emit(snapshot(5, shape=(3, 32, 32)))
    draw_seven(qtbot, pad)
    qtbot.waitUntil(lambda: pad.image is not None and pad.image.shape == (3, 32, 32))
    assert pad.image[:, 0, 0].tolist() == [255, 255, 255]
    assert pad.image.min() < 60
    qtbot.waitUntil(lambda: pad.card.preview.image is pad.image)
    assert pad.probabilities.shape == (10,)


def test_the_drawing_is_sent_to_the_network_view(qtbot, context, pad):
    draw_seven(qtbot, pad)
    qtbot.waitUntil(pad.show_button.isEnabled)
    with qtbot.waitSignals([pad.show_view, context.selection.changed]):
        qtbot.mouseClick(pad.show_button, Qt.LeftButton)
    sample = context.selection.sample
    assert sample.source == "your drawing"
    np.testing.assert_array_equal(sample.image, pad.image)


def at_rest(qtbot, pad) -> None:
    """Wait until the pad has nothing more to say."""
    busy = lambda: pad._soon.isActive() or pad._reader.working or pad._follower._soon.isActive()  # noqa: E731
    qtbot.waitUntil(lambda: not busy())


@pytest.mark.parametrize("hidden", [False, True], ids=["rests", "hidden"])
def test_what_is_being_drawn_is_passing_until_the_pen_rests(qtbot, context, pad, hidden):
    press(qtbot, pad, 140, 40)
    move(pad, 140, 120)
    qtbot.waitUntil(lambda: context.selection.sample is not None)
    assert context.selection.sample.passing
    if hidden:
        pad.hide()
        assert not context.selection.sample.passing
    qtbot.waitUntil(lambda: not context.selection.sample.passing)
    np.testing.assert_array_equal(context.selection.sample.image, pad.image)


def test_the_views_follow_the_pen_until_another_image_is_chosen(qtbot, context, pad):
    before = Sample(np.zeros((1, 28, 28), np.uint8), "test image 3", 4, 3)
    context.selection.choose(before)
    press(qtbot, pad, 80, 70)
    with qtbot.waitSignal(context.selection.changed):
        move(pad, 200, 70)
    first = context.selection.sample.image
    with qtbot.waitSignal(context.selection.changed):
        move(pad, 120, 230)
    assert not np.array_equal(context.selection.sample.image, first)
    # What is chosen elsewhere stays, whatever the network in training says meanwhile; the next stroke counts.
    other = Sample(np.ones((1, 28, 28), np.uint8), "test image 5", 1, 5)
    at_rest(qtbot, pad)
    context.selection.choose(other)
    context.models.changed.emit()
    at_rest(qtbot, pad)
    assert context.selection.sample is other
    with qtbot.waitSignal(context.selection.changed):
        move(pad, 60, 60)
    assert context.selection.sample.source == "your drawing"


def test_a_cleared_pad_gives_way_to_the_image_before(qtbot, context, pad):
    before = Sample(np.zeros((1, 28, 28), np.uint8), "test image 3", 4, 3)
    context.selection.choose(before)
    draw_seven(qtbot, pad)
    qtbot.waitUntil(lambda: context.selection.sample.source == "your drawing")
    qtbot.mouseClick(pad.tools.clear, Qt.LeftButton)
    qtbot.waitUntil(lambda: context.selection.sample is before)
    pad.tools.undo.click()
    qtbot.waitUntil(lambda: context.selection.sample.source == "your drawing")


def test_an_empty_pad_and_other_models_leave_the_chosen_image_alone(qtbot, context, pad):
    before = Sample(np.zeros((1, 28, 28), np.uint8), "test image 3", 4, 3)
    context.selection.choose(before)
    context.models.choose(Shipped("clothes"))
    at_rest(qtbot, pad)
    assert context.selection.sample is before


def test_an_opened_model_answers_with_its_own_classes(qtbot, context, pad):
    names = ("a very long name of a class that must not push the bars out of sight", *"bcdefghij")
    other = Model(Network.new(preset("lenet5"), 5), Preprocessing((0.0,), (1.0,)), names)
    context.models.add(Opened(Path("letters")), "letters", other)
    draw_seven(qtbot, pad)
    qtbot.waitUntil(lambda: len(pad.bars.names) == 5)
    assert set(pad.bars.names) <= set(names)
    assert list(pad.bars.values) == sorted(pad.probabilities, reverse=True)[:5]
    assert pad.source_box.currentText() == "letters"
    assert pad.card.caption.text() == "letters"


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


def test_the_bars_have_room_for_classes_that_became_known_after_the_panel_was_shown(qtbot, context, pad):
    pad.bars.show_values([], None)
    pad.resize(250, 740)  # while a model is read, nothing is known of its classes
    context.models.changed.emit()
    draw_seven(qtbot, pad)
    qtbot.waitUntil(lambda: pad.bars.height() >= pad.bars.minimumSizeHint().height())
    assert pad.bars.minimumSizeHint().height() >= 100
