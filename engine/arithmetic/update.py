"""The arithmetic of one update: from the gradient of one weight to its new value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.arithmetic.batch_pass import micro_batches
from engine.arithmetic.gradient import position, step_of
from engine.arithmetic.passes import Weight, unheard
from engine.arithmetic.watching import Source, watch
from engine.data.dataset import Dataset
from engine.layers.batch_norm import BatchNorm
from engine.model.network import Network
from engine.task import Task
from engine.training.replay import Replay, StepStart, replay
from engine.training.train_state import update_settings
from engine.types import Array


@dataclass(frozen=True, eq=False)
class StepTaken:
    """A training step, computed again: exactly the real one if the optimiser's state was known.

    Attributes:
        start: what it began with.
        replay: what came of it.
        average: the averaged weights after the step, if the run averages.
    """

    start: StepStart
    replay: Replay
    average: Array | None


@dataclass(frozen=True, eq=False)
class OneUpdate:
    """What one step did to one weight.

    Attributes:
        weight: the weight.
        gradient: of the mean loss of the mini-batch.
        old: its value before the step.
        new: its value after the step.
        state: what the optimiser remembered of it, by name: before and after.
        known: whether that is what it remembered; otherwise the step is that of one that remembers nothing.
        setting: the learning rate that was set.
        factor: by which the schedule multiplied it.
        rate: the learning rate that was used.
        epoch: epochs done before the step, with fraction; the schedule depends on it.
        momentum: the setting.
        weight_decay: the setting.
        decayed: whether weight decay acts on this weight.
        average: its averaged value before and after the step, if the run averages.
        keep: the share of the average that was kept.
        code: the optimiser's own lines, with the numbers they left behind for this weight.
    """

    weight: Weight
    gradient: float
    old: float
    new: float
    state: Mapping[str, tuple[float, float]]
    known: bool
    setting: float
    factor: float
    rate: float
    epoch: float
    momentum: float
    weight_decay: float
    decayed: bool
    average: tuple[float, float] | None
    keep: float
    code: tuple[Source, ...]


def take_step(start: StepStart, dataset: Dataset, task: Task | None = None) -> StepTaken:
    """Compute a step again, bit for bit.

    Raises:
        ValueError: weights or optimiser's state are not those of such a run.
        Cancelled: the task was cancelled.
    """
    state = start.optimiser_state
    found = replay(start.config, dataset, start.preprocessing, start.batch, start.weights, state, task)
    average = start.average
    if average is not None:
        average = average.copy()
        average += (1 - _kept(start)) * (found.state_vector[: average.size] - average)
    return StepTaken(start, found, average)


def _kept(start: StepStart) -> float:
    """Return the share of the average that a step keeps, as ``TrainState.update`` has it."""
    step = start.batch.step
    return min(start.config.averaging, step / (step + 10))


def one_update(taken: StepTaken, weight: Weight) -> OneUpdate:
    """Return what the step did to one trained value, by letting the optimiser work on it alone.

    Raises:
        ValueError: there is no such trained value.
    """
    given, found = taken.start, taken.replay
    config, live, optimiser = given.config, given.batch.live, given.config.optimiser
    at = position(config.network, weight)
    here = slice(at, at + 1)
    values, gradient = given.weights[here].copy(), found.gradient[here].copy()
    fresh, length = optimiser.new_state(found.gradient), found.gradient.size
    state = {}
    for name, value in (given.optimiser_state or fresh).items():
        state[name] = value.reshape(-1)[here if value.size == length else slice(None)].copy()
    old_state = {name: float(value[0]) for name, value in state.items()}
    decayed = weight.name in config.network.layers[weight.layer].decayed
    mask = np.full(1, decayed, values.dtype)
    now = update_settings(config, live, given.batch.epoch)
    old, slope = float(values[0]), float(gradient[0])
    with unheard():
        _, code = watch(
            lambda: optimiser.update(values, gradient, mask, state, given.batch.step, now), ("optimisers",)
        )
    average = None
    if given.average is not None and taken.average is not None:
        average = float(given.average[at]), float(taken.average[at])
    return OneUpdate(
        weight,
        slope,
        old,
        float(values[0]),
        {name: (old_state[name], float(value[0])) for name, value in state.items()},
        given.optimiser_state is not None,
        live.learning_rate,
        config.schedule.factor(given.batch.epoch, live.epochs),
        now.learning_rate,
        given.batch.epoch,
        live.momentum,
        live.weight_decay,
        decayed,
        average,
        _kept(given),
        code,
    )


@dataclass(frozen=True, eq=False)
class RunningUpdate:
    """What one step did to a running mean or variance of a batch normalisation.

    ``new = momentum old + (1 - momentum) mean over the micro-batches``: each micro-batch has its own
    statistics (ghost batch normalisation, Hoffer et al. 2017).

    Attributes:
        weight: which statistic.
        old: its value before the step.
        batches: mean, or unbiased variance, of the channel in each micro-batch, ``(M,)``.
        momentum: share of the old value that is kept.
        new: its value after the step.
    """

    weight: Weight
    old: float
    batches: Array
    momentum: float
    new: float


def running_update(start: StepStart, weight: Weight, task: Task) -> RunningUpdate:
    """Return what the step did to one running statistic; takes one pass forward of the mini-batch.

    Raises:
        ValueError: there is no such statistic.
        Cancelled: the task was cancelled.
    """
    network = Network.empty(start.config.network, start.weights.copy())
    known = 0 <= weight.layer < len(network.params)
    if not known or weight.name not in network.spec.layers[weight.layer].statistics:
        raise ValueError(f"There is no running statistic {weight.name} in layer {weight.layer + 1}.")
    step = step_of(network, weight)
    if not isinstance(step.layer, BatchNorm):
        raise ValueError(f"Layer {weight.layer + 1} has no running statistics.")
    caches = [batch.found.caches[step.number] for batch in micro_batches(start, task)]
    is_mean = weight.name.endswith("mean")
    batches: Array = np.array([(cache.mean if is_mean else cache.variance)[weight.index] for cache in caches])
    old = float(network.params[weight.layer][weight.name][weight.index])
    params = {
        name: network.params[weight.layer][f"{step.part}.{name}" if step.part else name]
        for name in step.layer.statistics
    }
    step.layer.update_running_statistics(params, [step.layer.batch_statistics(cache) for cache in caches])
    new = float(network.params[weight.layer][weight.name][weight.index])
    return RunningUpdate(weight, old, batches, step.layer.momentum, new)
