"""The Network view, driven with the mouse and the keyboard; the session's part is played by hand."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtWidgets import QApplication

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.look.colour import TOP, figure
from engine.model.network import Network
from engine.model.reference import Shipped
from engine.model.spec import NetworkSpec, preset
from engine.session.capture import capture
from engine.session.messages import Request, Snapshot
from engine.training.config import RunConfig
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.run.wants import Wants
from gui.state.notices import Notices
from gui.state.selection import Sample, Selection
from gui.state.settings import Settings
from gui.style.theme import DARK, LIGHT
from gui.views.network import NetworkView
from gui.widgets.mosaic import colour_table
from gui.widgets.questions import Dialogs

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")

NAMES = tuple("0123456789")


def images(channels: int = 1, size: int = 28) -> Dataset:
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (40, channels, size, size)).astype(np.uint8)
    labels = (np.arange(40) % 10).astype(np.int64)
    return Dataset("digits", "Digits", NAMES, pixels, labels, pixels, labels)


@pytest.fixture
def context():
    selection = Selection()
    bridge = SessionBridge(selection)
    return AppContext(bridge, selection, ModelRegistry(bridge), Notices(), Dialogs(), Settings())


@pytest.fixture
def view(qtbot, context):
    made = NetworkView(context, LIGHT)
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def load(context: AppContext, dataset: Dataset) -> None:
    context.bridge.run.dataset = dataset
    context.bridge.dataset_loaded.emit(dataset)


def send(context: AppContext, seed: int = 1, spec: NetworkSpec | None = None) -> Snapshot:
    """Play the session: answer with a snapshot of a network for the chosen image."""
    network = Network.new(spec or preset("classic"), seed)
    channels = network.spec.in_shape[0]
    preprocessing = Preprocessing((0.13,) * channels, (0.31,) * channels)
    snapshot = capture(Request(True, True, context.selection.sample.image), network, preprocessing, 0, seed)
    context.bridge.snapshot_ready.emit(snapshot)
    return snapshot


def centre(view: NetworkView, number: int) -> QPoint:
    """Return where the mosaic ``number`` is in the canvas's viewport."""
    return view.canvas.mapFromScene(view.canvas.items_shown[number].rect.center())


def hover(widget, position: QPoint) -> None:
    """Move the mouse over a widget; the cursor of the machine stays where it is."""
    place = QPointF(position)
    event = QMouseEvent(QEvent.MouseMove, place, Qt.NoButton, Qt.NoButton, Qt.NoModifier)
    QApplication.sendEvent(widget, event)


def test_before_training_the_network_that_answers_is_shown_with_the_maps_of_an_image(
    qtbot, context, view
) -> None:
    shipped = context.models.get(Shipped("digits")).network
    qtbot.waitUntil(lambda: view.canvas.moment is not None, timeout=5000)
    assert view.canvas.spec == shipped.spec and not view.canvas.moment.maps
    load(context, images())
    qtbot.waitUntil(lambda: bool(view.canvas.moment.maps), timeout=5000)
    assert view.source.currentText() == "Digits (for now)"
    assert context.moments.wants() == Wants()
    send(context)
    assert view.canvas.spec == preset("classic")
    assert view.source.currentText() == "Network in training"
    assert view.wants() == Wants(kernels=True, maps=True)


def test_a_network_that_no_shipped_one_can_stand_in_for_is_shown_itself(qtbot, context, view) -> None:
    load(context, images(1, 20))
    assert view.wants() == Wants(kernels=True, maps=True)
    layers = preset("classic", (1, 20, 20))
    snapshot = capture(
        Request(True, True, context.selection.sample.image),
        Network.new(layers, 1),
        Preprocessing((0.1,), (0.3,)),
        0,
        0,
    )
    context.bridge.snapshot_ready.emit(snapshot)
    assert view.canvas.spec == layers and len(view.canvas.moment.maps) == len(layers.layers)


def test_it_asks_for_pictures_only_while_visible(context, view) -> None:
    load(context, images(1, 20))
    assert view.wants() == Wants(kernels=True, maps=True)
    view.hide()
    assert view.wants() == Wants()


def test_the_first_test_image_is_chosen_unless_one_is(context, view) -> None:
    load(context, images())
    assert context.selection.sample.index == 0
    view.chooser.choose(7)
    load(context, images())
    assert context.selection.sample.index == 7
    drawing = Sample(np.zeros((1, 28, 28), np.uint8), "your drawing")
    context.selection.choose(drawing)
    load(context, images())
    assert context.selection.sample is drawing
    load(context, images(3, 32))  # a drawing of another size cannot be shown to this network
    assert context.selection.sample.image.shape == (3, 32, 32)


