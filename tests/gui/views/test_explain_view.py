"""The Explain view, driven with the mouse and the keyboard; the networks are drawn by lot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtWidgets import QLabel, QTabWidget, QWidget

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.explain.integrated import IntegratedGradients
from engine.explain.occlusion import Occlusion
from engine.model.model_file import Model
from engine.model.network import Network
from engine.model.reference import THE_RUN, Opened, RunStep, Shipped
from engine.model.spec import preset
from engine.session.capture import capture
from engine.session.messages import Request, State
from engine.training.config import RunConfig
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.moment import Moment
from gui.run.runner import Runner
from gui.run.session_bridge import SessionBridge
from gui.run.wants import Wants
from gui.state.notices import Notices
from gui.state.selection import Sample, Selection
from gui.state.settings import Settings
from gui.style.theme import DARK, LIGHT
from gui.views.explain import ExplainView
from gui.widgets.questions import Dialogs

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")

NAMES = tuple("0123456789")
MINE = Opened(Path("mine"))
IMAGE = np.random.default_rng(3).integers(0, 256, (1, 28, 28)).astype(np.uint8)


def model(seed: int = 1) -> Model:
    return Model(Network.new(preset("classic"), seed), Preprocessing((0.1,), (0.3,)), NAMES, {})


@pytest.fixture
def context(qtbot):
    selection = Selection()
    bridge = SessionBridge(selection)
    made = AppContext(bridge, selection, ModelRegistry(bridge), Notices(), Dialogs(), Settings())
    made.models.add(MINE, "Mine", model())
    qtbot.waitUntil(lambda: made.models.ready(Shipped("digits")))
    return made


@pytest.fixture
def view(qtbot, context):
    made = ExplainView(context, LIGHT)
    qtbot.addWidget(made)
    made.resize(640, 520)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def full(qtbot, context, view):
    context.selection.choose(Sample(IMAGE, "your drawing"))
    settle(qtbot, view)
    return view


def settle(qtbot, view) -> None:
    qtbot.waitUntil(lambda: not view.explainer.busy, timeout=20000)


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


# --- the pages beside the maps --------------------------------------------------------------------


@pytest.fixture
def paged(qtbot, context, full):
    """Return the view with a small data set of the kind that its network takes."""
    rng = np.random.default_rng(5)
    images = rng.integers(0, 256, (40, 1, 28, 28)).astype(np.uint8)
    context.bridge.run.dataset = Dataset(
        "x", "Tiny", NAMES, images, np.arange(40) % 10, images, np.arange(40) % 10
    )
    full.resize(760, 600)
    return full


def choose_page(qtbot, view, number: int):
    view.head.page.setFocus()
    for _ in range(number):
        qtbot.keyClick(view.head.page, Qt.Key_Down)
    page = view.page
    qtbot.waitUntil(lambda: page.isVisible() and page.asked is not None)
    qtbot.waitUntil(lambda: not page.busy, timeout=30000)
    return page


def test_any_method_is_seen_in_any_column(qtbot, full) -> None:
    box = full.maps.boxes[1]
    box.setCurrentIndex(box.findData("lrp"))
    box.activated.emit(box.currentIndex())
    settle(qtbot, full)
    assert full.maps.shown == ["saliency", "lrp", "occlusion"] and full.why.method.part.type_name == "lrp"
    assert full.maps.maps["lrp", 0].colours is not None
    assert "Conservation: the map adds up to" in full.why.detail.text()
    full.maps.show_method(0, "occlusion")  # where it stood before, the old one comes
    assert full.maps.shown == ["occlusion", "lrp", "saliency"]
    assert full.maps.maps["saliency", 0].accessibleName() == "Saliency, class 1"


def test_the_sanity_check_stands_side_by_side(qtbot, paged) -> None:
    page = choose_page(qtbot, paged, 1)
    qtbot.waitUntil(lambda: len(page.found) == 3, timeout=30000)
    qtbot.waitUntil(lambda: not page.busy)
    assert all(shown.colours is not None for row in page._rows for shown in row.maps)
    assert page._rows[0].words.text() == page.found["saliency"].words
    assert page._rows[0].maps[3].texts[0].startswith("alike ")
    found = page.found
    paged.hide()
    paged.show()
    assert page.found is found and not page.busy  # what is known is not worked out again


def test_nearest_training_images_and_a_click_on_one(qtbot, context, paged) -> None:
    context.selection.choose(Sample(context.moments.dataset.test_images[7], "test image 7", 7, 7))
    settle(qtbot, paged)
    page = choose_page(qtbot, paged, 2)
    tiles = page.tiles.entries_model.entries
    assert len(tiles) == 12 and tiles[0].index == 7 and tiles[0].note == "0.00" and tiles[0].title == "7"
    assert "Nearest of 40 training images" in page.words.text()
    rect = page.tiles.visualRect(page.tiles.model().index(1, 0))
    qtbot.mouseClick(page.tiles.viewport(), Qt.LeftButton, pos=rect.center())
    assert context.selection.sample.source == f"training image {tiles[1].index}"
    qtbot.waitUntil(lambda: not page.busy and page.tiles.entries_model.entries[0].index == tiles[1].index)


def test_the_smallest_change_turns_the_answer_of_all_views(qtbot, context, paged) -> None:
    page = choose_page(qtbot, paged, 3)
    change = page.change
    assert change is not None and "of 255 turn" in page.words.text()
    assert all(shown.colours is not None for shown in page.maps)
    qtbot.mouseClick(page.look, Qt.LeftButton)
    sample = context.selection.sample
    assert sample.source == "the changed image"
    odds = model().network.predict(model().preprocessing.apply(sample.image[None]))[0]
    assert int(odds.argmax()) == change.answers[1] != change.answers[0]


def test_what_a_filter_looks_for(qtbot, context, paged) -> None:
    page = choose_page(qtbot, paged, 4)
    assert page is paged.look and not paged.head.first.isVisible()
    qtbot.waitUntil(lambda: not page.busy and len(page.tiles.entries_model.entries) == 16, timeout=30000)
    page.layer.setFocus()
    qtbot.keyClick(page.layer, Qt.Key_Home)
    page.layer.activated.emit(page.layer.currentIndex())
    qtbot.waitUntil(lambda: not page.busy, timeout=30000)
    images = context.moments.dataset.test_images
    outputs = model().network.maps(model().preprocessing.apply(images))[0][:, 0]
    best = int(outputs.reshape(40, -1).max(axis=1).argmax())
    tile = page.tiles.entries_model.entries[0]
    assert tile.index == best and tile.box.bottom - tile.box.top == 5
    assert page.grow.kernel.isVisible() and page.grow.projected.isVisible()
    rect = page.tiles.visualRect(page.tiles.model().index(0, 0))
    qtbot.mouseClick(page.tiles.viewport(), Qt.LeftButton, pos=rect.center())
    assert context.selection.sample.index == best
    qtbot.waitUntil(lambda: not page.busy)
    qtbot.mouseClick(page.only, Qt.LeftButton, pos=QPoint(8, page.only.height() // 2))
    assert page.looked_at.place == tile.place
    qtbot.waitUntil(lambda: not page.busy, timeout=30000)
    assert {each.place for each in page.tiles.entries_model.entries} == {tile.place}


def test_a_picture_grows_and_can_be_stopped(qtbot, context, paged) -> None:
    page = choose_page(qtbot, paged, 4)
    qtbot.waitUntil(lambda: not page.busy and len(page.tiles.entries_model.entries) == 16, timeout=30000)
    qtbot.mouseClick(page.grow.button, Qt.LeftButton)
    qtbot.waitUntil(lambda: page.grow.frame is not None and page.grow.job.button.isVisible(), timeout=10000)
    qtbot.mouseClick(page.grow.job.button, Qt.LeftButton)
    assert not page.busy and page.grow.frame.step < page.grow.frame.steps
    assert f"Step {page.grow.frame.step} of 120" in page.grow.words.text()
    qtbot.mouseClick(page.grow.button, Qt.LeftButton)
    qtbot.waitUntil(lambda: page.grow.frame.step == 120, timeout=30000)
    shares = model().network.predict(model().preprocessing.apply(page.grow.frame.image[None]))[0]
    assert f"the network answers {shares.argmax()}, " in page.grow.words.text()
    qtbot.mouseClick(page.grow.look, Qt.LeftButton)
    np.testing.assert_array_equal(context.selection.sample.image, page.grow.frame.image)


def test_pages_work_for_nobody_who_does_not_look(qtbot, context, paged) -> None:
    paged.head.page.setCurrentIndex(1)
    assert paged.page.busy
    paged.head.page.setCurrentIndex(2)
    assert not paged.beside[0].busy
    paged.hide()
    assert not any(page.busy for page in (*paged.beside, paged.look))
    context.selection.choose(Sample(255 - IMAGE, "another"))
    assert not any(page.busy for page in (*paged.beside, paged.look))


def test_a_network_that_trains_is_asked_again_only_when_one_wishes(qtbot, context, paged) -> None:
    context.models.choose(THE_RUN)
    context.bridge.run.state = State.RUNNING
    page = choose_page(qtbot, paged, 3)
    for step, seed in ((5, 5), (6, 6)):
        network = Network.new(preset("classic"), seed)
        qtbot.waitUntil(lambda: context.moments.wants() == Wants(kernels=True), timeout=20000)
        snapshot = capture(Request(True, False, None), network, Preprocessing((0.1,), (0.3,)), 0, step)
        context.bridge.snapshot_ready.emit(snapshot)
        qtbot.waitUntil(lambda: not page.busy and not paged.explainer.busy, timeout=20000)
    assert page.asked.step in (None, 5) and page.again.isVisible() and page.again.text().endswith("at step 6")
    qtbot.mouseClick(page.again, Qt.LeftButton)
    qtbot.waitUntil(lambda: not page.busy, timeout=20000)
    assert page.asked.step == 6 and page.words.text().endswith("Step 6.") and not page.again.isVisible()


def test_work_that_takes_long_can_be_stopped_and_begun_again(qtbot, paged) -> None:
    paged.head.page.setCurrentIndex(1)
    page = paged.page
    qtbot.waitUntil(page.job.button.isVisible)
    qtbot.mouseClick(page.job.button, Qt.LeftButton)
    assert not page.busy and page.words.text() == "Stopped." and page.again.isVisible()
    qtbot.mouseClick(page.again, Qt.LeftButton)
    qtbot.waitUntil(lambda: len(page.found) == 3 and not page.busy, timeout=30000)
    assert not page.again.isVisible()


def test_images_that_the_network_does_not_take_are_refused_in_words(qtbot, context, paged) -> None:
    pixels = np.zeros((4, 3, 32, 32), np.uint8)
    context.bridge.run.dataset = Dataset("c", "Colours", NAMES, pixels, np.arange(4), pixels, np.arange(4))
    for number in (2, 4):
        page = choose_page(qtbot, paged, number - max(0, paged.head.page.currentIndex()))
        qtbot.waitUntil(lambda page=page: "(3, 32, 32); the network takes (1, 28, 28)" in page.words.text())
    qtbot.mouseClick(page.grow.button, Qt.LeftButton)  # a picture grows without any data
    qtbot.waitUntil(lambda: page.grow.frame is not None and not page.busy, timeout=30000)


def test_a_past_step_of_the_run_is_asked_at_once_and_named(qtbot, context, paged) -> None:
    context.models.choose(THE_RUN)
    page = choose_page(qtbot, paged, 3)
    for step in (40, 30):  # as the time line brings them
        network = Network.new(preset("classic"), step)
        past = Model(network, Preprocessing((0.1,), (0.3,)), NAMES, {})
        context.moments._bring(Moment(THE_RUN, RunStep(0, step), past, step))
        qtbot.waitUntil(lambda past=past: page.asked.question.model is past, timeout=20000)
        qtbot.waitUntil(lambda: not page.busy, timeout=20000)
        assert page.words.text().endswith(f"Step {step}.") and not page.again.isVisible()


def test_maps_that_take_longer_can_be_stopped_and_asked_once_more(qtbot, context, view) -> None:
    view.maps.show_method(0, "integrated_gradients")
    view.why.method.show_part(IntegratedGradients(steps=2000))
    view.why.method.changed.emit(IntegratedGradients(steps=2000))
    context.selection.choose(Sample(IMAGE, "your drawing"))
    qtbot.waitUntil(view.why.stop.isVisible, timeout=10000)
    qtbot.mouseClick(view.why.stop, Qt.LeftButton)
    assert not view.explainer.busy and not view.why.stop.isVisible()
    assert view.maps.maps["integrated_gradients", 0].note.startswith("Stopped.")
    assert view.maps.maps["grad_cam", 0].colours is not None
    view.why.method.changed.emit(IntegratedGradients(steps=4))
    settle(qtbot, view)
    assert view.maps.maps["integrated_gradients", 0].colours is not None and not view.why.stop.isVisible()
