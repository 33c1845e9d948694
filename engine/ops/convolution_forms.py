"""The ways to compute a convolution, and which one a layer takes.

All give the same numbers up to rounding. Which is the fastest depends on the shapes:

- *direct* (`convolution`): any stride and size; few channels, short lines, small batches;
- *rows* (`winograd_rows`): ``F(4, 5)``, ``F(6, 3)`` and others along the row; most layers of a small network;
- *tiles* (`winograd_tiles`): ``F(4x4, 3x3)``; many channels, where the products outweigh the transforms.

`form_for` looks at the shapes alone, so a layer takes the same form in every run and every process. Its
limits were measured, forward and backward together, for 1 to 128 channels and 4 to 32 images, with
OpenBLAS's AVX2 kernels on one processor; float64 is treated alike.

Longer tiles of a row need fewer products, unless they lead far beyond its end: a row of 20 outputs takes
``5 x 8`` products as tiles of 4, ``4 x 9`` as tiles of 5 and ``4 x 10`` as tiles of 6. The time follows that
number, so the tile with the fewest is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from engine.ops.convolution import convolve, input_gradient, patches, weight_gradient
from engine.ops.geometry import Geometry
from engine.ops.winograd_rows import RowForm
from engine.ops.winograd_tiles import TileForm
from engine.types import Array, Cache, Context, Shape

ROWS = {3: ((4, 6), 256), 4: ((4, 5, 6), 256), 5: ((4, 5, 6), 64), 6: ((3, 4, 5), 64), 7: ((2, 3, 4), 64)}
"""Columns of a kernel: outputs a tile may have, and from how many channels times filters on rows pay."""

_TILE, _TILES = 4, 2048
"""Outputs of a tile along rows and columns; channels times filters from which on such tiles pay."""

_LINE = 24
"""Tiles of a row times images below which the products are too thin."""

_AREA = 40
"""Rows times images below which those of square tiles are."""


class ConvolutionForm(Protocol):
    """One way to compute a convolution of rows ``(H, C, W, N)``."""

    def forward(self, x: Array, weight: Array, bias: Array | None, ctx: Context) -> tuple[Array, Cache]:
        """Return rows ``(P, F, Q, N)``, and what `backward` needs."""

    def backward(
        self, seen: Cache, grad_y: Array, ctx: Context, *, need_x: bool
    ) -> tuple[Array | None, Array]:
        """Return the gradients for the input (None if not needed) and for the weights."""


@dataclass(frozen=True)
class DirectForm:
    """The sum as it is written, as products on overlapping views."""

    geometry: Geometry

    def forward(self, x: Array, weight: Array, bias: Array | None, ctx: Context) -> tuple[Array, Cache]:
        """Return rows ``(P, F, Q, N)``, and what `backward` needs."""
        seen = patches(x, self.geometry, ctx)
        return convolve(seen, weight, bias, ctx), (seen, weight, (x.shape[0], x.shape[2]))

    def backward(
        self, seen: Cache, grad_y: Array, ctx: Context, *, need_x: bool
    ) -> tuple[Array | None, Array]:
        """Return the gradients for the input (None if not needed) and for the weights."""
        terms, weight, size = seen
        grad_weight = weight_gradient(terms, grad_y, self.geometry.size, ctx)
        return (input_gradient(grad_y, weight, self.geometry, size, ctx) if need_x else None), grad_weight


@lru_cache(256)
def form_for(geometry: Geometry, shape: Shape, filters: int) -> ConvolutionForm:
    """Return the form for rows of ``shape`` ``(H, C, W, N)`` and so many filters."""
    height, channels, width, batch = shape
    (kh, kw), (out_h, out_w) = geometry.size, geometry.out_size(height, width)
    pairs = channels * filters
    framed = all(padding < size for padding, size in zip(geometry.padding, geometry.size, strict=True))
    if geometry.stride == (1, 1) and framed and kw in ROWS:
        sizes, fewest = ROWS[kw]
        m = min(sizes, key=lambda m: -(-out_w // m) * (m + kw - 1))  # of two alike the one that rounds less
        if (kh, kw) == (3, 3) and pairs >= _TILES and batch * out_h >= _AREA:
            return TileForm(geometry, _TILE)
        if pairs >= fewest and batch * -(-out_w // m) >= _LINE:
            return RowForm(geometry, m)
    return DirectForm(geometry)
