"""The pages beside the maps of the Explain view, driven with the mouse and the keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt5.QtCore import QPoint, Qt

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.explain.integrated import IntegratedGradients
from engine.model.model_file import Model
from engine.model.network import Network
from engine.model.reference import THE_RUN, RunStep
from engine.model.spec import preset
from engine.session.capture import capture
from engine.session.messages import Request, State
from gui.run.moment import Moment
from gui.run.wants import Wants
from gui.state.selection import Sample
from tests.gui.views.explain.conftest import IMAGE, NAMES, model, settle

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


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
