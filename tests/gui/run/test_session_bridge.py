"""The window's end of a session: what it asks for and how often, and that everything comes back."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt5.QtCore import QCoreApplication, QObject

from engine.data.dataset import Dataset
from engine.model.spec import NetworkSpec
from engine.runs.destination import Destination
from engine.runs.library import Library
from engine.session.channel import Channel
from engine.session.messages import (
    Advance,
    Change,
    EvaluationDone,
    Finish,
    Keep,
    Kept,
    Notice,
    Pace,
    Pause,
    Play,
    Quit,
    Request,
    Save,
    Saved,
    SettingsChanged,
    Snapshot,
    State,
    StateChanged,
    Validated,
)
from engine.training.config import RunConfig
from engine.training.evaluation import Evaluation
from gui.run import session_bridge
from gui.run.session_bridge import CALM_SECONDS, DRAWING_SHARE, FRAME_MS, REST_MS, SessionBridge, Wants
from gui.state.selection import Sample, Selection
from tests.engine.session.scripted import Clock


class Quiet:
    """Stands for the session's function: keeps what it was started with and ends when told to quit."""

    def __init__(self) -> None:
        self.calls: list[tuple[RunConfig, Channel, object, Path | None]] = []

    def __call__(
        self, config: RunConfig, channel: Channel, resume: object, *, record: Destination | None
    ) -> None:
        self.calls.append((config, channel, resume, record))
        while not self.ended(channel):
            channel.wait(None)

    @staticmethod
    def ended(channel: Channel) -> bool:
        return any(isinstance(command, Quit) for command in channel._commands)


class View:
    def __init__(self, wants: Wants) -> None:
        self.asked = wants

    def wants(self) -> Wants:
        return self.asked


class Bench:
    """A bridge whose ticks are made by hand, at times that are set."""

    def __init__(self, bridge: SessionBridge, quiet: Quiet, clock: Clock) -> None:
        self.bridge, self.quiet, self.clock = bridge, quiet, clock
        self.said: list[tuple[object, ...]] = []
        for name in (
            "run_started",
            "dataset_loaded",
            "history_grew",
            "validated",
            "state_changed",
            "settings_changed",
            "snapshot_ready",
            "evaluation_ready",
            "saved",
        ):
            getattr(bridge, name).connect(lambda *values, name=name: self.said.append((name, *values)))

    @property
    def channel(self) -> Channel:
        return self.bridge.run.channel

    def tick(self) -> int:
        """Let the timer's moment come; return the pause until the next one, in milliseconds."""
        self.bridge._timer.stop()
        self.bridge._tick()
        QCoreApplication.processEvents()
        return self.bridge._timer.interval()

    def emit(self, *events: object) -> None:
        for event in events:
            self.channel.emit(event)

    def heard(self, name: str) -> list[tuple[object, ...]]:
        return [values for said, *values in self.said if said == name]

    def commands(self) -> list[object]:
        found = []
        while (command := self.channel.command()) is not None:
            found.append(command)
        return found


@pytest.fixture
def config() -> RunConfig:
    spec = NetworkSpec.from_json(
        {"name": "n", "in_shape": [1, 2, 2], "layers": [{"kind": "flatten"}, {"kind": "dense", "units": 2}]}
    )
    return RunConfig(network=spec)


@pytest.fixture
def selection(qtbot) -> Selection:
    return Selection()


@pytest.fixture
def bench(qtbot, selection: Selection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Bench]:
    quiet, clock = Quiet(), Clock()
    monkeypatch.setattr("engine.session.loop.run", quiet)
    monkeypatch.setattr(session_bridge, "time", clock)
    bridge = SessionBridge(selection, Library(tmp_path / "runs"))
    yield Bench(bridge, quiet, clock)
    bridge.shutdown()


@pytest.fixture
def started(bench: Bench, config: RunConfig) -> Bench:
    bench.bridge.start(config)
    bench.bridge._timer.stop()
    bench.said.clear()
    return bench


