"""The inspector beside the network, driven with mouse and keyboard; a trainer stands for the session."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from engine.arithmetic.gradient import position
from engine.arithmetic.passes import INPUT, Place, Weight
from engine.data.dataset import Dataset
from engine.model.reference import Shipped
from engine.model.spec import preset
from engine.session.capture import capture
from engine.session.messages import Request, State
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Sample, Selection
from gui.state.settings import Settings
from gui.style.theme import DARK, LIGHT
from gui.views.inspector.inspector import CODE, OUTPUT, UPDATE
from gui.views.network import NetworkView
from gui.widgets.questions import Dialogs
from tests.engine.runs.test_recorder import Run as Recorded
from tests.engine.runs.test_recorder import made

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (40, 1, 12, 12)).astype(np.uint8)
    labels = np.arange(40) % 10
    return Dataset("digits", "Digits", tuple("abcdefghij"), pixels, labels, pixels, labels)


class Session:
    """Plays the session with a trainer of its own."""

    def __init__(self, context: AppContext, dataset: Dataset, name: str = "classic") -> None:
        self.context, self.dataset = context, dataset
        spec = preset(name, dataset.in_shape)
        config = RunConfig(network=spec, data="digits", batch_size=8, validation_images=0, threads=1)
        self.workers = Workers(1)
        self.trainer = Trainer(config, dataset, self.workers)
        context.bridge.run.dataset = dataset
        context.bridge.run.state = State.PAUSED
        context.bridge.dataset_loaded.emit(dataset)

    def send(self) -> None:
        """Answer what the views want now."""
        wants = self.context.moments.wants()
        trainer = self.trainer
        request = Request(wants.kernels, wants.maps, self.context.selection.sample.image)
        snapshot = capture(request, trainer.network, trainer.preprocessing, 0, trainer.step_count)
        if wants.start:
            snapshot = replace(snapshot, start=trainer.last_step())
        self.context.bridge.snapshot_ready.emit(snapshot)

    def step(self) -> None:
        result = self.trainer.step()
        self.context.bridge.history.steps.append(result.step, result.epoch, 0.0, result.loss, 0.0, 0.01)


@pytest.fixture
def context():
    selection = Selection()
    bridge = SessionBridge(selection)
    return AppContext(bridge, selection, ModelRegistry(bridge), Notices(), Dialogs(), Settings())


@pytest.fixture
def session(context, dataset):
    made = Session(context, dataset)
    yield made
    made.workers.close()


@pytest.fixture
def view(qtbot, context, session):
    made = NetworkView(context, LIGHT)
    qtbot.addWidget(made)
    made.resize(1300, 760)
    made.show()
    qtbot.waitExposed(made)
    session.step()
    session.send()
    QTest.mouseClick(made.inspect, Qt.LeftButton)
    qtbot.waitUntil(lambda: made.inspector.found is not None and bool(made.canvas.items_shown))
    return made


def at(view: NetworkView, layer: int, cell: tuple[int, int, int], *, kernels: bool = False) -> QPoint:
    """Return where a value is drawn in the canvas's viewport."""
    item = next(i for i in view.canvas.items_shown if (i.part.layer, i.part.kernels) == (layer, kernels))
    rect, grid = item.mosaic.tile_rect(cell[0]), item.part.fit.grid
    across, down = rect.width() / grid.width, rect.height() / grid.height
    view.canvas.ensureVisible(rect)
    place = QPointF(rect.left() + (cell[2] + 0.5) * across, rect.top() + (cell[1] + 0.5) * down)
    return view.canvas.mapFromScene(place)


def hover(view: NetworkView, position: QPoint) -> None:
    event = QMouseEvent(QEvent.MouseMove, QPointF(position), Qt.NoButton, Qt.NoButton, Qt.NoModifier)
    QApplication.sendEvent(view.canvas.viewport(), event)


def click(view: NetworkView, position: QPoint) -> None:
    QTest.mouseClick(view.canvas.viewport(), Qt.LeftButton, Qt.NoModifier, position)


