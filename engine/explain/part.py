"""A part of a network that one looks at: one unit, filter or class, and what it sees of the image."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.explain.base import ExplainError
from engine.explain.field import field_of
from engine.model.spec import NetworkSpec
from engine.types import Array


@dataclass(frozen=True)
class Box:
    """Pixels of the image that a unit sees; ``bottom`` and ``right`` are the first that it does not see."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Part:
    """What is looked at: a filter of a layer, one unit of its map, a unit of a dense layer, or a class.

    Attributes:
        layer: number of the layer, from 0; the last one's units are the classes.
        channel: number of the filter, the unit or the class, from 0.
        place: row and column of one unit in the filter's map; None for the whole map.
    """

    layer: int
    channel: int
    place: tuple[int, int] | None = None

    def check(self, spec: NetworkSpec) -> None:
        """Raise ExplainError if the network has no such part."""
        if not 0 <= self.layer < len(spec.layers):
            raise ExplainError(f"The layer is {self.layer + 1}; allowed is 1 to {len(spec.layers)}.")
        shape = spec.shapes()[self.layer]
        if not 0 <= self.channel < shape[0]:
            raise ExplainError(
                f"Layer {self.layer + 1}: the unit is {self.channel}; allowed is 0 to {shape[0] - 1}."
            )
        if self.place is not None:
            if len(shape) != 3:
                raise ExplainError(f"Layer {self.layer + 1} gives no maps, so its units have no place.")
            if not all(0 <= at < size for at, size in zip(self.place, shape[1:], strict=True)):
                raise ExplainError(
                    f"Layer {self.layer + 1}: no unit is at {self.place}; a map has {shape[1]}×{shape[2]}."
                )

    def of(self, output: Array) -> Array:
        """Return the values of this part of a layer's output: ``(N,)``, or ``(N, P, Q)`` for a whole map."""
        values: Array = output[:, self.channel]
        return values if self.place is None else values[:, self.place[0], self.place[1]]


def seen_by(spec: NetworkSpec, layer: int, place: tuple[int, int] | None) -> Box:
    """Return the pixels that a unit of ``layer`` sees; all of them without a place."""
    height, width = spec.in_shape[1:]
    if place is None:
        return Box(0, 0, height, width)
    field = field_of(spec, layer)
    starts = [field.start[a] + place[a] * field.step[a] for a in (0, 1)]
    ends = [start + field.size[a] for a, start in enumerate(starts)]
    top, left = (max(0, start) for start in starts)
    return Box(top, left, max(top, min(height, ends[0])), max(left, min(width, ends[1])))


def at_once(spec: NetworkSpec) -> int:
    """Return how many images go through the network together: at most 32, and 64 MB of maps."""
    values = math.prod(spec.in_shape) + sum(math.prod(shape) for shape in spec.shapes())
    return min(32, max(1, 2**26 // (4 * values)))


def strongest(maps: Array) -> tuple[Array, npt.NDArray[np.int64]]:
    """Return of each map ``(..., P, Q)`` the largest value and its row and column ``(..., 2)``."""
    flat = maps.reshape(*maps.shape[:-2], -1)
    best = flat.argmax(axis=-1)
    values: Array = np.take_along_axis(flat, best[..., None], axis=-1)[..., 0]
    return values, np.stack(np.divmod(best, maps.shape[-1]), axis=-1)
