"""The list of one's own data sets: what is there, broken or not, and removing it after a question."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QLineEdit

from engine.data.catalogue import load
from engine.data.dataset import Dataset
from engine.data.folders import own_folder
from engine.data.own import own_sets, store
from gui.dialogs.own_pictures.dialog import OwnPicturesDialog
from gui.state.notices import Notices
from gui.style.theme import LIGHT
from gui.widgets.questions import Dialogs

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


class Answers(Dialogs):
    def __init__(self):
        self.yes = True
        self.questions = []

    def confirm(self, question, answer):
        self.questions.append(question)
        return self.yes


@pytest.fixture
def context():
    return SimpleNamespace(dialogs=Answers(), notices=Notices())


def keep(title):
    images = np.zeros((4, 1, 9, 9), np.uint8)
    labels = np.array([0, 1, 0, 1], np.int64)
    return store(Dataset("own", title, ("a", "b"), images, labels, images, labels), title)


@pytest.fixture
def kept(qtbot, context):
    keep("Pets")
    (own_folder() / "own-bad.npz").write_bytes(b"bad")
    made = OwnPicturesDialog(context, LIGHT)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    qtbot.mouseClick(made.own.button, Qt.LeftButton)
    return made


def click_row(qtbot, sets, row):
    place = sets.list.visualItemRect(sets.list.item(row)).center()
    qtbot.mouseClick(sets.list.viewport(), Qt.LeftButton, pos=place)


def test_ones_own_data_sets_are_listed_broken_ones_too(kept):
    assert [kept.sets.list.item(row).text() for row in range(2)] == ["Pets", "own-bad"]
    assert not kept.sets.remove.isEnabled()


def test_what_is_in_the_chosen_one_is_said(qtbot, kept):
    click_row(qtbot, kept.sets, 0)
    assert kept.sets.about.text().startswith("8 pictures of your own, 2 classes")
    assert kept.sets.rename.isEnabled()
    click_row(qtbot, kept.sets, 1)
    assert "not an .npz file" in kept.sets.about.text()
    assert not kept.sets.rename.isEnabled() and kept.sets.remove.isEnabled()


def retitle(qtbot, kept, text):
    click_row(qtbot, kept.sets, 0)
    qtbot.mouseClick(kept.sets.rename, Qt.LeftButton)
    editor = kept.sets.list.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key_Return)


def test_a_data_set_is_renamed_where_it_stands(qtbot, kept):
    assert load("own-pets").title == "Pets"
    with qtbot.waitSignal(kept.renamed) as renamed:
        retitle(qtbot, kept, "Animals")
    assert renamed.args == ["own-pets"]
    assert kept.isVisible()
    assert own_sets()[0]["own-pets"].title == load("own-pets").title == "Animals"


def test_an_empty_title_is_not_taken(qtbot, kept, context):
    with qtbot.waitSignal(context.notices.posted) as told:
        retitle(qtbot, kept, " ")
    assert "1 to 80" in told.args[0]
    assert kept.sets.list.item(0).text() == "Pets"


def test_removing_asks_first(qtbot, kept):
    click_row(qtbot, kept.sets, 0)
    kept._context.dialogs.yes = False
    qtbot.mouseClick(kept.sets.remove, Qt.LeftButton)
    assert "Pets" in kept._context.dialogs.questions[0]
    assert "own-pets" in own_sets()[0]
    kept._context.dialogs.yes = True
    with qtbot.waitSignal(kept.removed) as removed:
        qtbot.mouseClick(kept.sets.remove, Qt.LeftButton)
    assert removed.args == ["own-pets"]
    assert not own_sets()[0] and kept.sets.count == 1


def test_what_is_gone_already_is_said(qtbot, kept, context):
    click_row(qtbot, kept.sets, 0)
    (own_folder() / "own-pets.npz").unlink()
    with qtbot.waitSignal(context.notices.posted) as told:
        qtbot.mouseClick(kept.sets.remove, Qt.LeftButton)
    assert "own-pets" in told.args[0] and told.args[1]
