"""Bringing pictures of any shape to one square size."""

from __future__ import annotations

import numpy as np
from PIL import Image

from engine.data.pictures.options import PictureOptions
from engine.types import Bytes


def fitted(picture: Image.Image, options: PictureOptions) -> Bytes:
    """Return a picture as an image of the data set.

    Args:
        picture: in mode ``L`` or ``RGB``, of any size.
        options: the size, the channels and how to fit.

    Returns:
        uint8 ``(C, H, W)``.
    """
    picture = picture.convert("RGB" if options.colour else "L")
    side = options.size
    width, height = picture.size
    if options.fit == "pad" and width != height:
        scale = side / max(width, height)
        inner = (max(1, round(width * scale)), max(1, round(height * scale)))
        sheet = Image.new(picture.mode, (side, side), _margin(picture))
        place = ((side - inner[0]) // 2, (side - inner[1]) // 2)
        sheet.paste(_resized(picture, inner, None), place)
        picture = sheet
    else:
        box = None
        if options.fit == "crop":
            short = min(width, height)
            left, top = (width - short) / 2, (height - short) / 2
            box = (left, top, left + short, top + short)
        picture = _resized(picture, (side, side), box)
    pixels = np.asarray(picture, np.uint8)
    return np.ascontiguousarray(pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1))


def _resized(
    picture: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float] | None
) -> Image.Image:
    """Resize with a filter that takes in every pixel; a picture of that size already stays as it is."""
    if picture.size == size and (box is None or box == (0, 0, *size)):
        return picture
    return picture.resize(size, Image.Resampling.BICUBIC, box=box)


def _margin(picture: Image.Image) -> int | tuple[int, ...]:
    """Return the median colour of the border, which the margin continues."""
    pixels = np.asarray(picture)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    median = np.median(border, axis=0)
    return int(median) if picture.mode == "L" else tuple(int(value) for value in median)