def test_the_value_under_the_mouse_is_worked_out_and_what_it_depends_on_outlined(view) -> None:
    page = view.inspector.output
    tiles = {item.part.layer: item.mosaic.tiles for item in view.canvas.items_shown if not item.part.kernels}
    for layer, cell in ((0, (3, 2, 5)), (2, (1, 1, 0)), (4, (6, 1, 1)), (INPUT, (0, 4, 7)), (6, (2, 0, 0))):
        if layer not in tiles:
            continue
        hover(view, at(view, layer, cell))
        working = page.working
        assert working is not None and working.place == view.inspector.place
        if layer != INPUT:  # the picture shows the very numbers that add up
            values = tiles[layer].reshape(view.inspector.found.output(working.place.step)[0].shape)
            assert values[working.place.index] == working.value
        assert working.difference <= 1e-5 * abs(working.value)
        assert "difference" in [row.cells[0] for row in page.view.lines.rows_shown]
        shown = {
            i.part.layer for i in view.canvas.items_shown if not i.part.kernels and i.part.layer <= layer
        }
        assert view.canvas._outlines.rects >= len(shown)
    hover(view, QPoint(1, 1))
    assert page.working is None and view.canvas._outlines.rects == 0


def test_a_kept_value_is_moved_by_keys_and_every_operand_leads_back_to_the_pixel(qtbot, view) -> None:
    inspector = view.inspector
    click(view, at(view, 4, (2, 1, 1)))
    kept = inspector.place
    assert kept == Place(4, (2, 1, 1)) and view.canvas._marks.kept
    hover(view, at(view, 0, (0, 0, 0)))
    assert inspector.place.step == 0
    hover(view, QPoint(1, 1))
    assert inspector.place == kept
    view.canvas.setFocus()
    for key, index in (
        (Qt.Key_Right, (2, 1, 1)),  # the map is two values wide
        (Qt.Key_Left, (2, 1, 0)),
        (Qt.Key_Up, (2, 0, 0)),
        (Qt.Key_PageDown, (3, 0, 0)),
        (Qt.Key_PageUp, (2, 0, 0)),
    ):
        QTest.keyClick(view.canvas, key)
        assert inspector.place == Place(4, index)
    QTest.keyClick(view.canvas, Qt.Key_Left, Qt.ControlModifier)
    before = inspector.place
    assert before.step < 4 and before.index == (0, 0, 0)
    QTest.keyClick(view.canvas, Qt.Key_Right, Qt.ControlModifier)
    assert inspector.place == Place(4, (0, 0, 0))
    inspector.keep(Place(4, (2, 0, 0)))
    page, kinds = inspector.output, []
    for _ in range(6):  # by the first operand of each calculation
        kinds.append(page.working.kind)
        if page.working.kind == "input":
            break
        table = page.view.terms if page.view.terms.isVisible() else page.view.lines
        row = next(n for n, row in enumerate(table.rows_shown) if row.target is not None)
        table.scrollTo(table.model().index(row, 0))
        QTest.mouseClick(table.viewport(), Qt.LeftButton, Qt.NoModifier, table.cell_rect(row, 0).center())
    assert kinds == ["max_pool", "relu", "conv", "relu", "conv", "input"]
    assert page.view.lines.text(0, 0).startswith("pixel")
    QTest.mouseClick(page.trail.crumbs[0], Qt.LeftButton)
    assert page.working.kind == "conv"
    QTest.mouseClick(page.trail.back, Qt.LeftButton)
    QTest.mouseClick(page.trail.forward, Qt.LeftButton)
    assert page.working.kind == "conv" and page.trail.forward.isEnabled()


def test_a_class_leads_to_softmax(view) -> None:
    bars = view.canvas.bars
    row = round(bars._row() * 3.5)
    QTest.mouseClick(bars, Qt.LeftButton, Qt.NoModifier, QPoint(20, row))
    assert view.inspector.output.working.kind == "softmax"
    assert view.inspector.output.name.text() == "Softmax · “d”"
    assert len(view.inspector.output.view.terms.rows_shown) == 10


def test_it_follows_the_training_and_does_nothing_while_it_is_hidden(qtbot, view, session) -> None:
    click(view, at(view, 4, (2, 1, 1)))
    before = view.inspector.output.working.value
    session.step()
    session.send()
    qtbot.waitUntil(lambda: view.inspector.output.working.value != before)
    QTest.mouseClick(view.inspect, Qt.LeftButton)
    found = view.inspector.found
    session.step()
    session.send()
    assert view.inspector.found is found and view.canvas._outlines.rects == 0
    assert view.canvas.moment.step == 3
    assert not view.wants().start
    opened = []
    view.canvas.enlarge.connect(opened.append)
    click(view, at(view, 4, (0, 0, 0)))
    assert opened and view.enlarged is not None  # as ever
    view.enlarged.close()
    QTest.mouseClick(view.inspect, Qt.LeftButton)
    qtbot.waitUntil(lambda: view.inspector.found is not found)