def picture(step: int = 0) -> Snapshot:
    return Snapshot(1, step, None, None, (), None)


def running(bench: Bench) -> None:
    bench.emit(StateChanged(1, State.RUNNING))
    bench.tick()


# --- a run and its end ------------------------------------------------------------------------------


def test_a_run_begins_in_a_thread_of_its_own(bench: Bench, config: RunConfig, tmp_path: Path) -> None:
    bench.bridge.start(config)
    assert bench.said == [("state_changed", State.LOADING, ""), ("run_started", config)]
    assert bench.bridge._timer.interval() == FRAME_MS == 96
    assert bench.bridge._timer.isActive() and bench.bridge._timer.isSingleShot()
    assert [thread.name for thread in threading.enumerate()].count("training") == 1
    assert (bench.bridge.config, bench.bridge.live) == (config, config.live())
    assert bench.bridge.history is bench.channel.history
    bench.bridge.shutdown()
    ((begun, channel, resume, record),) = bench.quiet.calls
    assert (begun, channel, resume) == (config, bench.channel, None)
    assert record is not None and record.path.parent == tmp_path / "runs" and not record.path.exists()
    assert bench.channel.run_id == 1


def test_before_the_first_run_there_is_nothing(bench: Bench, tmp_path: Path) -> None:
    bridge = bench.bridge
    assert (bridge.config, bridge.live, bridge.dataset) == (None, None, None)
    assert (bridge.state, bridge.steps, bridge.epoch_size) == (State.LOADING, 0, 0)
    assert bridge.folder is None
    bridge.refresh()
    assert not bridge._timer.isActive()
    bench.tick()
    assert bench.said == []


def test_it_belongs_to_its_parent(qtbot, selection: Selection) -> None:
    parent = QObject()
    bridge = SessionBridge(selection, parent=parent)
    assert bridge.parent() is parent
    assert bridge._timer.parent() is bridge
    assert bridge.library is None


def test_a_new_run_ends_the_old_one_and_begins_anew(bench: Bench, config: RunConfig) -> None:
    bench.bridge.start(config)
    old = bench.channel
    old.history.steps.append(*[1.0] * 6)
    bench.tick()
    first = bench.bridge.run.thread
    assert first is not None
    other, checkpoint = dataclasses.replace(config, seed=5), object()
    bench.bridge.start(other, checkpoint)
    first.join(10)
    assert not first.is_alive()
    assert bench.channel is not old
    assert bench.channel.run_id == 2
    assert bench.bridge.steps == 0
    assert bench.bridge.config is other
    old.emit(StateChanged(1, State.FAILED, "of the old run"))
    bench.said.clear()
    bench.tick()
    assert bench.said == []
    bench.bridge.shutdown()
    assert bench.quiet.calls[1][2] is checkpoint


def test_shutting_down_waits_for_every_thread(bench: Bench, config: RunConfig) -> None:
    for _ in range(3):
        bench.bridge.start(config)
    bench.bridge.shutdown()
    assert "training" not in [thread.name for thread in threading.enumerate()]
    assert not bench.bridge._timer.isActive()
    bench.bridge.refresh()
    assert not bench.bridge._timer.isActive()


def test_a_tick_after_the_end_asks_for_nothing(started: Bench) -> None:
    started.bridge.shutdown()
    started.commands()
    started.tick()
    assert started.channel.request() is None
    assert not started.bridge._timer.isActive()


# --- what the user does -----------------------------------------------------------------------------


def test_every_wish_becomes_a_command(started: Bench, config: RunConfig, tmp_path: Path) -> None:
    bridge, live = started.bridge, config.live()
    path = tmp_path / "m"
    bridge.play()
    bridge.advance(3)
    bridge.pause()
    bridge.change(live)
    bridge.pace(2.5)
    bridge.finish()
    bridge.save(path)
    bridge.save(path, checkpoint=True)
    assert started.commands() == [
        Play(),
        Advance(3),
        Pause(),
        Change(live),
        Pace(2.5),
        Finish(),
        Save(path),
        Save(path, checkpoint=True),
    ]


