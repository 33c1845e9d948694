"""Schedules that begin gently."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from engine.options import option
from engine.schedules.base import Schedule


@dataclass(frozen=True)
class WarmUp(Schedule):
    """A straight rise from 0 to 1 over the first epochs (Goyal et al. 2017), then half a cosine."""

    type_name: ClassVar[str] = "warm_up"
    title: ClassVar[str] = "Warm-up, then cosine"

    warm: float = option(0.5, "Epochs until the full learning rate is reached.", low=0.0, high=1000.0)
    floor: float = option(0.0, "Share of the learning rate that is left at the end.", low=0.0, high=1.0)

    def factor(self, epoch: float, epochs: int) -> float:
        """See the class."""
        if epoch < self.warm:
            return max(epoch / self.warm, 1e-3)
        share = min(1.0, (epoch - self.warm) / max(epochs - self.warm, 1e-9))
        return self.floor + (1 - self.floor) * (1 + math.cos(math.pi * share)) / 2


@dataclass(frozen=True)
class OneCycle(Schedule):
    """One cycle (Smith and Topin 2019): up from ``start`` to 1, then down to ``end``, in half cosines."""

    type_name: ClassVar[str] = "one_cycle"
    title: ClassVar[str] = "One cycle"

    peak: float = option(
        0.3, "Share of the run after which the learning rate is highest.", low=0.01, high=0.99
    )
    start: float = option(0.04, "Share of the learning rate at the start.", low=0.0, high=1.0, above_low=True)
    end: float = option(0.0001, "Share of the learning rate at the end.", low=0.0, high=1.0)

    def factor(self, epoch: float, epochs: int) -> float:
        """See the class."""
        share = min(1.0, epoch / max(epochs, 1))
        if share < self.peak:
            low, position = self.start, share / self.peak
        else:
            low, position = self.end, 1 - (share - self.peak) / (1 - self.peak)
        return low + (1 - low) * (1 - math.cos(math.pi * position)) / 2
