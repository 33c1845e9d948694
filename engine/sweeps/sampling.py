"""Which combinations of settings a sweep tries."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from engine.sweeps.space import Dimension, Value

METHODS = {
    "grid": "every combination of the values",
    "random": "combinations drawn evenly, each by itself",
    "latin": "a Latin hypercube: of each setting, every part of its range is drawn once",
}
"""Ways to choose combinations, and what they are."""


def combinations(space: Sequence[Dimension], method: str, trials: int, seed: int) -> list[dict[str, Value]]:
    """Return combinations of the settings in ``space``; the same arguments give the same ones everywhere.

    Args:
        space: what is varied.
        method: a key of ``METHODS``.
        trials: how many, but for a grid.
        seed: what they are drawn from.

    Raises:
        ConfigError: a grid is asked for, and of a range it is not said which values.
    """
    names = [each.setting for each in space]
    if method == "grid":
        return [dict(zip(names, values, strict=True)) for values in product(*(each.grid() for each in space))]
    rng = np.random.default_rng(seed)
    drawn = rng.random((trials, len(space))) if method == "random" else latin(trials, len(space), rng)
    return [
        {each.setting: each.at(float(place)) for each, place in zip(space, row, strict=True)} for row in drawn
    ]


def latin(count: int, sides: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return a Latin hypercube: places ``(count, sides)`` in [0, 1).

    Each side is cut into ``count`` equal parts, and each part holds one place (McKay, Beckman and Conover, *A
    comparison of three methods for selecting values of input variables*, Technometrics 1979). It is drawn
    here, not by a library that may be there or not, so that a plan means the same trials on every computer.
    """
    parts = np.stack([rng.permutation(count) for _ in range(sides)], axis=1)
    return (parts + rng.random((count, sides))) / count
