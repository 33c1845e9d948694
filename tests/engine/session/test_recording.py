"""What a session tells its recorder, and when; and that no failure of it reaches the training."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.session.messages import Notice, State
from engine.session.recording import Recording
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers
from tests.engine.session.scripted import Clock, Scripted, clocked


class Spy:
    """Stands for a recorder: notes what it is told, and raises ``error`` if there is one."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.begun = self.is_safe = False
        self.wanted: set[int] = set()
        self.error: Exception | None = None
        self.problem = ""

    def _note(self, name: str, value: Any) -> None:
        self.calls.append((name, value))
        if self.error is not None:
            raise self.error

    def begin(self, state: Any) -> None:
        self.begun = True
        self._note("begin", state)

    def wants(self, step: int) -> bool:
        return step in self.wanted

    def weights(self, step: int, vector: np.ndarray) -> None:
        self._note("weights", (step, vector.copy()))

    def settings(self, step: int, config: RunConfig) -> None:
        self._note("settings", (step, config))

    def state(self, checkpoint: Any) -> None:
        self._note("state", checkpoint)

    def status(self, **values: Any) -> None:
        self._note("status", values)

    def flush(self) -> str:
        self._note("flush", None)
        return self.problem

    def close(self) -> None:
        self._note("close", None)

    def told(self) -> list[str]:
        """Return the names of the calls since the last time."""
        names = [name for name, _ in self.calls]
        self.calls.clear()
        return names


class Watch:
    """A trainer, and the recording of it by a spy."""

    def __init__(
        self, config: RunConfig, dataset: Dataset, workers: Workers, clock: Clock, recorded: bool
    ) -> None:
        self.clock = clock
        self.trainer = Trainer(config, dataset, workers)
        self.channel = Scripted()
        self.spy = Spy()
        self.recording = Recording(self.spy if recorded else None, self.trainer, self.channel)  # type: ignore[arg-type]

    def step(self) -> None:
        """Take a step as the loop does."""
        self.recording.before_step()
        done = self.trainer.step()
        self.channel.history.steps.append(done.step, done.epoch, 2.5 * done.step, done.loss, 0.0, 0.0)
        self.recording.after_step(done.step)

    def validate(self, accuracy: float) -> None:
        """Note a validation."""
        step = self.trainer.step_count
        self.channel.history.validations.append(step, 0.0, 0.0, 1.0, accuracy)
        self.recording.validated()


@pytest.fixture
def watched(config: RunConfig, dataset: Dataset) -> Iterator[Callable[..., Watch]]:
    clock = Clock()
    with Workers(1) as workers, clocked(clock):

        def watch(averaging: float = 0.0, *, recorded: bool = True) -> Watch:
            return Watch(
                dataclasses.replace(config, threads=1, averaging=averaging), dataset, workers, clock, recorded
            )

        yield watch


def test_a_run_is_begun_once_before_its_first_step(watched: Callable[..., Watch]) -> None:
    run = watched()
    run.trainer.live = dataclasses.replace(run.trainer.live, learning_rate=0.5)
    first = run.trainer.network.state_vector.copy()
    run.recording.before_step()
    (_, (at, settings)), (_, state), (_, (step, vector)) = run.spy.calls
    assert (at, settings) == (0, dataclasses.replace(run.trainer.config, learning_rate=0.5))
    assert (state.values["step"], state.config, step) == (0, run.trainer.config, 0)
    np.testing.assert_array_equal(vector, first)
    assert run.spy.told() == ["settings", "begin", "weights"]
    run.trainer.step()
    name = next(iter(run.trainer.network.named()))
    assert not np.array_equal(state.arrays[f"network.{name}"], run.trainer.network.named()[name])
    run.recording.before_step()
    assert run.spy.told() == []


@pytest.mark.parametrize("averaging", [0.0, 0.9])
def test_wanted_weights_are_those_that_are_used(watched: Callable[..., Watch], averaging: float) -> None:
    run = watched(averaging)
    run.spy.wanted = {2}
    for _ in range(3):
        run.step()
        if run.trainer.step_count == 2:
            used = run.trainer.best_network().state_vector
    assert [value[0] for name, value in run.spy.calls if name == "weights"] == [0, 2]
    np.testing.assert_array_equal(run.spy.calls[-1][1][1], used)


def test_the_state_is_due_when_more_than_a_minute_has_passed(watched: Callable[..., Watch]) -> None:
    run = watched()
    due = []
    for seconds in (60.0, 1.0, 60.0, 0.5, 30.0):
        run.clock.pass_(seconds)
        run.step()
        due.append("state" in run.spy.told())
    assert due == [False, True, False, True, False]


