"""Pictures reach the Test panel by file, drop and clipboard; parts are chosen and digits found."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt5.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt5.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage
from PyQt5.QtWidgets import QApplication

from engine.data.catalogue import load
from engine.data.preprocess import Preprocessing
from engine.model.model_file import Model, find_model
from engine.model.network import Network
from engine.model.reference import Opened, Shipped
from engine.model.spec import preset
from gui.panels import pad_intake
from gui.panels import pad_reading as module
from gui.panels.pad import PadPanel
from gui.presenters.examples import example
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Selection
from gui.state.settings import Settings
from gui.style.theme import LIGHT
from gui.widgets.questions import Dialogs

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


class Answers(Dialogs):
    """Answers the question for a file."""

    file = None

    def open_file(self, title, kinds):
        return self.file


@pytest.fixture
def context():
    selection = Selection()
    bridge = SessionBridge(selection)
    return AppContext(bridge, selection, ModelRegistry(bridge, "digits"), Notices(), Answers(), Settings())


@pytest.fixture
def pad(qtbot, context):
    panel = PadPanel(context, LIGHT)
    qtbot.addWidget(panel)
    panel.resize(264, 760)
    panel.show()
    qtbot.waitExposed(panel)
    qtbot.waitUntil(lambda: panel.reading is not None)  # the network that answers has been read
    return panel


@pytest.fixture
def number(tmp_path):
    """Return a file with 7, 2, 1 on grey paper, dark at one side."""
    sheet = np.zeros((200, 420))
    for place in range(3):
        digit = Image.fromarray(load("mnist").test_images[place, 0]).resize((110, 110))
        sheet[40:150, 20 + 130 * place : 130 + 130 * place] = np.asarray(digit) / 255
    light = np.linspace(0.45, 0.9, 420)
    path = tmp_path / "number.png"
    Image.fromarray((255 * light * (1 - 0.7 * sheet)).astype(np.uint8)).save(path)
    return path


def mime_of(path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    return mime


def drop(pad, mime):
    """Drop ``mime`` in the middle of the panel; returns whether it was accepted."""
    middle = pad.rect().center()
    enter = QDragEnterEvent(middle, Qt.CopyAction, mime, Qt.LeftButton, Qt.NoModifier)
    QApplication.sendEvent(pad, enter)
    if enter.isAccepted():
        event = QDropEvent(QPointF(middle), Qt.CopyAction, mime, Qt.LeftButton, Qt.NoModifier)
        QApplication.sendEvent(pad, event)
    return enter.isAccepted()


def read(pad):
    return pad.reading.answers


def test_a_dropped_file_is_read_digit_by_digit(qtbot, context, pad, number):
    assert drop(pad, mime_of(number))
    qtbot.waitUntil(lambda: read(pad) == ["7", "2", "1"])
    assert pad.number.text.text() == "Reads 7 2 1"
    assert pad.number.isVisible()
    assert pad.card.headline.text().startswith("7,")
    qtbot.keyClick(pad.picture, Qt.Key_Right)
    assert pad.card.headline.text().startswith("2,")
    qtbot.mouseClick(pad.number.buttons[1], Qt.LeftButton)
    assert pad.card.headline.text().startswith("1,")
    first = pad.picture.to_widget((pad.found[0].box.left, 60, pad.found[0].box.right, 120)).center()
    qtbot.mouseClick(pad.picture, Qt.LeftButton, pos=first.toPoint())
    assert pad.card.headline.text().startswith("7,")
    with qtbot.waitSignal(pad.show_view) as shown:
        qtbot.mouseClick(pad.explain_button, Qt.LeftButton)
    assert shown.args == ["explain"]
    assert context.selection.sample.source == "number.png"
    np.testing.assert_array_equal(context.selection.sample.image, pad.found[0].image)


def test_a_part_is_dragged_and_given_up_again(qtbot, pad, number):
    drop(pad, mime_of(number))
    qtbot.waitUntil(lambda: len(pad.found) == 3)
    assert not pad.tools.whole.isEnabled()
    part = pad.picture.to_widget((140, 10, 275, 190)).toRect()
    qtbot.mousePress(pad.picture, Qt.LeftButton, pos=part.topLeft())
    qtbot.mouseMove(pad.picture, part.center())
    qtbot.mouseRelease(pad.picture, Qt.LeftButton, pos=part.bottomRight())
    qtbot.waitUntil(lambda: read(pad) == ["2"])
    assert not pad.number.isVisible()
    assert 130 <= pad.found[0].box.left < pad.found[0].box.right <= 280
    qtbot.mouseClick(pad.tools.whole, Qt.LeftButton)
    qtbot.waitUntil(lambda: len(pad.found) == 3)
    assert pad.picture.crop is None


def test_pictures_are_pasted_as_pixels_and_as_paths(qtbot, pad, number):
    clipboard = QApplication.clipboard()
    clipboard.setImage(QImage(str(number)))
    qtbot.mouseClick(pad.tools.paste, Qt.LeftButton)
    qtbot.waitUntil(lambda: read(pad) == ["7", "2", "1"])
    qtbot.mouseClick(pad.tools.draw, Qt.LeftButton)
    qtbot.waitUntil(lambda: pad.image is None)
    assert pad.tools.undo.isVisible()
    clipboard.setText(str(number))
    pad.paste()
    qtbot.waitUntil(lambda: read(pad) == ["7", "2", "1"])


def test_a_picture_is_opened_by_key(qtbot, context, pad, number):
    context.dialogs.file = number
    pad.canvas.setFocus()
    qtbot.keyClick(pad.canvas, Qt.Key_O)
    qtbot.waitUntil(lambda: read(pad) == ["7", "2", "1"])


def test_what_is_no_picture_is_told(qtbot, context, pad, tmp_path):
    words = QMimeData()
    words.setText("seven")
    assert not drop(pad, words)
    QApplication.clipboard().setText("seven")
    with qtbot.waitSignal(context.notices.posted) as told:
        pad.paste()
    assert "clipboard holds no picture" in told.args[0]
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    with qtbot.waitSignal(context.notices.posted) as told:
        drop(pad, mime_of(broken))
    assert "broken.png" in told.args[0]
    assert pad.sheets.currentWidget() is pad.canvas


def test_an_empty_picture_says_so(qtbot, pad):
    blank = QImage(60, 40, QImage.Format_RGB32)
    blank.fill(QColor("grey"))
    mime = QMimeData()
    mime.setImageData(blank)
    drop(pad, mime)
    qtbot.waitUntil(lambda: pad.card.headline.text() == "Nothing found")
    assert "same brightness" in pad.card.note.text()
    assert not pad.show_button.isEnabled()


def test_objects_are_seen_in_colour_in_a_square_part(qtbot, context, pad):
    names = ("aeroplane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "lorry")
    model = Model(
        Network.new(preset("classic", (3, 32, 32)), 1), Preprocessing((0.47,) * 3, (0.2,) * 3), names
    )
    context.models.add(Opened(Path("things")), "Things", model)
    picture = QImage(200, 100, QImage.Format_RGB32)
    picture.fill(QColor(200, 40, 10))
    mime = QMimeData()
    mime.setImageData(picture)
    drop(pad, mime)
    qtbot.waitUntil(lambda: pad.image is not None and pad.image.shape == (3, 32, 32))
    assert pad.image[:, 5, 5].tolist() == [200, 40, 10]
    assert pad.bars.names[0] == names[int(pad.probabilities.argmax())]
    seen = pad.card.preview.grab().toImage()
    assert seen.pixelColor(10, 10).getRgb()[:3] == (200, 40, 10)
    part = pad.picture.to_widget((20, 10, 80, 50))
    qtbot.mousePress(pad.picture, Qt.LeftButton, pos=part.topLeft().toPoint())
    qtbot.mouseRelease(pad.picture, Qt.LeftButton, pos=part.bottomRight().toPoint())
    crop = pad.picture.crop
    assert crop is not None and crop[2] - crop[0] == crop[3] - crop[1]


def test_several_drawn_digits_are_read_one_by_one(qtbot, pad):
    for left in (40, 170):
        top = QPoint(left, 60)
        qtbot.mousePress(pad.canvas, Qt.LeftButton, pos=top)
        qtbot.mouseMove(pad.canvas, top + QPoint(0, 60))
        qtbot.mouseRelease(pad.canvas, Qt.LeftButton, pos=top + QPoint(0, 100))
    qtbot.waitUntil(lambda: len(pad.found) == 2)
    assert pad.number.text.text().startswith("Reads ")
    qtbot.keyClick(pad.canvas, Qt.Key_Right)
    assert pad.chosen == 1


def test_a_model_whose_answer_is_no_number_says_so(qtbot, context, pad, number):
    model = find_model("digits")
    model.network.vector[:] *= 1e30
    context.models.add(Opened(Path("wild")), "Wild", model)
    drop(pad, mime_of(number))
    qtbot.waitUntil(lambda: "gives no finite numbers" in pad.answer.note)
    assert pad.probabilities is None
    context.models.choose(Shipped("digits"))
    qtbot.waitUntil(lambda: read(pad) == ["7", "2", "1"])
    assert pad.answer.note == ""


class Slow:
    """Opening a picture takes until the test lets it end."""

    def __init__(self, monkeypatch):
        self.go, self.opened = threading.Event(), []
        true = pad_intake.from_file

        def slowly(path):
            intake = true(path)

            def picture():
                self.opened.append(path)
                assert self.go.wait(20)
                return intake.picture()

            return pad_intake.Intake(intake.name, picture)

        monkeypatch.setattr("gui.panels.pad.from_file", slowly)


def test_a_picture_is_opened_beside_the_window(qtbot, pad, number, monkeypatch):
    slow = Slow(monkeypatch)
    pad.open_picture(number)
    qtbot.waitUntil(lambda: bool(slow.opened))
    assert pad.card.headline.text() == "Opening\u2026" and pad.card.note.text() == "number.png"
    slow.go.set()
    qtbot.waitUntil(lambda: read(pad) == ["7", "2", "1"])
    assert pad.card.headline.text().startswith("7,")


def test_whoever_draws_while_a_picture_is_opened_sees_the_drawing(qtbot, pad, number, monkeypatch):
    slow = Slow(monkeypatch)
    pad.open_picture(number)
    qtbot.waitUntil(lambda: bool(slow.opened))
    for stroke in example(3):
        pad.canvas.add(stroke)
    slow.go.set()
    qtbot.waitUntil(lambda: read(pad) == ["3"])
    assert pad.sheets.currentWidget() is pad.canvas and pad.subject.picture is None


def test_the_newest_of_two_pictures_is_shown(qtbot, pad, number, tmp_path, monkeypatch):
    second = tmp_path / "second.png"
    Image.open(number).crop((0, 0, 150, 200)).save(second)
    slow = Slow(monkeypatch)
    pad.open_picture(number)
    pad.open_picture(second)
    slow.go.set()
    qtbot.waitUntil(lambda: read(pad) == ["7"])
    assert pad.subject.name == "second.png"


@pytest.mark.parametrize("quick", [0.0, 1e9])
def test_slow_networks_read_drawings_beside_the_window(qtbot, pad, monkeypatch, quick):
    monkeypatch.setattr(module, "QUICK", quick)
    threads = []
    true = module.read
    monkeypatch.setattr(
        module, "read", lambda *given: threads.append(threading.current_thread()) or true(*given)
    )
    strokes = example(3)
    pad.canvas.add(strokes[0])
    qtbot.waitUntil(lambda: bool(read(pad)))  # nobody knows yet how long this network takes
    threads.clear()
    pad.canvas.add(example(1)[0])
    qtbot.waitUntil(lambda: bool(threads) and pad.reading.subject is pad.subject)
    assert (threading.main_thread() in threads) == bool(quick)


def test_a_clipboard_that_does_not_answer_holds_no_picture(qtbot, context, pad, monkeypatch):
    said = []
    context.notices.posted.connect(lambda sentence, _problem: said.append(sentence))
    monkeypatch.setattr(type(QApplication.clipboard()), "mimeData", lambda *_: None)
    pad.paste()
    assert said == ["The clipboard holds no picture; copy a picture or a picture file first."]


@pytest.mark.parametrize(
    "text", ["~nobody-of-this-name/x.png", "a\0b", "x" * 5000, "file:///" + "y" * 300 + ".png"]
)
def test_text_that_names_no_file_is_no_error(text):
    mime = QMimeData()
    mime.setText(text)
    path = pad_intake.file_in(mime)
    assert path is None or path.is_absolute()