def test_the_update_of_a_weight_is_that_of_the_trainer(qtbot, view, session) -> None:
    page = view.inspector.update_page
    before = session.trainer.last_step().weights
    click(view, at(view, 0, (2, 3, 1), kernels=True))
    assert view.inspector.tabs.currentIndex() == UPDATE
    assert view.wants().start
    session.send()
    qtbot.waitUntil(lambda: page.answer is not None)
    click(view, at(view, 0, (2, 3, 1), kernels=True))
    weight = Weight(0, "weight", (2, 0, 3, 1))
    qtbot.waitUntil(lambda: page.answer.weight == weight)
    place, update = position(session.trainer.network.spec, weight), page.answer.update
    assert (update.old, update.new) == (before[place], session.trainer.network.vector[place])
    assert page.words.text().startswith("Step 1: 8 images in ")

    QTest.mouseClick(page.check, Qt.LeftButton)
    qtbot.waitUntil(lambda: page.answer.checked is not None)
    assert page.answer.checked.measured == pytest.approx(update.gradient, rel=1e-3, abs=1e-6)
    words = [row.cells[0] for row in page.lines.rows_shown]
    assert {"slope between them", "velocity after", "before", "after"} <= set(words)

    page.tabs.setCurrentIndex(1)
    assert len(page.terms.rows_shown) == 8 and page.terms.rows_shown[0].picture is not None
    page.tabs.setCurrentIndex(0)
    page.terms.setFocus()
    page.terms.selectRow(0)
    QTest.keyClick(page.terms, Qt.Key_Return)
    qtbot.waitUntil(lambda: page.pages.currentIndex() == 1)
    arrival = page.arrival
    for _ in range(9):  # towards the loss
        working = arrival.views[0].working
        if working.kind == "loss":
            break
        table = arrival.views[0].terms if arrival.views[0].terms.isVisible() else arrival.views[0].lines
        table.followed.emit(next(row.target for row in table.rows_shown if row.target is not None))
    assert arrival.views[0].working.kind == "loss"
    while page.pages.currentIndex() == 1:
        QTest.mouseClick(arrival.trail.back, Qt.LeftButton)
    assert page.chooser.isVisible()


def test_learnt_operands_lead_to_their_update(qtbot, view, session) -> None:
    page, chooser = view.inspector.output.view, view.inspector.update_page.chooser
    view.inspector.tabs.setCurrentIndex(UPDATE)
    session.send()
    qtbot.waitUntil(lambda: view.inspector.update_page.answer is not None)
    for place, rows, name, index in (
        (Place(0, (3, 1, 1)), page.lines, "bias", (3,)),
        (Place(6, (2,)), page.terms, "weight", None),
        (Place(2, (1, 0, 0)), page.grids, "weight", (1, page.channel, 2, 4)),
    ):
        view.inspector.keep(place)
        if rows is page.grids:
            QTest.mouseClick(rows, Qt.LeftButton, Qt.NoModifier, rows.cell_rect(1, (2, 4)).center())
            index = (1, page.channel, 2, 4)
        elif rows is page.terms:
            row = next(n for n, row in enumerate(rows.rows_shown) if row.second is not None)
            index = (2, rows.rows_shown[row].second[0])
            cell = rows.cell_rect(row, 2).center()
            QTest.mouseClick(rows.viewport(), Qt.LeftButton, Qt.NoModifier, cell)
        else:
            row = next(n for n, row in enumerate(rows.rows_shown) if row.cells[0] == "bias")
            cell = rows.cell_rect(row, 0).center()
            QTest.mouseClick(rows.viewport(), Qt.LeftButton, Qt.NoModifier, cell)
        assert view.inspector.tabs.currentIndex() == UPDATE
        assert chooser.weight == Weight(place.step, name, index)


def test_what_was_dropped_with_the_page_is_asked_again(qtbot, view, session) -> None:
    page = view.inspector.update_page
    view.inspector.tabs.setCurrentIndex(UPDATE)
    session.send()
    qtbot.waitUntil(lambda: page.answer is not None)
    weight = Weight(2, "weight", (1, 0, 0, 0))
    page.choose(weight)
    view.inspector.tabs.setCurrentIndex(CODE)
    assert not page.bar.busy
    view.inspector.tabs.setCurrentIndex(UPDATE)
    qtbot.waitUntil(lambda: page.answer.weight == weight)


