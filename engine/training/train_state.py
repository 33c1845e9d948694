"""All that training changes, and the second half of a step: what the mean gradient of a batch does to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.model.network import Network
from engine.optimisers import Optimiser, UpdateSettings
from engine.training.config import LiveSettings, RunConfig
from engine.types import Array, Cache


class TrainState:
    """A network, what its optimiser remembers and, if asked for, the average of its weights.

    Attributes:
        network: the network; its trained values and running statistics are changed.
        optimiser_state: what the optimiser remembers.
        arrays: all of it by name; the arrays are changed in place and stay the same objects.
    """

    def __init__(self, network: Network, optimiser: Optimiser, averaging: float = 0.0) -> None:
        """Begin with an optimiser that remembers nothing; ``averaging`` as in ``RunConfig``."""
        self.network = network
        self.optimiser_state = optimiser.new_state(network.vector)
        self._optimiser = optimiser
        self._averaging = averaging
        self._average = network.vector.copy() if averaging else None
        self._decay = network.decay_mask()
        self.arrays = {"network": network.state_vector}
        self.arrays |= {f"optimiser.{name}": value for name, value in self.optimiser_state.items()}
        if self._average is not None:
            self.arrays["average"] = self._average

    def update(
        self, grad: Array, batch_statistics: Sequence[Sequence[Cache]], now: UpdateSettings, step: int
    ) -> None:
        """Take one step.

        Args:
            grad: gradient of the mean loss, like ``network.vector``; is overwritten.
            batch_statistics: of each micro-batch, what each layer has seen of its input; without any the
                running statistics stay.
            now: learning rate, momentum and weight decay.
            step: number of the step, from 1.
        """
        network = self.network
        # Overflow shows in what was learnt, which is said in words.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            self._optimiser.update(network.vector, grad, self._decay, self.optimiser_state, step, now)
            for index, layer in enumerate(network.spec.layers):
                if layer.statistics and batch_statistics:
                    seen = [statistics[index] for statistics in batch_statistics]
                    layer.update_running_statistics(network.params[index], seen)
            if self._average is not None:
                # The first steps average over what there is, so the random start is soon forgotten.
                keep = min(self._averaging, step / (step + 10))
                self._average += (1 - keep) * (network.vector - self._average)

    def best_network(self, steps: int) -> Network:
        """Return a copy of the network as it should be used after ``steps`` steps: with averaged weights."""
        network = self.network.copy()
        if self._average is not None and steps:
            network.vector[:] = self._average
        return network


def update_settings(config: RunConfig, live: LiveSettings, epoch: float) -> UpdateSettings:
    """Return the settings of a step before which ``epoch`` epochs, with fraction, are done."""
    rate = live.learning_rate * config.schedule.factor(epoch, live.epochs)
    return UpdateSettings(rate, live.momentum, live.weight_decay)
