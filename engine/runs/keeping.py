"""Which steps of a run keep their weights: dense at first, even on a logarithmic axis, within a budget."""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Iterable

SPACING = 0.02
"""Least distance of two kept steps on the axis ``ln(1 + step)``: every step up to 50, then 50 an e-fold."""


class Keeping:
    """The kept steps of one run.

    A network changes fast at first and ever more slowly, so equal distances of ``ln(1 + step)`` show about
    equally much change. When the budget is full, the step goes whose neighbours lie closest together on that
    axis; the first, the last and those that are ``held`` (the best validated one) never go.

    Attributes:
        steps: the kept steps, in order.
        most: how many may be kept.
    """

    def __init__(self, most: int, steps: Iterable[int] = ()) -> None:
        """Keep up to ``most`` steps, at least 3; ``steps`` are kept already.

        Raises:
            ValueError: ``most`` is less than 3.
        """
        if most < 3:
            raise ValueError(f"The most steps to keep is {most}; allowed is at least 3.")
        self.most = most
        self.steps = sorted(set(steps))

    def wants(self, step: int) -> bool:
        """Return whether the weights after ``step`` are to be kept; only later ones than those kept are."""
        return not self.steps or (
            step > self.steps[-1] and _place(step) - _place(self.steps[-1]) >= self._spacing()
        )

    def add(self, step: int, held: Iterable[int] = ()) -> list[int]:
        """Keep ``step``; returns the steps that go, so that no more than ``most`` are kept if these may.

        Args:
            step: the step whose weights are there now.
            held: steps that must not go.
        """
        if step not in self.steps:
            insort(self.steps, step)
        gone = []
        while len(self.steps) > self.most and (index := self._least({*held, step})) is not None:
            gone.append(self.steps.pop(index))
        return gone

    def forget(self, steps: Iterable[int]) -> None:
        """Note that ``steps`` are not kept after all."""
        gone = set(steps)
        self.steps = [step for step in self.steps if step not in gone]

    def nearest(self, step: int) -> int | None:
        """Return the kept step that is nearest to ``step`` on the axis; None if there is none."""
        return nearest(self.steps, step)

    def _spacing(self) -> float:
        """Return the distance at which steps are kept: what the budget allows for steps up to now, evenly."""
        return max(SPACING, _place(self.steps[-1]) / self.most)

    def _least(self, held: set[int]) -> int | None:
        """Return the index of the step whose neighbours lie closest together; None if all are to stay."""
        inner = [i for i in range(1, len(self.steps) - 1) if self.steps[i] not in held]
        return min(inner, key=lambda i: _place(self.steps[i + 1]) - _place(self.steps[i - 1]), default=None)


def nearest(steps: Iterable[int], step: int) -> int | None:
    """Return that of ``steps`` which is nearest to ``step`` on the axis ``ln(1 + step)``, if there is any."""
    return min(steps, key=lambda kept: abs(_place(kept) - _place(step)), default=None)


def _place(step: int) -> float:
    return math.log1p(step)
