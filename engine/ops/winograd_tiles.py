"""Minimal filtering along rows and columns at once: tiles of ``m x m`` outputs, square kernels.

A tile of ``a x a`` pixels is transformed on both sides, ``V = B^T d B``, which for a tile written as one
vector of ``a^2`` numbers is one product with the Kronecker square of ``B^T``; so is the kernel,
``U = G g G^T``. For each of the ``a^2`` places the sum over the channels is a product of matrices:

``y = A^T [ sum_c U[.,.,f,c] * V[.,.,c,t] ] A``

It takes ``(a / m)^2`` products in place of ``r^2`` (2.25 in place of 9 for ``F(4x4, 3x3)``), but every pixel
is copied ``(a / m)^2`` times and transformed at the cost of ``a^2`` products with nothing to share; that
pays for many channels and small maps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.ops.geometry import Geometry
from engine.ops.layout import as_pixels
from engine.ops.winograd import ONE, Filtering, filtering
from engine.types import Array, Context


class _Seen(NamedTuple):
    """What the backward pass needs.

    Attributes:
        data: ``V``, ``(a^2, C, S T N)`` for ``S x T`` tiles.
        weight: ``U``, ``(a^2, F, C)``.
        size: ``(H, W)`` of the input.
    """

    data: Array
    weight: Array
    size: tuple[int, int]


class _Places(NamedTuple):
    """One place in all tiles: which pixels are there, and in which tiles; else it lies outside.

    Attributes:
        number: of the place, counted along the rows of the tile.
        pixels: index into rows ``(H, C, W, N)``.
        tiles: index into ``(C, S, T, N)``.
    """

    number: int
    pixels: tuple[slice, slice, slice]
    tiles: tuple[slice, slice, slice]


@dataclass(frozen=True)
class TileForm:
    """``F(m x m, r x r)`` for stride 1.

    Attributes:
        geometry: of the convolution, with a square kernel.
        m: rows and columns of outputs of a tile.
    """

    geometry: Geometry
    m: int

    def forward(self, x: Array, weight: Array, bias: Array | None, ctx: Context) -> tuple[Array, _Seen]:
        """Return rows ``(P, F, Q, N)`` of rows ``x`` ``(H, C, W, N)``, and what `backward` needs."""
        height, channels, width, batch = x.shape
        filters, _, r, _ = weight.shape
        out_h, out_w = self.geometry.out_size(height, width)
        tiles = -(-out_h // self.m), -(-out_w // self.m)
        matrices = _squares(self.m, r, x.dtype)
        places = len(matrices.data)
        gathered = self._gathered(x, self._inputs(), tiles, ctx)
        data = ctx.empty("data", (places, channels, tiles[0] * tiles[1] * batch), x.dtype)
        np.matmul(matrices.data, gathered, out=data.reshape(places, -1))
        transformed = matrices.kernel @ weight.transpose(2, 3, 0, 1).reshape(r * r, -1)
        transformed = transformed.reshape(places, filters, channels)
        products = ctx.workspace("product", (places, filters, data.shape[2]), x.dtype)
        np.matmul(transformed, data, out=products)
        if bias is not None:
            products[ONE * math.isqrt(places) + ONE] += bias[:, np.newaxis]
        tiled = ctx.workspace("gathered", (self.m**2, filters, *tiles, batch), x.dtype)
        np.matmul(matrices.outputs, products.reshape(places, -1), out=tiled.reshape(self.m**2, -1))
        y = ctx.empty("y", (out_h, filters, out_w, batch), x.dtype)
        pixels, of_tiles = as_pixels(y), as_pixels(tiled)
        for place in _places(self._outputs(), (out_h, out_w), tiles):
            pixels[place.pixels] = of_tiles[place.number][place.tiles].swapaxes(0, 1)
        return y, _Seen(data, transformed, (height, width))

    def backward(
        self, seen: _Seen, grad_y: Array, ctx: Context, *, need_x: bool
    ) -> tuple[Array | None, Array]:
        """Return the gradients for the input, rows ``(H, C, W, N)``, and the weights ``(F, C, r, r)``."""
        out_h, filters, out_w, batch = grad_y.shape
        places, channels, length = seen.data.shape
        tiles = -(-out_h // self.m), -(-out_w // self.m)
        r = self.geometry.size[0]
        matrices = _squares(self.m, r, grad_y.dtype)
        gathered = self._gathered(grad_y, self._outputs(), tiles, ctx)
        grad = ctx.workspace("grad", (places, filters, length), grad_y.dtype)
        np.matmul(matrices.outputs.T, gathered, out=grad.reshape(places, -1))
        summed = np.matmul(grad, seen.data.swapaxes(1, 2)).reshape(places, -1)
        grad_weight = (matrices.kernel.T @ summed).reshape(r, r, filters, channels).transpose(2, 3, 0, 1)
        if not need_x:
            return None, grad_weight
        products = ctx.workspace("product", (places, channels, length), grad_y.dtype)
        np.matmul(seen.weight.swapaxes(1, 2), grad, out=products)
        tiled = ctx.workspace("gathered", (places, channels, *tiles, batch), grad_y.dtype)
        np.matmul(matrices.data.T, products.reshape(places, -1), out=tiled.reshape(places, -1))
        height, width = seen.size
        grad_x = ctx.empty("grad_x", (height, channels, width, batch), grad_y.dtype)
        grad_x.fill(0)
        for place in _places(self._inputs(), seen.size, tiles):
            grad_x[place.pixels] += tiled[place.number][place.tiles].swapaxes(0, 1)
        return grad_x, grad_weight

    def _inputs(self) -> Geometry:
        """Return where the pixels of a tile lie: a window of ``a x a`` that moves by ``m``."""
        a = self.m + self.geometry.size[0] - 1
        return Geometry((a, a), (self.m, self.m), self.geometry.padding)

    def _outputs(self) -> Geometry:
        """Return where the outputs of a tile lie: ``m x m``, side by side."""
        return Geometry((self.m, self.m), (self.m, self.m))

    @staticmethod
    def _gathered(rows: Array, window: Geometry, tiles: tuple[int, int], ctx: Context) -> Array:
        """Return ``(places, C S T N)``: for each place of the window what all tiles see there, else zero."""
        height, channels, width, batch = rows.shape
        count = window.size[0] * window.size[1]
        gathered = ctx.workspace("gathered", (count, channels, *tiles, batch), rows.dtype)
        pixels, of_tiles = as_pixels(rows), as_pixels(gathered)
        for place in _places(window, (height, width), tiles):
            target = of_tiles[place.number][place.tiles]
            if target.size < of_tiles[place.number].size:
                gathered[place.number] = 0
            target[...] = pixels[place.pixels].swapaxes(0, 1)
        return gathered.reshape(count, -1)


@lru_cache(256)
def _places(window: Geometry, size: tuple[int, int], tiles: tuple[int, int]) -> tuple[_Places, ...]:
    """Return every place of ``window``, which lies ``tiles`` times on an image of ``size``."""
    everything = slice(None)
    rows = [window.covered(0, i, size[0], tiles[0]) for i in range(window.size[0])]
    columns = [window.covered(1, j, size[1], tiles[1]) for j in range(window.size[1])]
    return tuple(
        _Places(index, (h, everything, w), (everything, s, t))
        for index, ((h, s), (w, t)) in enumerate(product(rows, columns))
    )


@cache
def _squares(m: int, r: int, dtype: npt.DTypeLike) -> Filtering:
    """Return the matrices for tiles written as vectors: the Kronecker squares of those of ``F(m, r)``."""
    return Filtering(*(np.kron(matrix, matrix).astype(dtype) for matrix in filtering(m, r, np.float64)))
