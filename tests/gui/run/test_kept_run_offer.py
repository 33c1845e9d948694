"""Which unfinished run is offered, in which words, and that it is free again whatever comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine.errors import ModelFileError
from engine.model.history import History
from engine.runs.hold import is_held
from engine.runs.library import Library
from engine.runs.record import RunRecord
from engine.session.messages import State
from gui.run import run_control
from gui.run.kept_run import KeptRun
from tests.engine.runs.test_library import run
from tests.engine.runs.test_recorder import CONFIG, made
from tests.gui.run.test_run_control import Bridge, Harness, checkpoint

SENTENCE = "An unfinished run is kept: {}. Resume it?"


@pytest.fixture
def far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the clock on the wall be nine hours ahead of UTC."""
    monkeypatch.setenv("TZ", "XXX-9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


class Offered(Harness):
    """A desk at which an earlier run may be offered."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        super().__init__(Bridge(), qtbot)
        self.bridge.history = History()
        self.library = Library(folder)
        self.offers: list[tuple[str, str, Callable[[], object]]] = []
        self.notices.offered.connect(lambda *offer: self.offers.append(offer))
        self.kept = KeptRun(self.bridge, self.control, self.library, self.notices)  # type: ignore[arg-type]

    def read(self, ask: Callable[[], object]) -> None:
        """Do ``ask``, and wait until the run that it asks for is read."""
        ask()
        self.qtbot.waitUntil(lambda: not self.kept.reading)


@pytest.fixture
def offered(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Offered:
    """Return a desk with two runs in its library, of which ``b`` ended last."""
    record = RunRecord.new("one", CONFIG, made())
    run(tmp_path, "a", record, "2026-01-05", changed="2026-01-05T22:30:00+00:00")
    run(tmp_path, "b", record, "2026-01-01", changed="2026-01-06T22:30:00+00:00", step=1234)
    monkeypatch.setattr(run_control, "is_present", lambda _name: True)
    monkeypatch.setattr("engine.training.checkpoint.load_checkpoint", lambda _path: checkpoint(3))
    return Offered(tmp_path, qtbot)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone cannot be changed here")
def test_the_one_that_ended_last_is_offered_by_the_clock_on_the_wall(
    far_east: None, offered: Offered
) -> None:
    assert offered.kept.offer()
    told = "tiny on Tiny, step 1,234, ended 7 January 2026, 07:30"
    assert [offer[:2] for offer in offered.offers] == [
        (SENTENCE.format(told), "Resume it"),
    ]
    assert offered.said == []


def test_nothing_is_offered_where_there_is_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    assert not Offered(tmp_path / "none", qtbot).kept.offer()


def take(offered: Offered) -> None:
    """Press the button of the newest offer."""
    if not offered.offers:
        offered.kept.offer()
    offered.read(offered.offers[-1][2])


def test_it_is_recorded_where_it_was_and_held_until_it_stands(offered: Offered, tmp_path: Path) -> None:
    take(offered)
    ((name, config, state, record),) = offered.bridge.told
    assert (name, config, state.values["step"]) == ("start", state.config, 3)
    assert record.path == tmp_path / "b" and record.hold.path == tmp_path / "b"
    assert record.budget == offered.library.budget().run_bytes
    assert is_held(tmp_path / "b")
    offered.bridge.state_changed.emit(State.LOADING, "")
    for step in (1, 2, 3):
        offered.bridge.history.steps.append(step, 0, 0, 0, 0, 0)
    offered.bridge.state_changed.emit(State.PAUSED, "")
    offered.bridge.state_changed.emit(State.FAILED, "Later.")  # the session's own affair by then
    assert is_held(tmp_path / "b") and len(offered.offers) == 1
    record.hold.release()


@pytest.mark.parametrize("fails", ["at once", "short of its step"])
def test_it_is_offered_again_when_the_session_does_not_come_to_stand_there(
    offered: Offered, tmp_path: Path, fails: str
) -> None:
    take(offered)
    if fails == "at once":
        offered.bridge.state_changed.emit(State.FAILED, "The data set is damaged.")
    else:
        offered.bridge.history.steps.append(2, 0, 0, 0, 0, 0)
        offered.bridge.state_changed.emit(State.PAUSED, "")
    told = "The run is still kept."
    assert offered.offers[-1][0] == (f"The data set is damaged. {told}" if fails == "at once" else told)
    assert len(offered.offers) == 2 and not is_held(tmp_path / "b")


def test_another_run_that_begins_gives_it_back(offered: Offered, tmp_path: Path) -> None:
    take(offered)
    offered.bridge.run_started.emit(CONFIG)
    assert not is_held(tmp_path / "b")
    offered.bridge.state_changed.emit(State.FAILED, "Another one.")
    assert len(offered.offers) == 1


def test_it_stays_when_the_user_keeps_the_present_run(offered: Offered, tmp_path: Path) -> None:
    offered.learn(2)
    offered.answer = False
    take(offered)
    assert offered.bridge.told == [] and not is_held(tmp_path / "b")
    assert len(offered.offers) == 2 and offered.offers[1][0].startswith("An unfinished run is kept: ")


def test_without_its_data_set_it_stays(
    offered: Offered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_control, "is_present", lambda _name: False)
    take(offered)
    assert offered.bridge.told == [] and not is_held(tmp_path / "b")
    assert offered.offers[1][0].endswith("add the data set first. The run is still kept.")


@pytest.mark.parametrize("fails", ["without its data set", "in the session"])
def test_any_other_run_that_cannot_be_resumed_is_the_one_that_is_offered_again(
    offered: Offered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    run(tmp_path, "c", RunRecord.new("c", CONFIG, made()), closed=True)  # one that its user was done with
    for name in ("a", "c"):
        with monkeypatch.context() as patch:
            if fails == "without its data set":
                patch.setattr(run_control, "is_present", lambda _name: False)
            offered.read(partial(offered.kept.resume, tmp_path / name))
        if fails == "in the session":
            offered.bridge.state_changed.emit(State.FAILED, "It is damaged.")
        offered.bridge.told.clear()
        sentence, _, again = offered.offers[-1]
        assert sentence.endswith("The run is still kept.")
        offered.read(again)
        assert offered.bridge.told[0][3].path == tmp_path / name
        offered.bridge.run_started.emit(CONFIG)  # another one, which gives it back
    offered.learn(2)
    offered.answer = False
    asked = len(offered.offers)
    offered.read(partial(offered.kept.resume, tmp_path / "c"))
    assert len(offered.offers) == asked  # who wants to keep the present run has chosen


def test_one_that_cannot_be_read_or_is_gone_is_told(
    offered: Offered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(_path: Path) -> None:
        raise ModelFileError("It is damaged.")

    monkeypatch.setattr("engine.training.checkpoint.load_checkpoint", damaged)
    take(offered)
    told = "The run cannot be read; it stays where it is. It is damaged."
    assert offered.said == [(told, True)] and not is_held(tmp_path / "b")
    other = Offered(tmp_path, offered.qtbot)
    other.kept.offer()
    monkeypatch.setattr("engine.training.checkpoint.load_checkpoint", lambda _path: checkpoint(3))
    take(offered)
    take(other)
    assert other.said == [("The run is already open in another window.", True)]
    offered.bridge.run_started.emit(CONFIG)
    (tmp_path / "b").rename(tmp_path / "elsewhere")
    take(other)
    assert other.said[1][0].startswith("The run is gone, or cannot be used: No such file")
    assert other.bridge.told == []
