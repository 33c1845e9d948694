"""What the buttons of a run do and when they may, without a session behind them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt5.QtCore import QObject, pyqtSignal
from pytestqt.qtbot import QtBot

from engine.errors import ModelFileError
from engine.model.history import History
from engine.model.network import Network
from engine.runs.destination import Destination
from engine.runs.library import Library
from engine.runs.record import Parent
from engine.session.messages import State
from engine.training.checkpoint import Checkpoint
from engine.training.config import LiveSettings, RunConfig
from gui.run import run_control as module
from gui.run.run_control import RunControl, missing_data
from gui.state.notices import Notices
from tests.engine.runs.test_recorder import CONFIG

MINE = dataclasses.replace(CONFIG, data="mnist")


class Bridge(QObject):
    """Stands for the session's: notes what it is told, and says what a test lets it say."""

    state_changed = pyqtSignal(object, str)
    saved = pyqtSignal(object, str)
    noticed = pyqtSignal(str)
    run_started = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.state, self.steps = State.PAUSED, 0
        self.told: list[tuple[Any, ...]] = []
        self.live: LiveSettings | None = None
        self.history = History()

    def __getattr__(self, name: str) -> Any:
        def note(*arguments: Any, **options: Any) -> None:
            self.told.append((name, *arguments, *options.values()))
            if name == "start":
                self.steps = arguments[1].history.steps.length if arguments[1] is not None else 0
                self.run_started.emit(arguments[0])

        return note


