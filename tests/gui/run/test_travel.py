"""Which run is looked at when another one begins."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PyQt5.QtCore import QObject, pyqtSignal
from pytestqt.qtbot import QtBot

from gui.run.run import Run
from gui.run.travel import Travel


class Bridge(QObject):
    """Begins runs that do nothing."""

    run_started = pyqtSignal(object)

    def __init__(self, config: object = None) -> None:
        super().__init__()
        self.config = config
        self.run = SimpleNamespace(number=0, folder=None)

    def start(self) -> None:
        self.run = SimpleNamespace(number=self.run.number + 1, folder=None)
        self.config = "settings"
        self.run_started.emit(self.config)


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Path:
    def opened(number: int, path: Path) -> SimpleNamespace:
        return SimpleNamespace(number=number, folder=path, kept_steps=lambda: [0, 3])

    monkeypatch.setattr(Run, "opened", opened)
    return Path("recorded")


@pytest.mark.parametrize("config", [None, "settings"])
def test_a_run_that_begins_is_looked_at(qtbot: QtBot, recorded: Path, config: object) -> None:
    bridge = Bridge(config)
    travel = Travel(bridge, bridge)  # type: ignore[arg-type]
    if config is not None:  # the window has its run already, so this one is the user's wish
        travel.open(recorded)
    bridge.start()
    assert travel.run is bridge.run and travel.live


def test_what_was_opened_before_the_first_run_of_a_window_stays(qtbot: QtBot, recorded: Path) -> None:
    bridge = Bridge()
    travel = Travel(bridge, bridge)  # type: ignore[arg-type]
    opened = travel.open(recorded)
    bridge.start()
    assert travel.run is opened and travel.step == 3 and not travel.live
    bridge.start()
    assert travel.run is bridge.run and travel.live
