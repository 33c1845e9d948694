"""Between the public shape ``(N, C, H, W)`` and the memory order ``(H, C, W, N)``."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
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


def as_pixels(rows: Array) -> npt.NDArray[np.void]:
    """Return ``rows``, shape ``(..., N)`` and contiguous in ``N``, as ``(...)``: N numbers in one.

    Assigning such pixels moves all numbers of one at once, where a loop over the numbers would start anew
    at every pixel; it takes a third to a half of the time where pixels do not lie side by side.
    """
    pixels: npt.NDArray[np.void] = rows.view(_bytes(rows.shape[-1] * rows.itemsize))[..., 0]
    return pixels


@lru_cache(256)
def _bytes(count: int) -> np.dtype[np.void]:
    return np.dtype((np.void, count))


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
