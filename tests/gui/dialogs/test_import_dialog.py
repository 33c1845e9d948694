"""Taking in a model of another program by hand: what is understood, tried, chosen, named and refused."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QLabel, QMainWindow

from engine.exchange import input_range
from engine.exchange.onnx_write import to_onnx
from engine.model.model_file import find_model
from engine.model.reference import Shipped
from gui.dialogs.import_dialog import ImportDialog
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Selection
from gui.state.settings import Settings
from gui.widgets.questions import Dialogs
from gui.window.file_actions import FileActions

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


class Answers(Dialogs):
    def __init__(self):
        self.path = None

    def open_file(self, title, kinds):
        return self.path


@pytest.fixture(autouse=True)
def few_images(monkeypatch):
    monkeypatch.setattr(input_range, "IMAGES", 200)


@pytest.fixture
def context():
    selection = Selection()
    bridge = SessionBridge(selection)
    made = AppContext(bridge, selection, ModelRegistry(bridge, "digits"), Notices(), Answers(), Settings())
    made.notices.told, made.notices.problems = [], []
    made.notices.tell, made.notices.problem = made.notices.told.append, made.notices.problems.append
    return made


def foreign(path, *outputs):
    """Write the shipped digits model as another program would; it takes pixels from 0 to 1."""
    file = onnx.load_model_from_string(to_onnx(find_model("digits")))
    del file.metadata_props[:]
    for tensor in file.graph.initializer:
        if tensor.name in ("mean", "std"):
            tensor.CopyFrom(
                numpy_helper.from_array(numpy_helper.to_array(tensor) / np.float32(255), tensor.name)
            )
    for name in outputs:
        file.graph.output.append(helper.make_empty_tensor_value_info(name))
    path.write_bytes(file.SerializeToString())
    return path


def opened(qtbot, context, path):
    """Open the file as the menu does; return the dialog that asks."""
    window = QMainWindow()
    qtbot.addWidget(window)
    context.dialogs.path = path
    FileActions(window, context, None, None).open_model()
    qtbot.waitUntil(lambda: bool(window.findChildren(ImportDialog)))
    (dialog,) = window.findChildren(ImportDialog)
    qtbot.waitUntil(lambda: dialog.take.isEnabled(), timeout=20000)
    return window, dialog


def test_the_range_that_does_best_is_suggested_with_all_figures(qtbot, context, tmp_path):
    _window, dialog = opened(qtbot, context, foreign(tmp_path / "theirs.onnx"))
    assert "197,866 weights, 10 classes, images of 28x28 pixels in grey" in dialog.facts.text()
    words = [dialog.range.itemText(row) for row in range(dialog.range.count())]
    assert [text.split(",")[0] for text in words] == [
        "Pixels from 0 to 255",
        "Pixels from 0 to 1",
        "Pixels from -1 to 1",
        "Mean and deviation of MNIST",
    ]
    assert all("%" in text for text in words)
    assert dialog.range.currentText().startswith(
        "Pixels from 0 to 1"
    ) and dialog.range.currentText().endswith("best")
    assert "Tried on 200 test images of MNIST: " in dialog.how.text()
    assert not dialog.output.isVisible()
    qtbot.mouseClick(dialog.take, Qt.LeftButton)
    assert context.models.title(context.models.current) == "theirs"
    model, ours = context.models.get(context.models.current), find_model("digits")
    np.testing.assert_allclose(model.preprocessing.mean, ours.preprocessing.mean, rtol=1e-3)
    assert context.notices.told == ["Opened theirs.onnx; the Test panel answers with it."]


def test_range_and_names_can_be_chosen(qtbot, context, tmp_path):
    _window, dialog = opened(qtbot, context, foreign(tmp_path / "theirs.onnx"))
    dialog.range.setFocus()
    qtbot.keyClick(dialog.range, Qt.Key_Down)
    dialog.names.selectAll()
    qtbot.keyClicks(dialog.names, "a, b")
    assert dialog.problem.text() == "There are 2 names; the model has 10 classes."
    assert not dialog.take.isEnabled()
    dialog.names.selectAll()
    qtbot.keyClicks(dialog.names, "a,b,c,d,e,f,g,h,i,i")
    assert dialog.problem.text() == "Two classes have the same name."
    qtbot.keyClick(dialog.names, Qt.Key_Backspace)
    qtbot.keyClicks(dialog.names, "j")
    assert not dialog.problem.text()
    qtbot.keyClick(dialog.names, Qt.Key_Return)
    model = context.models.get(context.models.current)
    assert model.class_names == tuple("abcdefghij")
    np.testing.assert_allclose(model.preprocessing.std[0], 0.3081 * 0.5, rtol=1e-3)


def test_one_of_two_outputs_is_chosen(qtbot, context, tmp_path):
    file = onnx.load(foreign(tmp_path / "theirs.onnx"))
    inner = next(node for node in file.graph.node if node.op_type == "Flatten").output[0]
    _window, dialog = opened(qtbot, context, foreign(tmp_path / "theirs.onnx", inner))
    names = [dialog.output.itemText(row) for row in range(dialog.output.count())]
    assert names == ["probabilities", inner] or names == ["logits", inner]
    assert dialog.output.isVisible()
    dialog.output.setCurrentIndex(1)
    dialog.output.activated.emit(1)
    qtbot.waitUntil(lambda: dialog.take.isEnabled(), timeout=20000)
    assert dialog.imported.network.classes > 10
    assert "this is a guess" in dialog.how.text()
    dialog.reject()
    assert context.models.current == Shipped("digits")


def test_what_cannot_be_read_is_told_in_the_window(qtbot, context, tmp_path):
    path = tmp_path / "odd.onnx"
    file = onnx.load(foreign(path))
    next(node for node in file.graph.node if node.op_type == "Relu").op_type = "Elu"
    path.write_bytes(file.SerializeToString())
    window = QMainWindow()
    qtbot.addWidget(window)
    context.dialogs.path = path
    FileActions(window, context, None, None).open_model()
    qtbot.waitUntil(lambda: bool(context.notices.problems), timeout=20000)
    assert "holds the operation 'Elu'" in context.notices.problems[0]
    qtbot.waitUntil(lambda: not window.findChildren(ImportDialog))


def test_closing_ends_the_trying(qtbot, context, tmp_path, monkeypatch):
    monkeypatch.setattr(input_range, "IMAGES", 10_000)
    window = QMainWindow()
    qtbot.addWidget(window)
    context.dialogs.path = foreign(tmp_path / "theirs.onnx")
    FileActions(window, context, None, None).open_model()
    qtbot.waitUntil(lambda: bool(window.findChildren(ImportDialog)))
    (dialog,) = window.findChildren(ImportDialog)
    qtbot.waitUntil(dialog.isVisible, timeout=20000)
    assert not dialog.take.isEnabled() and dialog.bar.isVisible()
    dialog.reject()
    qtbot.waitUntil(lambda: not window.findChildren(ImportDialog))
    assert window.findChildren(QLabel) == []