def test_a_snapshot_fills_every_mosaic_with_its_values(context, view) -> None:
    load(context, images())
    snapshot = send(context)
    assert view.canvas.isVisible() and view.canvas.layout_shown.width <= 1200
    shown = {(i.part.layer, i.part.kernels): i.mosaic.tiles for i in view.canvas.items_shown}
    assert np.array_equal(shown[(2, True)].reshape(8, 8, 5, 5), snapshot.network.params[2]["weight"])
    assert np.array_equal(shown[(3, False)], snapshot.maps[3])
    assert np.array_equal(shown[(6, False)].ravel(), snapshot.maps[6])
    assert np.array_equal(view.canvas.bars.values, snapshot.probabilities)
    picture = view.canvas.items_shown[0].mosaic.image
    assert picture[:28, :28].max() == TOP  # the brightest pixel of the image


def test_zero_is_the_middle_colour_and_the_picture_is_what_is_painted(context, view) -> None:
    load(context, images())
    network = Network.new(preset("classic"), 1)
    weight = network.params[0]["weight"]
    weight[...] = 0
    weight[0, 0, 0, 0], weight[0, 0, 0, 1] = 1.0, -1.0
    image = context.selection.sample.image
    snapshot = capture(Request(True, True, image), network, Preprocessing((0.13,), (0.31,)), 0, 1)
    context.bridge.snapshot_ready.emit(snapshot)
    item = next(i for i in view.canvas.items_shown if i.part.layer == 0 and i.part.kernels)
    assert item.legend.texts == ("−1", "1")
    table = colour_table(LIGHT.diverging, LIGHT.panel)
    shot = view.canvas.viewport().grab().toImage()
    scale, ratio = item.part.fit.scale, shot.devicePixelRatio()
    corner = view.canvas.mapFromScene(item.rect.topLeft())

    def colour(column: int, row: int) -> int:
        x = (corner.x() + (column + 0.5) * scale) * ratio
        y = (corner.y() + (row + 0.5) * scale) * ratio
        return shot.pixel(int(x), int(y))

    assert colour(0, 0) == table[TOP]
    assert colour(1, 0) == table[0]
    assert colour(2, 0) == table[TOP // 2]


def test_pointing_at_a_value_reads_it_and_follows_the_training(qtbot, context, view) -> None:
    load(context, images())
    snapshot = send(context)
    number = next(n for n, i in enumerate(view.canvas.items_shown) if i.part.layer == 1)
    item = view.canvas.items_shown[number]
    place = item.mosaic.mapToScene(QPointF(3, 2))
    hover(view.canvas.viewport(), view.canvas.mapFromScene(place))
    value = figure(float(snapshot.maps[1][0, 2, 3]))
    assert view.readout.text().startswith(f"Layer 2, relu · map 1 of 8, row 3, column 4 · {value}")
    newer = send(context, seed=2)
    assert figure(float(newer.maps[1][0, 2, 3])) in view.readout.text()


def test_the_scale_switch_applies_to_all_mosaics(qtbot, context, view) -> None:
    load(context, images())
    send(context)
    items = [i for i in view.canvas.items_shown if i.part.layer in (0, 1)]
    assert all(i.mosaic.scale_shown is not None for i in items)
    view.row.scale.setFocus()
    qtbot.keyClick(view.row.scale, Qt.Key_Down)
    assert view.canvas.own and all(i.mosaic.scale_shown is None for i in items)
    for item in items:
        grid = item.part.fit.grid
        for index, tile in enumerate(item.mosaic.tiles):
            top, left = grid.origin(index)
            coded = item.mosaic.image[top : top + grid.height, left : left + grid.width]
            if item.part.kernels:
                assert coded.min() == 0 or coded.max() == TOP
            elif tile.max() > tile.min():
                assert coded.min() == 0 and coded.max() == TOP


def test_test_images_are_chosen_by_number_neighbour_class_and_chance(qtbot, context, view) -> None:
    load(context, images())
    chooser = view.chooser
    qtbot.mouseClick(chooser.next, Qt.LeftButton)
    assert context.selection.sample.index == 1
    qtbot.mouseClick(chooser.previous, Qt.LeftButton)
    qtbot.mouseClick(chooser.previous, Qt.LeftButton)
    assert context.selection.sample.index == 39  # round the end
    chooser.number.setFocus()
    chooser.number.selectAll()
    qtbot.keyClicks(chooser.number, "12")
    qtbot.keyClick(chooser.number, Qt.Key_Return)
    assert context.selection.sample.index == 12 and context.selection.sample.label == 2
    assert "“2”" in chooser.truth.text() and view.canvas._truth == "2"
    chooser.kind.setFocus()
    qtbot.keyClicks(chooser.kind, "5")
    assert context.selection.sample.index == 15
    qtbot.mouseClick(chooser.next, Qt.LeftButton)
    assert context.selection.sample.index == 25
    qtbot.mouseClick(chooser.previous, Qt.LeftButton)
    qtbot.mouseClick(chooser.previous, Qt.LeftButton)
    assert context.selection.sample.index == 5
    for _ in range(5):
        qtbot.mouseClick(chooser.random, Qt.LeftButton)
        assert context.selection.sample.label == 5


def test_the_drawing_can_be_returned_to(qtbot, context, view) -> None:
    load(context, images())
    assert not view.chooser.drawing.isEnabled()
    drawing = Sample(np.full((1, 28, 28), 9, np.uint8), "your drawing")
    context.selection.choose(drawing)
    qtbot.mouseClick(view.chooser.next, Qt.LeftButton)
    assert context.selection.sample is not drawing
    qtbot.mouseClick(view.chooser.drawing, Qt.LeftButton)
    assert context.selection.sample is drawing
    assert view.chooser.truth.text() == "your drawing"


def test_a_click_enlarges_and_the_keyboard_walks_on(qtbot, context, view) -> None:
    load(context, images())
    send(context)
    number = next(n for n, i in enumerate(view.canvas.items_shown) if i.part.layer == 2 and i.part.kernels)
    qtbot.mouseClick(view.canvas.viewport(), Qt.LeftButton, pos=centre(view, number))
    dialog = view.enlarged
    assert dialog.isVisible() and dialog.windowTitle() == "Layer 3, conv 8×5×5: weights"
    qtbot.keyClick(dialog, Qt.Key_Right)
    assert dialog.index == 1 and dialog.name.text() == "Filter 1, channel 2"
    qtbot.keyClick(dialog, Qt.Key_Down)
    assert dialog.index > 1
    newer = send(context, seed=2)  # it is live
    tile = newer.network.params[2]["weight"].reshape(-1, 5, 5)[dialog.index]
    assert f"lowest {figure(float(tile.min()))}" in dialog.numbers.text()
    qtbot.keyClick(dialog, Qt.Key_PageDown)
    assert dialog.windowTitle() == "Layer 3, conv 8×5×5: outputs" and dialog.index == 0
    assert not dialog.grab().isNull()
    qtbot.keyClick(dialog, Qt.Key_Escape)
    assert not dialog.isVisible()


def test_a_click_in_the_enlarged_mosaic_chooses_a_map(qtbot, context, view) -> None:
    load(context, images())
    send(context)
    number = next(n for n, i in enumerate(view.canvas.items_shown) if i.part.layer == 1)
    qtbot.mouseClick(view.canvas.viewport(), Qt.LeftButton, pos=centre(view, number))
    dialog = view.enlarged
    place = dialog.view.mapFromScene(dialog._items.mosaic.tile_rect(5).center())
    qtbot.mouseClick(dialog.view.viewport(), Qt.LeftButton, pos=place)
    assert dialog.index == 5 and dialog.name.text() == "Map 6 of 8"


def test_arrow_keys_choose_and_scroll_and_enter_enlarges(qtbot, context, view) -> None:
    view.resize(640, 520)
    load(context, images())
    send(context)
    canvas = view.canvas
    assert canvas.layout_shown.width <= canvas.width()
    narrow = len(canvas.items_shown)
    view.row.full.click()  # every layer has a column of its own, so the picture is scrolled
    assert len(canvas.items_shown) >= narrow and canvas.layout_shown.width > canvas.width()
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key_End)
    assert canvas.selected == len(canvas.items_shown) - 1
    assert canvas.horizontalScrollBar().value() > 0
    qtbot.keyClick(canvas, Qt.Key_Left)
    qtbot.keyClick(canvas, Qt.Key_Return)
    assert view.enlarged.isVisible()
    qtbot.keyClick(view.enlarged, Qt.Key_Escape)
    qtbot.keyClick(canvas, Qt.Key_Home)
    assert canvas.selected == 0


