"""Schedules that only ever lower the learning rate, or leave it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from engine.options import option
from engine.schedules.base import Schedule


@dataclass(frozen=True)
class Constant(Schedule):
    """``1`` throughout."""

    type_name: ClassVar[str] = "constant"
    title: ClassVar[str] = "Constant"

    def factor(self, epoch: float, epochs: int) -> float:
        """See the class."""
        return 1.0


@dataclass(frozen=True)
class Step(Schedule):
    """``factor^floor(epoch / every)``."""

    type_name: ClassVar[str] = "step"
    title: ClassVar[str] = "Step decay"

    every: int = option(1, "Epochs between two steps down.", low=1, high=10000)
    drop: float = option(
        0.5, "What the learning rate is multiplied by at each step.", low=0.0, high=1.0, above_low=True
    )

    def factor(self, epoch: float, epochs: int) -> float:
        """See the class."""
        return float(self.drop ** math.floor(epoch / self.every))


@dataclass(frozen=True)
class Cosine(Schedule):
    """Half a cosine from 1 to ``floor`` (Loshchilov and Hutter 2017).

    ``floor + (1 - floor) (1 + cos(pi epoch / epochs)) / 2``.
    """

    type_name: ClassVar[str] = "cosine"
    title: ClassVar[str] = "Cosine"

    floor: float = option(0.0, "Share of the learning rate that is left at the end.", low=0.0, high=1.0)

    def factor(self, epoch: float, epochs: int) -> float:
        """See the class."""
        share = min(1.0, epoch / max(epochs, 1))
        return self.floor + (1 - self.floor) * (1 + math.cos(math.pi * share)) / 2
