"""Taking a model away by hand: choose, look, copy, save; and opening one from elsewhere."""

from __future__ import annotations

import ast

import onnx
import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtGui import QFontDatabase
from PyQt5.QtWidgets import QApplication, QMainWindow
from safetensors.numpy import load_file

from engine.model.reference import THE_RUN, Shipped
from gui.dialogs.export_dialog import ExportDialog
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Selection
from gui.state.settings import Settings
from gui.style.theme import FIXED
from gui.widgets.questions import Dialogs
from gui.window.file_actions import FileActions

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


class Answers(Dialogs):
    def __init__(self):
        self.path = None
        self.suggestion = ""

    def save_file(self, title, suggestion, kinds):
        self.suggestion = suggestion
        return self.path

    def open_file(self, title, kinds):
        return self.path


@pytest.fixture
def context():
    selection = Selection()
    bridge = SessionBridge(selection)
    return AppContext(bridge, selection, ModelRegistry(bridge, "digits"), Notices(), Answers(), Settings())


@pytest.fixture
def dialog(qtbot, context):
    made = ExportDialog(context)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_the_class_and_the_layout_of_the_model_are_shown(dialog):
    assert dialog.which.currentText() == "Digits"
    assert "takes 28×28 pixels in grey" in dialog.facts.text()
    assert "class Digits(nn.Module)" in dialog.text.toPlainText()
    rows = [dialog.table.item(row, 0).text() for row in range(dialog.table.rowCount())]
    assert rows[:3] == ["mean", "std", "layers.0.weight"]
    assert dialog.table.item(2, 1).text() == "32×1×3×3" and dialog.table.item(2, 2).text() == "Convolution"


def test_the_letters_of_the_class_are_of_one_width(dialog):
    if not any(f"'{family}'" in FIXED for family in QFontDatabase().families()):
        pytest.skip("no such family is installed")
    metrics = dialog.text.fontMetrics()
    assert metrics.horizontalAdvance("iiii") == metrics.horizontalAdvance("mmmm")


def test_the_class_can_be_copied(qtbot, dialog):
    qtbot.mouseClick(dialog.copy, Qt.LeftButton)
    assert ast.parse(QApplication.clipboard().text())


@pytest.mark.parametrize(
    ("number", "suffix", "check"),
    [
        (0, ".safetensors", lambda path: "layers.0.weight" in load_file(path)),
        (1, ".onnx", lambda path: onnx.load(path).graph.input[0].name == "pixels"),
        (2, ".py", lambda path: ast.parse(path.read_text())),
    ],
)
def test_every_form_is_written(qtbot, dialog, context, tmp_path, number, suffix, check):
    dialog.which.setCurrentIndex(dialog.which.findData(Shipped("objects")))
    assert "in colour" in dialog.facts.text() and "class Objects" in dialog.text.toPlainText()
    button = dialog.forms.button(number)
    qtbot.mouseClick(button, Qt.LeftButton, pos=QPoint(8, button.height() // 2))
    context.dialogs.path = tmp_path / f"out{suffix}"
    qtbot.mouseClick(dialog.save, Qt.LeftButton)
    assert context.dialogs.suggestion == f"objects{suffix}"
    assert check(context.dialogs.path)
    assert not dialog.isVisible()


def test_going_back_writes_nothing_and_problems_keep_the_dialog(qtbot, dialog, context, tmp_path):
    qtbot.mouseClick(dialog.save, Qt.LeftButton)
    assert dialog.isVisible() and not dialog.problem.isVisible()
    context.dialogs.path = tmp_path / "none" / "x.safetensors"
    qtbot.mouseClick(dialog.save, Qt.LeftButton)
    assert "Cannot write" in dialog.problem.text() and dialog.isVisible()


def test_a_network_that_is_not_there_yet_cannot_be_taken_away(dialog):
    dialog.which.setCurrentIndex(dialog.which.findData(THE_RUN))
    assert "not there yet" in dialog.problem.text()
    assert not dialog.save.isEnabled() and not dialog.text.toPlainText()


def test_models_from_elsewhere_come_to_the_shelf(qtbot, context, dialog, tmp_path):
    context.dialogs.path = tmp_path / "away.onnx"
    dialog.forms.button(1).setChecked(True)
    qtbot.mouseClick(dialog.save, Qt.LeftButton)
    window = QMainWindow()
    qtbot.addWidget(window)
    told, problems = [], []
    context.notices.problem = problems.append
    context.notices.tell = told.append
    actions = FileActions(window, context, None, None)
    actions.open_model()
    qtbot.waitUntil(lambda: context.models.title(context.models.current) == "away")
    assert context.models.get(context.models.current).class_names == tuple("0123456789")
    assert told and not problems
    context.dialogs.path.write_bytes(b"nothing")
    actions.open_model()
    qtbot.waitUntil(lambda: bool(problems))
    assert "away.onnx is no" in problems[0]
    actions.export_model()
    opened = [child for child in window.children() if isinstance(child, ExportDialog)]
    assert len(opened) == 1 and opened[0].isVisible()
    opened[0].reject()
