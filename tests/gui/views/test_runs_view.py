"""The table of recorded runs, driven with the mouse and the keyboard."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt5.QtCore import QModelIndex, QObject, QPoint, QRect, Qt, QUrl, pyqtSlot
from PyQt5.QtGui import QDesktopServices
from PyQt5.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from engine.model.history import History
from engine.runs import names
from engine.runs.budget import Budget
from engine.runs.folder import RunFolder
from engine.runs.hold import Hold
from engine.runs.library import Library
from engine.runs.record import RunRecord, Trial
from gui.dialogs.compare.dialog import CompareDialog
from gui.dialogs.runs_bin import BinDialog
from gui.dialogs.runs_room import RoomDialog
from gui.presenters.runs import PLACES, STAR
from gui.run.context import AppContext
from gui.run.model_registry import ModelRegistry
from gui.run.session_bridge import SessionBridge
from gui.state.notices import Notices
from gui.state.selection import Selection
from gui.state.settings import Settings
from gui.style.theme import DARK, LIGHT
from gui.views.runs import RunsView
from gui.widgets.questions import Dialogs
from tests.engine.runs.test_library import run
from tests.engine.runs.test_recorder import CONFIG, Run, made

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "XDG_RUNTIME_DIR")


class Says(Dialogs):
    """Answers questions as the test says, and remembers them."""

    def __init__(self) -> None:
        self.questions: list[str] = []
        self.yes = True
        self.text: str | None = None

    def confirm(self, question: str, answer: str) -> bool:
        self.questions.append(question)
        return self.yes

    def edit_text(self, title: str, label: str, text: str) -> str | None:
        self.questions.append(text)
        return self.text


@pytest.fixture(scope="module")
def record() -> RunRecord:
    return RunRecord.new("one", CONFIG, made())


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "runs")


@pytest.fixture
def context(library: Library) -> AppContext:
    selection = Selection()
    bridge = SessionBridge(selection, library)
    return AppContext(bridge, selection, ModelRegistry(bridge), Notices(), Says(), Settings())


@pytest.fixture
def view(qtbot: QtBot, context: AppContext) -> Callable[[], RunsView]:
    def show() -> RunsView:
        made = RunsView(context, LIGHT)
        qtbot.addWidget(made)
        made.resize(900, 400)
        made.show()
        qtbot.waitUntil(lambda: made.listing is not None)
        return made

    return show


@pytest.fixture
def three(library: Library, record: RunRecord) -> list[Path]:
    """Return the folders of three runs, the oldest first."""
    return [
        run(library.folder, "a", record, "2026-01-01", best_accuracy=0.5, step=100),
        run(library.folder, "b", record, "2026-01-02", best_accuracy=0.9, step=20),
        run(library.folder, "c", record, "2026-01-03", step=3),
    ]


def rows(view: RunsView) -> list[str]:
    table = view.table
    return [table.run_at(table.filter.index(row, 0)).name for row in range(table.shown)]


def cell(view: RunsView, row: int, key: str) -> QModelIndex:
    return view.table.filter.index(row, PLACES[key])


def place(view: RunsView, row: int, key: str) -> QPoint:
    index = cell(view, row, key)
    view.table.scrollTo(index)
    rect: QRect = view.table.visualRect(index)
    return rect.center()


def click(qtbot: QtBot, view: RunsView, row: int, key: str, **how: Qt.KeyboardModifier) -> None:
    qtbot.mouseClick(view.table.viewport(), Qt.LeftButton, pos=place(view, row, key), **how)


def test_without_runs_it_says_what_will_be_here(view: Callable[[], RunsView]) -> None:
    assert view().empty.isVisible()


def test_runs_are_sorted_by_a_click_and_found_by_words(
    qtbot: QtBot, view: Callable[[], RunsView], three: list[Path]
) -> None:
    shown = view()
    assert rows(shown) == ["c", "b", "a"] and shown.table.isVisible()
    head = shown.table.horizontalHeader()

    def sort(key: str) -> list[str]:
        x = head.sectionViewportPosition(PLACES[key]) + 10
        qtbot.mouseClick(head.viewport(), Qt.LeftButton, pos=QPoint(x, head.height() // 2))
        return rows(shown)

    assert sort("steps") == ["a", "b", "c"]  # the largest first
    assert sort("steps") == ["c", "b", "a"]
    assert sort("best_accuracy") == ["b", "a", "c"]  # what is not known comes last
    qtbot.keyClick(shown, Qt.Key_F, Qt.ControlModifier)
    qtbot.keyClicks(shown.search, "tiny 90")
    assert rows(shown) == ["b"]
    qtbot.waitUntil(lambda: shown.words.text().startswith("1 of 3 runs, "))
    qtbot.keyClicks(shown.search, "xyz")
    assert rows(shown) == []
    shown.search.clear()
    assert len(rows(shown)) == 3


def test_the_arrangement_of_the_table_is_remembered(
    qtbot: QtBot, view: Callable[[], RunsView], context: AppContext, three: list[Path]
) -> None:
    shown = view()
    head = shown.table.horizontalHeader()
    x = head.sectionViewportPosition(PLACES["data"]) + 10
    qtbot.mouseClick(head.viewport(), Qt.LeftButton, pos=QPoint(x, head.height() // 2))
    edge = QPoint(head.sectionViewportPosition(PLACES["title"] + 1) - 1, head.height() // 2)
    qtbot.mousePress(head.viewport(), Qt.LeftButton, pos=edge)
    qtbot.mouseMove(head.viewport(), edge + QPoint(33, 0))
    qtbot.mouseRelease(head.viewport(), Qt.LeftButton, pos=edge + QPoint(33, 0))
    width = shown.table.columnWidth(PLACES["title"])
    assert context.settings.runs_table
    again = view()
    assert again.table.columnWidth(PLACES["title"]) == width
    assert again.table.horizontalHeader().sortIndicatorSection() == PLACES["data"]
    for damaged in ("x", "a:b", context.settings.runs_table[:-40], context.settings.runs_table + "é"):
        context.settings.runs_table = damaged
        assert rows(view())


def test_a_run_is_renamed_in_its_place(qtbot: QtBot, view: Callable[[], RunsView], three: list[Path]) -> None:
    shown = view()
    click(qtbot, shown, 1, "data")
    qtbot.keyClick(shown.table, Qt.Key_F2)
    editor = shown.table.findChild(QLineEdit)
    assert editor is not None and editor.text() == "b"
    editor.selectAll()
    qtbot.keyClicks(editor, "My  best")
    qtbot.keyClick(editor, Qt.Key_Return)
    qtbot.waitUntil(lambda: cell(shown, 1, "title").data() == "My best")
    assert RunFolder(three[1]).notes().name == "My best"
    assert len(rows(shown)) == 3 and cell(shown, 1, "title").data(Qt.ToolTipRole).endswith("b")


def test_stars_are_given_by_a_click_and_by_a_key(
    qtbot: QtBot, view: Callable[[], RunsView], three: list[Path]
) -> None:
    shown = view()
    chosen = shown.table.chosen
    click(qtbot, shown, 2, "star")
    qtbot.waitUntil(lambda: cell(shown, 2, "star").data() == STAR)
    assert RunFolder(three[0]).notes().star and shown.table.chosen == chosen  # a click there selects nothing
    click(qtbot, shown, 1, "data")
    qtbot.keyClicks(shown.table, "*")
    qtbot.waitUntil(lambda: cell(shown, 1, "star").data() == STAR)
    click(qtbot, shown, 2, "star")
    qtbot.waitUntil(lambda: not RunFolder(three[0]).notes().star)


def test_many_changes_at_once_are_all_written(
    qtbot: QtBot, view: Callable[[], RunsView], three: list[Path]
) -> None:
    shown = view()
    qtbot.keyClick(shown.table, Qt.Key_A, Qt.ControlModifier)
    shown.actions_.by_key["star"].trigger()
    qtbot.waitUntil(lambda: all(RunFolder(path).notes().star for path in three))
    qtbot.waitUntil(lambda: [cell(shown, row, "star").data() for row in range(3)] == [STAR] * 3)


def test_notes_are_edited_with_all_their_lines(
    qtbot: QtBot, view: Callable[[], RunsView], context: AppContext, three: list[Path]
) -> None:
    shown = view()
    context.dialogs.text = "first\nsecond"
    click(qtbot, shown, 0, "note")
    qtbot.mouseDClick(shown.table.viewport(), Qt.LeftButton, pos=place(shown, 0, "note"))
    qtbot.waitUntil(lambda: cell(shown, 0, "note").data() == "first second")
    assert RunFolder(three[2]).notes().text == "first\nsecond"
    context.dialogs.text = None  # going back changes nothing
    shown.actions_.by_key["notes"].trigger()
    assert context.dialogs.questions == ["", "first\nsecond"]


def test_what_cannot_be_written_is_told(
    qtbot: QtBot, view: Callable[[], RunsView], context: AppContext, three: list[Path]
) -> None:
    shown = view()
    told: list[str] = []
    context.notices.posted.connect(lambda sentence, _problem: told.append(sentence))
    shutil.rmtree(three[2])
    click(qtbot, shown, 0, "star")
    qtbot.waitUntil(lambda: bool(told))
    assert "There is no run in" in told[0]
    qtbot.waitUntil(lambda: rows(shown) == ["b", "a"])


def test_runs_are_deleted_and_brought_back(
    qtbot: QtBot, view: Callable[[], RunsView], context: AppContext, library: Library, three: list[Path]
) -> None:
    shown = view()
    click(qtbot, shown, 0, "data")
    click(qtbot, shown, 1, "data", modifier=Qt.ControlModifier)
    context.dialogs.yes = False
    qtbot.keyClick(shown.table, Qt.Key_Delete)
    assert context.dialogs.questions[0].startswith("Delete 2 runs? They can be brought back")
    context.dialogs.yes = True
    qtbot.keyClick(shown.table, Qt.Key_Delete)
    qtbot.waitUntil(lambda: rows(shown) == ["a"])
    shown.actions_.by_key["bin"].trigger()
    dialog = shown.window().findChild(BinDialog)
    qtbot.waitUntil(lambda: dialog.list.count() == 2)
    name = dialog.deleted[0].name
    qtbot.mouseClick(dialog.restore, Qt.LeftButton)
    qtbot.waitUntil(lambda: dialog.list.count() == 1)
    qtbot.waitUntil(lambda: rows(shown) == [name, "a"])
    qtbot.mouseClick(dialog.empty, Qt.LeftButton)
    qtbot.waitUntil(lambda: dialog.list.count() == 0)
    assert "1 run removed for good." in dialog.told.text() and library.bin.deleted() == []
    dialog.close()


def test_a_run_that_another_program_writes_is_not_deleted(
    qtbot: QtBot, view: Callable[[], RunsView], context: AppContext, three: list[Path]
) -> None:
    hold = Hold(three[2])
    shown = view()
    told: list[str] = []
    context.notices.posted.connect(lambda sentence, _problem: told.append(sentence))
    click(qtbot, shown, 0, "data")
    qtbot.keyClick(shown.table, Qt.Key_Delete)
    qtbot.waitUntil(lambda: bool(told))
    assert "is being written by" in told[0] and rows(shown) == ["c", "b", "a"]
    hold.release()


def test_the_room_for_runs_is_set(
    qtbot: QtBot, view: Callable[[], RunsView], library: Library, three: list[Path]
) -> None:
    shown = view()
    assert "of 5 GB" in shown.words.text()
    shown.actions_.by_key["room"].trigger()
    dialog = shown.window().findChild(RoomDialog)
    editor = dialog.form.fields["all_gigabytes"].editor
    editor.lineEdit().selectAll()
    qtbot.keyClicks(editor, "0.5")
    qtbot.keyClick(editor, Qt.Key_Return)  # which saves, as the button does
    qtbot.waitUntil(lambda: "of 0.5 GB" in shown.words.text())
    assert library.budget() == Budget(256, 0.5)


def test_a_run_is_opened_resumed_and_its_folder_shown(
    qtbot: QtBot, view: Callable[[], RunsView], context: AppContext, library: Library
) -> None:
    trained = Run(library.folder / "trained", made())
    trained.train(6)
    trained.close()
    shown = view()
    asked: list[str] = []
    shown.show_view.connect(asked.append)
    click(qtbot, shown, 0, "data")
    qtbot.keyClick(shown.table, Qt.Key_Return)
    qtbot.waitUntil(lambda: asked == ["network"])
    assert context.moments.run.folder == library.folder / "trained" and context.moments.travel.step == 6
    wanted: list[Path] = []
    shown.resume_wanted.connect(wanted.append)
    qtbot.mouseClick(shown.buttons[1], Qt.LeftButton)
    assert wanted == [library.folder / "trained"]
    revealed: list[str] = []
    handler = _Handler(revealed)
    QDesktopServices.setUrlHandler("file", handler, "heard")
    shown.actions_.by_key["reveal"].trigger()
    QDesktopServices.unsetUrlHandler("file")
    assert revealed == [str(library.folder / "trained")]


def test_two_runs_or_more_are_compared(qtbot: QtBot, view: Callable[[], RunsView], three: list[Path]) -> None:
    shown = view()
    click(qtbot, shown, 0, "data")
    assert not shown.buttons[2].isEnabled()
    click(qtbot, shown, 2, "data", modifier=Qt.ControlModifier)
    qtbot.mouseClick(shown.buttons[2], Qt.LeftButton)
    dialog = shown.findChild(CompareDialog)
    qtbot.waitUntil(lambda: dialog.comparison is not None)
    assert [side.name for side in dialog.comparison.sides] == ["c", "a"]
    shown.set_theme(DARK)
    dialog.tabs.setCurrentWidget(dialog.answers)
    assert "kept no weights" in dialog.answers.note.text()
    dialog.close()


def test_the_run_in_training_grows_in_its_row(
    qtbot: QtBot,
    view: Callable[[], RunsView],
    context: AppContext,
    three: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bridge, history = context.bridge, History()
    monkeypatch.setattr(SessionBridge, "folder", three[1])
    monkeypatch.setattr(bridge.run, "history", history)
    shown = view()
    assert cell(shown, 1, "steps").data() == "20"
    for step in range(1, 1235):
        history.steps.append(step, 0.1, 60.0, 1.0, 0.5, 0.01)
    history.validations.append(1000, 0.5, 60.0, 0.3, 0.95)
    click(qtbot, shown, 0, "data")
    bridge.history_grew.emit()
    row = [cell(shown, 1, key).data() for key in ("steps", "seconds", "best_accuracy", "last_accuracy")]
    assert row == ["1,234", "1:00", "95.00 %", "95.00 %"]
    assert shown.table.chosen[0].name == "c"  # what is selected stays
    click(qtbot, shown, 1, "data")
    assert not shown.actions_.by_key["resume"].isEnabled()


def test_what_cannot_be_read_is_said(view: Callable[[], RunsView], three: list[Path]) -> None:
    (three[1] / names.RUN).write_text(json.dumps({"format": "other"}))
    shown = view()
    assert rows(shown) == ["c", "a"] and names.RUN in shown.words.text()


class _Handler(QObject):
    """Hears which folder is to be shown."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self._heard = heard

    @pyqtSlot(QUrl)
    def heard(self, url: QUrl) -> None:
        self._heard.append(url.toLocalFile())


