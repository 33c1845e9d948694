"""Gradient descent: plain, with momentum, and with Nesterov's look ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.optimisers.base import Optimiser, State, UpdateSettings
from engine.types import Array


@dataclass(frozen=True)
class Sgd(Optimiser):
    """Stochastic gradient descent: ``w <- w - lr (g + decay w)``."""

    type_name: ClassVar[str] = "sgd"
    title: ClassVar[str] = "SGD"
    uses_momentum: ClassVar[bool] = False

    def _move(self, values: Array, grad: Array, state: State, step: int, now: UpdateSettings) -> None:
        """See the class."""
        grad *= now.learning_rate
        values -= grad


@dataclass(frozen=True)
class Momentum(Optimiser):
    """Heavy-ball momentum (Polyak 1964): ``v <- mu v + g``, ``w <- w - lr v``."""

    type_name: ClassVar[str] = "momentum"
    title: ClassVar[str] = "Momentum"
    state_names: ClassVar[tuple[str, ...]] = ("velocity",)

    def _move(self, values: Array, grad: Array, state: State, step: int, now: UpdateSettings) -> None:
        """See the class."""
        velocity = state["velocity"]
        velocity *= now.momentum
        velocity += grad
        values -= now.learning_rate * velocity


@dataclass(frozen=True)
class Nesterov(Optimiser):
    """Nesterov momentum in the form of Sutskever et al. (2013).

    ``v <- mu v + g``, ``w <- w - lr (g + mu v)``.
    """

    type_name: ClassVar[str] = "nesterov"
    title: ClassVar[str] = "Nesterov"
    state_names: ClassVar[tuple[str, ...]] = ("velocity",)

    def _move(self, values: Array, grad: Array, state: State, step: int, now: UpdateSettings) -> None:
        """See the class."""
        velocity = state["velocity"]
        velocity *= now.momentum
        velocity += grad
        grad += now.momentum * velocity
        grad *= now.learning_rate
        values -= grad
