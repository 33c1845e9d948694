"""The Explain view, driven with the mouse and the keyboard; the networks are drawn by lot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtWidgets import QLabel, QTabWidget, QWidget

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.explain.occlusion import Occlusion
from engine.model.model_file import Model
from engine.model.network import Network
from engine.model.reference import THE_RUN, Opened, Shipped
from engine.model.spec import preset
from engine.session.capture import capture
from engine.session.messages import Request
from engine.training.config import RunConfig
from gui.run.runner import Runner
from gui.run.wants import Wants
from gui.state.selection import Sample
from gui.style.theme import DARK, LIGHT
from gui.views.explain import ExplainView
from tests.gui.views.explain.conftest import IMAGE, NAMES, model, settle

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


def test_an_empty_view_offers_a_test_image(qtbot, context, view) -> None:
    assert view.empty.isVisible() and not view.empty.button.isEnabled()
    pixels, labels = np.repeat(IMAGE[None], 10, axis=0), np.arange(10)
    dataset = Dataset("digits", "Digits", NAMES, pixels, labels, pixels, labels)
    context.bridge.run.dataset = dataset
    context.bridge.dataset_loaded.emit(dataset)
    qtbot.mouseClick(view.empty.button, Qt.LeftButton)
    assert context.selection.sample.index == 0
    settle(qtbot, view)
    assert view.maps.isVisible() and view.maps.source.text() == "test image 0"


def test_all_methods_explain_the_answer_and_the_next_likeliest(full) -> None:
    shares = model().network.predict(model().preprocessing.apply(IMAGE[None]))[0]
    order = np.argsort(-shares)
    assert full.maps.reply.targets == tuple(order[:2])
    assert set(full.maps.reply.found) == {"saliency", "grad_cam", "occlusion"}
    assert all(shown.colours is not None for shown in full.maps.maps.values())
    assert (
        full.head.first.currentText() == f"Answer: {order[0]}"
        and full.head.second.currentText() == f"Next: {order[1]}"
    )


def test_another_class_is_explained(qtbot, full) -> None:
    full.head.first.setCurrentIndex(4)
    full.head.first.activated.emit(4)
    settle(qtbot, full)
    assert full.maps.reply.targets[0] == 3
    height = full.maps.bars.height()
    qtbot.mouseClick(full.maps.bars, Qt.LeftButton, pos=QPoint(20, round(height * 5.5 / 10)))
    settle(qtbot, full)
    assert full.maps.reply.targets[0] == 5 and full.head.first.currentIndex() == 6


def test_the_options_of_a_method_are_edited_and_used(qtbot, full) -> None:
    box = full.why.method.box
    box.setFocus()
    qtbot.keyClick(box, Qt.Key_End)
    box.activated.emit(box.currentIndex())
    assert full.why.method.part == Occlusion() and full.why.trust.text() == Occlusion.about
    assert full.why.detail.text() == "Patch of 6×6 px at 14×14 places"
    editor = full.why.method.form.form.fields["stride"].editor
    editor.lineEdit().setText("4")
    qtbot.keyClick(editor.lineEdit(), Qt.Key_Return)
    settle(qtbot, full)
    assert full.maps.reply.found["occlusion"][0].cells == (7, 7)
    assert full.why.detail.text() == "Patch of 6×6 px at 7×7 places"


def test_another_image_takes_the_place_of_one_that_is_being_explained(qtbot, context, view) -> None:
    other = 255 - IMAGE
    context.selection.choose(Sample(IMAGE, "the first"))
    qtbot.waitUntil(lambda: view.maps.reply is not None, timeout=5000)
    assert view.explainer.busy  # occlusion goes on
    context.selection.choose(Sample(other, "the second"))
    settle(qtbot, view)
    reply = view.maps.reply
    assert reply.question.image is other and view.maps.source.text() == "the second"
    expected = Occlusion().explain(model().network, model().preprocessing, other, reply.targets[0])
    np.testing.assert_allclose(reply.found["occlusion"][0].values, expected.values, atol=1e-6)


def test_a_drawing_is_explained_once_the_pen_rests(qtbot, context, full) -> None:
    before, other = full.maps.reply, 255 - IMAGE
    context.selection.choose(Sample(other, "your drawing", passing=True))
    assert not full.explainer.busy
    full._keep_up()  # nor when the network is looked at again
    assert not full.explainer.busy and full.maps.reply is before
    context.selection.choose(Sample(other, "your drawing"))
    settle(qtbot, full)
    assert full.maps.reply.question.image is other


def test_a_hidden_view_works_no_more_and_goes_on_when_it_is_shown(qtbot, context, view) -> None:
    context.selection.choose(Sample(IMAGE, "your drawing"))
    view.hide()
    assert not view.explainer.busy
    context.selection.choose(Sample(255 - IMAGE, "another"))
    assert not view.explainer.busy
    view.show()
    settle(qtbot, view)
    assert view.maps.source.text() == "another" and "occlusion" in view.maps.reply.found


def test_an_image_that_does_not_fit_is_refused_in_words(context, full) -> None:
    context.selection.choose(Sample(np.zeros((3, 32, 32), np.uint8), "a photo"))
    assert full.words.isVisible() and "Mine takes 28×28 pixels and 1 channel" in full.words.text()
    assert not full.explainer.busy


def test_the_mouse_and_the_arrow_keys_read_a_map(qtbot, full) -> None:
    shown = full.maps.maps["occlusion", 0]
    qtbot.mouseMove(shown, QPoint(1, 1))
    qtbot.waitUntil(lambda: full.why.readout.text().startswith("Row 0, column 0: covering this"))
    saliency = full.maps.maps["saliency", 0]
    qtbot.keyClick(saliency, Qt.Key_Right)
    assert full.why.readout.text().startswith("Row 14, column 15: ")
    assert "score from black to white" in full.why.readout.text()
    qtbot.keyClick(saliency, Qt.Key_Up)
    assert full.why.readout.text().startswith("Row 13, column 15: ")


def test_the_slider_lays_the_map_over_the_image(full) -> None:
    shown = full.maps.maps["grad_cam", 0]
    full.head.opacity.setValue(0)
    np.testing.assert_array_equal(shown.colours, full.maps.image.colours)
    full.head.opacity.setValue(100)
    assert not np.array_equal(shown.colours, full.maps.image.colours)


def test_the_theme_changes_the_colours_of_signed_maps(full) -> None:
    full.head.opacity.setValue(100)
    before = full.maps.maps["saliency", 0].colours.copy()
    full.set_theme(DARK)
    assert not np.array_equal(before, full.maps.maps["saliency", 0].colours)


def test_it_follows_the_network_in_training_at_most_as_often_as_it_bears(qtbot, context, full) -> None:
    assert context.moments.wants() == Wants()  # a model at rest needs no snapshots
    context.models.choose(THE_RUN)
    assert full.head.model.currentText() == "Digits, until training begins"
    settle(qtbot, full)
    assert full.maps.reply.question.reference == Shipped("digits")
    pixels, labels = np.repeat(IMAGE[None], 10, axis=0), np.arange(10)
    context.bridge.run.dataset = Dataset("digits", "Digits", NAMES, pixels, labels, pixels, labels)
    qtbot.waitUntil(lambda: context.moments.wants() == Wants(kernels=True), timeout=20000)
    network = Network.new(preset("classic"), 5)
    snapshot = capture(Request(True, False, None), network, Preprocessing((0.1,), (0.3,)), 0, 5)
    context.bridge.snapshot_ready.emit(snapshot)
    assert full.explainer.busy and context.moments.wants() == Wants()
    settle(qtbot, full)
    assert full.maps.isVisible() and full.maps.reply.question.model.network is snapshot.network
    full.hide()
    assert context.moments.wants() == Wants()


def test_a_new_run_is_explained_by_the_trained_model_until_it_has_learnt(qtbot, context, full) -> None:
    context.models.choose(THE_RUN)
    context.bridge.run_started.emit(RunConfig(network=preset("classic")))
    assert full.head.model.currentText() == "Digits, until training begins"
    settle(qtbot, full)
    assert full.maps.reply.question.reference == Shipped("digits")


def test_models_are_chosen_in_the_head(qtbot, context, full) -> None:
    context.models.add(Opened(Path("other")), "Other", model(2), choose=False)
    full.head.model.setCurrentIndex(full.head.model.findText("Other"))
    full.head.model.activated.emit(full.head.model.currentIndex())
    assert context.models.current == Opened(Path("other"))
    settle(qtbot, full)
    assert full.maps.reply.question.reference == Opened(Path("other"))


def test_every_control_has_a_name(full) -> None:
    for control in (
        full.head.model,
        full.head.first,
        full.head.second,
        full.head.opacity,
        full.maps.image,
        full.maps.bars,
    ):
        assert control.accessibleName()
    assert full.maps.maps["saliency", 1].accessibleName() == "Saliency, class 2"


def test_the_same_step_is_not_explained_twice(qtbot, context, full) -> None:
    context.models.choose(THE_RUN)
    pixels, labels = np.repeat(IMAGE[None], 10, axis=0), np.arange(10)
    context.bridge.run.dataset = Dataset("digits", "Digits", NAMES, pixels, labels, pixels, labels)
    for seed, step, asked in ((5, 1, True), (5, 1, False), (6, 2, True)):
        qtbot.waitUntil(lambda: context.moments.wants() == Wants(kernels=True), timeout=20000)
        network = Network.new(preset("classic"), seed)
        preprocessing = Preprocessing((0.1,), (0.3,))
        context.bridge.snapshot_ready.emit(
            capture(Request(True, False, None), network, preprocessing, 0, step)
        )
        assert full.explainer.busy == asked
        settle(qtbot, full)


def test_a_class_chosen_among_others_is_forgotten(qtbot, context, full) -> None:
    full.head.first.setCurrentIndex(4)
    letters = Model(model(2).network, model().preprocessing, tuple("abcdefghij"), {})
    context.models.add(Opened(Path("letters")), "Letters", letters)
    settle(qtbot, full)
    assert full.head.first.currentIndex() == 0 and full.head.first.itemText(1).startswith("a, ")
    assert full.maps.reply.question.chosen == (None, None)


def test_another_tab_does_not_wait_for_the_work_to_end(qtbot, context, monkeypatch) -> None:
    tabs = QTabWidget()
    qtbot.addWidget(tabs)
    made = ExplainView(context, LIGHT)
    tabs.addTab(made, "Explain")
    tabs.addTab(QWidget(), "Other")
    tabs.show()
    context.selection.choose(Sample(IMAGE, "your drawing"))
    qtbot.waitUntil(lambda: made.maps.reply is not None, timeout=5000)
    waited = []
    monkeypatch.setattr(Runner, "stop", lambda _runner: waited.append(True))
    tabs.setCurrentIndex(1)
    assert not waited
    settle(qtbot, made)
    assert "occlusion" not in made.maps.reply.found  # it was given up
    tabs.setCurrentIndex(0)
    settle(qtbot, made)
    assert "occlusion" in made.maps.reply.found
    monkeypatch.undo()


def test_labels_give_way_where_there_is_no_room(qtbot, full) -> None:
    labels = [label for label in full.head.findChildren(QLabel) if label.parent() is full.head]
    full.resize(960, 520)
    qtbot.waitUntil(lambda: all(label.isVisible() for label in labels))
    full.resize(470, 520)
    qtbot.waitUntil(lambda: not any(label.isVisible() for label in labels))
    assert full.head.first.isVisible() and full.head.opacity.isVisible()


def test_a_sentence_asks_for_less_height_than_the_maps(qtbot, context, full) -> None:
    full.resize(480, 300)
    maps = full.minimumSizeHint().height()
    context.selection.choose(Sample(np.zeros((3, 9, 9), np.uint8), "a small picture"))
    qtbot.waitUntil(full.words.isVisible)
    assert full.minimumSizeHint().height() < maps / 2
