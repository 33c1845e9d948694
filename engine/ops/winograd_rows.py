"""Minimal filtering along the rows of an image; the kernel's rows stay in the matrix product.

With ``V[a,h,c,t,n] = sum_j B^T[a,j] x[n, c, h - ph, m t + j - pw]`` for tile ``t`` of ``m`` outputs and
``U[a,f,i,c] = sum_j G[a,j] w[f,c,i,j]``:

``y[n,f,p,m t + k] = b[f] + sum_a A^T[k,a] sum_{i,c} U[a,f,i,c] V[a, p + i, c, t, n]``

For each of the ``a`` transformed columns this is the direct convolution of a kernel of one column, so
the sum over ``(i, c)`` is a product on overlapping views, ``kw`` of them replaced by ``a / m`` (2 for
``F(4, 5)``, 1.67 for ``F(6, 5)``). Backward, the gradient of each factor is taken on the transformed side,
and then brought back by the transposed matrices: exactly the derivative of the forward pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.ops.convolution import overlapping, weight_products
from engine.ops.geometry import Geometry
from engine.ops.layout import as_pixels
from engine.ops.winograd import ONE, Filtering, filtering
from engine.types import Array, Context

_BAND = 1 << 18
"""Bytes of rows whose columns are gathered at once: they are read for each column, from a core's cache."""


class _Seen(NamedTuple):
    """What the backward pass needs.

    Attributes:
        data: ``V``, ``(a, H + 2 ph, C, T, N)``.
        weight: ``U``, ``(a, F, kh, C)``.
        size: ``(H, W)`` of the input.
        columns: ``Q`` of the output.
    """

    data: Array
    weight: Array
    size: tuple[int, int]
    columns: int


