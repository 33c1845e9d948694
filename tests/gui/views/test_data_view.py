"""The Data view by hand: parts, classes, scrolling to the end, choosing, statistics, one image's way."""

from __future__ import annotations

import dataclasses
import threading
from dataclasses import replace

import numpy as np
import pytest
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QHelpEvent, QMouseEvent
from PyQt5.QtWidgets import QApplication, QToolTip

from engine.data.augment import AUGMENTATIONS
from engine.data.dataset import Dataset
from engine.model.spec import preset
from engine.training.config import RunConfig
from gui.presenters.data_view import as_picture, parts, shown_words
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Selection
from gui.state.settings import Settings
from gui.style.theme import DARK, LIGHT
from gui.views.data import DataView
from gui.widgets.questions import Dialogs
from gui.widgets.sample_grid import GAP

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")

MANY = 60_000


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """As many images as MNIST has; each says its own number in its first pixels."""
    rng = np.random.default_rng(5)
    images = np.zeros((MANY, 1, 28, 28), np.uint8)
    images[:, 0, 10:18, 10:18] = rng.integers(0, 256, (MANY, 8, 8))
    labels = rng.integers(0, 10, MANY)
    test = images[:500, :, ::-1].copy()
    return Dataset("mnist", "MNIST", tuple("0123456789"), images, labels, test, labels[:500])


@pytest.fixture
def context(dataset):
    selection = Selection()
    bridge = SessionBridge(selection)
    bridge.run.dataset = dataset
    bridge.run.config = RunConfig(network=preset("classic"), validation_images=1000)
    return AppContext(bridge, selection, ModelRegistry(bridge), Notices(), Dialogs(), Settings())


@pytest.fixture
def view(qtbot, context):
    widget = DataView(context, LIGHT)
    qtbot.addWidget(widget)
    widget.resize(900, 600)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def middle(view, place):
    return view.grid.rect_of(place).center()


def test_without_a_data_set_the_view_says_what_will_be_here(qtbot):
    selection = Selection()
    bridge = SessionBridge(selection)
    widget = DataView(
        AppContext(bridge, selection, ModelRegistry(bridge), Notices(), Dialogs(), Settings()), LIGHT
    )
    qtbot.addWidget(widget)
    widget.show()
    assert widget.empty.isVisible() and not widget.empty.button.isVisible()


def test_parts_are_those_of_the_run_and_counts_are_those_of_numpy(view, dataset):
    assert [view.part_box.itemText(i) for i in range(view.part_box.count())] == [
        "Training",
        "Validation",
        "Test",
    ]
    assert view.counted.text() == "59,000 training images"
    learn, held = view.parts["training"].indices, view.parts["validation"].indices
    assert len(learn) == 59_000 and len(held) == 1000 and not np.intersect1d(learn, held).size
    np.testing.assert_array_equal(view.classes.counts, np.bincount(dataset.train_labels[learn], minlength=10))
    assert "CC BY-SA 3.0" in view.facts.text() and "home" in view.facts.text()


def test_the_home_of_a_data_set_is_a_link_and_its_name_is_no_markup(view, dataset):
    assert view.facts.textFormat() == Qt.RichText and '<a href="https://' in view.facts.text()
    assert "&lt;b&gt;x&lt;/b&gt;, 28" in view._facts(replace(dataset, title="<b>x</b>"))


def test_the_last_of_sixty_thousand_is_a_key_away(qtbot, view, context):
    view.grid.setFocus()
    qtbot.keyClick(view.grid, Qt.Key_End)
    last = int(view.grid.shown[-1])
    assert context.selection.sample.source == f"training image {last}"
    assert view.grid.viewport().rect().contains(view.grid.rect_of(len(view.grid.shown) - 1))
    assert view.grid.verticalScrollBar().value() == view.grid.verticalScrollBar().maximum()
    qtbot.keyClick(view.grid, Qt.Key_Left)
    assert context.selection.sample.source == f"training image {int(view.grid.shown[-2])}"
    qtbot.keyClick(view.grid, Qt.Key_PageUp)
    assert view.grid.current < len(view.grid.shown) - 20
    qtbot.keyClick(view.grid, Qt.Key_Home)
    assert view.grid.current == 0 and view.grid.verticalScrollBar().value() == 0
    qtbot.keyClick(view.grid, Qt.Key_Down)
    assert view.grid.current == view.grid.across


