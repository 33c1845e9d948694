"""Runs beside each other in a window, driven with the mouse and the keyboard."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PyQt5.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

import main
from engine.data.catalogue import load
from engine.data.folders import runs_folder
from engine.runs import names
from engine.runs.library import Library
from engine.task import Task
from gui.dialogs.compare.dialog import CompareDialog
from gui.dialogs.compare.settings import MARK
from gui.presenters.evaluate import Choice
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Sample, Selection
from gui.state.settings import Settings
from gui.style.theme import DARK, LIGHT
from gui.widgets.questions import Dialogs

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


@pytest.fixture
def context() -> AppContext:
    selection = Selection()
    bridge = SessionBridge(selection)
    return AppContext(bridge, selection, ModelRegistry(bridge), Notices(), Dialogs(), Settings())


@pytest.fixture
def compared(qtbot: QtBot, context: AppContext, data: str) -> Callable[[], CompareDialog]:
    """Record two runs, of 7 and 14 steps, and return what opens the comparison of them."""
    for epochs, rate in ((1, "0.02"), (2, "0.01")):
        options = ["--epochs", str(epochs), "--learning-rate", rate, "--threads", "1", "--quiet"]
        assert main.main(["train", "--data", data, *options]) == 0

    def show() -> CompareDialog:
        runs = sorted(Library(runs_folder()).runs(), key=lambda run: run.steps)
        dialog = CompareDialog(context, LIGHT, runs)
        dialog.setAttribute(Qt.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitUntil(lambda: dialog.comparison is not None)
        return dialog

    return show


def test_everything_stands_beside_each_other(
    qtbot: QtBot, compared: Callable[[], CompareDialog], context: AppContext, data: str
) -> None:
    dialog, dataset = compared(), load(data)
    assert [name.text()[:2] for name in dialog.names] == ["A:", "B:"]

    curves = dialog.curves
    assert [label.text[0] for label in curves.loss.labels._labels] == ["A", "B"]
    ends = [item.xData[-1] for item in curves._items[:3:2]]
    assert ends == [7, 14]
    qtbot.keyClick(curves.axis, Qt.Key_Down)  # epochs
    assert curves.axis.currentText() == "Epochs" and max(curves._items[0].xData) == pytest.approx(1)
    qtbot.mouseClick(curves.log, Qt.LeftButton, pos=QPoint(8, curves.log.height() // 2))
    assert curves.log.isChecked() and curves._items[0].yData[0] == pytest.approx(
        np.log10(dialog.comparison.sides[0].history.steps.column("loss")[0]), abs=0.3
    )
    middle = curves.charts.viewport().rect().center()
    qtbot.mouseMove(curves.charts.viewport(), middle - QPoint(9, 60))
    qtbot.mouseMove(curves.charts.viewport(), middle - QPoint(0, 60))
    qtbot.waitUntil(lambda: curves.readout.text().startswith("A: step "))
    assert "\nB: step " in curves.readout.text()

    dialog.tabs.setCurrentWidget(dialog.settings)
    table, only = dialog.settings.table, dialog.settings.only
    marked = [
        table.item(row, 0).text() for row in range(table.rowCount()) if table.item(row, 0).text()[0] == MARK
    ]
    assert sorted(marked) == [f"{MARK} epochs", f"{MARK} learning rate"]
    qtbot.mouseClick(only, Qt.LeftButton, pos=QPoint(8, only.height() // 2))
    assert [table.isRowHidden(row) for row in range(3)] == [False, False, True]

    dialog.tabs.setCurrentWidget(dialog.networks)
    one, other = dialog.networks.columns
    context.selection.choose(Sample(dataset.test_images[3], "test image 3", int(dataset.test_labels[3]), 3))
    qtbot.waitUntil(lambda: one.bars.values is not None and other.bars.values is not None)
    assert one.step.text() == "step 7, its last" and other.step.text() == "step 14"
    side = dialog.comparison.sides[1]
    assert np.array_equal(other.kernels.kernels, side.folder.network(14).params[0]["weight"])
    qtbot.keyClick(dialog.slider, Qt.Key_Home)
    qtbot.waitUntil(lambda: np.array_equal(other.kernels.kernels, side.folder.network(0).params[0]["weight"]))
    assert one.step.text() == other.step.text() == "step 0"
    assert one.answer.text().startswith("Answer: ")
    qtbot.keyClick(dialog.slider, Qt.Key_End)

    dialog.tabs.setCurrentWidget(dialog.answers)
    answers = dialog.answers
    qtbot.waitUntil(lambda: answers.answers is not None, timeout=20000)
    found = answers.answers
    assert answers.heading.text() == f"{len(found.disagreements)} disagreements in 160 test images"
    assert np.array_equal(answers.matrix.counts, found.difference)
    assert "B " in answers.accuracy.text() and len(found.disagreements) > 1
    cell = Choice(*map(int, np.argwhere(found.difference)[0]))
    qtbot.mouseClick(answers.matrix, Qt.LeftButton, pos=answers.matrix.cell_rect(cell).center())
    assert answers.back.isVisible() and "by B than by A" in answers.heading.text()
    shown = answers.gallery.entries_model.entries
    assert all(cell.true == entry.label for entry in shown) and len(shown) > 0
    place = answers.gallery.visualRect(answers.gallery.entries_model.index(0)).center()
    qtbot.mouseClick(answers.gallery.viewport(), Qt.LeftButton, pos=place)
    sample = context.selection.sample
    assert sample.source == f"test image {shown[0].index}" and "A says" in answers.readout.text()
    assert np.array_equal(sample.image, dataset.test_images[shown[0].index])
    dialog.set_theme(DARK)
    dialog.close()


def test_asking_is_stopped_and_begun_again(
    qtbot: QtBot, compared: Callable[[], CompareDialog], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gui.dialogs.compare import answers as module

    begun, real = threading.Event(), module.evaluations

    def slow(models: object, dataset: object, workers: object, task: Task) -> object:
        begun.set()
        task.wait(30)  # until it is cancelled
        return real(models, dataset, workers, task)

    dialog = compared()
    with monkeypatch.context() as patch:
        patch.setattr(module, "evaluations", slow)
        dialog.tabs.setCurrentWidget(dialog.answers)
        qtbot.waitUntil(begun.is_set)
        assert dialog.answers.cancel.isVisible()
        with qtbot.waitSignal(dialog.answers.asked):
            qtbot.mouseClick(dialog.answers.cancel, Qt.LeftButton)
    assert dialog.answers.answers is None and "Stopped" in dialog.answers.note.text()
    qtbot.mouseClick(dialog.answers.again, Qt.LeftButton)
    qtbot.waitUntil(lambda: dialog.answers.answers is not None, timeout=20000)
    dialog.close()


def test_what_is_missing_is_said_and_the_rest_is_shown(
    qtbot: QtBot, compared: Callable[[], CompareDialog]
) -> None:
    runs = sorted(Library(runs_folder()).runs(), key=lambda run: run.steps)
    newest = Path(runs[1].path) / names.WEIGHTS / names.weights_file(14)
    newest.write_bytes(newest.read_bytes()[:-7])
    (Path(runs[0].path) / names.STEPS).write_text("torn")
    dialog = compared()
    assert names.STEPS in dialog.words.text()
    dialog.tabs.setCurrentWidget(dialog.networks)
    other = dialog.networks.columns[1]
    qtbot.waitUntil(lambda: newest.name in other.answer.text())
    dialog.tabs.setCurrentWidget(dialog.answers)
    qtbot.waitUntil(lambda: newest.name in dialog.answers.note.text(), timeout=20000)
    dialog.close()


@pytest.mark.usefixtures("compared")
def test_a_closed_comparison_asks_for_no_other_image(qtbot: QtBot, context: AppContext, data: str) -> None:
    dialog = CompareDialog(context, LIGHT, Library(runs_folder()).runs())
    dialog.show()
    qtbot.waitUntil(lambda: dialog.comparison is not None)
    with qtbot.waitSignal(dialog.destroyed):
        dialog.close()
    context.selection.choose(Sample(load(data).test_images[0], "test image 0"))
