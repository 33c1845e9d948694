"""One picture from a file nobody has looked at yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from engine.data.pictures.opening import opened_picture
from engine.data.pictures.pixels import Raw, raw_of

_COLOUR = 24
"""Channels that differ by at least this much, of 255, are seen as colour."""
_COLOURED = 0.01
"""So large a part of a picture must be in colour for the picture to be."""


def read_picture(
    path: Path, least: int = 0, several: Callable[[], object] | None = None
) -> tuple[Raw, tuple[int, int]]:
    """Read a picture, its first frame if it moves.

    Args:
        path: the file.
        least: if above 0, the picture may come reduced, with both sides still at least this long,
            where its format makes that faster.
        several: called if there are more pages or frames, which are not read.

    Returns:
        The picture, upright and otherwise as it is, and the width and height it has in its file.

    Raises:
        DataError: it is no picture, damaged, cut off or too large; the sentence does not name it.
    """
    with opened_picture(path, "It") as picture:
        size = picture.size
        # What a camera adds to a JPEG is the same picture, smaller or brighter.
        if several is not None and picture.format != "MPO" and getattr(picture, "is_animated", False):
            several()
        if least:
            picture.draft(None, (least, least))  # None keeps the mode
        return raw_of(picture), size


def is_coloured(picture: Image.Image) -> bool:
    """Whether colour is to be seen in a picture: in a hundredth of it, its channels differ clearly."""
    if picture.mode == "L":
        return False
    small = picture.copy()
    small.thumbnail((64, 64), Image.Resampling.BOX)
    pixels = np.asarray(small, np.int16)
    return float(np.mean(np.ptp(pixels, axis=2) >= _COLOUR)) >= _COLOURED
