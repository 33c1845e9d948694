"""Where a window of given size, stride and padding lies on an image."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from engine.types import Shape


class Geometry(NamedTuple):
    """A window that moves over an image; every pair is (rows, columns).

    Attributes:
        size: rows and columns of the window.
        stride: how far the window moves between two outputs.
        padding: rows and columns added on both sides of the image.
    """

    size: tuple[int, int]
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)

    def out_size(self, height: int, width: int) -> tuple[int, int]:
        """Return the rows and columns of the output: ``(in + 2 padding - size) // stride + 1``.

        Less than 1 means that the window does not fit.
        """
        (kh, kw), (sh, sw), (ph, pw) = self.size, self.stride, self.padding
        return (height + 2 * ph - kh) // sh + 1, (width + 2 * pw - kw) // sw + 1

    def covered(self, axis: int, offset: int, in_length: int, out_length: int) -> tuple[slice, slice]:
        """Return which outputs see a real pixel at ``offset`` of their window, and which pixels.

        Args:
            axis: 0 for rows, 1 for columns.
            offset: place in the window, from 0.
            in_length: length of the image along the axis, without padding.
            out_length: length of the output along the axis.

        Returns:
            Slices along the image and along the output, of the same length.
        """
        return _covered(self.stride[axis], offset - self.padding[axis], in_length, out_length)


@lru_cache(1024)
def _covered(stride: int, offset: int, in_length: int, out_length: int) -> tuple[slice, slice]:
    """Do ``Geometry.covered`` for an ``offset`` that counts from the first real pixel."""
    first = max(0, -(offset // stride))
    last = min(out_length, -((offset - in_length) // stride))
    start = first * stride + offset
    if last <= first:
        return slice(0, 0), slice(0, 0)
    return slice(start, start + (last - first - 1) * stride + 1, stride), slice(first, last)


def pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """Return ``value`` as (rows, columns)."""
    return value if isinstance(value, tuple) else (value, value)


def words(size: Shape) -> str:
    """Return ``(5, 3)`` as ``5x3``."""
    return "x".join(str(n) for n in size)
