"""Pictures as they come, from a file or from memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from engine.data.pictures.opening import opened_picture
from engine.data.pictures.pixels import plain
from engine.types import Array, Bytes


def open_picture(path: Path | str) -> Image.Image:
    """Read a picture in one of the formats that are read here, its first frame if it moves.

    Returns:
        The picture in mode ``L`` or ``RGB``; see ``plain``.

    Raises:
        DataError: it cannot be read, is no picture, is damaged or has too many pixels.
    """
    with opened_picture(Path(path)) as picture:
        return plain(picture)


def from_pixels(pixels: Bytes) -> Image.Image:
    """Return the picture that uint8 ``(H, W)`` or ``(H, W, 3)`` holds."""
    return Image.fromarray(np.ascontiguousarray(pixels))


def grey(picture: Image.Image, largest: int) -> tuple[Array, float]:
    """Return the brightness ``(H, W)`` of a picture, from 0 to 1, and how much it was reduced.

    Args:
        picture: as ``plain`` makes it.
        largest: a longer side than this is reduced to it.
    """
    level = picture.convert("L")
    scale = min(1.0, largest / max(level.size))
    if scale < 1:
        size = (max(1, round(level.width * scale)), max(1, round(level.height * scale)))
        level = level.resize(size, Image.Resampling.BOX)
    return np.asarray(level, np.float64) / 255, scale