def test_mosaics_out_of_sight_wait_until_they_are_scrolled_to(qtbot, context, view) -> None:
    view.resize(640, 520)
    load(context, images(1))
    snapshot = send(context, spec=preset("deep"))
    last = view.canvas.items_shown[-1]
    assert last.mosaic.tiles is None and last.dirty
    view.canvas.horizontalScrollBar().setValue(view.canvas.horizontalScrollBar().maximum())
    assert np.array_equal(last.mosaic.tiles.ravel(), snapshot.maps[-1])


def test_zoom_keys_magnify_by_whole_numbers(qtbot, context, view) -> None:
    load(context, images())
    send(context)
    canvas = view.canvas
    before = canvas.layout_shown.height
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key_Plus)
    assert canvas.layout_shown.height > before
    assert all(i.mosaic.tiles is not None for i in canvas.items_shown if not i.dirty)
    qtbot.keyClick(canvas, Qt.Key_0)
    assert canvas.layout_shown.height == before


def test_colour_images_are_one_picture(context, view) -> None:
    dataset = images(3, 32)
    load(context, dataset)
    send(context, spec=preset("classic", (3, 32, 32)))
    item = view.canvas.items_shown[0]
    assert np.array_equal(item.mosaic.image, dataset.test_images[0].transpose(1, 2, 0))
    text = view.canvas.text_at(item.mosaic.mapToScene(QPointF(4.5, 1.5)))
    red, green, blue = dataset.test_images[0][:, 1, 4]
    assert text == f"input · row 2, column 5 · {red}, {green}, {blue}"


