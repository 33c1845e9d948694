"""The time line of a run: where its steps lie on a linear or logarithmic axis, and what is said of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from engine.formatting import grouped
from engine.records import dataclass

_SNAP = 5.0
"""A mark within this many pixels of the pointer is meant."""


@dataclass(frozen=True)
class Axis:
    """Steps 0 to ``newest`` along ``width`` pixels.

    Attributes:
        newest: the last step; at least 1.
        width: length in pixels.
        logarithmic: whether equal distances are equal factors, of step + 1, so that 0 has a place, too.
    """

    newest: int
    width: float
    logarithmic: bool

    def place(self, step: float) -> float:
        """Return where a step lies, in pixels from the left."""
        if self.logarithmic:
            return self.width * math.log1p(step) / math.log1p(self.newest)
        return self.width * step / self.newest

    def places(self, steps: Sequence[int], left: float = 0.0) -> list[int]:
        """Return the pixels at which some of ``steps`` lie, from left to right, counted from ``-left``."""
        along = np.asarray(steps, np.float64)
        share = np.log1p(along) / math.log1p(self.newest) if self.logarithmic else along / self.newest
        found: list[int] = np.unique(np.rint(left + self.width * share)).astype(int).tolist()
        return found

    def step(self, place: float) -> int:
        """Return the step that lies at a place, at most ``newest``."""
        share = min(max(place / self.width, 0.0), 1.0) if self.width > 0 else 0.0
        exact = math.expm1(share * math.log1p(self.newest)) if self.logarithmic else share * self.newest
        return round(exact)

    def snap(self, place: float, marks: Sequence[int]) -> int:
        """Return the step at a place, or that of the mark that is meant."""
        near = min(marks, key=lambda mark: abs(self.place(mark) - place), default=None)
        if near is not None and abs(self.place(near) - place) <= _SNAP:
            return near
        return self.step(place)

    def ticks(self, text_width: Callable[[str], float]) -> list[tuple[int, str]]:
        """Return steps to be written below the axis, with their texts, so that no two touch."""
        if self.logarithmic:
            decades = range(int(math.log10(self.newest)) + 1)
            wanted = [0, *(10**n for n in decades)]
            wanted += [digit * 10**n for digit in (5, 2) for n in decades]
        else:
            raw = self.newest / max(1.0, self.width / 90)
            power = 10 ** math.floor(math.log10(max(raw, 1)))
            spacing = next(int(f * power) for f in (1, 2, 5, 10) if f * power >= raw)
            wanted = list(range(0, self.newest + 1, spacing))
        taken: list[tuple[float, float]] = []
        found = []
        for step in [self.newest, *wanted]:
            if step > self.newest:
                continue
            text = grouped(step)
            half = text_width(text) / 2
            middle = min(max(self.place(step), half), self.width - half)
            span = (middle - half - 6, middle + half + 6)
            if all(span[1] <= low or span[0] >= high for low, high in taken):
                taken.append(span)
                found.append((step, text))
        return sorted(found)


def where(step: int, newest: int, name: str) -> str:
    """Say at which step of which run the views look; ``name`` is empty for the run in training."""
    if name:
        return f"Looking at step {grouped(step)} of {name}, which has {grouped(newest)}"
    return f"Looking at step {grouped(step)} of a run that is at {grouped(newest)}"


def about(step: int, best: int | None, changes: Sequence[tuple[int, str, str]], kept: int | None) -> str:
    """Say what there is at a step: for the tooltip of the time line."""
    words = [f"Step {grouped(step)}"]
    if kept is not None and kept != step:
        words.append(f"the nearest step that is kept is {grouped(kept)}")
    if best == step:
        words.append("best validation")
    words += [f"{name.replace('_', ' ')} became {value}" for at, name, value in changes if at == step]
    return "; ".join(words) + "."
