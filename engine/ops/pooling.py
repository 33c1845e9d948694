"""Maximum and mean over windows; rows ``(H, C, W, N)`` in, rows ``(P, C, Q, N)`` out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.ops.geometry import Geometry
from engine.types import Array, Context


def _offsets(
    geometry: Geometry, size: tuple[int, int]
) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...]]]:
    """Yield for each place of the window the pixels (index into x) and the outputs that see them."""
    out_h, out_w = geometry.out_size(*size)
    every = slice(None)
    for i in range(geometry.size[0]):
        rows, out_rows = geometry.covered(0, i, size[0], out_h)
        for j in range(geometry.size[1]):
            columns, out_columns = geometry.covered(1, j, size[1], out_w)
            yield (rows, every, columns), (out_rows, every, out_columns)


def max_pool(x: Array, geometry: Geometry, ctx: Context) -> Array:
    """Return ``y[p,c,q,n] = max_{i,j} x[sh p + i - ph, c, sw q + j - pw, n]``; padding never wins."""
    height, channels, width, batch = x.shape
    out_h, out_w = geometry.out_size(height, width)
    y = ctx.empty("y", (out_h, channels, out_w, batch), x.dtype)
    y[...] = -np.inf
    for pixels, outputs in _offsets(geometry, (height, width)):
        np.maximum(y[outputs], x[pixels], out=y[outputs])
    return y


def max_pool_gradient(grad_y: Array, x: Array, y: Array, geometry: Geometry, ctx: Context) -> Array:
    """Return the gradient for ``x``: each output's goes to the first largest pixel of its window.

    Args:
        grad_y: gradient for the output, rows ``(P, C, Q, N)``; not changed.
        x: the input of the forward pass.
        y: its output.
        geometry: of the pooling.
        ctx: where the buffers come from.
    """
    grad_x = ctx.empty("grad_x", x.shape, x.dtype)
    grad_x[...] = 0
    open_ = ctx.empty("open", y.shape, np.dtype(bool))  # windows whose largest pixel is still to come
    open_[...] = True
    for pixels, outputs in _offsets(geometry, (x.shape[0], x.shape[2])):
        here = (x[pixels] == y[outputs]) & open_[outputs]
        grad_x[pixels] += grad_y[outputs] * here
        open_[outputs] &= ~here
    return grad_x


def average_pool(x: Array, geometry: Geometry, ctx: Context) -> Array:
    """Return the mean over each window; padding counts as zeros."""
    height, channels, width, batch = x.shape
    out_h, out_w = geometry.out_size(height, width)
    y = ctx.empty("y", (out_h, channels, out_w, batch), x.dtype)
    y[...] = 0
    for pixels, outputs in _offsets(geometry, (height, width)):
        y[outputs] += x[pixels]
    y *= 1 / (geometry.size[0] * geometry.size[1])
    return y


def average_pool_gradient(grad_y: Array, geometry: Geometry, size: tuple[int, int], ctx: Context) -> Array:
    """Return the gradient for an input of ``size`` rows and columns: an equal share to each pixel."""
    _, channels, _, batch = grad_y.shape
    share = ctx.empty("share", grad_y.shape, grad_y.dtype)
    np.multiply(grad_y, 1 / (geometry.size[0] * geometry.size[1]), out=share)
    grad_x = ctx.empty("grad_x", (size[0], channels, size[1], batch), grad_y.dtype)
    grad_x[...] = 0
    for pixels, outputs in _offsets(geometry, size):
        grad_x[pixels] += share[outputs]
    return grad_x