@pytest.fixture
def swept(library: Library, record: RunRecord) -> None:
    """Record three trials of a sweep, and a run that is none."""
    for number, rate in enumerate((0.001, 0.01, 0.1), 1):
        config = dataclasses.replace(record.config, learning_rate=rate, seed=number)
        one = dataclasses.replace(
            record, config=config, trial=Trial("rates-1", number, {"learning_rate": rate})
        )
        run(library.folder, f"t{number}", one, f"2026-01-0{number}", best_accuracy=0.3 * number, step=9)
    run(library.folder, "other", record, "2026-01-05", best_accuracy=0.5, step=9)


def test_trials_are_drawn_and_a_brush_selects_their_rows(
    qtbot: QtBot, view: Callable[[], RunsView], swept: None
) -> None:
    made = view()
    made.resize(900, 700)
    assert made.sweeps.isVisible() and len(rows(made)) == 4
    made.look_at_sweep("rates-1")
    assert sorted(rows(made)) == ["t1", "t2", "t3"]
    plots = made.plots
    qtbot.waitUntil(lambda: len(plots.facts) == 3 and len(plots.parallel.axes) == 3)
    assert [each.key for each in plots.parallel.axes] == ["learning_rate", "seed", "best_accuracy"]

    parallel = plots.parallel
    x = round(parallel.places.axis_x(2))
    qtbot.mousePress(parallel, Qt.LeftButton, pos=QPoint(x, round(parallel.places.y_of(0.4))))
    qtbot.mouseMove(parallel, QPoint(x, round(parallel.places.y_of(1.0))))
    qtbot.mouseRelease(parallel, Qt.LeftButton, pos=QPoint(x, round(parallel.places.y_of(1.0))))
    assert sorted(each.name for each in made.table.chosen) == ["t2", "t3"]
    assert len(parallel.chosen) == 2 and plots.words.text() == "2 runs chosen"
    qtbot.keyClick(parallel, Qt.Key_Escape)
    assert not parallel.brushes and not made.table.chosen

    newest = next(n for n, facts in enumerate(plots.facts) if facts.name == "t3")
    middle = round((parallel.places.axis_x(0) + parallel.places.axis_x(1)) / 2)
    heights = [parallel.places.y_of(parallel.axes[n].places[newest]) for n in (0, 1)]
    place = QPoint(middle, round(sum(heights) / 2))
    qtbot.mouseMove(parallel, place)
    assert plots.words.text().startswith("t3, Best validation accuracy 90.00 %")
    qtbot.mouseClick(parallel, Qt.LeftButton, pos=place)
    assert [each.name for each in made.table.chosen] == ["t3"]

    plots.form.setCurrentIndex(1)
    across, down = plots.scatter.points()[newest]
    qtbot.mouseClick(plots.scatter, Qt.LeftButton, pos=QPoint(round(across), round(down)))
    assert [each.name for each in made.table.chosen] == ["t3"] and plots.scatter.chosen == {newest}
    made.sweeps.setCurrentIndex(0)
    qtbot.waitUntil(lambda: len(plots.facts) == 4)
    for theme in (DARK, LIGHT):
        made.set_theme(theme)
        assert not made.grab().isNull()
