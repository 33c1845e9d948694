"""How weights are drawn before training: normal distributions whose width fits the layer.

``fan_in`` is the number of values that one output of the layer sums, ``fan_out`` the number of
outputs that one input reaches.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from engine.types import Array, Shape


def he_std(fan_in: int, _fan_out: int) -> float:
    """Return ``sqrt(2 / fan_in)``: keeps the signal's size through ReLU (He et al., 2015)."""
    return math.sqrt(2 / fan_in)


def lecun_std(fan_in: int, _fan_out: int) -> float:
    """Return ``sqrt(1 / fan_in)``: keeps the signal's size through linear layers (LeCun et al., 1998)."""
    return math.sqrt(1 / fan_in)


def glorot_std(fan_in: int, fan_out: int) -> float:
    """Return ``sqrt(2 / (fan_in + fan_out))``: a middle way for both directions (Glorot, Bengio, 2010)."""
    return math.sqrt(2 / (fan_in + fan_out))


INITIALISERS: dict[str, Callable[[int, int], float]] = {
    "he": he_std,
    "lecun": lecun_std,
    "glorot": glorot_std,
}
"""Standard deviation of the weights by the initialiser's name."""


def draw(name: str, shape: Shape, fan_in: int, fan_out: int, rng: np.random.Generator) -> Array:
    """Return float32 weights of ``shape`` from a normal distribution around zero.

    Args:
        name: a key of ``INITIALISERS``.
        shape: shape of the weights.
        fan_in: values that one output sums.
        fan_out: outputs that one input reaches.
        rng: where the randomness comes from.
    """
    values = rng.standard_normal(shape, dtype=np.float32)
    values *= INITIALISERS[name](fan_in, fan_out)
    return values
