"""Between the public shape ``(N, C, H, W)`` and the memory order ``(H, C, W, N)``."""

from __future__ import annotations

import numpy.typing as npt

from engine.types import Array, Context, Shape


def as_rows(x: Array, ctx: Context, name: str) -> Array:
    """Return ``x``, shape ``(N, C, H, W)``, as a contiguous ``(H, C, W, N)``; a copy only if needed."""
    rows: Array = x.transpose(2, 1, 3, 0)
    if rows.flags.c_contiguous:
        return rows
    buffer = ctx.empty(name, rows.shape, rows.dtype)
    buffer[...] = rows
    return buffer


def as_images(rows: Array) -> Array:
    """Return ``rows``, shape ``(H, C, W, N)``, as a view of shape ``(N, C, H, W)``."""
    images: Array = rows.transpose(3, 1, 0, 2)
    return images


def as_memory(x: Array) -> Array:
    """Return ``x``, shape ``(N, C, H, W)`` or ``(N, D)``, as a view with the batch last."""
    memory: Array = x.transpose(2, 1, 3, 0) if x.ndim == 4 else x.transpose()
    return memory


def empty_batch(ctx: Context, name: str, shape: Shape, dtype: npt.DTypeLike) -> Array:
    """Return an uninitialised array of ``shape``, ``(N, C, H, W)`` or ``(N, D)``, batch innermost."""
    if len(shape) == 4:
        n, c, h, w = shape
        return as_images(ctx.empty(name, (h, c, w, n), dtype))
    vectors: Array = ctx.empty(name, shape[::-1], dtype).transpose()
    return vectors
