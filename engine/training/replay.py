"""What a training step did, or would have done from other weights, computed again beside the training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.model.network import Network
from engine.task import Task
from engine.training.batches import Batch, BatchPlan
from engine.training.config import LiveSettings, RunConfig
from engine.training.gradient import (
    GRADIENT_BUFFERS,
    MicroBatchResult,
    MicroBatchWorker,
    batch_images,
    mean_gradient,
)
from engine.training.micro_batches import micro_batch_bounds
from engine.training.restore_point import Counters
from engine.training.train_state import TrainState, update_settings
from engine.types import Array


@dataclass(frozen=True, eq=False)
class StepStart:
    """All that determines one training step; nobody changes it.

    Attributes:
        config: the settings of the run.
        preprocessing: what is done to its images.
        batch: the images of the step, its micro-batches and live settings.
        weights: all that the network had learnt before it, like ``Network.state_vector``.
        optimiser_state: what the optimiser remembered before it; None if nobody knows any more.
        average: the averaged weights before it, like ``Network.vector``, if the run averages.
    """

    config: RunConfig
    preprocessing: Preprocessing
    batch: Batch
    weights: Array
    optimiser_state: Mapping[str, Array] | None = None
    average: Array | None = None


@dataclass(frozen=True, eq=False)
class Replay:
    """One training step, computed again.

    Attributes:
        batch: what it trained on, and the settings it used.
        loss: mean cross-entropy of the batch before the update.
        accuracy: share of the batch that was correct before the update, 0 to 1.
        learning_rate: what was used, schedule included.
        gradient: of the mean loss, like ``Network.vector``.
        state_vector: what the network has learnt after the step, like ``Network.state_vector``.
        optimiser_state: what the optimiser remembers after the step.
    """

    batch: Batch
    loss: float
    accuracy: float
    learning_rate: float
    gradient: Array
    state_vector: Array
    optimiser_state: dict[str, Array]


def batch_of(
    config: RunConfig, dataset: Dataset, plan: BatchPlan, before: Counters, live: LiveSettings
) -> Batch:
    """Return what the step after ``before`` trains on, with the settings ``live``."""
    chosen = plan.order(before.epoch)[before.offset : before.offset + live.batch_size]
    bounds = micro_batch_bounds(len(chosen), sum(4 * math.prod(shape) for shape in config.network.shapes()))
    images = batch_images(config, dataset.train_images, before.step, chosen, bounds)
    epoch = before.epoch + before.offset / plan.size
    return Batch(before.step + 1, chosen, images, dataset.train_labels[chosen], bounds, live, epoch)


def replay(
    config: RunConfig,
    dataset: Dataset,
    preprocessing: Preprocessing,
    batch: Batch,
    weights: Array,
    optimiser_state: Mapping[str, Array] | None,
    task: Task | None = None,
) -> Replay:
    """Do as ``Trainer.replay`` does; ``task`` is told how far it is, and may cancel it."""
    network = Network.empty(config.network)
    state = TrainState(network, config.optimiser)
    remembered = state.optimiser_state
    wanted = {"weights": network.state_vector} | remembered
    given = {"weights": weights} | dict(remembered if optimiser_state is None else optimiser_state)
    sizes = [{name: value.size for name, value in arrays.items()} for arrays in (given, wanted)]
    if sizes[0] != sizes[1]:
        raise ValueError(f"The sizes are {sizes[0]}; this run has {sizes[1]}.")
    for name, value in wanted.items():
        value[:] = given[name].reshape(value.shape)
    count, images = len(batch.micro_batches), len(batch.indices)
    buffers = np.zeros((min(count, GRADIENT_BUFFERS), network.vector.size), network.vector.dtype)
    worker = MicroBatchWorker(
        config, network, preprocessing, dataset.train_images, dataset.train_labels, buffers
    )
    micro_batches = [
        (index, batch.indices[start:stop]) for index, (start, stop) in enumerate(batch.micro_batches)
    ]
    parts: list[MicroBatchResult] = []
    for each in micro_batches:
        if task is not None:
            task.report(len(parts), count)
        parts += worker.compute(batch.step - 1, [each])
    gradient = mean_gradient(buffers, count, images).copy()
    now = update_settings(config, batch.live, batch.epoch)
    state.update(gradient.copy(), [part.batch_statistics for part in parts], now, batch.step)
    loss = float(sum(part.loss for part in parts) / images)
    correct = sum(part.correct for part in parts) / images
    return Replay(batch, loss, correct, now.learning_rate, gradient, network.state_vector, remembered)
