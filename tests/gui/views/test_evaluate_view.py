"""The Evaluate view, driven with the mouse and the keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QFontMetrics, QImage, QMouseEvent
from PyQt5.QtWidgets import QApplication

from engine.data.dataset import Dataset
from engine.model.spec import preset
from engine.session.messages import EvaluationDone, State
from engine.training.config import RunConfig
from engine.training.evaluation import Evaluation
from gui.presenters.evaluate import Choice
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.run.wants import Wants
from gui.state.notices import Notices
from gui.state.selection import Selection
from gui.state.settings import Settings
from gui.style.theme import DARK, LIGHT, SMALL, font
from gui.views.evaluate import EvaluateView
from gui.widgets.questions import Dialogs

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")

NAMES = tuple("0123456789")
COUNT = 300


def images() -> Dataset:
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (COUNT, 1, 28, 28)).astype(np.uint8)
    labels = (np.arange(COUNT) % 10).astype(np.int64)
    return Dataset("digits", "Digits", NAMES, pixels, labels, pixels, labels)


def evaluated(wrong: int, seed: int = 0) -> Evaluation:
    """Return an evaluation of all images in which the first ``wrong`` ones are mistakes."""
    rng = np.random.default_rng(seed)
    labels = (np.arange(COUNT) % 10).astype(np.int64)
    predicted = labels.copy()
    predicted[:wrong] = (labels[:wrong] + 1) % 10
    confidence = rng.random(COUNT).astype(np.float32)
    return Evaluation(np.arange(COUNT), labels, predicted, confidence, confidence, COUNT, 10)


@pytest.fixture
def context():
    selection = Selection()
    bridge = SessionBridge(selection)
    bridge.run.dataset = images()
    return AppContext(bridge, selection, ModelRegistry(bridge), Notices(), Dialogs(), Settings())


@pytest.fixture
def view(qtbot, context):
    made = EvaluateView(context, LIGHT)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def send(context: AppContext, evaluation: Evaluation, step: int = 100) -> None:
    context.bridge.evaluation_ready.emit(EvaluationDone(0, step, evaluation))
    QApplication.processEvents()


def shown(view: EvaluateView) -> list[int]:
    return [entry.index for entry in view.gallery.entries_model.entries]


def hover(widget, position: QPoint) -> None:
    """Move the mouse over a widget; the cursor of the machine stays where it is."""
    place = QPointF(position)
    event = QMouseEvent(QEvent.MouseMove, place, Qt.NoButton, Qt.NoButton, Qt.NoModifier)
    QApplication.sendEvent(widget, event)


def test_it_asks_for_evaluations_only_while_visible(view) -> None:
    assert view.wants() == Wants(evaluate=True)
    view.hide()
    assert view.wants() == Wants()


def test_the_empty_view_offers_to_start(qtbot, context, view, monkeypatch) -> None:
    assert view.empty.isVisible()
    played = []
    monkeypatch.setattr(context.bridge, "_send", played.append)
    qtbot.mouseClick(view.empty.button, Qt.LeftButton)
    assert len(played) == 1
    context.bridge.state_changed.emit(State.RUNNING, "")
    assert not view.empty.button.isVisible()
    context.bridge.state_changed.emit(State.PAUSED, "")
    assert view.empty.button.isVisible()


def test_an_evaluation_is_shown_in_figures(context, view) -> None:
    send(context, evaluated(30), step=1234)
    assert view.accuracy.text() == "90.00 %"
    assert view.scope.text() == "on all 300 test images, step 1,234"
    assert view.matrix.counts.sum() == COUNT and view.matrix.counts[3, 4] == 3
    evaluation = evaluated(30)
    assert shown(view) == evaluation.worst(60).tolist()
    send(context, evaluated(3))
    assert view.accuracy.text() == "99.00 %" and len(shown(view)) == 3


def test_a_click_on_a_cell_shows_its_images_and_there_is_a_way_back(qtbot, context, view) -> None:
    send(context, evaluated(30))
    worst = shown(view)
    assert not view.back.isVisible()
    cell = view.matrix.cell_rect(Choice(3, 4)).center()
    qtbot.mouseClick(view.matrix, Qt.LeftButton, pos=cell)
    assert sorted(shown(view)) == [3, 13, 23]
    assert view.heading.text() == "“3” predicted as “4”: 3 images"
    send(context, evaluated(20))  # it stays on the cell while training goes on
    assert sorted(shown(view)) == [3, 13]
    send(context, evaluated(30))
    qtbot.mouseClick(view.back, Qt.LeftButton)
    assert shown(view) == worst and view.choice is None


def test_the_matrix_is_worked_with_the_keyboard(qtbot, context, view) -> None:
    send(context, evaluated(30))
    matrix = view.matrix
    matrix.setFocus()
    qtbot.keyClick(matrix, Qt.Key_Up)  # stays inside
    for key in (Qt.Key_Down, Qt.Key_Down, Qt.Key_Right, Qt.Key_Right, Qt.Key_Right):
        qtbot.keyClick(matrix, key)
    assert "“2” predicted as “3”: 3 of 30 images" in view.readout.text()
    qtbot.keyClick(matrix, Qt.Key_Return)
    assert sorted(shown(view)) == [2, 12, 22]
    qtbot.keyClick(matrix, Qt.Key_Backspace)
    assert view.choice is None


def test_pointing_at_a_cell_says_what_it_means(qtbot, context, view) -> None:
    send(context, evaluated(30))
    hover(view.matrix, view.matrix.cell_rect(Choice(5, 5)).center())
    assert view.readout.text() == "“5” predicted correctly: 27 of 30 images (90.0 %)"
    send(context, evaluated(0))  # right also after the next evaluation, under a mouse at rest
    assert view.readout.text() == "“5” predicted correctly: 30 of 30 images (100.0 %)"
    hover(view.matrix, QPoint(1, 1))
    assert "Click a cell" in view.readout.text()


def test_a_click_on_an_image_sends_it_to_the_network_view(qtbot, context, view) -> None:
    send(context, evaluated(30))
    place = view.gallery.visualRect(view.gallery.entries_model.index(2)).center()
    with qtbot.waitSignals([view.show_view, context.selection.changed]):
        qtbot.mouseClick(view.gallery.viewport(), Qt.LeftButton, pos=place)
    sample = context.selection.sample
    assert sample.index == shown(view)[2] and sample.label == sample.index % 10
    assert np.array_equal(sample.image, context.bridge.dataset.test_images[sample.index])


def test_the_gallery_is_worked_with_the_keyboard(qtbot, context, view) -> None:
    send(context, evaluated(30))
    view.gallery.setFocus()
    view.gallery.setCurrentIndex(view.gallery.entries_model.index(0))
    qtbot.keyClick(view.gallery, Qt.Key_Right)
    with qtbot.waitSignal(view.show_view):
        qtbot.keyClick(view.gallery, Qt.Key_Return)
    assert context.selection.sample.index == shown(view)[1]


def test_images_stand_still_under_the_mouse(qtbot, context, view, monkeypatch) -> None:
    send(context, evaluated(30))
    before = shown(view)
    monkeypatch.setattr(view.gallery.viewport(), "underMouse", lambda: True)
    send(context, evaluated(30, seed=1))
    assert shown(view) == before
    assert view.accuracy.text() == "90.00 %"
    QApplication.sendEvent(view.gallery, QEvent(QEvent.Leave))
    assert shown(view) == evaluated(30, seed=1).worst(60).tolist()


def test_cells_show_counts_or_shares(qtbot, context, view) -> None:
    send(context, evaluated(30))
    counts = view.matrix.grab().toImage()
    view.cells.setFocus()
    qtbot.keyClick(view.cells, Qt.Key_Down)
    assert view.matrix.as_share
    assert view.matrix.grab().toImage() != counts


def test_a_narrow_view_has_the_gallery_below_the_matrix(qtbot, context, view) -> None:
    send(context, evaluated(30))
    matrix, gallery = view.matrix.geometry, view.gallery.parentWidget().geometry
    assert gallery().left() > matrix().right()
    view.resize(480, 620)
    qtbot.waitUntil(lambda: gallery().top() > matrix().bottom())


def test_a_small_view_has_the_images_of_a_cell_in_place_of_the_matrix(qtbot, context, view) -> None:
    send(context, evaluated(30))
    view.resize(380, 300)
    qtbot.waitUntil(lambda: not view.gallery.isVisible())
    assert view.matrix.isVisible() and not view.back.isVisible()
    spot = view.matrix.cell_rect(Choice(3, 5)).center()
    qtbot.mouseClick(view.matrix, Qt.LeftButton, pos=spot)
    assert view.gallery.isVisible() and not view.matrix.isVisible()
    qtbot.mouseClick(view.back, Qt.LeftButton)
    assert view.matrix.isVisible() and not view.gallery.isVisible()


def test_long_class_names_and_small_sizes_are_painted(context, view) -> None:
    names = tuple(f"a rather long name {i}" for i in range(10))
    view.matrix.show_counts(evaluated(30).confusion, names)
    assert view.matrix.cell_rect(Choice(9, 9)).bottom() <= view.matrix.height()
    view.matrix.show_counts(np.eye(100, dtype=np.int64), tuple(map(str, range(100))))
    view.set_theme(DARK)
    assert view.matrix.cell_rect(Choice(99, 99)).bottom() <= view.matrix.height()
    assert not view.grab().isNull()


def test_cells_are_as_wide_as_their_figures(context, view) -> None:
    matrix = view.matrix
    matrix.resize(450, 250)
    matrix.show_counts(np.eye(10, dtype=np.int64) * 12, tuple("0123456789"))
    square = matrix.cell_rect(Choice(9, 9))
    assert square.width() == square.height() >= 19
    matrix.show_counts(np.eye(10, dtype=np.int64) * 1234, tuple("0123456789"))
    wide = matrix.cell_rect(Choice(9, 9))
    assert wide.height() == square.height() and wide.width() > QFontMetrics(font(SMALL)).horizontalAdvance(
        "1234"
    )
    assert matrix.cell_at(wide.right(), wide.top()) == Choice(9, 9)


def test_evaluations_of_other_images_are_ignored_and_a_new_run_clears(context, view) -> None:
    other = evaluated(3)
    context.bridge.run.dataset = None
    send(context, other)
    assert view.empty.isVisible()
    context.bridge.run.dataset = images()
    send(context, other)
    assert not view.empty.isVisible()
    context.bridge.run_started.emit(RunConfig(network=preset("classic")))
    assert view.empty.isVisible()


# --- beyond the accuracy ----------------------------------------------------------------------------


def rows(table) -> list[list[str]]:
    return [
        [table.text(row, column) for column in range(table.model().columnCount())]
        for row in range(len(table.rows_shown))
    ]


def test_a_row_of_figures_leads_to_its_images(qtbot, view, context) -> None:
    send(context, evaluated(60))
    view.cells.setCurrentIndex(2)
    assert view.classes.isVisible() and not view.matrix.isVisible()
    found = rows(view.classes.classes)
    assert len(found) == 11 and found[0] == ["0", "30", "80.0 %", "80.0 %", "80.0 %"]
    assert found[-1][:2] == ["Macro average", "300"]
    table = view.classes.confusions
    assert rows(table)[0] == ["0 → 1", "6", "20.0 %"]
    place = table.cell_rect(3, 0).center()
    qtbot.mouseClick(table.viewport(), Qt.LeftButton, pos=place)
    assert view.choice == Choice(3, 4) and len(shown(view)) == 6
    view.cells.setCurrentIndex(1)
    assert view.matrix.isVisible()


def test_the_reliability_diagram_is_read_with_the_mouse(view, context) -> None:
    evaluation = evaluated(100, seed=4)
    send(context, evaluation)
    view.cells.setCurrentIndex(3)
    QApplication.processEvents()
    diagram = view.reliability
    area = diagram.area()
    assert diagram.isVisible() and diagram.diagram.error > 0.1
    place = QPoint(int(area.left() + area.width() * 0.5), int(area.center().y()))
    hover(diagram, place)
    middle = (evaluation.confidence > 7 / 15) & (evaluation.confidence <= 8 / 15)
    assert f"Between 47 and 53 % sure: {middle.sum()} answers" in view.readout.text()
    hover(diagram, QPoint(2, 2))
    assert "Click a cell" in view.readout.text()


def test_a_limit_is_moved_along_the_rejection_curve(qtbot, view, context) -> None:
    evaluation = evaluated(60, seed=4)
    send(context, evaluation)
    view.cells.setCurrentIndex(4)
    page = view.rejection
    page.slider.setFocus()
    assert page.isVisible() and page.limit == 0.9 and page.caption.text() == "Doubted below 90 %"

    def said(limit: float) -> str:
        sure = evaluation.confidence >= limit
        hit = evaluation.labels == evaluation.predicted
        return (
            f"{sure.sum()} of 300 images answered ({100 * sure.mean():.1f} %), "
            f"{100 * hit[sure].mean():.2f} % of them right. "
            f"Doubted: {(hit & ~sure).sum()} right and {(~hit & ~sure).sum()} wrong answers."
        )

    assert page.words.text() == said(0.9)
    qtbot.keyClick(page.slider, Qt.Key_Left)
    assert page.limit == 0.85 and page.words.text() == said(0.85)
    middle = page.curve.place(0.5, 1.0).toPoint()
    qtbot.mouseClick(page.curve, Qt.LeftButton, pos=QPoint(middle.x(), 60))
    assert 0.4 < page.limit < 0.6 and page.words.text() == said(page.limit)
    qtbot.mouseClick(page.curve, Qt.LeftButton, pos=QPoint(0, 60))
    assert page.limit > 0.99
    before = page.limit
    send(context, evaluated(0))  # the limit stays, the figures follow
    assert page.limit == before and page.words.text().endswith("and 0 wrong answers.")


def test_figures_and_picture_are_saved(view, context, tmp_path, monkeypatch) -> None:
    target = tmp_path / "evaluation.csv"
    monkeypatch.setattr(context.dialogs, "save_file", lambda *_: target, raising=False)
    view.csv_action.trigger()  # before there is anything
    assert not target.exists()
    send(context, evaluated(60))
    view.csv_action.trigger()
    assert target.read_text() == view.metrics.csv() + "\n" + view.rejection.found.csv()
    target = tmp_path / "evaluation.png"
    view.png_action.trigger()
    picture = QImage(str(target))
    assert picture.width() > 3500 and len({picture.pixel(x, 400) for x in range(0, 2600, 3)}) > 5
    target = tmp_path / "no" / "evaluation.png"
    said = []
    context.notices.problem = said.append
    view.png_action.trigger()
    assert "Cannot write" in said[0]
