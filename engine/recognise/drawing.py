"""Drawings of digits, brought to the form of MNIST's images.

MNIST's digits were scaled to fit a box of 20x20 pixels without changing their proportions, and set
into an image of 28x28 so that their centre of mass lies in its middle (LeCun, Bottou, Bengio,
Haffner 1998). A network that learned from such images sees a drawing best in the same form.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.errors import DataError
from engine.types import Array, Bytes

SIDE = 28
"""Height and width of the result, in pixels."""
BOX = 20
"""Height and width that a digit is scaled to fit, in pixels."""
FAINTEST = 1 / 32
"""Less ink than this is no part of the drawing."""


def normalise(drawing: npt.NDArray[np.floating]) -> Bytes | None:
    """Scale a drawing to fit 20x20, centre it by mass in 28x28, and make its darkest ink full.

    Args:
        drawing: ``(H, W)``, from 0 (none) to 1 (full), of any size.

    Returns:
        uint8 ``(28, 28)``, 0 without ink to 255 with full ink; None if there is no ink.

    Raises:
        DataError: ``drawing`` is not two-dimensional or not finite.
    """
    if drawing.ndim != 2:
        raise DataError(f"A drawing has the shape {drawing.shape}; allowed is (height, width).")
    visible = drawing > FAINTEST
    rows, columns = np.flatnonzero(visible.any(axis=1)), np.flatnonzero(visible.any(axis=0))
    if not len(rows):
        return None
    cut = drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if not np.isfinite(cut).all():
        raise DataError("A drawing holds a value that is not finite; allowed is 0 to 1.")
    height, width = cut.shape
    scale = BOX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    pixels = (np.clip(cut, 0, 1) * 255 + 0.5).astype(np.uint8)
    # Reducing takes the mean over each area; enlarging draws smooth edges.
    filter_ = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    small = np.asarray(Image.fromarray(pixels).resize(size, filter_), np.float64)
    # The brightest pixel of an MNIST image is 254 or 255, however thin its pen was.
    small = small * (255 / small.max())
    top, left = (_start(small.sum(axis=1 - axis)) for axis in (0, 1))
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[top : top + small.shape[0], left : left + small.shape[1]] = small + 0.5
    return image


def _start(mass: Array) -> int:
    """Return where the box begins along one axis, so that its centre of mass is in the middle."""
    centre = float(mass @ np.arange(len(mass)) / mass.sum())
    return int(np.clip(round(SIDE / 2 - centre), 0, SIDE - len(mass)))
