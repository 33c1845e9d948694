"""The dialog of sweeps, from what is varied to ranked trials, with a real process that leads it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from engine.data.folders import runs_folder, sweeps_folder
from engine.model.spec import NetworkSpec
from engine.runs.library import Library
from engine.sweeps.plan_file import read_plan
from engine.training.config import RunConfig
from gui.dialogs.sweep import dialog as module
from gui.dialogs.sweep.dialog import SweepDialog
from gui.widgets.questions import Dialogs

LAYERS = [{"kind": "flatten"}, {"kind": "dense", "units": 2}]


class Files(Dialogs):
    def __init__(self, path: Path) -> None:
        self.path = path

    def open_file(self, title: str, kinds: str) -> Path | None:
        return self.path

    def save_file(self, title: str, suggestion: str, kinds: str) -> Path | None:
        return self.path


@pytest.fixture
def shown(qtbot: QtBot, data: str, tmp_path: Path) -> Callable[[], SweepDialog]:
    above = QWidget()
    qtbot.addWidget(above)

    def show() -> SweepDialog:
        network = NetworkSpec.from_json({"name": "tiny", "in_shape": [1, 12, 12], "layers": LAYERS})
        config = RunConfig(network, data=data, epochs=2, batch_size=20, validation_images=20)
        made = SweepDialog(config, Files(tmp_path / "saved.toml"), above)
        made.show()
        return made

    return show


def test_a_sweep_is_asked_for_saved_opened_and_led(
    qtbot: QtBot, shown: Callable[[], SweepDialog], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "missing", lambda: "Dask is missing.")  # so one process leads and trains
    made = shown()
    qtbot.waitUntil(lambda: "20 runs, at most 280 steps; about" in made.words.text(), timeout=20_000)
    values = made.form.table.rows[0][2]
    values.selectAll()
    qtbot.keyClicks(values, "0.1, 0.01")
    qtbot.waitUntil(lambda: "the smaller one first" in made.problem.text(), timeout=20_000)
    assert not made.start.isEnabled()
    how = made.form.table.rows[0][1]
    how.setCurrentIndex(how.findData("values"))
    how.activated.emit(how.currentIndex())
    made.form.method.setCurrentIndex(made.form.method.findData("grid"))
    qtbot.mouseClick(made.form.table.add, Qt.LeftButton)
    assert len(made.form.table.rows) == 2
    qtbot.mouseClick(made.form.table.rows[1][3], Qt.LeftButton)
    made.form.name.clear()
    qtbot.keyClicks(made.form.name, "two rates")
    qtbot.waitUntil(lambda: made.words.text().startswith("2 runs, at most 28 steps"), timeout=20_000)

    qtbot.mouseClick(made.form.save_button, Qt.LeftButton)
    plan = read_plan(tmp_path / "saved.toml")
    assert (plan.name, plan.method, plan.key) == ("two rates", "grid", made.form.plan().key)
    made.form.name.setText("other")
    qtbot.mouseClick(made.form.open_button, Qt.LeftButton)
    assert made.form.name.text() == "two rates" and "saved.toml" in made.form.about.text()

    qtbot.waitUntil(made.start.isEnabled, timeout=20_000)
    with qtbot.waitSignal(made.begun) as begun:
        qtbot.mouseClick(made.start, Qt.LeftButton)
    assert made.stop.isEnabled() and not made.form.table.isEnabled()
    qtbot.waitUntil(lambda: not made._leader.busy, timeout=60_000)
    assert made.words.text().startswith("Best of 2: learning_rate 0."), made.problem.text()
    assert [run.sweep for run in Library(runs_folder()).runs()] == begun.args * 2
    assert (sweeps_folder() / begun.args[0] / "outcomes.jsonl").is_file()


def test_the_tab_key_goes_through_all_rows_and_then_on(
    qtbot: QtBot, shown: Callable[[], SweepDialog]
) -> None:
    made = shown()
    table = made.form.table
    qtbot.mouseClick(table.add, Qt.LeftButton)
    widgets = [*table.rows[0], *table.rows[1], table.add, made.form.method]
    qtbot.waitUntil(made.isActiveWindow)
    widgets[0].setFocus()
    for before, widget in pairwise(widgets):
        assert before.hasFocus()
        qtbot.keyClick(before, Qt.Key_Tab)
        assert widget.hasFocus(), widget.accessibleName()


def test_closing_the_dialog_ends_the_process_that_leads(
    qtbot: QtBot, shown: Callable[[], SweepDialog], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "missing", lambda: "Dask is missing.")
    made = shown()
    made.form.numbers.fields["trials"].show_value(5000)
    qtbot.mouseClick(made.start, Qt.LeftButton)
    qtbot.waitUntil(lambda: made.words.text().startswith(("Settings", "Runs")), timeout=60_000)
    qtbot.mouseClick(made.stop, Qt.LeftButton)
    qtbot.waitUntil(lambda: not made._leader.busy, timeout=60_000)
    assert made.words.text() == "Stopped; what is done is kept. Start goes on." and made.start.isEnabled()

    qtbot.mouseClick(made.start, Qt.LeftButton)
    qtbot.waitUntil(lambda: made.words.text().startswith(("Settings", "Runs")), timeout=60_000)
    above = made.parent()
    assert above is not None
    made.close()
    qtbot.waitUntil(lambda: not above.findChildren(SweepDialog), timeout=60_000)
