"""Bringing a data set to this computer by hand: fetch, stop, go on, fail, add files, drop them."""

from __future__ import annotations

import dataclasses

import pytest
from PyQt5.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt5.QtGui import QDropEvent

from engine.data import built_in
from engine.data import download as downloading
from engine.data.catalogue import is_present
from engine.data.entry import Entry
from engine.task import Progress
from gui.dialogs.data_get import GetDataDialog
from gui.panels.experiment import ExperimentPanel
from gui.panels.experiment_parts import OWN
from gui.presenters.data_get import megabytes, progress_line
from gui.presenters.time_left import Rate, time_left
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Selection
from gui.state.settings import Settings
from gui.style.theme import LIGHT
from gui.widgets.questions import Dialogs
from tests.engine.data.conftest import Published, Server, server, spread, tiny  # noqa: F401 - fixtures

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


class Answers(Dialogs):
    def __init__(self):
        self.paths = []

    def open_files(self, title, kinds):
        return self.paths

    def open_folder(self, title):
        return self.paths[0] if self.paths else None


@pytest.fixture
def context():
    selection = Selection()
    bridge = SessionBridge(selection)
    return AppContext(bridge, selection, ModelRegistry(bridge), Notices(), Answers(), Settings())


@pytest.fixture
def entry(tiny, server, monkeypatch) -> Entry:  # noqa: F811
    server.files.update(tiny.files)
    monkeypatch.setattr(downloading, "_SILENCE_SECONDS", 0.3)
    here = dataclasses.replace(tiny.entry, mirrors=(server.url,))
    monkeypatch.setitem(built_in.DATASETS, "tiny", here)
    return here


@pytest.fixture
def dialog(qtbot, context, entry):
    made = GetDataDialog(context, entry)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_data_set_is_fetched_to_its_end(qtbot, dialog):
    assert dialog.fetch.text() == "&Download 159 KB"
    assert not dialog.bar.isVisible() and not dialog.problem.isVisible()
    with qtbot.waitSignal(dialog.ready) as told:
        qtbot.mouseClick(dialog.fetch, Qt.LeftButton)
    assert told.args == ["tiny"]
    assert is_present("tiny")
    assert not dialog.isVisible()


def test_stopping_keeps_what_has_come_and_going_on_ends_it(qtbot, dialog, server):  # noqa: F811
    server.pause = 0.05
    qtbot.mouseClick(dialog.fetch, Qt.LeftButton)
    qtbot.waitUntil(lambda: "from 127.0.0.1" in dialog.words.text())
    assert dialog.bar.isVisible() and not dialog.fetch.isEnabled()
    qtbot.mouseClick(dialog.cancel, Qt.LeftButton)
    qtbot.waitUntil(lambda: dialog.fetch.isEnabled())
    assert "fetching goes on from there" in dialog.words.text()
    assert not is_present("tiny")
    server.pause = 0.0
    with qtbot.waitSignal(dialog.ready):
        qtbot.mouseClick(dialog.fetch, Qt.LeftButton)
    assert any(asked for _, asked in server.requests)


def test_closing_stops_fetching(qtbot, dialog, server):  # noqa: F811
    server.pause = 0.05
    qtbot.mouseClick(dialog.fetch, Qt.LeftButton)
    qtbot.waitUntil(lambda: server.sent > 0)
    dialog.close()
    assert not dialog._runner.busy  # and the test ends without a thread of it
    assert not is_present("tiny")


def test_an_error_is_a_sentence_and_files_help(qtbot, dialog, context, server, tiny, tmp_path):  # noqa: F811
    server.files.clear()
    qtbot.mouseClick(dialog.fetch, Qt.LeftButton)
    qtbot.waitUntil(lambda: dialog.problem.isVisible())
    assert "answers with error 404" in dialog.problem.text()
    assert dialog.fetch.text() == "&Try again"
    wrong = dict(tiny.files)
    wrong.popitem()
    context.dialogs.paths = [spread(tmp_path / "part", wrong)]
    dialog._choose_folder()
    qtbot.waitUntil(lambda: "is not complete" in dialog.problem.text())
    context.dialogs.paths = sorted(spread(tmp_path / "all", tiny.files).iterdir())
    with qtbot.waitSignal(dialog.ready):
        dialog._choose_files()


def test_files_can_be_dropped(qtbot, dialog, tiny, tmp_path):  # noqa: F811
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(spread(tmp_path / "all", tiny.files)))])
    with qtbot.waitSignal(dialog.ready):
        dialog.dropEvent(QDropEvent(QPointF(5, 5), Qt.CopyAction, mime, Qt.LeftButton, Qt.NoModifier))


def test_choosing_what_is_not_here_offers_it_and_then_uses_it(qtbot, context, entry):
    panel = ExperimentPanel(context, LIGHT)
    qtbot.addWidget(panel)
    panel.show()
    box = panel.data.box
    words = [box.itemText(index) for index in range(box.count())]
    assert "Tiny (159 KB)" in words and "CIFAR-10 (170 MB)" in words and words[0] == "MNIST"
    box.activated.emit(_place(box, "tiny"))
    dialog = panel.more_data.dialog
    assert isinstance(dialog, GetDataDialog) and dialog.isVisible()
    assert panel.config().data == "mnist" and box.currentText() == "MNIST"
    with qtbot.waitSignal(dialog.ready):
        qtbot.mouseClick(dialog.fetch, Qt.LeftButton)
    qtbot.waitUntil(lambda: panel.more_data.dialog is None)
    assert panel.config().data == "tiny" and box.currentText() == "Tiny"
    assert panel.config().network.in_shape == (1, 16, 16)
    assert panel.config().validation_images == 100


def test_going_back_keeps_the_data_set(qtbot, context, entry):
    panel = ExperimentPanel(context, LIGHT)
    qtbot.addWidget(panel)
    panel.show()
    box = panel.data.box
    for choice in ("tiny", OWN):
        box.setCurrentIndex(_place(box, choice))
        box.activated.emit(box.currentIndex())
        qtbot.waitUntil(lambda: panel.more_data.dialog is not None)
        panel.more_data.dialog.reject()
        qtbot.waitUntil(lambda: panel.more_data.dialog is None)
        assert panel.config().data == "mnist" and box.currentText() == "MNIST"


def _place(box, data):
    index = box.findData(data)
    box.setCurrentIndex(index)
    return index


def test_words_about_progress():
    assert [megabytes(n) for n in (5120, 30_878_645, 170_498_071)] == ["5 KB", "30.9 MB", "170 MB"]
    assert [time_left(s) for s in (None, 0.4, 12.3, 200, 7200)] == [
        "time left not known yet",
        "less than a second left",
        "12 s left",
        "3 min left",
        "2.0 h left",
    ]
    progress = Progress(84_100_000, 170_498_071, "x.gz from www.cs.toronto.edu")
    assert progress_line(progress, 12.0) == "84.1 of 170 MB, 12 s left: x.gz from www.cs.toronto.edu"


def test_time_left_is_what_the_pace_says(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("gui.presenters.time_left.time.monotonic", lambda: now[0])
    pace = Rate()
    assert pace.seconds_left(Progress(0, 1000)) is None
    now[0] = 1.0
    assert pace.seconds_left(Progress(100, 1000)) == pytest.approx(9.0)
    now[0] = 2.0
    assert pace.seconds_left(Progress(400, 1000)) == pytest.approx(3.0)
