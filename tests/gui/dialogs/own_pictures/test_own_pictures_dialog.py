"""Making a data set of one's own pictures by hand: choose, drop, look, stop, add, remove."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from PyQt5.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt5.QtGui import QDragEnterEvent, QDropEvent, QHelpEvent
from PyQt5.QtWidgets import QApplication, QToolTip

from engine.data.folders import own_folder
from engine.data.own import load_own
from engine.data.pictures import scan as scanning
from gui.dialogs.own_pictures.dialog import OwnPicturesDialog
from gui.state.notices import Notices
from gui.style.theme import DARK, LIGHT
from gui.widgets.questions import Dialogs

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


class Answers(Dialogs):
    def __init__(self):
        self.path = None

    def open_folder(self, title):
        return self.path

    def open_file(self, title, kinds):
        return self.path


@pytest.fixture
def context():
    return SimpleNamespace(dialogs=Answers(), notices=Notices())


@pytest.fixture
def pictures(tmp_path):
    rng = np.random.default_rng(2)
    root = tmp_path / "shapes"
    for name, count in (("circle", 12), ("cross", 12), ("dot", 3)):
        (root / name).mkdir(parents=True)
        for index in range(count):
            pixels = rng.integers(0, 256, (30, 40, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(root / name / f"{index}.png")
    (root / "circle" / "broken.png").write_text("nothing")
    return root


@pytest.fixture
def dialog(qtbot, context):
    made = OwnPicturesDialog(context, LIGHT)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def choose(qtbot, dialog, path, button=None):
    dialog._context.dialogs.path = path
    qtbot.mouseClick(button or dialog.folder, Qt.LeftButton)
    qtbot.waitUntil(lambda: not dialog.job.busy)


def type_into(qtbot, widget, text):
    widget.setFocus()
    widget.selectAll()
    qtbot.keyClicks(widget, text)


def test_nothing_can_be_added_before_something_is_chosen(dialog):
    assert not dialog.add.isEnabled()
    assert "Choose a folder" in dialog.add.toolTip()
    assert not dialog.left_out.isVisible() and not dialog.own.isVisible()


def test_a_folder_is_looked_through_and_added(qtbot, dialog, pictures):
    choose(qtbot, dialog, pictures)
    assert dialog.summary.text() == "27 pictures in 3 classes; 22 training, 5 test pictures."
    assert dialog.form.title.text() == "shapes"
    table = dialog.form.classes
    rows = [[table.item(row, column).text() for column in range(4)] for row in range(table.rowCount())]
    assert rows == [
        ["circle", "10", "2", ""],
        ["cross", "10", "2", ""],
        ["dot", "2", "1", "few pictures"],
    ]
    assert "dot" in dialog.form.warnings.text()
    type_into(qtbot, dialog.form.title, "My shapes")
    with qtbot.waitSignal(dialog.added) as added:
        qtbot.mouseClick(dialog.add, Qt.LeftButton)
    assert added.args == ["own-my-shapes"]
    qtbot.waitUntil(lambda: not dialog.isVisible())
    dataset = load_own(own_folder() / "own-my-shapes.npz")
    assert dataset.title == "My shapes"
    assert dataset.in_shape == (3, 30, 30)
    assert len(dataset.train_images) == 22 and len(dataset.test_images) == 5


def test_what_is_left_out_is_listed_and_can_be_copied(qtbot, dialog, pictures):
    choose(qtbot, dialog, pictures)
    assert dialog.left_out.button.text() == "Left out (1)"
    assert not dialog.left_out.list.isVisible()
    qtbot.mouseClick(dialog.left_out.button, Qt.LeftButton)
    assert dialog.left_out.list.isVisible()
    qtbot.mouseClick(dialog.left_out.copy, Qt.LeftButton)
    assert QApplication.clipboard().text().endswith("broken.png: It is not a picture.")


def test_size_and_colours_change_the_preview(qtbot, dialog, pictures):
    choose(qtbot, dialog, pictures)
    before = dialog.preview.sheet.grab().toImage()
    size = dialog.form.form.fields["size"].editor.lineEdit()
    type_into(qtbot, size, "8")
    qtbot.keyClick(size, Qt.Key_Return)
    assert dialog.isVisible()
    assert dialog.state.options.size == 8
    assert dialog.state.pairs(0)[0].image.shape == (3, 8, 8)
    small = dialog.preview.sheet.grab().toImage()
    assert small != before
    qtbot.mouseClick(dialog.form.form.fields["colour"].editor, Qt.LeftButton, pos=QPoint(8, 10))
    assert dialog.state.pairs(0)[0].image.shape == (1, 8, 8)
    place = dialog.preview.sheet.place(0, 0)
    grey = dialog.preview.sheet.grab().toImage()
    # Magnified by 9 without smoothing: every image pixel is a square of one grey.
    image = dialog.state.pairs(0)[0].image[0]
    for row, column in ((0, 0), (3, 5), (7, 7)):
        for inside in (0, 8):
            colour = grey.pixelColor(place.x() + 9 * column + inside, place.y() + 9 * row + inside)
            assert colour.red() == colour.blue() == image[row, column]


def test_a_wrong_size_or_no_title_says_why_nothing_can_be_added(qtbot, dialog, pictures):
    choose(qtbot, dialog, pictures)
    size = dialog.form.form.fields["size"].editor.lineEdit()
    type_into(qtbot, size, "500")
    assert not dialog.add.isEnabled() and "500" in dialog.problem.text()
    type_into(qtbot, size, "16")
    assert dialog.add.isEnabled() and not dialog.problem.text()
    type_into(qtbot, dialog.form.title, " ")
    assert not dialog.add.isEnabled() and "title" in dialog.problem.text()


def test_one_class_is_refused_in_words(qtbot, dialog, tmp_path):
    (tmp_path / "one" / "cat").mkdir(parents=True)
    Image.new("L", (9, 9)).save(tmp_path / "one" / "cat" / "1.png")
    choose(qtbot, dialog, tmp_path / "one")
    assert "at least 2 classes" in dialog.problem.text()
    assert not dialog.add.isEnabled()


def test_what_cannot_be_read_is_said(qtbot, dialog, tmp_path):
    choose(qtbot, dialog, tmp_path / "none.csv", dialog.file)
    assert "none.csv" in dialog.problem.text()
    assert not dialog.add.isEnabled()


def test_going_back_in_the_question_changes_nothing(qtbot, dialog):
    choose(qtbot, dialog, None)
    assert dialog.state.found is None and not dialog.problem.text()


class Slow:
    """Holds each picture back until the test lets it go."""

    def __init__(self, monkeypatch):
        self.go = threading.Event()
        real = scanning.is_coloured

        def slowly(picture):
            self.go.wait(5)
            return real(picture)

        monkeypatch.setattr(scanning, "is_coloured", slowly)


def test_reading_shows_its_progress_and_can_be_stopped(qtbot, dialog, pictures, monkeypatch):
    slow = Slow(monkeypatch)
    dialog._context.dialogs.path = pictures
    qtbot.mouseClick(dialog.folder, Qt.LeftButton)
    assert dialog.job.isVisible() and not dialog.folder.isEnabled() and not dialog.add.isEnabled()
    qtbot.waitUntil(lambda: dialog.job.words.text() == "Reading 0 of 28 pictures")
    slow.go.set()
    qtbot.mouseClick(dialog.job.button, Qt.LeftButton)
    assert dialog.state.found is None
    assert not dialog.job.isVisible() and dialog.folder.isEnabled()


def test_closing_ends_the_thread(qtbot, dialog, pictures, monkeypatch):
    slow = Slow(monkeypatch)
    dialog.look_through(pictures)
    assert dialog.job._runner.working
    slow.go.set()
    qtbot.keyClick(dialog, Qt.Key_Escape)
    assert not dialog.isVisible() and not dialog.job.busy
    assert dialog.state.found is None


def test_a_split_that_is_laid_down_cannot_be_changed(qtbot, dialog, tmp_path):
    images = np.arange(10 * 9 * 9, dtype=np.uint8).reshape(10, 9, 9)
    labels = np.arange(10) % 2
    np.savez(tmp_path / "a.npz", x_train=images, y_train=labels, x_test=images[:2], y_test=labels[:2])
    choose(qtbot, dialog, tmp_path / "a.npz", dialog.file)
    assert not dialog.form.form.fields["test_share"].isEnabled()
    assert "2 of the pictures to test on are also among" in dialog.form.warnings.text()
    assert dialog.add.isEnabled()


def mime(*paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(dialog, data):
    enter = QDragEnterEvent(QPoint(9, 9), Qt.CopyAction, data, Qt.LeftButton, Qt.NoModifier)
    QApplication.sendEvent(dialog, enter)
    if enter.isAccepted():
        event = QDropEvent(QPointF(9, 9), Qt.CopyAction, data, Qt.LeftButton, Qt.NoModifier)
        QApplication.sendEvent(dialog, event)
    return enter.isAccepted()


def test_a_folder_can_be_dropped(qtbot, dialog, pictures):
    assert drop(dialog, mime(pictures))
    qtbot.waitUntil(lambda: dialog.state.found is not None)
    assert dialog.state.found.class_names == ("circle", "cross", "dot")


def test_other_things_are_not_taken(dialog, pictures):
    assert not drop(dialog, mime(pictures / "circle" / "0.png"))
    assert not drop(dialog, mime(pictures, pictures))
    assert not drop(dialog, mime())


def test_a_picture_says_its_name(qtbot, dialog, pictures):
    choose(qtbot, dialog, pictures)
    sheet = dialog.preview.sheet
    place = sheet.place(1, 2).center()
    QApplication.sendEvent(sheet, QHelpEvent(QEvent.ToolTip, place, sheet.mapToGlobal(place)))
    assert QToolTip.text() == str(pictures.joinpath("cross", "2.png").relative_to(pictures))
    assert sheet.pair_at(place.x(), 5) is None


def test_both_themes_paint(qtbot, dialog, pictures):
    choose(qtbot, dialog, pictures)
    light = dialog.form.classes.item(2, 3).foreground().color().name()
    dialog.set_theme(DARK)
    assert dialog.form.classes.item(2, 3).foreground().color().name() != light


# --- questions ---------------------------------------------------------------------------------------


@pytest.fixture
def odd(tmp_path):
    path = tmp_path / "odd.npz"
    rng = np.random.default_rng(4)
    np.savez(path, images=rng.normal(size=(30, 12, 12)), labels=np.arange(30) % 2)
    return path


def answer(qtbot, dialog, about, row):
    box = dialog.form.questions.rows[about].box
    box.setFocus()
    box.setCurrentIndex(row)
    box.activated.emit(row)
    qtbot.waitUntil(lambda: not dialog.job.busy)


def test_how_a_folder_was_understood_is_said(qtbot, dialog, pictures):
    choose(qtbot, dialog, pictures)
    assert dialog.understood.text() == "Each folder of shapes/ is a class."
    rows = dialog.form.questions.rows
    assert not rows["classes"].isVisible()
    assert rows["range"].box.currentText() == "0 to 255" and not rows["range"].words.isVisible()


def test_a_range_that_is_not_clear_is_asked_and_shown(qtbot, dialog, odd):
    choose(qtbot, dialog, odd, dialog.file)
    row = dialog.form.questions.rows["range"]
    assert row.box.currentText() == "Please choose\u2026"
    assert "not clear" in row.words.text() and "not clear" in dialog.problem.text()
    assert not dialog.add.isEnabled()
    type_into(qtbot, dialog.form.title, "Mine")
    before = dialog.preview.sheet.grab().toImage()
    answer(qtbot, dialog, "range", row.box.count() - 1)
    assert row.own.isVisible() and not dialog.add.isEnabled()
    type_into(qtbot, row.own, "0 8 15")
    qtbot.keyClick(row.own, Qt.Key_Return)
    assert "two numbers" in row.words.text()
    type_into(qtbot, row.own, "-20 to 20")
    qtbot.keyClick(row.own, Qt.Key_Return)
    qtbot.waitUntil(lambda: not dialog.job.busy and dialog.add.isEnabled())
    assert row.box.currentText() == "-20 to 20" and not row.words.isVisible()
    assert "-20 is black, 20 is white" in dialog.understood.text()
    assert dialog.preview.sheet.grab().toImage() != before
    assert dialog.form.title.text() == "Mine"


def test_classes_that_are_not_clear_are_asked(qtbot, dialog, pictures):
    for part in ("camera1", "camera2"):
        for name in ("circle", "cross"):
            (pictures / part / name).mkdir(parents=True)
    for index, path in enumerate(sorted((pictures / "circle").glob("*.png"))[:12]):
        path.rename(pictures / f"camera{index % 2 + 1}" / "circle" / path.name)
    for index, path in enumerate(sorted((pictures / "cross").glob("*.png"))):
        path.rename(pictures / f"camera{index % 2 + 1}" / "cross" / path.name)
    for name in ("circle", "cross", "dot"):
        for path in (pictures / name).iterdir():
            path.unlink()
        (pictures / name).rmdir()
    choose(qtbot, dialog, pictures)
    row = dialog.form.questions.rows["classes"]
    assert row.isVisible() and not dialog.add.isEnabled()
    assert [row.box.itemText(index) for index in range(row.box.count())] == [
        "Please choose\u2026",
        "folders",
        "innermost folders",
    ]
    answer(qtbot, dialog, "classes", 2)
    assert dialog.state.found.class_names == ("circle", "cross") and dialog.add.isEnabled()
    answer(qtbot, dialog, "classes", 0)
    assert dialog.state.found.class_names == ("camera1", "camera2") and dialog.add.isEnabled()
    choose(qtbot, dialog, pictures)
    assert not dialog.add.isEnabled()


def test_an_answer_that_fails_leaves_what_was_there(qtbot, dialog, odd):
    choose(qtbot, dialog, odd, dialog.file)
    row = dialog.form.questions.rows["range"]
    odd.unlink()
    answer(qtbot, dialog, "range", 1)
    assert "odd.npz" in dialog.problem.text()
    assert row.box.currentText() == "Please choose\u2026"
    assert len(dialog.state.found.names) == 30 and not dialog.add.isEnabled()
