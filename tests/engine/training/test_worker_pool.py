"""Processes that share in a step: the same numbers, whoever computes them, and whoever is lost."""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from engine import signals
from engine.data.augment import AUGMENTATIONS
from engine.data.dataset import Dataset
from engine.training.config import RunConfig
from engine.training.gradient import GRADIENT_BUFFERS, MicroBatchResult
from engine.training.micro_batches import micro_batch_bounds
from engine.training.shared_array import Shared
from engine.training.trainer import Trainer
from engine.training.workers import Workers
from engine.types import Labels


def own_micro_batches(trainer: Trainer) -> list[tuple[int, int]]:
    """Return the list to which the caller's own work is added from now on: steps done before, and indices."""
    own: list[tuple[int, int]] = []
    work = trainer.pool._own
    compute = work.compute

    def counted(step: int, micro_batches: Sequence[tuple[int, Labels]]) -> list[MicroBatchResult]:
        own.extend((step, index) for index, _ in micro_batches)
        return compute(step, micro_batches)

    work.compute = counted  # type: ignore[method-assign]
    return own


def run(
    config: RunConfig, dataset: Dataset, workers: int, kill_after: int | None = None
) -> tuple[list[float], Trainer]:
    """Return the losses of twelve steps, with all helpers at work from the first on.

    Every helper does its share of every step and the caller no more than its own, until one is killed.
    """
    with Workers(workers) as workers_:
        trainer = Trainer(config, dataset, workers_)
        trainer.pool.wait()
        assert trainer.pool.helping == workers - 1
        assert all(helper.process.daemon for helper in trainer.pool._helpers)
        own = own_micro_batches(trainer)
        steps = []
        for step in range(1, 13):
            if kill_after == step:
                os.kill(trainer.pool._helpers[0].process.pid or 0, signal.SIGKILL)
            steps.append(trainer.step())
        assert trainer.pool.helping == (workers - 1 if kill_after is None else workers - 2)
        for step in range(12 if kill_after is None else kill_after - 1):
            bounds = micro_batch_bounds(steps[step].images, trainer._bytes)
            mine = [index for done, index in own if done == step]
            assert mine == [index for index in range(len(bounds)) if index % GRADIENT_BUFFERS % workers == 0]
        return [step.loss for step in steps], trainer


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
    config = dataclasses.replace(config, batch_size=1)
    assert run(config, dataset, 2)[0] == run(config, dataset, 1)[0]


def test_the_first_steps_do_not_wait_for_helpers(config: RunConfig, dataset: Dataset) -> None:
    with Workers(2) as workers:
        trainer = Trainer(config, dataset, workers)
        own = own_micro_batches(trainer)
        trainer.step()
        assert own == [(0, 0), (0, 1)]  # a process takes longer to start than this step
        trainer.pool.wait()
        trainer.pool.wait()  # those that are there already are not waited for
        trainer.step()
        assert own[2:] == [(1, 0)]


def test_ctrl_c_does_not_end_helpers(config: RunConfig, dataset: Dataset) -> None:
    with Workers(2) as workers:
        trainer = Trainer(config, dataset, workers)
        trainer.pool.wait()
        own = own_micro_batches(trainer)
        os.kill(trainer.pool._helpers[0].process.pid or 0, signal.SIGINT)
        for _ in range(20):
            trainer.step()
        assert trainer.pool.helping == 1
        assert [index for _, index in own] == [0] * 20


def signals_of(process: int, kind: str) -> set[int]:
    """Return the signals that a process blocks (``SigBlk``) or ignores (``SigIgn``)."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    bits = int(next(line for line in lines if line.startswith(kind)).split()[1], 16)
    return {number for number in signals.ENDING if bits >> number - 1 & 1}


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux tells what a process ignores")
def test_helpers_are_deaf_to_signals_from_their_first_moment_and_then_ignore_them(
    config: RunConfig, dataset: Dataset
) -> None:
    with Workers(2) as workers:
        trainer = Trainer(config, dataset, workers)
        trainer.pool._start()
        (helper,) = trainer.pool._helpers
        process = helper.process.pid or 0
        # It has only begun to start Python, and can ignore nothing yet.
        assert signals_of(process, "SigBlk") | signals_of(process, "SigIgn") == set(signals.ENDING)
        trainer.pool.wait()
        # Held back alone is not enough: Windows cannot do that.
        assert signals_of(process, "SigIgn") == set(signals.ENDING)
        assert not signals_of(process, "SigBlk")


def test_more_micro_batches_than_buffers(config: RunConfig, dataset: Dataset) -> None:
    config = dataclasses.replace(config, batch_size=300, validation_images=50)
    assert run(config, dataset, 2)[0] == run(config, dataset, 1)[0]


def test_no_process_is_left(config: RunConfig, dataset: Dataset) -> None:
    with Workers(2) as workers:
        trainer = Trainer(config, dataset, workers)
        trainer.step()
        process = trainer.pool._helpers[0].process
    assert not process.is_alive()


def test_without_shared_memory_it_goes_on_alone(
    config: RunConfig, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    alone, _ = run(config, dataset, 1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Shared, "__init__", full)
    with Workers(3) as workers:
        trainer = Trainer(config, dataset, workers)
        assert [trainer.step().loss for _ in range(12)] == alone
    assert "No space left" in caplog.text


def test_a_step_that_became_another_one_after_it_was_told_is_the_same_too(
    varied: RunConfig, dataset: Dataset
) -> None:
    losses = []
    for count in (1, 2):
        with Workers(count) as workers:
            trainer = Trainer(varied, dataset, workers)
            trainer.pool.wait()
            losses.append([trainer.step().loss for _ in range(2)])
            arrays, values = trainer.state()
            before = {name: array.copy() for name, array in arrays.items()}
            for size in (60, 33, 80):  # over the end of an epoch
                trainer.live = dataclasses.replace(trainer.live, batch_size=size)
                losses[-1] += [trainer.step().loss for _ in range(3)]
            trainer.restore(before, values)
            losses[-1] += [trainer.step().loss for _ in range(3)]
            assert trainer.pool.helping == count - 1
    assert losses[0] == losses[1]
    assert losses[0][2:5] == losses[0][-3:]
