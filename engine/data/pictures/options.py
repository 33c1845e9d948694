"""How one's pictures become the images of a data set: what can be chosen, and what is suggested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.options import Configurable, option
from engine.types import Shape

TABLES = (".csv", ".tsv", ".txt")
"""Suffixes of tables."""
FITS: dict[str, str] = {
    "crop": "cuts out the middle square",
    "pad": "keeps all of it and adds a margin",
    "stretch": "stretches it",
}
"""How a picture that is not square is made so, and what each way does."""
_FIT_HELP = "; ".join(f"{fit} {words}" for fit, words in FITS.items()) + "."
LEAST_SIDE, MOST_SIDE = 8, 128
_COLOURED_SHARE = 0.1
"""This share of the pictures must be in colour for colour to be suggested."""
_USUAL_SIDE = 64
"""Larger pictures make training slow, so no larger size is suggested."""


@dataclass(frozen=True)
class PictureOptions(Configurable):
    """How pictures become the images of a data set."""

    type_name: ClassVar[str] = "pictures"
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
    """Whether enough pictures have colour for it to be kept."""
    return bool(coloured) and float(np.mean(coloured)) >= _COLOURED_SHARE