class Desk:
    """A control, and what it asks and says."""

    def __init__(self, bridge: Bridge, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.bridge, self.notices = bridge, Notices()
        self.questions: list[tuple[str, str]] = []
        self.answer = True
        self.said: list[tuple[str, bool]] = []
        self.notices.posted.connect(lambda sentence, problem: self.said.append((sentence, problem)))
        self.control = RunControl(bridge, self.notices, self._confirm)  # type: ignore[arg-type]

    def _confirm(self, *question: str) -> bool:
        self.questions.append(question)  # type: ignore[arg-type]
        return self.answer

    def learn(self, steps: int) -> None:
        self.bridge.steps = steps

    def restore(self, path: Path) -> None:
        """Go on with a run in a file, and wait until it is read."""
        self.control.restore(path)
        self.qtbot.waitUntil(lambda: not self.control.reading)


@pytest.fixture
def desk(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(module, "is_present", lambda name: name == "mnist")
    return Desk(Bridge(), qtbot)


def checkpoint(steps: int, data: str = "mnist") -> Checkpoint:
    history = History()
    for step in range(1, steps + 1):
        history.steps.append(step, 0, 0, 0, 0, 0)
    return Checkpoint(dataclasses.replace(CONFIG, data=data), {}, {"step": steps}, history)


@pytest.mark.parametrize(
    ("state", "toggles", "trains"),
    [
        (State.LOADING, None, False),
        (State.PAUSED, "play", True),
        (State.RUNNING, "pause", True),
        (State.FINISHED, None, False),
        (State.FAILED, None, False),
    ],
)
def test_buttons_act_where_they_may(desk: Desk, state: State, toggles: str | None, trains: bool) -> None:
    desk.bridge.state = state
    assert desk.control.can_train == trains and desk.control.running == (state is State.RUNNING)
    desk.control.toggle()
    assert desk.bridge.told == ([(toggles,)] if toggles else [])
    told = [("All epochs are done. Raise the number of epochs to resume, or restart.", False)]
    assert desk.said == (told if state is State.FINISHED else [])
    desk.bridge.told.clear()
    desk.control.step()
    desk.control.epoch()
    assert desk.bridge.told == ([("advance", 1), ("advance", 0)] if trains else [])


def test_only_what_has_begun_is_ended_early(desk: Desk) -> None:
    desk.control.finish()
    assert desk.bridge.told == []
    desk.learn(1)
    desk.control.finish()
    assert desk.bridge.told == [("finish",)]


@pytest.mark.parametrize("answer", [True, False])
def test_what_is_not_saved_is_given_up_only_when_the_user_says_so(desk: Desk, answer: bool) -> None:
    desk.answer = answer
    assert desk.control.start_over(MINE) and desk.questions == []
    desk.bridge.told.clear()
    desk.learn(1)
    learnt = "The network has learnt for {} and is not saved. "
    other, record = checkpoint(4), Destination(Path("x"))
    for begin, question, started in (
        (
            lambda: desk.control.start_over(MINE),
            (learnt.format("1 step") + "Restart from random weights?", "Restart"),
            ("start", MINE, None, None),
        ),
        (
            lambda: desk.control.begin_from(other, record),
            (
                learnt.format("1,234 steps") + "Resume the other run and lose this one?",
                "Resume the other run",
            ),
            ("start", other.config, other, record),
        ),
    ):
        assert desk.control.unsaved
        assert begin() == answer
        assert desk.questions == [question]
        assert desk.bridge.told == ([started] if answer else [])
        desk.questions.clear()
        desk.bridge.told.clear()
        desk.learn(1234)


class Recorded:
    """Stands for a moment of a recorded run."""

    parent = Parent("earlier", 5)

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def network_for(self, config: RunConfig) -> Network:
        if self.error is not None:
            raise self.error
        return Network.new(config.network, 7)


@pytest.mark.parametrize("recorded", [True, False])
def test_a_run_branches_off_from_a_recorded_moment(desk: Desk, tmp_path: Path, recorded: bool) -> None:
    desk.bridge.library = Library(tmp_path) if recorded else None
    desk.learn(3)
    desk.answer = False
    assert not desk.control.branch(Recorded(), MINE) and desk.bridge.told == []  # type: ignore[arg-type]
    asked = "The network has learnt for 3 steps and is not saved. It stays recorded. Begin the new run?"
    assert desk.questions == [(asked, "Begin the new run")]
    desk.answer = True
    assert desk.control.branch(Recorded(), MINE)  # type: ignore[arg-type]
    ((name, config, start, record),) = desk.bridge.told
    assert (name, config, start.config) == ("start", MINE, MINE)
    first = Network.new(MINE.network, 7).named()
    assert all(np.array_equal(start.arrays[f"network.{name}"], value) for name, value in first.items())
    if recorded:
        assert record.path.parent == tmp_path and record.parent == Recorded.parent and record.numbered
    else:
        assert record is None


def test_a_branch_that_cannot_begin_says_why(desk: Desk) -> None:
    desk.bridge.library = None
    gone = Recorded(ModelFileError("Its weights are gone."))
    assert not desk.control.branch(gone, MINE)  # type: ignore[arg-type]
    assert not desk.control.branch(Recorded(), dataclasses.replace(MINE, data="cifar10"))  # type: ignore[arg-type]
    assert [sentence for sentence, problem in desk.said if problem] == [
        "Its weights are gone.",
        "This run learns from CIFAR-10, which is not on this computer; add the data set first.",
    ]
    assert desk.bridge.told == [] and desk.questions == []


def test_what_is_saved_is_said_and_needs_no_question(desk: Desk, tmp_path: Path) -> None:
    changes: list[None] = []
    desk.control.changed.connect(lambda: changes.append(None))
    desk.learn(7)
    path = tmp_path / "m.safetensors"
    desk.control.save(path)
    desk.control.save(path, checkpoint=True)
    assert desk.bridge.told == [("save", path, False), ("save", path, True)]
    desk.bridge.saved.emit(path, "The disk is full.")
    assert desk.control.unsaved and desk.said == [("The disk is full.", True)] and changes == []
    desk.bridge.saved.emit(path, "")
    assert not desk.control.unsaved and desk.said[1:] == [(f"Saved m.safetensors in {tmp_path}.", False)]
    assert len(changes) == 1
    assert desk.control.start_over(MINE) and desk.questions == []
    assert len(changes) == 2
    desk.learn(1)
    assert desk.control.unsaved  # what was saved was another run


def test_what_a_file_holds_is_saved(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    other = checkpoint(4)
    monkeypatch.setattr("engine.training.checkpoint.load_checkpoint", lambda _path: other)
    desk.restore(Path("c"))
    assert desk.bridge.told == [("start", other.config, other, None)]
    assert not desk.control.unsaved
    desk.learn(5)
    assert desk.control.unsaved
    desk.answer = False
    desk.restore(Path("c"))
    assert desk.control.unsaved and len(desk.bridge.told) == 1


def test_what_cannot_be_gone_on_with_is_said_and_ends_nothing(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.restore(tmp_path / "none")
    assert "none" in desk.said[0][0] and desk.said[0][1]
    absent = "This run learns from {}, which is not on this computer; add the data set first."
    for number, (data, title) in enumerate((("cifar10", "CIFAR-10"), ("own-gone", "'own-gone'")), 1):
        kept = checkpoint(2, data)
        monkeypatch.setattr("engine.training.checkpoint.load_checkpoint", lambda _path, kept=kept: kept)
        desk.restore(tmp_path / "c")
        assert desk.said[number] == (absent.format(title), True)
        assert missing_data(checkpoint(2, data)) == absent.format(title)
    assert missing_data(checkpoint(2)) == "" and desk.bridge.told == [] and desk.questions == []


def test_what_the_session_says_is_passed_on(desk: Desk) -> None:
    changes: list[None] = []
    desk.control.changed.connect(lambda: changes.append(None))
    desk.bridge.state_changed.emit(State.RUNNING, "")
    desk.bridge.state_changed.emit(State.FINISHED, "Ended early.")
    desk.bridge.state_changed.emit(State.FAILED, "The loss became nan.")
    desk.bridge.noticed.emit("It cannot be recorded.")
    assert len(changes) == 3
    assert desk.said == [
        ("Ended early.", False),
        ("The loss became nan.", True),
        ("It cannot be recorded.", True),
    ]


def test_a_run_that_stopped_by_itself_is_asked_to_go_on(desk: Desk) -> None:
    desk.bridge.state = State.FINISHED
    desk.bridge.live = LiveSettings(0.1, 0.9, 0.0, 20, 4)
    desk.bridge.history.steps.append(100, 1.5, 3.0, 0.1, 0.9, 0.1)
    desk.control.toggle()
    assert desk.bridge.told == [("play",)] and not desk.said
    desk.bridge.history.steps.append(200, 4.0, 6.0, 0.1, 0.9, 0.1)
    desk.control.toggle()
    assert desk.bridge.told == [("play",)] and "All epochs are done" in desk.said[0][0]