def test_a_wish_is_answered_soon(started: Bench, selection: Selection) -> None:
    timer = started.bridge._timer
    for wish in (started.bridge.play, started.bridge.refresh, lambda: selection.changed.emit(None)):
        timer.start(1000)
        wish()
        assert timer.isActive() and timer.interval() == 15
    timer.start(5)
    started.bridge.refresh()
    assert timer.interval() == 5  # it is nearer already
    timer.stop()


# --- what comes back --------------------------------------------------------------------------------


def test_every_event_becomes_a_signal_in_order(started: Bench, config: RunConfig, tmp_path: Path) -> None:
    live = dataclasses.replace(config.live(), momentum=0.5)
    evaluation = EvaluationDone(1, 4, Evaluation(*[np.zeros(0, np.int64)] * 5, total=0, classes=2))
    shown = picture()
    started.channel.snapshot.put(shown)
    started.channel.evaluation.put(evaluation)
    started.emit(
        StateChanged(1, State.PAUSED, "why"),
        Validated(1, 0),
        Validated(1, 1),
        SettingsChanged(1, live),
        Saved(1, tmp_path, "no room"),
    )
    started.tick()
    assert started.said == [
        ("state_changed", State.PAUSED, "why"),
        ("validated", 0),
        ("validated", 1),
        ("settings_changed", live),
        ("saved", tmp_path, "no room"),
        ("snapshot_ready", shown),
        ("evaluation_ready", evaluation),
    ]
    assert started.bridge.state is State.PAUSED
    assert started.bridge.live == live
    started.said.clear()
    started.tick()
    assert started.said == []


def test_what_is_of_another_run_is_dropped(started: Bench, config: RunConfig) -> None:
    other = started.bridge.run.number + 1
    evaluation = EvaluationDone(other, 4, Evaluation(*[np.zeros(0, np.int64)] * 5, total=0, classes=2))
    started.channel.snapshot.put(dataclasses.replace(picture(), run_id=other))
    started.channel.evaluation.put(evaluation)
    started.emit(StateChanged(other, State.FAILED, "of another"), Validated(other, 0))
    started.tick()
    assert started.said == [] and started.bridge.state is State.LOADING


def test_files_that_an_ended_session_did_not_write_are_told_once(
    started: Bench, config: RunConfig, tmp_path: Path
) -> None:
    done, left = tmp_path / "done", tmp_path / "left"
    started.bridge.save(left)
    started.bridge.save(done)
    started.tick()
    assert started.heard("saved") == []  # it may still come
    thread = started.bridge.run.thread
    assert thread is not None
    started.emit(Saved(1, done, ""), Saved(1, tmp_path / "of another", ""))
    started.channel.send(Quit())
    thread.join(10)
    for _ in range(2):
        started.tick()
    told = f"Cannot write {left}: the training has ended and holds nothing to save."
    assert started.heard("saved") == [[done, ""], [tmp_path / "of another", ""], [left, told]]
    started.bridge.save(done)
    started.bridge.start(config)
    started.tick()
    assert len(started.heard("saved")) == 3  # nothing is said of an old run's files


def test_the_data_set_is_told_once(started: Bench) -> None:
    images, labels = np.zeros((2, 1, 2, 2), np.uint8), np.array([0, 1])
    dataset = Dataset("d", "D", ("a", "b"), images, labels, images, labels)
    assert (started.bridge.dataset, started.bridge.epoch_size) == (None, 0)
    started.channel.dataset, started.channel.epoch_size = dataset, 2
    started.tick()
    started.tick()
    assert started.said == [("dataset_loaded", dataset)]
    assert started.bridge.dataset is dataset
    assert started.bridge.epoch_size == 2