def test_a_theme_and_a_new_run(qtbot, context, view) -> None:
    load(context, images())
    send(context)
    light = view.canvas.grab().toImage().pixelColor(2, 2)
    view.set_theme(DARK)
    dark = view.canvas.grab().toImage().pixelColor(2, 2)
    assert dark.lightness() < 100 < light.lightness()
    context.bridge.run_started.emit(RunConfig(network=preset("classic")))
    assert not view.canvas.items_shown  # until the network that answers is there
    qtbot.waitUntil(
        lambda: view.canvas.spec == context.models.get(Shipped("digits")).network.spec, timeout=5000
    )


def test_kernels_over_a_colour_image_are_drawn_and_read_in_colour(qtbot, context, view) -> None:
    load(context, images(3, 32))
    spec = preset("lenet5", (3, 32, 32))
    network = Network.new(spec, 1)
    weight = network.params[0]["weight"]
    weight[...] = 0
    weight[0, 0, 0, 0], weight[0, 1, 0, 1] = 0.5, -0.5
    preprocessing = Preprocessing((0.1,) * 3, (0.3,) * 3)
    snapshot = capture(Request(True, True, context.selection.sample.image), network, preprocessing, 0, 1)
    context.bridge.snapshot_ready.emit(snapshot)
    number = next(n for n, i in enumerate(view.canvas.items_shown) if i.part.layer == 0 and i.part.kernels)
    item = view.canvas.items_shown[number]
    grey = TOP // 2
    assert item.mosaic.image[0, 0].tolist() == [TOP, grey, grey]  # only red
    assert item.mosaic.image[0, 1].tolist() == [grey, 0, grey]
    hover(view.canvas.viewport(), view.canvas.mapFromScene(item.mosaic.mapToScene(QPointF(0.5, 0.5))))
    assert "filter 1, row 1, column 1 · red 0.5, green 0, blue 0" in view.readout.text()
    qtbot.mouseClick(view.canvas.viewport(), Qt.LeftButton, pos=centre(view, number))
    assert view.enlarged.name.text() == "Filter 1" and "highest 0.5" in view.enlarged.numbers.text()
    assert not view.enlarged.grab().isNull()


def test_what_has_no_room_in_the_row_is_in_its_menu(qtbot, context, view) -> None:
    load(context, images())
    send(context)
    assert view.row.scale.isVisible() and not view.row.more.isVisible()
    view.resize(480, 400)
    qtbot.waitUntil(view.row.more.isVisible)
    assert not view.row.scale.isVisible()
    actions = {action.text(): action for action in view.row.more.menu().actions()}
    actions["Scale per map"].trigger()
    assert view.canvas.own
    actions["&Full size"].trigger()
    assert view.canvas.full and view.row.full.isChecked()


def test_the_enlarged_part_of_a_network_closes_when_another_one_comes(qtbot, context, view) -> None:
    load(context, images())
    send(context)
    number = next(n for n, i in enumerate(view.canvas.items_shown) if i.part.kernels)
    qtbot.mouseClick(view.canvas.viewport(), Qt.LeftButton, pos=centre(view, number))
    assert view.enlarged.isVisible()
    send(context, spec=preset("lenet5"))
    assert not view.enlarged.isVisible()
