"""A run handed on from one window opens in another exactly there; reports and logs from the menu."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PyQt5.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt5.QtGui import QDesktopServices, QDropEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from engine.publish.share import share
from engine.runs.folder import RunFolder
from engine.task import Task
from gui.app.build import Kernelscope, build
from gui.dialogs.work_dialog import WorkDialog
from gui.presenters.examples import example
from gui.state.settings import Store
from gui.window.publishing import name_of

LONG = 30000


odd = pytest.mark.qt_log_ignore("does not support raise", "does not support propagateSizeHints")
"""The platform of the tests says so of parts that are windows of their own."""


def train(qtbot: QtBot, program: Kernelscope) -> None:
    """Take a few steps that are recorded."""
    bridge = program.context.bridge
    bridge.advance(6)
    qtbot.waitUntil(lambda: bridge.steps == 6 and 6 in bridge.run.kept_steps(), timeout=LONG)


def dialog(program: Kernelscope) -> WorkDialog | None:
    found = [each for each in program.window.findChildren(WorkDialog) if each.isVisible()]
    return found[0] if found else None


def done(qtbot: QtBot, program: Kernelscope) -> WorkDialog:
    """Wait until the dialog has an outcome, and return it."""
    qtbot.waitUntil(lambda: (shown := dialog(program)) is not None and not shown.busy, timeout=LONG)
    shown = dialog(program)
    assert shown is not None
    return shown


def click(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.LeftButton)


def looks(program: Kernelscope) -> dict[str, Any]:
    """Return where everything lies; sizes by tens of per cent: other views were made, notices take a row."""
    folder = program.context.moments.run.folder
    assert folder is not None
    found = program.window.publishing.sitting(folder).to_json()
    width, _ = found.pop("size")
    for group in found["groups"]:
        left, _, wide, _ = group["place"]
        group["place"] = None if group["floating"] else [round(10 * left / width), round(10 * wide / width)]
    return found


@odd
def test_a_shared_run_opens_exactly_there(
    qtbot: QtBot, program: Kernelscope, dialogs: Any, tmp_path: Path, config: Any
) -> None:
    window, context = program.window, program.context
    train(qtbot, program)
    window.resize(981, 600)  # the screen of the tests is no larger
    window.tile(True)
    window.docks["data"].close()
    window.docks["runs"].setFloating(True)
    window.show_part("evaluate")
    for stroke in example(4):
        window.pad.canvas.add(stroke)
    context.moments.travel.go(3)
    qtbot.wait(50)
    dialogs.file = tmp_path / "mine"
    window.actions_.by_key["share"].trigger()
    shown = done(qtbot, program)
    file = tmp_path / "mine.kscope"
    assert f"Saved mine.kscope in {tmp_path}" in shown.words.text() and file.stat().st_size > 1000
    click(shown.end_button)
    before = looks(program)
    assert before["step"] == 3 and before["drawing"]

    elsewhere = Store(tmp_path / "config2", tmp_path / "data2" / "runs")
    other = build(elsewhere, theme="dark", config=config, dialogs=dialogs)
    try:
        other.window.show()
        qtbot.waitExposed(other.window)
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(file))])
        event = QDropEvent(QPointF(5, 5), Qt.CopyAction, mime, Qt.LeftButton, Qt.NoModifier)
        other.window.dropEvent(event)
        moments = other.context.moments
        qtbot.waitUntil(lambda: moments.run is not moments.training and dialog(other) is None, timeout=LONG)
        qtbot.wait(300)
        assert looks(other) == before
        assert moments.travel.at == 3
        assert RunFolder(moments.run.folder).record.id == RunFolder(context.bridge.folder).record.id
        assert (other.window.pad.canvas.ink() == window.pad.canvas.ink()).all()
        assert not other.window.docks["data"].isVisible() and other.window.docks["runs"].isFloating()
        other.window.publishing.open_shared(file)  # again: no second copy
        qtbot.waitUntil(lambda: dialog(other) is None, timeout=LONG)
        assert len(list((tmp_path / "data2" / "runs").glob("*/run.json"))) == 1
    finally:
        other.close()


def test_what_else_the_run_menu_does(
    qtbot: QtBot, program: Kernelscope, dialogs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, bridge = program.window, program.context.bridge
    actions, told, opened = window.actions_.by_key, [], []
    program.context.notices.posted.connect(lambda sentence, _problem: told.append(sentence))
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()) or True)
    monkeypatch.setattr(dialogs, "open_folder", lambda _title: tmp_path, raising=False)
    actions["report"].trigger()
    assert told == [
        "Nothing of this run is recorded yet; train at least one step, or choose a run in the Runs view."
    ]
    train(qtbot, program)
    dialogs.file, dialogs.choice = tmp_path / "run.html", 1

    actions["report"].trigger()  # cancelled: nothing is left
    shown = dialog(program)
    assert shown is not None and shown.busy
    click(shown.end_button)
    qtbot.waitUntil(lambda: dialog(program) is None, timeout=LONG)
    assert not dialogs.file.exists() and not list(tmp_path.glob(".kernelscope*"))

    actions["export_log"].trigger()
    shown = done(qtbot, program)
    run = name_of(bridge.folder)
    assert "2 files" in shown.words.text() and (tmp_path / run / "steps.csv").is_file() and not opened
    click(shown.open_button)
    assert opened == [str(tmp_path / run)] and not dialog(program)

    window.show_part("runs")
    view: Any = window.parts["runs"]
    qtbot.waitUntil(lambda: view.table.shown == 1 and view.actions_.by_key["share"].isEnabled(), timeout=LONG)
    dialogs.file = tmp_path / "it.kscope"
    view.actions_.by_key["share"].trigger()
    click(done(qtbot, program).end_button)
    assert dialogs.file.is_file()


@odd
def test_what_is_wrong_in_a_shared_run(qtbot: QtBot, program: Kernelscope, tmp_path: Path) -> None:
    window, moments = program.window, program.context.moments
    file = tmp_path / "evil.kscope"
    for content in (b"", b"PK\x03\x04 not really", b"{}"):
        file.write_bytes(content)
        window.publishing.open_shared(file)
        shown = done(qtbot, program)
        assert "evil.kscope" in shown.words.text() and not shown.open_button.isVisible()
        click(shown.end_button)
        assert moments.run is moments.training
    train(qtbot, program)
    strange = [{"keys": [key], "place": [0, 0, 9, 9]} for key in ("learn", "unknown", "network", "pad")]
    far = {"keys": ["runs"], "place": [-30000, 9, 9, 9], "floating": True}
    run = RunFolder(program.context.bridge.folder)
    share(run, file, Task(), {"groups": [*strange, far], "step": "x"})
    window.publishing.open_shared(file)
    qtbot.waitUntil(lambda: dialog(program) is None, timeout=LONG)
    docks = window.docks  # as near to it as a window can be
    assert docks["pad"] in window.tabifiedDockWidgets(docks["learn"])
    assert not docks["evaluate"].isVisible() and docks["runs"].isFloating()
    assert window.screen().availableGeometry().contains(docks["runs"].geometry().topLeft())
