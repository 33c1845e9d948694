"""Layers that shrink each feature map by taking one value for each window."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from engine.errors import ConfigError
from engine.layers.base import Layer
from engine.layers.shapes import moved_window
from engine.ops import pooling
from engine.ops.geometry import Geometry, pair
from engine.ops.layout import as_images, as_rows
from engine.options import option
from engine.types import Array, Cache, Context, Params, Shape


@dataclass(frozen=True)
class _Pool(Layer):
    """What both poolings share: options and shapes."""

    size: int | tuple[int, int] = option(
        2, "Size of the window in pixels: one number, or rows and columns", low=1, high=64, pair=True
    )
    stride: int | tuple[int, int] = option(
        0, "How many pixels the window moves at a time; 0 moves it by its own size", low=0, high=64, pair=True
    )
    padding: int | tuple[int, int] = option(
        0, "Pixels added around the map, at most half the window", low=0, high=32, pair=True
    )

    def __post_init__(self) -> None:
        """Check the options; raise ConfigError if one is not allowed."""
        super().__post_init__()
        if any(2 * p > k for p, k in zip(pair(self.padding), pair(self.size), strict=True)):
            raise ConfigError(
                f"{self.type_name}: padding is {self.padding!r} with size {self.size!r}; "
                "allowed is at most half the size."
            )

    @cached_property
    def geometry(self) -> Geometry:
        """Size, stride and padding of the windows."""
        size = pair(self.size)
        rows, columns = pair(self.stride)
        return Geometry(size, (rows or size[0], columns or size[1]), pair(self.padding))

    def out_shape(self, in_shape: Shape) -> Shape:
        """Return ``(C, P, Q)``; raise ShapeError if the window does not fit."""
        size = moved_window(in_shape, self.geometry, "window")
        return (in_shape[0], *size)


@dataclass(frozen=True)
class MaxPool(_Pool):
    """Keeps the largest value of each window: ``y[n,c,p,q] = max_{i,j} x[n, c, s p + i, s q + j]``.

    Shapes: ``(N, C, H, W)`` to ``(N, C, P, Q)`` with ``P = (H + 2 padding - size) // s + 1``. Padding
    never wins. The gradient goes to the first of equal values, column by column.
    """

    type_name: ClassVar[str] = "max_pool"
    title: ClassVar[str] = "Max pooling"

    def forward(self, params: Params, x: Array, ctx: Context) -> tuple[Array, Cache]:
        """Return the largest values."""
        y, kept = pooling.max_pool(as_rows(x, ctx, "x"), self.geometry, ctx)
        return as_images(y), kept

    def backward(
        self, params: Params, grad_y: Array, cache: Cache, ctx: Context, *, need_x: bool = True
    ) -> tuple[Array | None, Params]:
        """Return the gradient for the input."""
        grad = pooling.max_pool_gradient(as_rows(grad_y, ctx, "grad_rows"), cache, self.geometry, ctx)
        return as_images(grad), {}


@dataclass(frozen=True)
class AveragePool(_Pool):
    """Takes the mean of each window: ``y[n,c,p,q] = mean_{i,j} x[n, c, s p + i, s q + j]``.

    Shapes: ``(N, C, H, W)`` to ``(N, C, P, Q)`` with ``P = (H + 2 padding - size) // s + 1``. Padding
    counts as zeros.
    """

    type_name: ClassVar[str] = "average_pool"
    title: ClassVar[str] = "Average pooling"

    def forward(self, params: Params, x: Array, ctx: Context) -> tuple[Array, Cache]:
        """Return the means."""
        y = pooling.average_pool(as_rows(x, ctx, "x"), self.geometry, ctx)
        return as_images(y), x.shape[2:]

    def backward(
        self, params: Params, grad_y: Array, cache: Cache, ctx: Context, *, need_x: bool = True
    ) -> tuple[Array | None, Params]:
        """Return the gradient for the input."""
        rows = as_rows(grad_y, ctx, "grad_rows")
        return as_images(pooling.average_pool_gradient(rows, self.geometry, cache, ctx)), {}
