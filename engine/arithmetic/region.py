"""The receptive field of one value in everything that was computed before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.arithmetic.passes import Place, Step
from engine.layers.base import Layer
from engine.layers.conv import Conv
from engine.layers.dense import Dense
from engine.layers.flatten import Flatten
from engine.layers.global_pool import GlobalAveragePool
from engine.layers.pooling import AveragePool, MaxPool
from engine.model.network import INPUT
from engine.ops.geometry import Geometry
from engine.types import Shape


@dataclass(frozen=True)
class Region:
    """A block of values of one operation's output; a vector is maps of one value each.

    Attributes:
        channels: the maps, or the features of a vector.
        rows: within each of them.
        columns: within each of them.
    """

    channels: range
    rows: range = range(1)
    columns: range = range(1)

    @classmethod
    def at(cls, index: tuple[int, ...]) -> Region:
        """Return the single value at ``index``."""
        channel, row, column = (*index, 0, 0)[:3]
        return cls(range(channel, channel + 1), range(row, row + 1), range(column, column + 1))

    @classmethod
    def whole(cls, shape: Shape) -> Region:
        """Return everything of an output of ``shape``."""
        channels, height, width = (*shape, 1, 1)[:3]
        return cls(range(channels), range(height), range(width))

    def __or__(self, other: Region) -> Region:
        """Return the smallest block that holds both."""
        return Region(
            _span(self.channels, other.channels),
            _span(self.rows, other.rows),
            _span(self.columns, other.columns),
        )


def receptive_fields(steps: Sequence[Step], in_shape: Shape, place: Place) -> dict[int, Region]:
    """Return, for each operation that the value at ``place`` depends on, which of its values.

    Counted in inference mode, where images do not depend on each other. What lies in the padding is no
    value and is left out.

    Args:
        steps: the operations of the network.
        in_shape: ``(C, H, W)`` of one image.
        place: a value; that of softmax depends on all logits.

    Returns:
        The block for each operation by its number, ``INPUT`` for the image, and the value itself.
    """
    found = {place.step: Region.at(place.index)}
    if place.step == len(steps):
        found[place.step - 1] = Region.whole(steps[-1].shape)
    for step in reversed(steps[: place.step + 1]):
        region = found.get(step.number)
        if region is None:
            continue
        for source in step.sources:
            shape = in_shape if source == INPUT else steps[source].shape
            seen = region if step.layer is None else _seen(step.layer, region, shape)
            found[source] = seen if source not in found else found[source] | seen
    return found


def _seen(layer: Layer, region: Region, shape: Shape) -> Region:
    """Return the values of an input of ``shape`` that the values ``region`` of the output depend on."""
    if isinstance(layer, Conv | MaxPool | AveragePool):
        rows, columns = (
            _window(layer.geometry, axis, part, shape[axis + 1])
            for axis, part in enumerate((region.rows, region.columns))
        )
        return Region(range(shape[0]) if isinstance(layer, Conv) else region.channels, rows, columns)
    if isinstance(layer, Dense):
        return Region.whole(shape)
    if isinstance(layer, GlobalAveragePool):
        return Region(region.channels, range(shape[1]), range(shape[2]))
    if isinstance(layer, Flatten):
        if len(region.channels) == 1:
            return Region.at(tuple(int(n) for n in np.unravel_index(region.channels[0], shape)))
        return Region.whole(shape)
    return region


def _window(geometry: Geometry, axis: int, part: range, length: int) -> range:
    size, stride, padding = geometry.size[axis], geometry.stride[axis], geometry.padding[axis]
    start = part.start * stride - padding
    stop = (part.stop - 1) * stride - padding + size
    first = min(max(start, 0), length)
    return range(first, max(first, min(stop, length)))


def _span(one: range, other: range) -> range:
    if not (one and other):
        return one or other
    return range(min(one.start, other.start), max(one.stop, other.stop))
