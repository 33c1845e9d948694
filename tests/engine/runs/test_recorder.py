"""A run's folder: what is written while a run trains is read back, and no failure loses what was written."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.errors import ModelFileError
from engine.model.history import History
from engine.model.spec import NetworkSpec
from engine.runs import names
from engine.runs.destination import Destination
from engine.runs.folder import RunFolder
from engine.runs.hold import Hold, is_held
from engine.runs.record import Notes, RunRecord, fingerprint
from engine.runs.recorder import Recorder
from engine.training.checkpoint import Checkpoint
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers

SPEC = NetworkSpec.from_json(
    {
        "name": "tiny",
        "in_shape": [1, 6, 6],
        "layers": [
            {"kind": "conv", "filters": 2, "kernel": 3},
            {"kind": "batch_norm"},
            {"kind": "relu"},
            {"kind": "flatten"},
            {"kind": "dense", "units": 3},
        ],
    }
)
CONFIG = RunConfig(network=SPEC, data="tiny", batch_size=8, validation_images=9, epochs=50, threads=1)


def made() -> Dataset:
    """Return a small data set, always the same."""
    rng = np.random.default_rng(3)
    labels = np.arange(60) % 3
    images = (rng.integers(0, 80, (60, 1, 6, 6)) + 60 * labels[:, None, None, None]).astype(np.uint8)
    return Dataset("tiny", "Tiny", ("a", "b", "c"), images, labels, images[:9], labels[:9])


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return made()


class Run:
    """A trainer that is recorded, without a session around it."""

    def __init__(
        self, path: Path, dataset: Dataset, resumed: Checkpoint | None = None, **options: int
    ) -> None:
        self.workers = Workers(1)
        self.trainer = Trainer(CONFIG, dataset, self.workers)
        self.history = History()
        self.told: list[str] = []
        if resumed is not None:
            self.trainer.restore(resumed.arrays, resumed.values)
            self.history.steps.extend(resumed.history.steps.table())
            self.history.validations.extend(resumed.history.validations.table())
        to = Destination(path, **options)
        self.recorder = Recorder(to, CONFIG, dataset, self.history, self.told.append, resumed)
        self.recorder.begin(self.state())
        self.recorder.weights(self.trainer.step_count, self.trainer.network.state_vector)

    def train(self, steps: int) -> None:
        for _ in range(steps):
            result = self.trainer.step()
            self.history.steps.append(
                result.step, result.epoch, 0.1, result.loss, result.accuracy, result.learning_rate
            )
            if self.recorder.wants(result.step):
                self.recorder.weights(result.step, self.trainer.network.state_vector)

    def state(self) -> Checkpoint:
        arrays, values = self.trainer.state()
        copies = {name: np.array(value) for name, value in arrays.items()}
        return Checkpoint(CONFIG, copies, values, self.history.until(self.trainer.step_count))

    def keep_state(self) -> None:
        self.recorder.state(self.state())

    def close(self) -> None:
        self.recorder.close()
        self.workers.close()


@pytest.fixture
def run(tmp_path: Path, dataset: Dataset) -> Iterator[Callable[..., Run]]:
    begun: list[Run] = []

    def begin(name: str = "one", **options: object) -> Run:
        begun.append(Run(tmp_path / name, dataset, **options))
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_everything_is_read_back(run: Callable[..., Run], dataset: Dataset) -> None:
    made = run()
    first = made.trainer.network.state_vector.copy()
    made.train(30)
    made.history.validations.append(30, 4.0, 0.1, 0.5, 0.75)
    for _ in range(2):
        made.recorder.settings(30, dataclasses.replace(CONFIG, learning_rate=0.001))
    made.recorder.status(state="finished", step=30, best_step=30, best_accuracy=0.75)
    made.keep_state()
    made.close()
    folder = RunFolder(made.recorder.path)
    assert folder.record.config == CONFIG
    assert folder.record.data.fingerprint == fingerprint(dataset)
    assert folder.record.versions["numpy"] == np.__version__
    history = folder.history()
    np.testing.assert_allclose(history.steps.table(), made.history.steps.table(), rtol=1e-8)
    assert history.validations.column("accuracy").tolist() == [0.75]
    assert folder.changes() == [(30, "learning_rate", "0.001")]
    assert folder.status().state == "finished" and folder.status().best_step == 30
    assert 0 in folder.steps() and len(folder.steps()) > 10 and made.recorder.kept() == folder.steps()
    assert np.array_equal(folder.network(0).state_vector, first)
    assert folder.model(0).class_names == ("a", "b", "c")
    assert folder.checkpoint().values["step"] == 30
    assert folder.notices == []
    assert not list(folder.path.glob("**/*.part"))


def test_a_resumed_run_equals_one_that_was_never_interrupted(run: Callable[..., Run]) -> None:
    whole = run("whole")
    whole.train(40)
    whole.close()
    broken = run("broken")
    broken.train(15)
    broken.keep_state()
    broken.train(9)  # these steps are recorded, but the state does not hold them
    broken.close()
    state = RunFolder(broken.recorder.path).checkpoint()
    again = run("broken", resumed=state)
    assert again.recorder.flush() == ""
    assert RunFolder(again.recorder.path).history().steps.length == 15
    assert max(RunFolder(again.recorder.path).steps()) <= 15
    again.train(25)
    again.close()
    assert np.array_equal(again.trainer.network.state_vector, whole.trainer.network.state_vector)
    one, other = (RunFolder(each.recorder.path) for each in (whole, again))
    assert one.history().steps.column("loss").tolist() == other.history().steps.column("loss").tolist()
    for step in set(one.steps()) & set(other.steps()):
        assert np.array_equal(one.network(step).state_vector, other.network(step).state_vector)


def test_a_run_that_is_gone_on_with_knows_its_past_and_no_future(run: Callable[..., Run]) -> None:
    slower, fastest = (dataclasses.replace(CONFIG, learning_rate=rate) for rate in (0.5, 0.7))
    made = run()
    made.train(4)
    made.recorder.settings(4, slower)
    made.train(6)
    made.recorder.status(state="paused", best_step=9, best_accuracy=0.75, last_accuracy=0.5, closed=True)
    made.keep_state()
    made.recorder.settings(10, fastest)  # what comes from here on is done again
    made.train(5)
    made.close()
    state = RunFolder(made.recorder.path).checkpoint()

    again = run(resumed=state)
    again.recorder.settings(10, slower)  # as they were: no change
    again.train(3)
    again.recorder.settings(13, CONFIG)
    assert again.recorder.flush() == ""
    folder = RunFolder(made.recorder.path)
    assert folder.changes() == [(4, "learning_rate", "0.5"), (13, "learning_rate", "0.01")]
    assert folder.steps() == list(range(14))
    status = folder.status()
    assert (status.best_step, status.best_accuracy, status.last_accuracy) == (9, 0.75, 0.5)
    assert not status.closed and folder.record == made.recorder.record()
    again.recorder.status(best_step=10, best_accuracy=0.8125)
    again.close()

    same = run(resumed=state)
    assert same.recorder.flush() == ""
    assert RunFolder(made.recorder.path).status().best_step == 10
    same.recorder.status(best_step=12, best_accuracy=0.875)
    same.close()

    third = run(resumed=state)
    assert third.recorder.flush() == ""
    status = RunFolder(made.recorder.path).status()
    assert (status.best_step, status.best_accuracy) == (None, None)  # step 12 is still to come


def test_weights_that_a_power_cut_has_torn_are_written_again_or_go(run: Callable[..., Run]) -> None:
    first = run()
    first.train(8)
    first.keep_state()
    first.close()
    folder = RunFolder(first.recorder.path)
    whole = {step: folder.network(step).state_vector for step in (7, 8)}
    for step, left in ((6, 0), (8, 60)):
        path = folder.path / names.WEIGHTS / names.weights_file(step)
        path.write_bytes(path.read_bytes()[:left])
    assert folder.torn() == {6, 8}
    again = run(resumed=folder.checkpoint())
    assert again.recorder.flush() == ""
    assert again.recorder.kept() == folder.steps() == [0, 1, 2, 3, 4, 5, 7, 8]
    for step, vector in whole.items():
        assert np.array_equal(folder.network(step).state_vector, vector)


def test_the_weights_stay_within_the_budget(run: Callable[..., Run]) -> None:
    budget = 40_000  # room for eight files of this small network
    made = run(budget=budget)
    made.train(60)
    made.close()
    assert 3 <= len(RunFolder(made.recorder.path).steps()) <= 8
    assert sum(path.stat().st_size for path in (made.recorder.path / names.WEIGHTS).iterdir()) <= budget


@pytest.mark.parametrize("name", [names.STEPS, names.VALIDATIONS, names.STATUS, names.NOTES])
def test_what_is_damaged_is_told_and_the_rest_is_read(run: Callable[..., Run], name: str) -> None:
    made = run()
    made.train(5)
    made.close()
    (made.recorder.path / name).write_text("nonsense\n")
    folder = RunFolder(made.recorder.path)
    folder.history()
    assert folder.status() is not None and folder.notes() == Notes()
    assert len(folder.notices) == 1 and name in folder.notices[0]
    assert np.isfinite(folder.network(folder.steps()[-1]).state_vector).all()


def test_weights_that_are_damaged_or_not_kept_are_named(run: Callable[..., Run]) -> None:
    made = run()
    made.train(3)
    made.close()
    folder = RunFolder(made.recorder.path)
    path = made.recorder.path / names.WEIGHTS / names.weights_file(2)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(ModelFileError, match="is damaged"):
        folder.network(2)
    with pytest.raises(ModelFileError, match="step 999 are not kept"):
        folder.network(999)


def test_the_second_program_is_told_who_writes(run: Callable[..., Run], dataset: Dataset) -> None:
    made = run()
    made.train(3)
    made.keep_state()
    assert made.recorder.flush() == ""
    other = (Destination(made.recorder.path), CONFIG, dataset, History())
    try:
        with pytest.raises(ModelFileError, match=f"being written by process {os.getpid()} on "):
            Recorder(*other)
        assert RunFolder(made.recorder.path).record.id == "one"  # to look at it is allowed
    finally:
        made.close()
    with pytest.raises(ModelFileError, match="already holds a run"):
        Recorder(*other)
    assert not (made.recorder.path / names.LOCK).exists()
    hold = Hold(made.recorder.path)
    with pytest.raises(ModelFileError, match="already holds a run"):
        Recorder(Destination(made.recorder.path, hold), *other[1:])
    assert not is_held(made.recorder.path)


@pytest.mark.parametrize("late", [True, False])
def test_the_status_follows_from_time_to_time(
    run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    monkeypatch.setattr("engine.runs.recorder.CURVES_SECONDS", 0.002)
    monkeypatch.setattr("engine.runs.recorder.STATUS_SECONDS", 0.0 if late else 1000.0)
    made = run()
    made.recorder.status(state="training")
    assert made.recorder.flush() == ""
    folder = RunFolder(made.recorder.path)
    for _ in range(3):
        made.train(1)
        wait_until(lambda: folder.history().steps.length == made.history.steps.length)
        wait_until(lambda: not late or folder.status().step == made.history.steps.length)
        assert late or folder.status().step == 0
    made.recorder.status(state="paused", step=3)
    wait_until(lambda: folder.status().state == "paused")  # told at once


def test_a_run_is_copied_as_it_stands(run: Callable[..., Run], tmp_path: Path, dataset: Dataset) -> None:
    unbegun = Recorder(Destination(tmp_path / "unbegun"), CONFIG, dataset, History())
    unbegun.copy_to(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()
    made = run()
    made.train(4)
    made.recorder.settings(2, dataclasses.replace(CONFIG, momentum=0.5))
    made.recorder.status(state="paused", step=4)
    made.keep_state()
    made.recorder.copy_to(tmp_path / "copy")
    folder = RunFolder(tmp_path / "copy")
    assert folder.record == made.recorder.record() and folder.changes() == [(2, "momentum", "0.5")]
    assert (folder.status().state, folder.status().step) == ("paused", 4) and folder.status().changed
    assert folder.history().steps.length == 4 and folder.checkpoint().values["step"] == 4
    assert folder.steps() == [] and folder.notices == [] and not is_held(tmp_path / "copy")


def test_another_data_set_is_told_when_a_run_is_gone_on_with(
    run: Callable[..., Run], dataset: Dataset
) -> None:
    made = run()
    made.train(2)
    made.keep_state()
    made.close()
    state = RunFolder(made.recorder.path).checkpoint()
    for field in ("train_images", "train_labels", "test_images", "test_labels"):
        changed = getattr(dataset, field).copy()
        changed[0] = (changed[0] + 1) % 3
        other = dataclasses.replace(dataset, **{field: changed})
        told: list[str] = []
        recorder = Recorder(Destination(made.recorder.path), CONFIG, other, made.history, told.append, state)
        recorder.begin(state)
        assert recorder.close() == ""
        assert told == ["Tiny is not the same as when the run began."]
    again = run(resumed=state)
    assert again.recorder.flush() == "" and again.told == []


def test_a_killed_run_says_how_far_it_was(run: Callable[..., Run]) -> None:
    made = run()
    made.recorder.status(state="training")
    made.train(6)
    assert made.recorder.flush() == ""
    status = RunFolder(made.recorder.path).status()
    assert (status.state, status.step, status.closed) == ("training", 6, False)
    assert status.seconds == made.history.steps.last("seconds")


def test_what_lies_in_the_folder_is_known_before_and_after_it_is_begun(
    run: Callable[..., Run], dataset: Dataset
) -> None:
    made = run()
    made.train(3)
    made.recorder.settings(2, dataclasses.replace(CONFIG, epochs=7))
    assert made.recorder.flush() == ""
    assert made.recorder.begun and not made.recorder.is_safe  # it moves on all the time
    assert made.recorder.kept() == [0, 1, 2, 3] and made.recorder.changes() == [(2, "epochs", "7")]
    made.keep_state()
    made.close()
    state = RunFolder(made.recorder.path).checkpoint()
    again = Recorder(Destination(made.recorder.path), CONFIG, dataset, History(), resumed=state)
    assert not again.begun and again.is_safe
    assert again.kept() == [0, 1, 2, 3] and again.changes() == [(2, "epochs", "7")]
    (made.recorder.path / names.STATE).unlink()
    assert not again.is_safe
    assert again.close() == "" and not is_held(made.recorder.path)
    fresh = Recorder(Destination(made.recorder.path.with_name("new")), CONFIG, dataset, History())
    assert not fresh.is_safe and fresh.kept() == [] and fresh.changes() == [] and fresh.close() == ""


def test_a_run_that_takes_no_step_leaves_nothing(tmp_path: Path, dataset: Dataset) -> None:
    recorder = Recorder(Destination(tmp_path / "one"), CONFIG, dataset, History())
    assert recorder.close() == ""
    assert not list(tmp_path.iterdir())


def test_the_best_validated_step_is_never_thinned_out(run: Callable[..., Run]) -> None:
    made = run(budget=40_000)
    made.train(7)
    made.recorder.status(best_step=7)
    made.recorder.weights(7, made.trainer.network.state_vector)
    made.train(200)
    made.close()
    steps = RunFolder(made.recorder.path).steps()
    assert {0, 7} <= set(steps) and len(steps) <= 9


def test_settings_are_compared_by_what_is_kept(dataset: Dataset) -> None:
    record = RunRecord.new("a", dataclasses.replace(CONFIG, seed=5), dataset)
    assert RunRecord.from_json(json.loads(json.dumps(record.to_json()))) == record
