"""Checks that several layers make of the shape they are given."""

from __future__ import annotations

from engine.errors import ShapeError
from engine.ops.geometry import Geometry, words
from engine.types import Shape


def image_shape(in_shape: Shape) -> tuple[int, int, int]:
    """Return ``in_shape`` as ``(channels, height, width)``.

    Raises:
        ShapeError: it has another number of dimensions.
    """
    if len(in_shape) != 3:
        raise ShapeError(f"needs (channels, height, width), got {in_shape}.")
    channels, height, width = in_shape
    return channels, height, width


def moved_window(in_shape: Shape, geometry: Geometry, what: str) -> tuple[int, int]:
    """Return the rows and columns that a moving window gives.

    Args:
        in_shape: of one sample.
        geometry: of the window.
        what: the window's name for the message, for example ``kernel``.

    Raises:
        ShapeError: the input is not an image, or the window does not fit into it.
    """
    _, height, width = image_shape(in_shape)
    out = geometry.out_size(height, width)
    if min(out) < 1:
        (ph, pw) = geometry.padding
        padding = str(ph) if ph == pw else words(geometry.padding)
        raise ShapeError(
            f"a {words(geometry.size)} {what} does not fit into {words((height, width))} "
            f"with padding {padding}; allowed is at most {words((height + 2 * ph, width + 2 * pw))}."
        )
    return out
