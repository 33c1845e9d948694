"""A race in the window, from its dialog to the sentence on the winner."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from PyQt5.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.data.catalogue import load
from engine.model.spec import preset
from engine.races.race import Entrant, Race
from engine.runs.folder import RunFolder
from engine.runs.library import Library
from engine.session.messages import State
from engine.training.config import RunConfig
from gui.app.build import Kernelscope
from gui.dialogs.race_dialog import RaceDialog
from gui.state.selection import Sample
from gui.views.race import RaceView
from gui.widgets.fields import Field
from tests.gui.window.conftest import Answers


@pytest.fixture
def config(data: str) -> RunConfig:
    network = preset("classic", (1, 12, 12), 2)
    settings = {"validation_images": 40, "validation_every": 3, "threads": 1, "epochs": 500}
    decay = 1.0  # lets a large learning rate explode for certain
    return RunConfig(network=network, data=data, weight_decay=decay, **settings)


@pytest.fixture
def view(program: Kernelscope) -> RaceView:
    found = program.window.part(RaceView)
    sample = Sample(load(program.context.bridge.run.config.data).test_images[0], "test image 0")
    program.context.selection.choose(sample)
    return found


def opened(program: Kernelscope, qtbot: QtBot) -> RaceDialog:
    program.window.actions_.by_key["race"].trigger()
    dialog = program.window.findChild(RaceDialog)
    qtbot.waitExposed(dialog)
    program.app.setActiveWindow(dialog)  # what a window manager would do: fields need it
    return dialog


def enter(qtbot: QtBot, field: Field, text: str) -> None:
    line = field.editor.lineEdit()
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key_Tab)


def begin(program: Kernelscope, qtbot: QtBot, *, steps: str, seeds: str = "1", wild: bool = False) -> None:
    dialog = opened(program, qtbot)
    if wild:
        dialog.add({"learning_rate": 100.0, "momentum": 0.99})
    enter(qtbot, dialog.form.fields["steps"], steps)
    enter(qtbot, dialog.form.fields["heats"], seeds)
    qtbot.mouseClick(dialog.go, Qt.LeftButton)
    qtbot.waitUntil(lambda: program.context.races.runs is not None)


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_curves_and_entrants_share_the_room(
    program: Kernelscope, view: RaceView, qtbot: QtBot, size: tuple[int, int]
) -> None:
    begin(program, qtbot, steps="3")
    qtbot.waitUntil(lambda: program.context.races.over, timeout=30000)
    window = program.window
    window.resize(*size)
    window.arrange()
    window.show_part("race")

    def shared() -> None:
        charts = view.curves.charts.shown_charts
        assert len(charts) == 2 and all(chart.plot.vb.height() >= 40 for chart in charts)
        table = view.entrants
        kernels = table.columns[0].kernels
        assert table.viewport().rect().contains(kernels.mapTo(table.viewport(), kernels.rect().center()))

    qtbot.waitUntil(shared, timeout=10000)


def test_the_tab_key_goes_through_the_entrants_from_above(program: Kernelscope, qtbot: QtBot) -> None:
    dialog = opened(program, qtbot)
    dialog.add({"learning_rate": 0.5})
    qtbot.waitUntil(lambda: dialog.rows[0].name.hasFocus() and dialog.rows[2].name.isVisible())
    names = [row.name for row in dialog.rows]
    met = []
    while program.app.focusWidget() is not dialog.go and len(met) < 40:
        met.append(program.app.focusWidget())
        qtbot.keyClick(program.app.focusWidget(), Qt.Key_Tab)
    assert len(names) == 3 and [widget for widget in met if widget in names] == names
    assert met.index(names[2]) < met.index(dialog.form.fields["heats"].editor) < met.index(dialog.more)


def test_from_the_dialog_to_the_winner(program: Kernelscope, view: RaceView, qtbot: QtBot) -> None:
    qtbot.mouseClick(view.empty.button, Qt.LeftButton)
    qtbot.waitUntil(lambda: program.window.findChild(RaceDialog) is not None)
    program.window.findChild(RaceDialog).reject()
    qtbot.waitUntil(lambda: program.window.findChild(RaceDialog) is None)
    begin(program, qtbot, steps="8", seeds="2")
    races, bridge = program.context.races, program.context.bridge
    assert len(bridge.runs) == 2
    bridge.hold(30)
    assert all(run.channel.held() > 1 for run in bridge.runs)  # nobody trains on while an answer is awaited
    bridge.release()
    qtbot.waitUntil(lambda: races.over, timeout=30000)
    assert races.verdict is not None
    assert view.isVisible()
    assert view.words.text() == races.words[0]
    assert races.words[0][:2] in ("A ", "B ")
    assert "over 2 seeds" in view.words.text()
    columns = view.entrants.columns
    qtbot.waitUntil(lambda: all(column.bars.values is not None for column in columns))
    assert view.entrants.at.text() == "at step 8"
    assert [column.figures[0].text() for column in columns] == ["8", "8"]
    first, second = (column.kernels.kernels for column in columns)
    assert first.shape == second.shape
    assert (first != second).any()
    # every run is recorded, and knows its race
    runs = Library(program.store.runs).runs()
    entries = {RunFolder(Path(run.path)).record.race for run in runs}
    assert {(each.entrant, each.heat) for each in entries} == {
        (title, heat) for title in races.race.titles for heat in (1, 2)
    }
    assert len({each.race for each in entries}) == 1
    # and all views follow the one that is chosen
    bridge, moments = program.context.bridge, program.context.moments
    assert columns[0].name.isChecked()
    qtbot.mouseClick(columns[1].name, Qt.LeftButton)
    assert bridge.run is races.runs.runs[1]
    assert moments.run is bridge.run
    assert moments.history.steps.length == 8
    qtbot.waitUntil(lambda: columns[1].name.isChecked() and not columns[0].name.isChecked())

    # the next one is ended early, and its other seeds are left out
    races.begin(dataclasses.replace(races.race, steps=0, heats=3))
    qtbot.waitUntil(lambda: bridge.steps > 2)
    program.window.actions_.by_key["finish"].trigger()
    qtbot.waitUntil(lambda: races.over, timeout=20000)
    with qtbot.waitSignal(program.context.notices.posted) as said:
        program.window.actions_.by_key["toggle"].trigger()
    assert said.args[0].startswith("The race is over")
    assert len(races.heats) == 1
    assert len({outcome.steps for outcome in races.heats[0]}) == 1
    assert races.verdict is not None


def test_who_diverges_drops_out_and_the_buttons_act_on_all(
    program: Kernelscope, view: RaceView, dialogs: Answers, qtbot: QtBot
) -> None:
    begin(program, qtbot, steps="100000", wild=True)
    bridge, runs = program.context.bridge, program.context.races.runs
    qtbot.waitUntil(lambda: runs.runs[2].state is State.FAILED, timeout=20000)
    program.context.races.show(2)
    assert bridge.run.state is State.FAILED
    assert bridge.state is State.RUNNING  # of the race
    qtbot.waitUntil(lambda: view.entrants.columns[2].figures[0].text().endswith(", out"))
    with qtbot.waitSignal(bridge.settings_changed, timeout=300, raising=False) as told:
        program.window.experiment.take({"learning_rate": 0.5})  # which no entrant takes
    assert not told.signal_triggered
    program.window.actions_.by_key["toggle"].trigger()
    qtbot.waitUntil(lambda: bridge.state is State.PAUSED)
    assert len({run.steps for run in runs.runs[:2]}) == 1
    here = runs.runs[0].steps
    program.window.actions_.by_key["step"].trigger()
    qtbot.waitUntil(lambda: [run.steps for run in runs.runs[:2]] == [here + 1] * 2)
    qtbot.waitUntil(lambda: bridge.state is State.PAUSED)
    folders = [run.folder for run in runs.runs]
    dialogs.choice = 0  # keep
    assert program.window.close()
    for folder in folders[:2]:
        assert not RunFolder(folder).status().closed
        assert RunFolder(folder).checkpoint().values["step"] == here + 1


def test_another_run_ends_the_race_and_a_race_without_its_data_ends_itself(
    program: Kernelscope, view: RaceView, config: RunConfig, qtbot: QtBot
) -> None:
    begin(program, qtbot, steps="100000")
    races, bridge = program.context.races, program.context.bridge
    qtbot.waitUntil(lambda: bridge.steps > 2)
    threads = [run.thread for run in races.runs.runs]
    bridge.start(dataclasses.replace(bridge.config, seed=5))
    qtbot.waitUntil(lambda: not any(thread.is_alive() for thread in threads))
    assert not races.present
    assert view.words.text() == "Another run has taken the place of the race before its end."
    assert not view.entrants.columns[0].name.isEnabled()
    qtbot.waitUntil(lambda: bridge.state is State.PAUSED)
    assert bridge.run not in races.runs.runs

    base = dataclasses.replace(config, data="kmnist")
    races.begin(Race(base, (Entrant({}), Entrant({"momentum": 0.5})), heats=3))
    qtbot.waitUntil(lambda: races.over, timeout=20000)
    assert races.verdict is not None
    assert races.verdict.sentences[0] == view.words.text() == "Nobody has won."
    assert "is not on this computer" in view.note.text()
    assert len(races.heats) == 1


def test_the_dialog_says_what_is_no_race(program: Kernelscope, qtbot: QtBot) -> None:
    dialog = opened(program, qtbot)
    assert [row.name.placeholderText() for row in dialog.rows] == [
        "Momentum with learning rate 0.01",
        "Adam with learning rate 0.001",
    ]
    assert dialog.go.isEnabled()
    assert not dialog.rows[0].remove.isEnabled()
    qtbot.mouseClick(dialog.more, Qt.LeftButton)
    assert not dialog.go.isEnabled()
    assert "have the same settings; entrants must differ" in dialog.problem.text()
    enter(qtbot, dialog.rows[2].cells["seed"], "7")
    assert dialog.problem.text() == ""
    enter(qtbot, dialog.form.fields["heats"], "3")
    assert "cannot be repeated over seeds" in dialog.problem.text()
    qtbot.mouseClick(dialog.more, Qt.LeftButton)
    assert not dialog.more.isEnabled()
    for _ in range(2):
        qtbot.mouseClick(dialog.rows[2].remove, Qt.LeftButton)
    assert dialog.go.isEnabled()
    assert dialog.race is not None
    assert dialog.race.heats == 3
    box = dialog.rows[0].cells["network"]
    box.setCurrentIndex(box.findText("lenet5"))
    box.activated.emit(box.currentIndex())
    assert dialog.rows[0].name.placeholderText() == "lenet5"
    qtbot.keyClicks(dialog.rows[0].name, "mine")
    assert dialog.race.titles[0] == "mine"
    dialog.reject()
