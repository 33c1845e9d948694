"""The second half of a training step: what the mean gradient of a batch changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.model.network import Network
from engine.optimisers import UpdateSettings
from engine.training.config import LiveSettings, RunConfig
from engine.training.gradient import MicroBatchResult
from engine.types import Array


def learning_rate(config: RunConfig, live: LiveSettings, epoch: float) -> float:
    """Return the learning rate of a step before which ``epoch`` epochs, with fraction, are done."""
    return live.learning_rate * config.schedule.factor(epoch, live.epochs)


def apply_update(
    config: RunConfig,
    network: Network,
    optimiser_state: dict[str, Array],
    grad: Array,
    parts: Sequence[MicroBatchResult],
    live: LiveSettings,
    step: int,
    epoch: float,
    decay: Array,
) -> float:
    """Change ``network`` and ``optimiser_state`` in place; returns the learning rate that was used.

    Args:
        config: the settings of the run.
        network: its trained values and running statistics are changed.
        optimiser_state: what the optimiser remembers.
        grad: gradient of the mean loss, like ``network.vector``; is overwritten.
        parts: the results of the micro-batches, for the running statistics.
        live: the settings of the step.
        step: number of the step, from 1.
        epoch: epochs done before the step, with fraction.
        decay: ``network.decay_mask()``.
    """
    rate = learning_rate(config, live, epoch)
    now = UpdateSettings(rate, live.momentum, live.weight_decay)
    # Overflow shows in what was learnt, which is said in words.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        config.optimiser.update(network.vector, grad, decay, optimiser_state, step, now)
        for index, layer in enumerate(network.spec.layers):
            if layer.statistics:
                layer.update_running_statistics(
                    network.params[index], [part.batch_statistics[index] for part in parts]
                )
    return rate
