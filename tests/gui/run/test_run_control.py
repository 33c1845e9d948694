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


class Harness:
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
def harness(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Harness:
    monkeypatch.setattr(module, "is_present", lambda name: name == "mnist")
    return Harness(Bridge(), qtbot)


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
def test_buttons_act_where_they_may(
    harness: Harness, state: State, toggles: str | None, trains: bool
) -> None:
    harness.bridge.state = state
    assert harness.control.can_train == trains and harness.control.running == (state is State.RUNNING)
    harness.control.toggle()
    assert harness.bridge.told == ([(toggles,)] if toggles else [])
    told = [("All epochs are done. Raise the number of epochs to resume, or restart.", False)]
    assert harness.said == (told if state is State.FINISHED else [])
    harness.bridge.told.clear()
    harness.control.step()
    harness.control.epoch()
    assert harness.bridge.told == ([("advance", 1), ("advance", 0)] if trains else [])


def test_only_what_has_begun_is_ended_early(harness: Harness) -> None:
    harness.control.finish()
    assert harness.bridge.told == []
    harness.learn(1)
    harness.control.finish()
    assert harness.bridge.told == [("finish",)]


@pytest.mark.parametrize("answer", [True, False])
def test_what_is_not_saved_is_given_up_only_when_the_user_says_so(harness: Harness, answer: bool) -> None:
    harness.answer = answer
    assert harness.control.start_over(MINE) and harness.questions == []
    harness.bridge.told.clear()
    harness.learn(1)
    learnt = "The network has learnt for {} and is not saved. "
    other, record = checkpoint(4), Destination(Path("x"))
    for begin, question, started in (
        (
            lambda: harness.control.start_over(MINE),
            (learnt.format("1 step") + "Restart from random weights?", "Restart"),
            ("start", MINE, None, None),
        ),
        (
            lambda: harness.control.begin_from(other, record),
            (
                learnt.format("1,234 steps") + "Resume the other run and lose this one?",
                "Resume the other run",
            ),
            ("start", other.config, other, record),
        ),
    ):
        assert harness.control.unsaved
        assert begin() == answer
        assert harness.questions == [question]
        assert harness.bridge.told == ([started] if answer else [])
        harness.questions.clear()
        harness.bridge.told.clear()
        harness.learn(1234)


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
def test_a_run_branches_off_from_a_recorded_moment(harness: Harness, tmp_path: Path, recorded: bool) -> None:
    harness.bridge.library = Library(tmp_path) if recorded else None
    harness.learn(3)
    harness.answer = False
    assert not harness.control.branch(Recorded(), MINE) and harness.bridge.told == []  # type: ignore[arg-type]
    asked = "The network has learnt for 3 steps and is not saved. It stays recorded. Begin the new run?"
    assert harness.questions == [(asked, "Begin the new run")]
    harness.answer = True
    assert harness.control.branch(Recorded(), MINE)  # type: ignore[arg-type]
    ((name, config, start, record),) = harness.bridge.told
    assert (name, config, start.config) == ("start", MINE, MINE)
    first = Network.new(MINE.network, 7).named()
    assert all(np.array_equal(start.arrays[f"network.{name}"], value) for name, value in first.items())
    if recorded:
        assert record.path.parent == tmp_path and record.parent == Recorded.parent and record.numbered
    else:
        assert record is None


def test_a_branch_that_cannot_begin_says_why(harness: Harness) -> None:
    harness.bridge.library = None
    gone = Recorded(ModelFileError("Its weights are gone."))
    assert not harness.control.branch(gone, MINE)  # type: ignore[arg-type]
    assert not harness.control.branch(Recorded(), dataclasses.replace(MINE, data="cifar10"))  # type: ignore[arg-type]
    assert [sentence for sentence, problem in harness.said if problem] == [
        "Its weights are gone.",
        "This run learns from CIFAR-10, which is not on this computer; add the data set first.",
    ]
    assert harness.bridge.told == [] and harness.questions == []


def test_what_is_saved_is_said_and_needs_no_question(harness: Harness, tmp_path: Path) -> None:
    changes: list[None] = []
    harness.control.changed.connect(lambda: changes.append(None))
    harness.learn(7)
    path = tmp_path / "m.safetensors"
    harness.control.save(path)
    harness.control.save(path, checkpoint=True)
    assert harness.bridge.told == [("save", path, False), ("save", path, True)]
    harness.bridge.saved.emit(path, "The disk is full.")
    assert harness.control.unsaved and harness.said == [("The disk is full.", True)] and changes == []
    harness.bridge.saved.emit(path, "")
    assert not harness.control.unsaved and harness.said[1:] == [
        (f"Saved m.safetensors in {tmp_path}.", False)
    ]
    assert len(changes) == 1
    assert harness.control.start_over(MINE) and harness.questions == []
    assert len(changes) == 2
    harness.learn(1)
    assert harness.control.unsaved  # what was saved was another run


def test_what_a_file_holds_is_saved(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    other = checkpoint(4)
    monkeypatch.setattr("engine.training.checkpoint.load_checkpoint", lambda _path: other)
    harness.restore(Path("c"))
    assert harness.bridge.told == [("start", other.config, other, None)]
    assert not harness.control.unsaved
    harness.learn(5)
    assert harness.control.unsaved
    harness.answer = False
    harness.restore(Path("c"))
    assert harness.control.unsaved and len(harness.bridge.told) == 1


def test_what_cannot_be_gone_on_with_is_said_and_ends_nothing(
    harness: Harness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.restore(tmp_path / "none")
    assert "none" in harness.said[0][0] and harness.said[0][1]
    absent = "This run learns from {}, which is not on this computer; add the data set first."
    for number, (data, title) in enumerate((("cifar10", "CIFAR-10"), ("own-gone", "'own-gone'")), 1):
        kept = checkpoint(2, data)
        monkeypatch.setattr("engine.training.checkpoint.load_checkpoint", lambda _path, kept=kept: kept)
        harness.restore(tmp_path / "c")
        assert harness.said[number] == (absent.format(title), True)
        assert missing_data(checkpoint(2, data)) == absent.format(title)
    assert missing_data(checkpoint(2)) == "" and harness.bridge.told == [] and harness.questions == []


def test_what_the_session_says_is_passed_on(harness: Harness) -> None:
    changes: list[None] = []
    harness.control.changed.connect(lambda: changes.append(None))
    harness.bridge.state_changed.emit(State.RUNNING, "")
    harness.bridge.state_changed.emit(State.FINISHED, "Ended early.")
    harness.bridge.state_changed.emit(State.FAILED, "The loss became nan.")
    harness.bridge.noticed.emit("It cannot be recorded.")
    assert len(changes) == 3
    assert harness.said == [
        ("Ended early.", False),
        ("The loss became nan.", True),
        ("It cannot be recorded.", True),
    ]


def test_a_run_that_stopped_by_itself_is_asked_to_go_on(harness: Harness) -> None:
    harness.bridge.state = State.FINISHED
    harness.bridge.live = LiveSettings(0.1, 0.9, 0.0, 20, 4)
    harness.bridge.history.steps.append(100, 1.5, 3.0, 0.1, 0.9, 0.1)
    harness.control.toggle()
    assert harness.bridge.told == [("play",)] and not harness.said
    harness.bridge.history.steps.append(200, 4.0, 6.0, 0.1, 0.9, 0.1)
    harness.control.toggle()
    assert harness.bridge.told == [("play",)] and "All epochs are done" in harness.said[0][0]
