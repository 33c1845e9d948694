"""What files say of themselves is shown letter by letter in every part of the window."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt5.QtCore import QAbstractItemModel, QObject, Qt
from PyQt5.QtGui import QTextDocument
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAbstractItemView, QApplication, QComboBox, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from engine.data.dataset import Dataset
from engine.data.own import store as keep_set
from engine.data.preprocess import Preprocessing
from engine.model.model_file import Model, save_model
from engine.model.network import Network
from engine.model.reference import Opened
from engine.model.spec import preset
from engine.training.config import RunConfig
from gui.app.build import Kernelscope
from gui.dialogs.export_dialog import ExportDialog
from gui.dialogs.own_pictures.dialog import OwnPicturesDialog
from gui.dialogs.teach.dialog import TeachDialog
from gui.presenters.evaluate import Choice
from gui.widgets.confusion_matrix import ConfusionMatrix
from gui.widgets.questions import Dialogs
from tests.gui.window.conftest import Answers

MARKUP = "<b>bold</b>"
CLASSES = (
    MARKUP,
    '<img src="http://127.0.0.1:9/x.png">',
    "A&lt;B &amp; C",
    "\x1b[31mred\x1b[0m",
    "right\u202eleft",
    "two\nlines\r\n",
    "<h1>",
    "c" * 5000,
)
FORBIDDEN = ("\x1b", "\u202e", "\r")


@pytest.fixture
def config(data_elsewhere: Path) -> RunConfig:
    """Return settings for a data set of one's own whose names are hostile."""
    rng, count = np.random.default_rng(4), 40 * len(CLASSES)
    images, labels = (
        rng.integers(0, 256, (count, 1, 28, 28)).astype(np.uint8),
        np.arange(count) % len(CLASSES),
    )
    made = Dataset("own", "own", CLASSES, images, labels, images[:16], labels[:16])
    name = keep_set(made, f"{MARKUP} data")
    network = preset("classic", (1, 28, 28), len(CLASSES))
    return RunConfig(network, data=name, validation_images=40, validation_every=5, epochs=50, batch_size=20)


def hostile_model(path: Path) -> Path:
    """Write a model whose names, note and file name are hostile."""
    network = Network.new(preset("classic", (1, 28, 28), len(CLASSES)), 1)
    record = {"note": f"{MARKUP} \x1b[31mnote", "teaching": {"title": MARKUP, "origin": "<i>x</i>"}}
    save_model(path, Model(network, Preprocessing((0.3,), (0.3,)), CLASSES, record))
    return path


def texts(root: QObject) -> Iterator[tuple[str, str, bool]]:
    """Yield every text of a window with its place, and whether Qt would take markup in it for markup."""
    for widget in [root, *root.findChildren(QWidget)]:
        assert isinstance(widget, QWidget)
        where = f"{type(widget).__name__} {widget.objectName()} {widget.accessibleName()}"
        yield where + " tooltip", widget.toolTip(), True
        if isinstance(widget, QLabel):
            yield where, widget.text(), widget.textFormat() != Qt.PlainText
        if isinstance(widget, QComboBox | QAbstractItemView) and widget.model() is not None:
            yield from items(widget.model(), where)


def items(model: QAbstractItemModel, where: str) -> Iterator[tuple[str, str, bool]]:
    for row in range(model.rowCount()):
        for column in range(10):
            index = model.index(row, column)
            if not index.isValid():
                break
            yield where, str(index.data() or ""), False
            yield where + " tooltip", str(index.data(Qt.ToolTipRole) or ""), True


def check(root: QWidget) -> str:
    """Fail if a text is interpreted, or holds what Qt obeys; returns all that is shown."""
    seen = []
    for where, text, rich in texts(root):
        shown = text
        if rich and Qt.mightBeRichText(text) and "Kernelscope" not in text:
            document = QTextDocument()
            document.setHtml(text)
            shown = document.toPlainText()
            inner = text.removeprefix("<qt>").removesuffix("</qt>").replace("<br>", "")
            assert "<" not in inner, f"{where} interprets {text[:80]!r}"
        assert not any(mark in shown for mark in FORBIDDEN), f"{where} shows {shown[:80]!r}"
        seen.append(shown)
    return "\n".join(seen)