def test_a_validation_is_noted_and_the_best_ones_weights_are_kept(watched: Callable[..., Watch]) -> None:
    run = watched()
    run.validate(0.25)  # of a run that was never begun: before its first step
    assert run.spy.told() == []
    told = []
    for accuracy in (0.5, 0.75, 0.625, 0.75):
        run.step()
        run.spy.told()
        run.validate(accuracy)
        values: dict[str, Any] = {}
        for name, value in run.spy.calls:
            values |= value if name == "status" else {}
        told.append((values["last_accuracy"], values["best_step"], values["best_accuracy"]))
        assert ("weights" in run.spy.told()) == (run.trainer.step_count == values["best_step"])
        assert type(values["best_step"]) is int and type(values["best_accuracy"]) is float
    assert told == [(0.5, 1, 0.5), (0.75, 2, 0.75), (0.625, 2, 0.75), (0.75, 2, 0.75)]


def test_changed_settings_are_those_in_use(watched: Callable[..., Watch]) -> None:
    run = watched()
    run.recording.changed()
    assert run.spy.told() == []  # they are noted when the run is begun
    run.step()
    run.spy.told()
    run.trainer.live = dataclasses.replace(run.trainer.live, momentum=0.25)
    run.recording.changed()
    assert run.spy.calls == [("settings", (1, dataclasses.replace(run.trainer.config, momentum=0.25)))]


@pytest.mark.parametrize(
    ("state", "word", "stands"),
    [
        (State.RUNNING, "training", False),
        (State.PAUSED, "paused", True),
        (State.FINISHED, "finished", True),
        (State.FAILED, "failed", True),
    ],
)
def test_what_it_does_is_noted_and_all_is_kept_where_it_stands(
    watched: Callable[..., Watch], state: State, word: str, stands: bool
) -> None:
    run = watched()
    run.recording.entered(state, "")
    status = {"state": word, "message": "", "step": 0, "seconds": 0.0}
    assert run.spy.calls == [("status", status)]
    run.step()
    run.spy.told()
    run.recording.entered(state, "words")
    assert run.spy.calls[0] == ("status", {"state": word, "message": "words", "step": 1, "seconds": 2.5})
    assert run.spy.told() == (["status", "weights", "state"] if stands else ["status"])


def test_keeping_begins_what_was_not_begun_and_waits(watched: Callable[..., Watch]) -> None:
    run = watched()
    run.spy.problem = "The disk is full."
    assert run.recording.keep() == "The disk is full."  # nothing was learnt yet
    assert run.spy.told() == ["flush"]
    run.trainer.step()
    run.spy.is_safe = True  # it lies there already
    run.recording.keep()
    assert run.spy.told() == ["flush"]
    run.spy.is_safe = False
    run.recording.keep()
    assert run.spy.told() == ["settings", "begin", "weights", "state", "flush"]
    assert watched(recorded=False).recording.keep() == "The run is not recorded."


@pytest.mark.parametrize("kept", [True, False])
def test_a_closed_run_is_one_that_is_not_kept(watched: Callable[..., Watch], kept: bool) -> None:
    run = watched()
    run.recording.close(kept=kept)
    assert run.spy.calls == [("status", {"closed": not kept}), ("close", None)]


@pytest.mark.parametrize(
    ("error", "why"), [(MemoryError(), "there is not enough memory"), (ZeroDivisionError("oh"), "oh")]
)
def test_an_error_is_told_once_and_the_training_goes_on(
    watched: Callable[..., Watch], caplog: pytest.LogCaptureFixture, error: Exception, why: str
) -> None:
    run = watched()
    run.spy.error = error
    run.spy.wanted = {1, 2}
    for _ in range(2):
        run.clock.pass_(61)
        run.step()
        run.validate(0.5)
        run.recording.changed()
        run.recording.entered(State.PAUSED, "")
    told = f"The training goes on, but not all of it is recorded: {why}."
    assert run.channel.said == [Notice(3, told)]
    assert run.recording.keep() == "An error has ended its recording."
    assert type(error).__name__ in caplog.text and caplog.text.count("recording failed") == 1


def test_without_a_recorder_nothing_happens(watched: Callable[..., Watch]) -> None:
    run = watched(recorded=False)
    run.clock.pass_(100)
    run.step()
    run.validate(0.5)
    run.recording.changed()
    run.recording.entered(State.PAUSED, "")
    run.recording.keep_state()
    run.recording.close(kept=True)
    assert run.channel.said == []
