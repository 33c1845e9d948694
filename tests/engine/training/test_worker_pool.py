"""Processes that share in a step: the same numbers, whoever computes them, and whoever is lost."""

from __future__ import annotations

import dataclasses
import os
import signal

import numpy as np
import pytest

from engine.data.augment import AUGMENTATIONS
from engine.data.dataset import Dataset
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.worker_pool import Shared
from engine.training.workers import Workers


def run(
    config: RunConfig, dataset: Dataset, workers: int, kill_after: int | None = None
) -> tuple[list[float], Trainer]:
    """Return the losses of twelve steps, with all helpers at work from the second on."""
    with Workers(workers) as workers_:
        trainer = Trainer(config, dataset, workers_)
        losses = [trainer.step().loss]
        trainer.pool.wait()
        assert trainer.pool.helping == workers - 1
        for step in range(2, 13):
            if kill_after == step:
                os.kill(trainer.pool._helpers[0].process.pid or 0, signal.SIGKILL)
            losses.append(trainer.step().loss)
        assert trainer.pool.helping == (workers - 1 if kill_after is None else workers - 2)
        return losses, trainer


@pytest.fixture
def varied(config: RunConfig) -> RunConfig:
    return dataclasses.replace(config, augmentation=AUGMENTATIONS["strong"], batch_size=60)


def test_helpers_change_no_number(varied: RunConfig, dataset: Dataset) -> None:
    alone, first = run(varied, dataset, 1)
    for workers in (2, 3):
        helped, second = run(varied, dataset, workers)
        assert helped == alone
        for name, value in first.network.named().items():
            np.testing.assert_array_equal(second.network.named()[name], value)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals of POSIX")
def test_a_killed_helper_changes_no_number(
    varied: RunConfig, dataset: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    assert run(varied, dataset, 3, kill_after=5)[0] == run(varied, dataset, 1)[0]
    assert "going on without it" in caplog.text


def test_a_batch_of_one_image_needs_no_help(config: RunConfig, dataset: Dataset) -> None:
    run(dataclasses.replace(config, batch_size=1), dataset, 2)


def test_more_slices_than_lanes(config: RunConfig, dataset: Dataset) -> None:
    config = dataclasses.replace(config, batch_size=300, validation_images=50)
    assert run(config, dataset, 2)[0] == run(config, dataset, 1)[0]


def test_no_process_is_left(config: RunConfig, dataset: Dataset) -> None:
    with Workers(2) as workers:
        trainer = Trainer(config, dataset, workers)
        trainer.step()
        process = trainer.pool._helpers[0].process
    assert not process.is_alive()


def test_shared_memory_is_seen_by_every_view() -> None:
    shared = Shared.copy_of(np.arange(6, dtype=np.float32).reshape(2, 3))
    shared.array()[1, 2] = 9
    np.testing.assert_array_equal(shared.array(), [[0, 1, 2], [3, 4, 9]])