def test_the_whole_window_shows_names_letter_by_letter(
    qtbot: QtBot, program: Kernelscope, dialogs: Answers, tmp_path: Path
) -> None:
    window, context = program.window, program.context
    window.tile(True)
    path = hostile_model(tmp_path / "<u>m\u202e.safetensors")
    dialogs.file = path
    window.actions_.by_key["open_model"].trigger()
    qtbot.waitUntil(lambda: MARKUP in window.notice_bar.text)
    assert "\x1b" not in window.notice_bar.text
    context.models.choose(Opened(path))
    context.bridge.advance(12)
    qtbot.waitUntil(lambda: context.bridge.steps >= 12, timeout=30000)
    picture = tmp_path / "<b>picture\u202e\x1b.png"
    Image.fromarray(np.arange(784, dtype=np.uint8).reshape(28, 28)).save(picture)
    window.pad.open_picture(picture)
    qtbot.waitUntil(lambda: window.pad.image is not None, timeout=20000)
    context.notices.problem(f"Cannot read {MARKUP}\x1b[0m\u202e.")
    (matrix,) = window.findChildren(ConfusionMatrix)
    qtbot.waitUntil(lambda: matrix.counts.sum() > 0, timeout=30000)
    QTest.mouseMove(matrix, matrix.cell_rect(Choice(0, 0)).center())
    qtbot.waitUntil(lambda: bool(matrix.toolTip()))
    seen = check(window)
    assert seen.count(MARKUP) > 5 and "\ufffd" in seen


def test_dialogs_show_names_letter_by_letter(
    qtbot: QtBot, program: Kernelscope, dialogs: Answers, tmp_path: Path
) -> None:
    context, theme = program.context, program.window.theme
    path = hostile_model(tmp_path / "<b>m.safetensors")
    dialogs.file = path
    program.window.actions_.by_key["open_model"].trigger()
    qtbot.waitUntil(lambda: Opened(path) in context.models.references)
    folder = tmp_path / "<i>set"
    for name in ("<b>one", "two\u202e", "three\x1b"):
        (folder / name).mkdir(parents=True)
        for number in range(4):
            pixels = np.full((9, 9), 40 * number, np.uint8)
            Image.fromarray(pixels).save(folder / name / f"<u>{number}.png")
        (folder / name / "<s>no.png").write_bytes(b"none")
    own = OwnPicturesDialog(context, theme, program.window)
    own._open(folder)
    qtbot.waitUntil(lambda: own.state.found is not None, timeout=20000)
    for dialog in (own, ExportDialog(context, program.window)):
        dialog.show()
        qtbot.waitExposed(dialog)
        assert "<b>" in check(dialog)
        dialog.close()
    teach = TeachDialog(context, theme, Opened(path), program.window)
    teach.show()
    qtbot.waitExposed(teach)
    check(teach)
    teach.close()


def test_a_question_interprets_nothing(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[QMessageBox] = []
    monkeypatch.setattr(QMessageBox, "exec_", lambda box: asked.append(box))
    Dialogs().choose(f"Remove \u201c{MARKUP}\u202e\u201d?", ["Remove"])
    assert asked[0].textFormat() == Qt.PlainText
    assert MARKUP in asked[0].text() and "\u202e" not in asked[0].text()


def test_names_of_a_network_in_training_are_clean(program: Kernelscope, config: RunConfig) -> None:
    dataset = program.context.bridge.dataset
    assert dataset is not None and dataset.name == config.data
    assert all(name.isprintable() and len(name) <= 255 for name in dataset.class_names)
    assert dataclasses.replace(dataset, class_names=CLASSES).class_names == dataset.class_names
