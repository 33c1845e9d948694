"""A step of a recorded run, taken apart: its images, settings and weights are those of the run."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from engine.arithmetic.recorded import recorded_step
from engine.arithmetic.update import take_step
from engine.errors import ModelFileError
from engine.runs.folder import RunFolder
from engine.training.replay import StepStart
from tests.engine.runs.test_recorder import CONFIG, Run, made


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[StepStart]]:
    """Return a folder of a run whose batch size changed on the way, and what each step began with."""
    run = Run(tmp_path_factory.mktemp("runs") / "one", made())
    starts: list[StepStart] = []
    for step in range(12):
        if step in (3, 8):
            live = dataclasses.replace(run.trainer.live, batch_size=5 + step, learning_rate=0.02)
            run.trainer.live = live
            run.recorder.settings(step, CONFIG.changed(live))
        run.train(1)
        start = run.trainer.last_step()
        assert start is not None
        starts.append(start)
    run.keep_state()
    run.close()
    return run.recorder.path, starts


def test_every_step_begins_as_the_real_one_did(run: tuple[Path, list[StepStart]]) -> None:
    path, starts = run
    folder, dataset = RunFolder(path), made()
    for step, real in enumerate(starts):
        found = recorded_step(folder, dataset, step)
        assert found.batch.step == step + 1
        np.testing.assert_array_equal(found.batch.indices, real.batch.indices)
        assert found.batch.micro_batches == real.batch.micro_batches
        assert (found.batch.live, found.batch.epoch) == (real.batch.live, real.batch.epoch)
        np.testing.assert_array_equal(found.weights, real.weights)
        np.testing.assert_array_equal(
            take_step(found, dataset).replay.gradient, take_step(real, dataset).replay.gradient
        )
        assert (found.optimiser_state is None) is (step > 0)


def test_the_memory_is_known_at_the_start_and_at_the_newest_state(run: tuple[Path, list[StepStart]]) -> None:
    path, starts = run
    folder, dataset = RunFolder(path), made()
    first = take_step(recorded_step(folder, dataset, 0), dataset).replay
    np.testing.assert_array_equal(first.state_vector, starts[1].weights)
    newest = recorded_step(folder, dataset, 12)
    assert newest.optimiser_state is not None
    wanted = take_step(starts[-1], dataset).replay
    np.testing.assert_array_equal(newest.weights, wanted.state_vector)
    np.testing.assert_array_equal(newest.optimiser_state["velocity"], wanted.optimiser_state["velocity"])


def test_what_cannot_be_computed_again_is_said(run: tuple[Path, list[StepStart]], tmp_path: Path) -> None:
    folder, dataset = RunFolder(run[0]), made()
    with pytest.raises(ModelFileError, match="not kept"):
        recorded_step(folder, dataset, 999)
    other = dataclasses.replace(dataset, train_labels=dataset.train_labels[::-1].copy())
    with pytest.raises(ModelFileError, match="not the same as when the run was recorded"):
        recorded_step(folder, other, 1)
    record = dataclasses.replace(folder.record, config=dataclasses.replace(CONFIG, averaging=0.9))
    folder.record = record
    with pytest.raises(ModelFileError, match="averaged weights"):
        recorded_step(folder, dataset, 1)