def test_while_it_trains_a_step_stays_until_another_is_asked_for(qtbot, context, view, session) -> None:
    page = view.inspector.update_page
    view.inspector.tabs.setCurrentIndex(UPDATE)
    session.send()
    qtbot.waitUntil(lambda: page.answer is not None)
    context.bridge.run.state = State.RUNNING
    session.step()
    session.send()
    assert page.newest.isVisible() and page.answer.step.start.batch.step == 1
    QTest.mouseClick(page.newest, Qt.LeftButton)
    qtbot.waitUntil(lambda: page.answer.step.start.batch.step == 2)
    assert not page.newest.isVisible()
    context.bridge.run.state = State.PAUSED
    session.step()
    session.send()
    qtbot.waitUntil(lambda: page.answer.step.start.batch.step == 3)


def test_without_a_step_it_says_what_is_missing(qtbot, context, view, session) -> None:
    view.inspector.tabs.setCurrentIndex(UPDATE)
    page = view.inspector.update_page
    session.send()
    qtbot.waitUntil(lambda: page.answer is not None)
    view.look_at(Shipped("digits"))
    qtbot.waitUntil(lambda: "This network stands still" in page.words.text(), timeout=10000)
    assert not page.pages.isVisible()
    assert "another form" in view.inspector.output.name.text() or view.inspector.found is None


def test_a_step_of_a_recorded_run_is_taken_apart(qtbot, context, view, tmp_path, monkeypatch) -> None:
    run = Recorded(tmp_path / "one", made())
    run.train(5)
    wanted = run.trainer.last_step()
    run.close()
    monkeypatch.setattr("gui.run.run.Run.load_data", lambda _run: made())
    page = view.inspector.update_page
    view.inspector.tabs.setCurrentIndex(UPDATE)
    assert context.moments.open_run(run.recorder.path)
    qtbot.waitUntil(lambda: context.moments.dataset is not None)
    context.selection.choose(Sample(made().test_images[0], "test image 0"))
    context.moments.travel.go(4)
    qtbot.waitUntil(lambda: page.answer is not None and page.answer.step.start.batch.step == 5)
    start = page.answer.step.start
    np.testing.assert_array_equal(start.weights, wanted.weights)
    np.testing.assert_array_equal(start.batch.indices, wanted.batch.indices)
    words = [row.cells[0] for row in page.lines.rows_shown]
    assert "before: not recorded, as if it remembered nothing" in words
    context.moments.travel.go(0)
    qtbot.waitUntil(lambda: page.answer is not None and page.answer.step.start.batch.step == 1)
    assert page.answer.update.known


def test_the_code_of_the_layer_is_shown_with_the_lines_that_ran(qtbot, view) -> None:
    click(view, at(view, 4, (2, 1, 1)))
    view.inspector.tabs.setCurrentIndex(CODE)
    text = view.inspector.code.text
    qtbot.waitUntil(lambda: "MaxPool.forward" in text.toPlainText())
    assert "pooling.max_pool(as_rows(x, ctx" in text.toPlainText()
    view.inspector.keep(Place(5, (3,)))
    qtbot.waitUntil(lambda: "Flatten.backward" in text.toPlainText())
    QTest.mouseClick(view.inspector.code.training, Qt.LeftButton)
    qtbot.waitUntil(lambda: "Flatten.backward" in text.toPlainText())


def test_other_colours_and_another_network(qtbot, context, view, dataset) -> None:
    click(view, at(view, 4, (2, 1, 1)))
    view.set_theme(DARK)
    assert view.inspector.output.working is not None and view.canvas._outlines.rects > 0
    other = Session(context, dataset, "resnet")
    try:
        other.send()
        qtbot.waitUntil(lambda: view.inspector.found.network.spec == other.trainer.network.spec)
        assert view.inspector.place is None and view.inspector.tabs.currentIndex() == OUTPUT
        step = next(s for s in view.inspector.found.steps if s.part == "sum")
        view.inspector.keep(Place(step.number, (0, 1, 1)))
        assert view.inspector.output.working.kind == "sum"
    finally:
        other.workers.close()


def test_a_network_that_went_astray_is_shown_as_what_it_is(qtbot, view, session) -> None:
    session.step()
    session.trainer.network.vector[:] = np.inf
    session.send()
    qtbot.waitUntil(lambda: not np.isfinite(view.inspector.found.outputs[0]).all())
    for layer in (0, 4, 6):
        view.inspector.keep(view.inspector.place_of(layer, 0))
        assert view.inspector.output.working is not None
    rows = [row.cells for row in view.inspector.output.view.lines.rows_shown]
    assert ("difference", "not a number") in rows