def test_the_curves_grow_calmly_while_it_trains(started: Bench) -> None:
    running(started)
    started.clock.pass_(10)
    times = []
    for _ in range(100):
        started.channel.history.steps.append(*[1.0] * 6)
        before = len(started.heard("history_grew"))
        started.tick()
        if len(started.heard("history_grew")) > before:
            times.append(started.clock.now)
        started.clock.pass_(0.03125)
    # 0.28 s at least, so every ninth of these ticks.
    assert np.diff(times).tolist() == [0.28125] * (len(times) - 1)
    assert len(times) == 12


def test_pictures_wait_once_for_an_answer_that_the_user_waits_for(started: Bench) -> None:
    running(started)
    started.bridge.hold(0.05)
    started.channel.snapshot.put(picture())
    assert 40 <= started.tick() <= 51 and not started.heard("snapshot_ready")
    started.bridge.hold(0.05)  # the pen goes on
    started.tick()
    assert started.heard("snapshot_ready")
    started.channel.snapshot.put(picture(2))
    started.tick()
    assert len(started.heard("snapshot_ready")) == 1  # and the next one waits again
    started.bridge.release()
    started.tick()
    assert len(started.heard("snapshot_ready")) == 2


def test_standing_the_curves_are_whole_at_once(started: Bench) -> None:
    running(started)
    started.clock.pass_(10)
    for _ in range(2):
        started.channel.history.steps.append(*[1.0] * 6)
        started.tick()
    assert len(started.heard("history_grew")) == 1
    started.emit(StateChanged(1, State.PAUSED))
    started.tick()
    started.tick()
    assert len(started.heard("history_grew")) == 2
    started.tick()
    assert len(started.heard("history_grew")) == 2  # no new row
    assert started.bridge.steps == 2


# --- what is asked for, and how often ---------------------------------------------------------------


@pytest.mark.parametrize("part", ["kernels", "maps", "evaluate"])
def test_what_any_view_needs_is_asked_for_and_nothing_else(
    started: Bench, selection: Selection, part: str
) -> None:
    started.tick()
    assert started.channel.request() == Request()
    view, hidden = View(Wants(**{part: True})), View(Wants())
    for watcher in (hidden, view, hidden):
        started.bridge.add_watcher(watcher)
    started.tick()
    assert started.channel.request() == Request(**{part: True})
    view.asked = Wants()
    started.tick()
    assert started.channel.request() == Request()


def test_needs_add_up() -> None:
    every = [Wants(kernels=True), Wants(maps=True), Wants(evaluate=True), Wants()]
    for a in every:
        for b in every:
            both = a | b
            for name in ("kernels", "maps", "evaluate"):
                assert getattr(both, name) == (getattr(a, name) or getattr(b, name))


def test_maps_are_asked_for_of_the_image_that_all_look_at(started: Bench, selection: Selection) -> None:
    image = np.arange(4, dtype=np.uint8).reshape(1, 2, 2)
    selection.choose(Sample(image, "a drawing"))
    started.tick()
    request = started.channel.request()
    assert request is not None and request.image is image


def test_nothing_is_asked_for_before_the_last_pictures_are_painted(started: Bench) -> None:
    started.bridge._tick()
    assert started.channel.request() is None
    QCoreApplication.processEvents()
    assert started.channel.request() is not None


def drawn(bench: Bench, seconds: float, ticks: int = 60) -> tuple[float, list[int]]:
    """Let every picture take ``seconds`` to draw; return the share of the time in the end, and the pauses."""
    bench.bridge.snapshot_ready.connect(lambda _: bench.clock.pass_(seconds))
    spent, began, pauses = 0.0, 0.0, []
    for number in range(ticks):
        if number == ticks // 2:
            spent, began = 0.0, bench.clock.now
        bench.channel.snapshot.put(picture())
        before = bench.clock.now
        pauses.append(bench.tick())
        spent += bench.clock.now - before
        bench.clock.pass_(pauses[-1] / 1000)
    return spent / (bench.clock.now - began), pauses


def test_drawing_takes_at_most_a_tenth_of_the_time_while_it_trains(started: Bench) -> None:
    running(started)
    share, pauses = drawn(started, 0.05)
    assert share == pytest.approx(DRAWING_SHARE, rel=0.02)
    assert DRAWING_SHARE == 0.1
    assert pauses[-1] == pytest.approx(450, abs=5)
    assert pauses == sorted(pauses)  # it is learnt from what was measured, step by step


