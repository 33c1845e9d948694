"""Pictures as they come, from a file or from memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from engine.data.pictures.opening import opened_picture
from engine.data.pictures.pixels import plain
from engine.recognise.foreground import surface_terms
from engine.types import Array, Bytes

_SAMPLE = 96
"""Colours are compared in a picture reduced to this many pixels a side."""
_BRIGHTNESS = np.array([0.299, 0.587, 0.114])
_COLOURFUL = 6.0
"""Colours with less standard deviation than this, of 255, are one."""
_TELLS = 0.1
"""Brightness tells ink from paper if it varies by this share of what the colours vary."""


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
    level = _level(picture)
    scale = min(1.0, largest / max(level.size))
    if scale < 1:
        size = (max(1, round(level.width * scale)), max(1, round(level.height * scale)))
        level = level.resize(size, Image.Resampling.BOX)
    return np.asarray(level, np.float64) / 255, scale


def _level(picture: Image.Image) -> Image.Image:
    """Return the brightness of a picture; or where ink is as bright as its paper, what parts their colours.

    That is the direction in which colours differ most (their first principal component) once light that falls
    off to one side is taken away.
    """
    if picture.mode != "RGB":
        return picture.convert("L")
    small = picture.copy()
    small.thumbnail((_SAMPLE, _SAMPLE), Image.Resampling.BOX)
    colours = np.asarray(small, np.float64).reshape(-1, 3)
    terms = surface_terms(small.height, small.width)[:, :3]
    stray = colours - terms @ np.linalg.lstsq(terms, colours, rcond=1e-9)[0]
    variances, axes = np.linalg.eigh(stray.T @ stray / len(stray))
    seen = float(np.mean((stray @ _BRIGHTNESS) ** 2))
    if variances[-1] < _COLOURFUL**2 or seen > _TELLS * variances[-1]:
        return picture.convert("L")
    along = colours @ axes[:, -1]
    low, span = float(along.min()), float(np.ptp(along))
    row = (*(float(v) * 255 / span for v in axes[:, -1]), -low * 255 / span)
    return picture.convert("L", row)