@dataclass(frozen=True)
class RowForm:
    """``F(m, kw)`` along each row, for stride 1 and a padding smaller than the kernel.

    Attributes:
        geometry: of the convolution.
        m: outputs of a tile.
    """

    geometry: Geometry
    m: int

    def forward(self, x: Array, weight: Array, bias: Array | None, ctx: Context) -> tuple[Array, _Seen]:
        """Return rows ``(P, F, Q, N)`` of rows ``x`` ``(H, C, W, N)``, and what `backward` needs."""
        height, channels, width, batch = x.shape
        filters, _, kh, kw = weight.shape
        ph = self.geometry.padding[0]
        out_h, out_w = self.geometry.out_size(height, width)
        matrices = filtering(self.m, kw, x.dtype)
        a, tiles = len(matrices.data), -(-out_w // self.m)
        line = tiles * batch
        gathered = _gathered(x, self._inputs(kw), a, tiles, ctx)
        data = ctx.empty("data", (a, height + 2 * ph, channels, tiles, batch), x.dtype)
        data[:, :ph] = data[:, height + ph :] = 0
        np.matmul(matrices.data, gathered, out=_lines(data, ph, height))
        transformed = (matrices.kernel @ weight.transpose(3, 0, 2, 1).reshape(kw, -1)).reshape(a, filters, -1)
        products = ctx.workspace("product", (a, out_h, filters, line), x.dtype)
        np.matmul(transformed[:, np.newaxis], _windows(data, out_h, kh), out=products)
        if bias is not None:
            products[ONE] += bias[:, np.newaxis]
        tiled = ctx.workspace("gathered", (self.m, out_h, filters, tiles, batch), x.dtype)
        np.matmul(matrices.outputs, products.reshape(a, -1), out=tiled.reshape(self.m, -1))
        y = ctx.empty("y", (out_h, filters, out_w, batch), x.dtype)
        _scattered(as_pixels(tiled), self._outputs(), as_pixels(y))
        return y, _Seen(data, transformed.reshape(a, filters, kh, channels), (height, width), out_w)

    def backward(
        self, seen: _Seen, grad_y: Array, ctx: Context, *, need_x: bool
    ) -> tuple[Array | None, Array]:
        """Return the gradients for the input, rows ``(H, C, W, N)``, and the weights ``(F, C, kh, kw)``."""
        out_h, filters, _, batch = grad_y.shape
        a, _, channels, tiles, _ = seen.data.shape
        kh, kw = self.geometry.size
        matrices = filtering(self.m, kw, grad_y.dtype)
        gathered = _gathered(grad_y, self._outputs(), self.m, tiles, ctx)
        grad = ctx.workspace("grad", (a, out_h, filters, tiles * batch), grad_y.dtype)
        np.matmul(matrices.outputs.T, gathered, out=grad.reshape(a, -1))
        summed = weight_products(seen.data, _windows(seen.data, out_h, kh), grad, kh, ctx).reshape(a, -1)
        grad_weight = (matrices.kernel.T @ summed).reshape(kw, filters, kh, channels).transpose(1, 3, 2, 0)
        return (self._input_gradient(seen, grad, matrices, ctx) if need_x else None), grad_weight

    def _input_gradient(self, seen: _Seen, grad: Array, matrices: Filtering, ctx: Context) -> Array:
        """Return ``dx`` from the transformed gradient: a convolution with the turned kernel.

        A row of the input is seen by ``kh`` rows of outputs, near the upper and lower edge by fewer.
        """
        a, filters, kh, channels = seen.weight.shape
        tiles, batch = seen.data.shape[3:]
        height, width = seen.size
        out_h, line = grad.shape[1], grad.shape[3]
        turned = seen.weight[:, :, ::-1].transpose(0, 3, 2, 1).reshape(a, channels, kh * filters)
        products = ctx.workspace("product", (a, height, channels, line), grad.dtype)
        edge = min(kh - 1 - self.geometry.padding[0], height)
        inside = range(edge, height - edge)
        if inside:
            np.matmul(
                turned[:, np.newaxis], _windows(grad, len(inside), kh), out=products[:, edge : height - edge]
            )
        for h in range(height):
            if h not in inside:
                first, stop = max(0, h - edge), min(out_h, h - edge + kh)
                matrix = turned[:, :, (first - h + edge) * filters : (stop - h + edge) * filters]
                np.matmul(matrix, grad[:, first:stop].reshape(a, -1, line), out=products[:, h])
        tiled = ctx.workspace("gathered", (a, height, channels, tiles, batch), grad.dtype)
        np.matmul(matrices.data.T, products.reshape(a, -1), out=tiled.reshape(a, -1))
        grad_x = ctx.empty("grad_x", (height, channels, width, batch), grad.dtype)
        pixels, of_tile, flat = as_pixels(grad_x), as_pixels(tiled), tiled.reshape(a, -1)
        window = self._inputs(self.geometry.size[1])
        places = _columns(window, a, width, tiles)
        for stop in range(a, self.m, -self.m):  # what tiles share is added up in the later one
            start = max(self.m, stop - self.m)
            for j, (columns, of_tiles) in enumerate(places[start:stop], start):
                if of_tiles.stop == tiles:  # nobody comes after the last tile
                    pixels[:, :, columns.stop - 1] = of_tile[j, :, :, -1]
            tiled[start:stop, :, :, -1] = 0  # what comes after it in memory is the next line's first one
            flat[start - self.m : stop - self.m, batch:] += flat[start:stop, :-batch]
        _scattered(of_tile[: self.m], window, pixels)
        return grad_x

    def _inputs(self, kw: int) -> Geometry:
        """Return where the pixels of a tile lie: a window of ``a`` columns that moves by ``m``."""
        return Geometry((1, self.m + kw - 1), (1, self.m), (0, self.geometry.padding[1]))

    def _outputs(self) -> Geometry:
        """Return where the outputs of a tile lie: ``m`` columns, side by side."""
        return Geometry((1, self.m), (1, self.m))


def _gathered(rows: Array, window: Geometry, count: int, tiles: int, ctx: Context) -> Array:
    """Return ``(count, H C T N)``: for each column of the window what all tiles see there, else zero."""
    height, channels, width, batch = rows.shape
    gathered = ctx.workspace("gathered", (count, height, channels, tiles, batch), rows.dtype)
    pixels, of_tile = as_pixels(rows), as_pixels(gathered)
    step = window.stride[1]
    if not window.padding[1] and (tiles - 1) * step + count <= width:  # no tile leads beyond the row
        pixel = pixels.itemsize
        line = width * pixel
        seen = overlapping(pixels, of_tile.shape, (pixel, channels * line, line, step * pixel))
        band = max(1, _BAND // (channels * line))
        for top in range(0, height, band):
            of_tile[:, top : top + band] = seen[:, top : top + band]
        return gathered.reshape(count, -1)
    for j, (columns, of_tiles) in enumerate(_columns(window, count, width, tiles)):
        if of_tiles.start or of_tiles.stop < tiles:
            gathered[j, :, :, : of_tiles.start] = gathered[j, :, :, of_tiles.stop :] = 0
        of_tile[j, :, :, of_tiles] = pixels[:, :, columns]
    return gathered.reshape(count, -1)


def _scattered(of_tile: npt.NDArray[np.void], window: Geometry, pixels: npt.NDArray[np.void]) -> None:
    """Assign ``(m, H, C, T)``, what tiles hold of ``m`` columns side by side, to the pixels ``(H, C, W)``."""
    m, height, channels, tiles = of_tile.shape
    width = pixels.shape[2]
    if not window.padding[1] and tiles * m <= width:  # one copy
        whole = pixels[:, :, : tiles * m].reshape(height, channels, tiles, m)
        whole[...] = of_tile.transpose(1, 2, 3, 0)
        return
    for j, (columns, of_tiles) in enumerate(_columns(window, m, width, tiles)):
        pixels[:, :, columns] = of_tile[j, :, :, of_tiles]


@lru_cache(256)
def _columns(window: Geometry, count: int, width: int, tiles: int) -> tuple[tuple[slice, slice], ...]:
    """Return for each column of the window the pixels of a row that lie there, and their tiles."""
    return tuple(window.covered(1, j, width, tiles) for j in range(count))


def _lines(array: Array, first: int, count: int) -> Array:
    """Return ``count`` rows of ``(a, H, C, T, N)``, from ``first``, as a matrix ``(a, count C T N)``."""
    line = array[0, 0].size
    return array.reshape(len(array), -1)[:, first * line : (first + count) * line]


def _windows(array: Array, count: int, kh: int) -> Array:
    """Return ``(a, count, kh C, T N)``: for each output row the ``kh`` rows it sees; nothing is copied."""
    a, height, channels = array.shape[:3]
    item = array.itemsize
    length = array[0, 0, 0].size
    line = length * item
    return overlapping(
        array,
        (a, count, kh * channels, length),
        (height * channels * line, channels * line, line, item),
    )
