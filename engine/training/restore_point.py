"""A restore point of a run: a copy of all that a step changes, to go back to together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from engine.types import Array


class Counters(NamedTuple):
    """Where a run stands.

    Attributes:
        step: steps done.
        epoch: whole epochs done.
        offset: images of the current epoch that are done.
    """

    step: int = 0
    epoch: int = 0
    offset: int = 0


class RestorePoint:
    """A copy of arrays that are changed in place, and where the run stood then.

    The memory is taken once; keeping a state is one copy of each array.

    Attributes:
        counters: where the run stood.
        kept: the copies, under the names of what they are copies of.
    """

    def __init__(self, live: Mapping[str, Array], counters: Counters) -> None:
        """Keep ``live``, the arrays that will change, as they are now."""
        self._live = live
        self.kept = {name: value.copy() for name, value in live.items()}
        self.counters = counters

    def keep(self, counters: Counters) -> None:
        """Let the present values take the place of those kept before."""
        for name, value in self._live.items():
            np.copyto(self.kept[name], value)
        self.counters = counters

    def copy(self) -> RestorePoint:
        """Return an independent copy of what is kept, for the same arrays."""
        other = RestorePoint(self._live, self.counters)
        for name, value in self.kept.items():
            np.copyto(other.kept[name], value)
        return other

    def load(self, arrays: Mapping[str, Array], counters: Counters) -> None:
        """Take over what another moment has kept."""
        for name, value in arrays.items():
            self.kept[name][:] = value
        self.counters = counters

    def recall(self) -> Counters:
        """Put the kept values back into the arrays; returns where the run stood then."""
        for name, value in self._live.items():
            np.copyto(value, self.kept[name])
        return self.counters


def not_finite(arrays: Mapping[str, Array]) -> str | None:
    """Return the name of the first array that holds infinity or NaN, if any.

    A sum of squares is finite only if every value is, and costs one pass over the array; only where it
    is not, which may also be an overflow of the sum itself, every value is looked at.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        for name, value in arrays.items():
            flat = value.reshape(-1)
            if not math.isfinite(np.dot(flat, flat)) and not np.isfinite(flat).all():
                return name
    return None
