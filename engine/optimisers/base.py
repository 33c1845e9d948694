"""The contract of an optimiser: one update of one long vector."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np

from engine.options import Configurable
from engine.types import Array

State: TypeAlias = dict[str, Array]
"""The vectors that an optimiser remembers, by name."""


@dataclass(frozen=True)
class UpdateSettings:
    """What may change from step to step.

    Attributes:
        learning_rate: size of a step, already multiplied by the schedule.
        momentum: share of the past that is kept; what it means is the optimiser's affair.
        weight_decay: pull towards zero.
    """

    learning_rate: float
    momentum: float
    weight_decay: float


@dataclass(frozen=True)
class Optimiser(Configurable, ABC):
    """Changes a vector of parameters so that the loss falls; keeps nothing itself.

    What an optimiser remembers (its state, vectors as long as the parameters) is kept by the
    trainer, so it can be stored in a checkpoint.

    Attributes:
        state_names: names of the remembered vectors; they start at zero.
        uses_momentum: whether the momentum setting has a meaning here.
    """

    state_names: ClassVar[tuple[str, ...]] = ()
    uses_momentum: ClassVar[bool] = True

    def new_state(self, values: Array) -> State:
        """Return the remembered vectors before the first step."""
        return {name: np.zeros_like(values) for name in self.state_names}

    def update(
        self, values: Array, grad: Array, decay: Array, state: State, step: int, now: UpdateSettings
    ) -> None:
        """Change ``values`` and ``state`` in place.

        Args:
            values: the parameters w, a vector.
            grad: gradient g of the mean loss for w; may be overwritten.
            decay: mask m, 1 where weight decay acts.
            state: from ``new_state``.
            step: number of this update, from 1.
            now: learning rate, momentum and weight decay.
        """
        if now.weight_decay:
            self._decay(values, grad, decay, now)
        self._move(values, grad, state, step, now)

    def _decay(self, values: Array, grad: Array, decay: Array, now: UpdateSettings) -> None:
        """Add the gradient of the penalty 1/2 * weight_decay * |m w|^2 to ``grad`` in place."""
        grad += (now.weight_decay * decay) * values

    @abstractmethod
    def _move(self, values: Array, grad: Array, state: State, step: int, now: UpdateSettings) -> None:
        """Take the step of ``update``, weight decay apart."""
