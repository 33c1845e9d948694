"""Maximum and mean over windows; rows ``(H, C, W, N)`` in, rows ``(P, C, Q, N)`` out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from engine.ops.geometry import Geometry
from engine.types import Array, Context, Labels

_HALVING = Geometry((2, 2), (2, 2))


def _offsets(
    geometry: Geometry, size: tuple[int, int]
) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...]]]:
    """Yield for each place of the window, column by column, the pixels and the outputs that see them."""
    out_h, out_w = geometry.out_size(*size)
    every = slice(None)
    for j in range(geometry.size[1]):
        columns, out_columns = geometry.covered(1, j, size[1], out_w)
        for i in range(geometry.size[0]):
            rows, out_rows = geometry.covered(0, i, size[0], out_h)
            yield (rows, every, columns), (out_rows, every, out_columns)


def max_pool(x: Array, geometry: Geometry, ctx: Context) -> tuple[Array, Any]:
    """Return ``y[p,c,q,n] = max_{i,j} x[sh p + i - ph, c, sw q + j - pw, n]``; padding never wins.

    The second value is for ``max_pool_gradient``.
    """
    if _is_halving(geometry):
        return _halve(x, ctx)
    height, channels, width, batch = x.shape
    out_h, out_w = geometry.out_size(height, width)
    y = ctx.empty("y", (out_h, channels, out_w, batch), x.dtype)
    y.fill(-np.inf)
    for pixels, outputs in _offsets(geometry, (height, width)):
        np.maximum(y[outputs], x[pixels], out=y[outputs])
    return y, (x, y)


def max_pool_gradient(grad_y: Array, kept: Any, geometry: Geometry, ctx: Context) -> Array:
    """Return the gradient for ``x``: each output's goes to the first largest pixel of its window.

    First means the leftmost column, and in it the topmost row.

    Args:
        grad_y: gradient for the output, rows ``(P, C, Q, N)``; not changed.
        kept: what ``max_pool`` gave.
        geometry: of the pooling.
        ctx: where the buffers come from.
    """
    if _is_halving(geometry):
        return _halve_gradient(grad_y, kept, ctx)
    x, y = kept
    grad_x = ctx.empty("grad_x", x.shape, x.dtype)
    grad_x.fill(0)
    undecided = np.ones(y.shape, bool)  # windows whose largest pixel is still to come
    for pixels, outputs in _offsets(geometry, (x.shape[0], x.shape[2])):
        here = (x[pixels] == y[outputs]) & undecided[outputs]
        grad_x[pixels] += grad_y[outputs] * here
        undecided[outputs] &= ~here
    return grad_x


def _is_halving(geometry: Geometry) -> bool:
    return geometry == _HALVING


@lru_cache(256)
def _apart(pairs: int) -> Labels:
    """Return the columns of so many pairs, all left ones first."""
    columns: Labels = np.arange(2 * pairs).reshape(-1, 2).T.ravel()
    return columns


@lru_cache(256)
def _together(pairs: int) -> Labels:
    """Return where each column went in ``_apart``."""
    columns: Labels = np.arange(2 * pairs).reshape(2, -1).T.ravel()
    return columns


def _halve(x: Array, ctx: Context) -> tuple[Array, Any]:
    """Do ``max_pool`` for 2x2 windows side by side: first over pairs of rows, then of columns.

    ``take`` sorts the columns into a left and a right half, even ones and odd ones, because it copies
    whole pixels ``(N,)``, while a loop over every other column would start anew at each of them.
    """
    height, channels, width, batch = x.shape
    out_h, out_w = height // 2, width // 2
    upper, lower = x[0 : 2 * out_h : 2], x[1 : 2 * out_h : 2]
    tall = ctx.workspace("tall", upper.shape, x.dtype)
    np.maximum(upper, lower, out=tall)
    halves = ctx.empty("halves", (out_h, channels, 2, out_w, batch), x.dtype)
    np.take(tall, _apart(out_w), axis=2, out=halves.reshape(out_h, channels, -1, batch), mode="clip")
    y = ctx.empty("y", (out_h, channels, out_w, batch), x.dtype)
    np.maximum(halves[:, :, 0], halves[:, :, 1], out=y)
    return y, (x, halves)


def _halve_gradient(grad_y: Array, kept: Any, ctx: Context) -> Array:
    """Do ``max_pool_gradient`` for 2x2 windows side by side: the way of ``_halve`` back."""
    x, halves = kept
    out_h, channels, _, out_w, batch = halves.shape
    grads = ctx.workspace("grad_halves", halves.shape, x.dtype)
    left, right = grads[:, :, 0], grads[:, :, 1]
    np.multiply(grad_y, halves[:, :, 0] >= halves[:, :, 1], out=left)
    np.subtract(grad_y, left, out=right)
    tall = ctx.workspace("grad_tall", (out_h, channels, 2 * out_w, batch), x.dtype)
    np.take(grads.reshape(out_h, channels, -1, batch), _together(out_w), axis=2, out=tall, mode="clip")
    grad_x = ctx.empty("grad_x", x.shape, x.dtype)
    if 2 * out_h < len(x):
        grad_x[-1] = 0
    if 2 * out_w < x.shape[2]:
        grad_x[:, :, -1] = 0
    seen = slice(0, 2 * out_w)
    upper, lower = x[0 : 2 * out_h : 2, :, seen], x[1 : 2 * out_h : 2, :, seen]
    grad_upper, grad_lower = grad_x[0 : 2 * out_h : 2, :, seen], grad_x[1 : 2 * out_h : 2, :, seen]
    np.multiply(tall, upper >= lower, out=grad_upper)
    np.subtract(tall, grad_upper, out=grad_lower)
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
