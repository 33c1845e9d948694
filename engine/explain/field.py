"""The receptive field: which pixels of the image a unit of a layer can see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.layers.base import Layer
from engine.layers.conv import Conv
from engine.layers.pooling import AveragePool, MaxPool
from engine.layers.residual import Residual
from engine.model.spec import NetworkSpec
from engine.ops.geometry import Geometry


@dataclass(frozen=True)
class Field:
    """Where the units of a layer's maps lie on the image; every pair is (rows, columns).

    Pixel i reaches from i to i + 1. The unit ``(p, q)`` sees ``size`` pixels from ``start + (p, q) step``
    on; where that is outside of the image it sees the padding.

    Attributes:
        size: pixels that one unit sees.
        step: pixels from one unit to the next.
        start: where the field of the first unit begins; negative with padding.
    """

    size: tuple[int, int] = (1, 1)
    step: tuple[int, int] = (1, 1)
    start: tuple[int, int] = (0, 0)

    def through(self, window: Geometry) -> Field:
        """Return the field of the units behind a window that moves over these ones.

        ``size' = size + (k - 1) step``, ``start' = start - padding step``, ``step' = step stride``.
        """
        axes = (0, 1)
        size = tuple(self.size[a] + (window.size[a] - 1) * self.step[a] for a in axes)
        start = tuple(self.start[a] - window.padding[a] * self.step[a] for a in axes)
        step = tuple(self.step[a] * window.stride[a] for a in axes)
        return Field((size[0], size[1]), (step[0], step[1]), (start[0], start[1]))

    def nearest(self, axis: int, length: int, units: int) -> npt.NDArray[np.intp]:
        """Return, for each pixel along an axis, the unit in the middle of whose field it is most nearly.

        Args:
            axis: 0 for rows, 1 for columns.
            length: pixels of the image along the axis.
            units: units of the map along the axis.
        """
        first = self.start[axis] + self.size[axis] / 2
        places = (np.arange(length) + 0.5 - first) / self.step[axis]
        # Half-way between two units the later one is taken, so that every unit gets equally many pixels.
        result: npt.NDArray[np.intp] = np.clip(np.floor(places + 0.5), 0, units - 1).astype(np.intp)
        return result


def field_of(spec: NetworkSpec, layer: int) -> Field:
    """Return the receptive field of the units of layer ``layer`` (from 0), whose output is maps."""
    field = Field()
    for part in spec.layers[: layer + 1]:
        for window in _windows(part):
            field = field.through(window)
    return field


def _windows(layer: Layer) -> tuple[Geometry, ...]:
    """Return the windows that a layer moves over its input, one after the other.

    Layers that work on each value by itself have none.
    """
    if isinstance(layer, Conv | MaxPool | AveragePool):
        return (layer.geometry,)
    if isinstance(layer, Residual):  # the residual branch sees more than the shortcut
        return tuple(Geometry((3, 3), (stride, stride), (1, 1)) for stride in (layer.stride, 1))
    return ()
