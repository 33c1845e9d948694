"""Bringing pictures of any shape to one square size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from PIL import Image

from engine.options import Described, option
from engine.types import Bytes, Shape

FITS: dict[str, str] = {
    "crop": "cuts out the middle square",
    "pad": "keeps all of it and adds a margin",
    "stretch": "stretches it",
}
"""How a picture that is not square is made so, and what each way does."""
_FIT_HELP = "; ".join(f"{fit} {words}" for fit, words in FITS.items()) + "."
LEAST_SIDE, MOST_SIDE = 8, 128
_COLOURED_SHARE = 0.1
"""So many of the pictures must be in colour for colour to be suggested."""
_USUAL_SIDE = 64
"""Larger pictures make training slow, so no larger size is suggested."""


@dataclass(frozen=True)
class PictureOptions(Described):
    """How pictures become the images of a data set."""

    kind: ClassVar[str] = "pictures"
    title: ClassVar[str] = "Pictures"

    size: int = option(32, "Height and width of each image, in pixels.", low=LEAST_SIDE, high=MOST_SIDE)
    colour: bool = option(True, "Keep the colours; otherwise everything becomes grey.")
    fit: str = option(
        "crop", "How pictures that are not square are made so: " + _FIT_HELP, choices=tuple(FITS)
    )
    test_share: float = option(
        0.2, "Share of each class's pictures that is kept to test on.", low=0.05, high=0.5
    )
    seed: int = option(0, "Number that decides which pictures are kept to test on.", low=0, high=2**32 - 1)

    @property
    def in_shape(self) -> Shape:
        """Shape of one image, ``(C, H, W)``."""
        return (3 if self.colour else 1, self.size, self.size)


def suggested_size(short_sides: Sequence[int]) -> int:
    """Return a size for pictures whose shorter sides are these: their median, within reason.

    Above 32 it is a multiple of 8, which networks can halve several times.
    """
    median = int(np.median(short_sides)) if len(short_sides) else 32
    return max(LEAST_SIDE, median if median <= 32 else min(median // 8 * 8, _USUAL_SIDE))


def suggested_colour(coloured: Sequence[bool]) -> bool:
    """Whether so many pictures have colour that it should be kept."""
    return bool(coloured) and float(np.mean(coloured)) >= _COLOURED_SHARE


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