@pytest.mark.parametrize("share", [0.02, 0.5])
def test_the_share_can_be_chosen(started: Bench, share: float) -> None:
    started.bridge.drawing_share = share
    running(started)
    got, _ = drawn(started, 0.015 if share < 0.1 else 0.2)
    assert got == pytest.approx(share, rel=0.03)


def test_at_least_one_picture_a_second_however_dear(started: Bench) -> None:
    running(started)
    _, pauses = drawn(started, 0.4)
    assert pauses[-1] == 600


def test_the_pause_is_counted_from_the_beginning_of_the_last_one(started: Bench) -> None:
    assert started.tick() == 96
    for seconds, pause in ((0.0105, 86), (0.04, 56), (0.0905, 6), (0.0935, 5)):
        started.channel.snapshot.put(picture())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(started.bridge, "_drain", lambda s=seconds: started.clock.pass_(s))
            assert started.tick() == pytest.approx(pause, abs=1)


def test_cheap_pictures_come_at_the_usual_pace(started: Bench) -> None:
    running(started)
    _, pauses = drawn(started, 0.004)
    assert set(pauses) == {92}


def test_standing_pictures_come_at_the_usual_pace_however_dear(started: Bench) -> None:
    started.emit(StateChanged(1, State.PAUSED))
    started.tick()
    _, pauses = drawn(started, 0.05)
    assert set(pauses) == {46}
    started.bridge.snapshot_ready.connect(lambda _: started.clock.pass_(0.2))
    started.channel.snapshot.put(picture())
    assert started.tick() == 5  # the window must get its turn


def test_when_drawing_becomes_cheap_again_the_pause_does_too(started: Bench) -> None:
    running(started)
    slow = [True]
    started.bridge.snapshot_ready.connect(lambda _: started.clock.pass_(0.05 if slow else 0.001))
    for _ in range(30):
        started.channel.snapshot.put(picture())
        dear = started.tick()
    slow.clear()
    for _ in range(30):
        started.channel.snapshot.put(picture())
        cheap = started.tick()
    assert (dear, cheap) == (pytest.approx(450, abs=5), 95)


# --- a window in which nothing happens ---------------------------------------------------------------


@pytest.fixture
def standing(started: Bench) -> Bench:
    """Return a run that stands still and has been asked once."""
    started.emit(StateChanged(1, State.PAUSED))
    started.tick()
    assert started.channel.request() is not None
    started.channel.snapshot.put(picture())
    started.tick()
    return started


def test_a_run_that_stands_still_is_asked_once(standing: Bench) -> None:
    for _ in range(20):
        standing.tick()
        assert standing.channel.request() is None


@pytest.mark.parametrize(
    "happens",
    [
        lambda bench: bench.bridge.refresh(),
        lambda bench: bench.bridge.pace(0.0),
        lambda bench: bench.emit(StateChanged(1, State.FINISHED)),
        lambda bench: bench.bridge.add_watcher(View(Wants(kernels=True))),
    ],
)
def test_it_is_asked_again_when_something_may_have_changed(
    standing: Bench, happens: Callable[[Bench], object]
) -> None:
    happens(standing)
    standing.tick()
    assert standing.channel.request() is not None


def test_another_image_is_asked_for(standing: Bench, selection: Selection) -> None:
    for _ in range(2):  # equal pixels are not the same image
        selection.choose(Sample(np.zeros((1, 2, 2), np.uint8), "a drawing"))
        standing.tick()
        assert standing.channel.request() is not None


def test_it_is_looked_at_seldom_until_something_happens(standing: Bench) -> None:
    assert standing.tick() == FRAME_MS
    standing.clock.pass_(CALM_SECONDS + 0.1)
    assert standing.tick() == REST_MS
    standing.emit(Validated(1, 0))
    assert standing.tick() == FRAME_MS
    standing.clock.pass_(CALM_SECONDS + 0.1)
    assert standing.tick() == REST_MS
    standing.bridge.play()
    assert standing.bridge._timer.interval() == 15


