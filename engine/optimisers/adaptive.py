"""Optimisers with a step size of its own for every parameter: RMSProp, Adam, AdamW."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.optimisers.base import Optimiser, State, UpdateSettings
from engine.options import option
from engine.types import Array


@dataclass(frozen=True)
class RmsProp(Optimiser):
    """RMSProp (Tieleman and Hinton 2012) with momentum.

    ``s <- rho s + (1 - rho) g^2``, ``v <- mu v + g / (sqrt(s) + eps)``, ``w <- w - lr v``.
    """

    type_name: ClassVar[str] = "rmsprop"
    title: ClassVar[str] = "RMSProp"
    state_names: ClassVar[tuple[str, ...]] = ("square", "velocity")

    rho: float = option(0.99, "How slowly the mean of the squared gradient forgets.", low=0.0, high=0.99999)
    epsilon: float = option(1e-8, "Keeps the division away from zero.", low=0.0, high=1.0, above_low=True)

    def _move(self, values: Array, grad: Array, state: State, step: int, now: UpdateSettings) -> None:
        """See the class."""
        square, velocity = state["square"], state["velocity"]
        square *= self.rho
        square += (1 - self.rho) * grad * grad
        velocity *= now.momentum
        velocity += grad / (np.sqrt(square) + self.epsilon)
        values -= now.learning_rate * velocity


@dataclass(frozen=True)
class Adam(Optimiser):
    """Adam (Kingma and Ba 2015); the momentum setting is its beta 1.

    ``m <- b1 m + (1 - b1) g``, ``s <- b2 s + (1 - b2) g^2``,
    ``w <- w - lr (m / (1 - b1^t)) / (sqrt(s / (1 - b2^t)) + eps)``.
    """

    type_name: ClassVar[str] = "adam"
    title: ClassVar[str] = "Adam"
    state_names: ClassVar[tuple[str, ...]] = ("mean", "square")

    beta2: float = option(
        0.999, "How slowly the mean of the squared gradient forgets.", low=0.0, high=0.99999
    )
    epsilon: float = option(1e-8, "Keeps the division away from zero.", low=0.0, high=1.0, above_low=True)

    def new_state(self, values: Array) -> State:
        """Return the two means, and the running product b1^t: momentum may change while it trains."""
        return {**super().new_state(values), "kept": np.ones(1)}

    def _move(self, values: Array, grad: Array, state: State, step: int, now: UpdateSettings) -> None:
        """See the class."""
        mean, square, kept = state["mean"], state["square"], state["kept"]
        mean *= now.momentum
        mean += (1 - now.momentum) * grad
        kept *= now.momentum
        grad *= grad
        square *= self.beta2
        square += (1 - self.beta2) * grad
        scale = now.learning_rate / (1 - float(kept[0]))
        root = np.sqrt(square / (1 - self.beta2**step))
        root += self.epsilon
        values -= scale * mean / root


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019).

    ``w <- w - lr decay w`` before Adam's own step.
    """

    type_name: ClassVar[str] = "adamw"
    title: ClassVar[str] = "AdamW"

    def _decay(self, values: Array, grad: Array, decay: Array, now: UpdateSettings) -> None:
        """See the class."""
        values -= (now.learning_rate * now.weight_decay * decay) * values