def test_only_what_is_in_sight_is_painted(qtbot, view, monkeypatch):
    from gui.widgets import sample_grid

    painted = []
    real = sample_grid.to_qimage
    monkeypatch.setattr(sample_grid, "to_qimage", lambda image: painted.append(1) or real(image))
    view.grid.verticalScrollBar().setValue(view.grid.verticalScrollBar().maximum() // 2)
    view.grid.viewport().repaint()
    rows = view.grid.viewport().height() // (view.grid.cell.height() + GAP) + 2
    assert 0 < len(painted) <= 2 * rows * view.grid.across  # scrolling and repainting


def test_a_click_makes_an_image_the_one_all_views_look_at(qtbot, view, context, dataset):
    qtbot.mouseClick(view.grid.viewport(), Qt.LeftButton, pos=middle(view, 13))
    index = int(view.grid.shown[13])
    sample = context.selection.sample
    np.testing.assert_array_equal(sample.image, dataset.train_images[index])
    assert (sample.label, sample.index) == (int(dataset.train_labels[index]), None)
    view.part_box.setCurrentIndex(2)
    view.part_box.activated.emit(2)
    qtbot.mouseClick(view.grid.viewport(), Qt.LeftButton, pos=middle(view, 3))
    assert context.selection.sample.index == 3 and context.selection.sample.source == "test image 3"
    # Between two images there is nothing to click.
    assert view.grid.place_at(QPoint(GAP // 2, GAP // 2)) is None


def test_the_mouse_is_answered(qtbot, view):
    place = middle(view, 4)
    event = QMouseEvent(QEvent.MouseMove, QPointF(place), Qt.NoButton, Qt.NoButton, Qt.NoModifier)
    QApplication.sendEvent(view.grid.viewport(), event)
    words = view.part.words(int(view.grid.shown[4]))
    assert view.readout.text() == words
    view.grid.viewportEvent(QHelpEvent(QEvent.ToolTip, place, view.grid.mapToGlobal(place)))
    assert QToolTip.text() == words
    QApplication.sendEvent(view.grid.viewport(), QEvent(QEvent.Leave))
    assert "Click an image" in view.readout.text()


def test_a_class_filters_and_a_second_click_shows_all(qtbot, view, dataset):
    at = QPoint(20, 3 * 22 + 11)
    qtbot.mouseClick(view.classes, Qt.LeftButton, pos=at)
    assert set(dataset.train_labels[view.grid.shown]) == {3}
    assert view.counted.text().endswith("training images of 3")
    assert len(view.grid.shown) == view.classes.counts[3]
    qtbot.mouseClick(view.classes, Qt.LeftButton, pos=at)
    assert len(view.grid.shown) == 59_000
    view.classes.setFocus()
    qtbot.keyClick(view.classes, Qt.Key_Down)
    assert view.classes.choice == 0
    qtbot.keyClick(view.classes, Qt.Key_Escape)
    assert view.classes.choice is None


def test_statistics_come_while_they_are_in_sight_and_only_then(qtbot, view, dataset):
    assert view.common.statistics is None
    view.classes.choose(5)
    view.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: view.common.statistics is not None, timeout=10_000)
    found = view.common.statistics
    chosen = dataset.train_images[view.grid.shown].astype(float)
    np.testing.assert_allclose(found.mean, chosen.mean(axis=0), rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(found.std, chosen.std(axis=0), rtol=1e-4, atol=1e-2)
    np.testing.assert_array_equal(found.histogram[0], np.bincount(chosen.astype(int).ravel(), minlength=256))
    assert found.overall == pytest.approx((chosen.mean(), chosen.std()))
    assert f"mean {chosen.mean():.1f} of 255" in view.common.words.text()
    view.classes.choose(None)
    view.hide()  # gives up; the test ends without a thread
    assert not any("Job" in thread.name for thread in threading.enumerate())


def test_one_image_is_shown_on_its_way_into_the_network(qtbot, view, context, dataset):
    view.tabs.setCurrentIndex(2)
    assert "none" in view.sample.kind.itemText(0)
    qtbot.mouseClick(view.grid.viewport(), Qt.LeftButton, pos=middle(view, 0))
    assert view.sample.original.picture is not None and view.sample.standard.picture is not None
    assert f"(pixel − {255 * dataset.mean[0]:.1f})" in view.sample.range.text()
    assert "shows every image as it is" in view.sample.note.text() and not view.sample.again.isEnabled()
    before = [picture.picture for picture in view.sample.ways]
    assert all(picture == view.sample.ways[0].picture for picture in before)
    view.sample.kind.setCurrentIndex(view.sample.kind.count() - 1)
    varied = [picture.picture for picture in view.sample.ways]
    assert any(a != b for a, b in zip(before, varied, strict=True))
    qtbot.mouseClick(view.sample.again, Qt.LeftButton)
    assert any(a.picture != b for a, b in zip(view.sample.ways, varied, strict=True))
    # Another run varies its images.
    context.bridge.run.config = dataclasses.replace(
        context.bridge.config, augmentation=AUGMENTATIONS["strong"]
    )
    context.bridge.run_started.emit(context.bridge.config)
    assert view.sample.kind.itemText(0) == "As in this run"


def test_colours_have_three_channels(qtbot, view, context):
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (40, 3, 32, 32)).astype(np.uint8)
    labels = np.arange(40) % 4
    context.bridge.run.dataset = Dataset(
        "own-x", "Mine", ("a", "b", "c", "d"), images, labels, images, labels
    )
    context.bridge.run.config = RunConfig(network=preset("classic", (3, 32, 32), 4), validation_images=0)
    context.bridge.dataset_loaded.emit(context.bridge.dataset)
    assert [view.part_box.itemText(i) for i in range(view.part_box.count())] == ["Training", "Test"]
    view.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: view.common.statistics is not None)
    assert view.common.statistics.histogram.shape == (3, 256)
    view.tabs.setCurrentIndex(2)
    qtbot.mouseClick(view.grid.viewport(), Qt.LeftButton, pos=middle(view, 7))
    assert "red, green and blue side by side" in view.sample.range.text()
    view.set_theme(DARK)
    assert not view.grab().isNull()


def test_words_and_pictures(dataset):
    part = parts(dataset, None)["test"]
    assert shown_words(part, None, 500) == "500 test images"
    assert shown_words(part, 4, 50) == "50 test images of 4"
    assert as_picture(np.array([[[0.0, 5.0, 10.0]]]), 10.0).tolist() == [[[0, 128, 255]]]
