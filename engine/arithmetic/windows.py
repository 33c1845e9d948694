"""Many values that enter one calculation: where they lie, their weights and their products."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from engine.arithmetic.passes import Pass, Place, unheard
from engine.ops.geometry import Geometry
from engine.types import Array

Counts: TypeAlias = npt.NDArray[np.intp]
Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Window:
    """Many values that enter a calculation, each with its weight and their product.

    Attributes:
        source: the operation that gave the values, or ``INPUT``.
        values: what was seen, ``(C, h, w)``; zeros where the window reaches into the padding.
        weights: what each is multiplied by, of the same shape.
        products: values times weights.
        channels: the channel of ``source``, or the feature of a vector, that each channel here is, ``(C,)``.
        rows: the row of ``source`` that each value was taken from, ``(h, w)``.
        columns: the column, ``(h, w)``.
        inside: False where there is only padding, ``(h, w)``.
        chosen: the one value that counts, where only one does (max pooling).
    """

    source: int
    values: Array
    weights: Array
    products: Array
    channels: Counts
    rows: Counts
    columns: Counts
    inside: Flags
    chosen: tuple[int, int, int] | None = None
    flat: bool = False
    """Whether ``source`` gives a vector."""

    def place(self, cell: tuple[int, int, int]) -> Place | None:
        """Return the place of the value at ``(channel, row, column)`` of the window; None for padding."""
        channel, row, column = cell
        if not self.inside[row, column]:
            return None
        if self.flat:
            return Place(self.source, (int(self.channels[channel]),))
        index = (int(self.channels[channel]), int(self.rows[row, column]), int(self.columns[row, column]))
        return Place(self.source, index)

    def ranked(self, most: int, sign: int = 0) -> tuple[tuple[int, int, int], ...]:
        """Return the cells with the largest products, largest first; those of the padding left out.

        Args:
            most: how many at most.
            sign: 1 for products above zero alone, -1 for those below.
        """
        size = np.abs(self.products) if sign == 0 else sign * self.products
        size = np.where(self.inside & (size > 0 if sign else True), size, -np.inf).reshape(-1)
        order = np.argsort(-size, kind="stable")[:most]
        order = order[size[order] > -np.inf]
        found = np.stack(np.unravel_index(order, self.products.shape), axis=1).tolist()
        return tuple((channel, row, column) for channel, row, column in found)

    @property
    def total(self) -> float:
        """The sum of the products, added with 64 bits."""
        return float(self.by_channel.sum())

    @property
    def by_channel(self) -> Array:
        """The sum of the products of each channel, ``(C,)``, added with 64 bits."""
        with unheard():
            sums: Array = self.products.sum(axis=(1, 2), dtype=np.float64)
        return sums


def window_at(
    found: Pass, source: int, geometry: Geometry, corner: tuple[int, int], channels: range, image: int = 0
) -> tuple[Array, Window]:
    """Return what a window sees whose output is at ``corner`` (row, column), with weights of one.

    Returns:
        The values ``(C, kh, kw)`` with zeros for the padding, and the window.
    """
    maps = found.output(source)[image]
    (kh, kw), (sh, sw), (ph, pw) = geometry.size, geometry.stride, geometry.padding
    rows = corner[0] * sh - ph + np.arange(kh)[:, None] + np.zeros((1, kw), int)
    columns = corner[1] * sw - pw + np.arange(kw)[None, :] + np.zeros((kh, 1), int)
    inside = (rows >= 0) & (rows < maps.shape[1]) & (columns >= 0) & (columns < maps.shape[2])
    chosen = np.asarray(channels)
    safe = (np.where(inside, rows, 0), np.where(inside, columns, 0))
    values: Array = maps[chosen[:, None, None], safe[0], safe[1]] * inside
    ones = np.ones_like(values)
    return values, Window(source, values, ones, values, chosen, rows, columns, inside)


def weighed(window: Window, weights: Array, chosen: tuple[int, int, int] | None = None) -> Window:
    """Return ``window`` with other weights, ``(C, h, w)``."""
    products: Array = window.values * weights
    return replace(window, weights=weights, products=products, chosen=chosen)


def whole(source: int, values: Array, weights: Array | float, *, flat: bool = False) -> Window:
    """Return a window over ``values``, ``(C, h, w)``, that lie in ``source`` just as they do here."""
    channels, height, width = values.shape
    rows, columns = np.indices((height, width))
    spread = np.broadcast_to(np.asarray(weights, values.dtype), values.shape)
    return Window(
        source,
        values,
        spread,
        values * spread,
        np.arange(channels),
        rows,
        columns,
        np.ones((height, width), bool),
        flat=flat,
    )


def vector(source: int, values: Array, weights: Array | float) -> Window:
    """Return a window over a vector ``(D,)`` with ``weights`` ``(D,)``."""
    spread: Any = weights if isinstance(weights, float) else weights[:, None, None]
    return whole(source, values[:, None, None], spread, flat=True)