def test_one_that_trains_is_looked_at_always(started: Bench) -> None:
    running(started)
    started.clock.pass_(10)
    assert started.tick() == FRAME_MS and started.channel.request() is not None
    started.tick()
    assert started.channel.request() is not None


# --- keeping, and the end ------------------------------------------------------------------------------


def heard_of(bench: Bench, name: str) -> list[object]:
    """Collect what a signal says from now on."""
    said: list[object] = []
    getattr(bench.bridge, name).connect(lambda *values: said.append(values[0] if values else None))
    return said


@pytest.mark.parametrize("problem", ["", "The disk is full."])
def test_what_is_kept_is_told_once(started: Bench, problem: str) -> None:
    kept = heard_of(started, "kept")
    started.bridge.keep()
    assert started.commands() == [Keep()]
    started.emit(Kept(1, problem))
    started.tick()
    assert kept == [problem]
    started.channel.send(Quit(False))
    started.bridge.run.join()
    started.tick()
    assert kept == [problem]  # it was answered, so the end of the session answers it no more


def test_what_an_ended_session_did_not_keep_is_told_once(started: Bench) -> None:
    kept = heard_of(started, "kept")
    started.tick()
    assert kept == []
    started.bridge.keep()
    started.channel.send(Quit(False))
    started.bridge.run.join()
    for _ in range(2):
        started.tick()
    assert kept == ["The training has ended and holds nothing to save."]


def test_without_a_wish_to_keep_the_end_says_nothing_of_it(started: Bench) -> None:
    kept = heard_of(started, "kept")
    started.channel.send(Quit(False))
    started.bridge.run.join()
    started.tick()
    assert kept == []


@pytest.mark.parametrize("how", ["end", "shutdown"])
@pytest.mark.parametrize("kept", [None, False, True])
def test_the_session_is_told_whether_the_run_is_offered_again(
    started: Bench, qtbot, how: str, kept: bool | None
) -> None:
    ended = heard_of(started, "ended")
    getattr(started.bridge, how)(**({} if kept is None else {"kept": kept}))
    if how == "end":
        qtbot.waitUntil(lambda: ended == [None])
    assert not started.bridge.run.alive and not started.bridge._timer.isActive()
    assert [command for command in started.commands() if isinstance(command, Quit)] == [Quit(bool(kept))]


def test_the_end_waits_for_every_session(started: Bench, config: RunConfig, qtbot) -> None:
    old = started.bridge.run
    started.bridge.start(config)
    ended = heard_of(started, "ended")
    started.bridge.end()
    qtbot.waitUntil(lambda: ended == [None])
    assert not old.alive and not started.bridge.run.alive


def test_a_notice_and_a_divergence_are_passed_on(started: Bench) -> None:
    noticed = heard_of(started, "noticed")
    started.emit(Notice(1, "The disk is nearly full."), StateChanged(1, State.FAILED, "It diverged.", True))
    started.tick()
    assert noticed == ["The disk is nearly full."] and started.bridge.run.diverged is True


def test_a_place_that_is_given_is_used(bench: Bench, config: RunConfig, tmp_path: Path) -> None:
    given = Destination(tmp_path / "given")
    bench.bridge.start(config, None, given)
    bench.bridge.start(config, None, None)
    places = [record for *_, record in bench.quiet.calls]
    assert places[0] is given and isinstance(places[1], Destination) and places[1] is not given


def test_the_data_set_stays_until_the_new_one_is_there(started: Bench, config: RunConfig) -> None:
    images, labels = np.zeros((4, 1, 2, 2), np.uint8), np.zeros(4, np.int64)
    started.channel.dataset = Dataset("x", "X", ("a", "b"), images, labels, images, labels)
    started.tick()
    before = started.bridge.dataset
    started.bridge.start(config)
    assert started.bridge.dataset is before is not None
