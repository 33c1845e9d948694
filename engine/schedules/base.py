"""The contract of a schedule."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from engine.options import Configurable


@dataclass(frozen=True)
class Schedule(Configurable, ABC):
    """Says by what the learning rate is multiplied at each moment of a run."""

    @abstractmethod
    def factor(self, epoch: float, epochs: int) -> float:
        """Return the factor.

        Args:
            epoch: epochs done, with fraction, from 0.
            epochs: epochs the whole run takes.
        """
