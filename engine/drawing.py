"""Drawings and pictures of digits, brought to the form of MNIST's images.

MNIST's digits were scaled to fit a box of 20x20 pixels without changing their proportions, and set
into an image of 28x28 so that their centre of mass lies in its middle (LeCun, Bottou, Bengio,
Haffner 1998). A network that learned from such images sees a drawing best in the same form.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from engine.errors import DataError
from engine.types import Array, Bytes

SIDE = 28
"""Height and width of the result, in pixels."""
BOX = 20
"""Height and width that a digit is scaled to fit, in pixels."""
FAINTEST = 1 / 32
"""Less ink than this is no part of the drawing."""

_LARGEST_SIDE = 560
"""A larger picture is reduced to this first; a digit in it is still far larger than the box."""
_LEAST_CONTRAST = 8 / 255
"""A picture whose greys differ by less than this shows nothing."""


def normalise(ink: npt.NDArray[np.floating]) -> Bytes | None:
    """Scale a drawing to fit 20x20, centre it by mass in 28x28, and make its darkest ink full.

    Args:
        ink: ``(H, W)``, from 0 (none) to 1 (full), of any size.

    Returns:
        uint8 ``(28, 28)``, 0 without ink to 255 with full ink; None if there is no ink.

    Raises:
        DataError: ``ink`` is not two-dimensional or not finite.
    """
    if ink.ndim != 2:
        raise DataError(f"A drawing has the shape {ink.shape}; allowed is (height, width).")
    visible = ink > FAINTEST
    rows, columns = np.flatnonzero(visible.any(axis=1)), np.flatnonzero(visible.any(axis=0))
    if not len(rows):
        return None
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
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


def from_picture(picture: Image.Image | Path | str) -> Bytes:
    """Bring a picture of one digit to the form of MNIST's images.

    It may be of any size, in grey or colour, with or without transparency (which counts as white
    paper), dark on light or light on dark: what the border is made of is the paper. Differences as
    small as those within the border count as noise. A picture that already has the form of MNIST's
    images is left as it is.

    Args:
        picture: the picture or the file that holds it.

    Returns:
        uint8 ``(28, 28)``, white ink on black.

    Raises:
        DataError: the file cannot be read as a picture, or nothing is to be seen on it.
    """
    if isinstance(picture, Image.Image):
        name, grey = "The picture", _grey(picture)
    else:
        name, grey = str(picture), _read(Path(picture))
    if grey.shape == (SIDE, SIDE) and _has_form(grey):
        return (grey * 255 + 0.5).astype(np.uint8)
    image = normalise(_ink(grey))
    if image is None:
        raise DataError(f"{name} shows nothing: all of it has the same brightness.")
    return image


def _read(path: Path) -> Array:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                return _grey(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DataError(f"{path} has too many pixels; allowed is at most {Image.MAX_IMAGE_PIXELS}.") from None
    except OSError as error:
        reason = error.strerror or "it is not a picture, or it is damaged"
        raise DataError(f"Cannot read {path}: {reason}.") from None
    except (SyntaxError, ValueError, EOFError):  # Pillow's plugins, on damaged files
        raise DataError(f"Cannot read {path}: the picture is damaged.") from None


def _grey(picture: Image.Image) -> Array:
    """Return the brightness of a picture, ``(H, W)`` from 0 to 1, on white paper where it is clear."""
    picture.load()
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I") or picture.mode == "F":
        deep = np.asarray(picture, np.float64)
        largest = max(float(deep.max(initial=0.0)), 1.0)
        # 16-bit pictures come in several modes; larger numbers have no known white but their own.
        white = 1.0 if largest <= 1 else 255.0 if largest <= 255 else 65535.0 if largest <= 65535 else largest
        deep8 = np.clip(deep / white * 255 + 0.5, 0, 255).astype(np.uint8)
        return _reduced(Image.fromarray(deep8))
    clear = picture.has_transparency_data
    picture = picture.convert("RGBA" if clear else "RGB")
    if clear:
        paper = Image.new("RGBA", picture.size, "white")
        on_paper = Image.alpha_composite(paper, picture).convert("L")
        low, high = on_paper.getextrema()
        # White ink on clear ground cannot be seen on white paper: its opacity tells the form.
        picture = on_paper if high != low else ImageOps.invert(picture.getchannel("A"))
    return _reduced(picture.convert("L"))


def _reduced(picture: Image.Image) -> Array:
    if max(picture.size) > _LARGEST_SIDE:
        picture.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE), Image.Resampling.BOX)
    return np.asarray(picture, np.float64) / 255


def _has_form(grey: Array) -> bool:
    """Whether a picture of 28x28 is light on dark, in a 20x20 box, with its mass in the middle."""
    visible = grey > FAINTEST
    rows, columns = np.flatnonzero(visible.any(axis=1)), np.flatnonzero(visible.any(axis=0))
    if not len(rows) or max(np.ptp(rows), np.ptp(columns)) >= BOX or grey.max() < 0.5:
        return False
    places = np.arange(SIDE)
    centre = np.array([grey.sum(axis=1) @ places, grey.sum(axis=0) @ places]) / grey.sum()
    return bool(np.abs(centre - SIDE / 2).max() <= 1)


def _ink(grey: Array) -> Array:
    """Return the ink of a picture, ``(H, W)`` from 0 to 1, whatever its polarity.

    The paper is the median of the border. Ink is what lies on that side of it, lighter or darker,
    to which the picture strays more.
    """
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    paper = np.median(border)
    lighter, darker = np.maximum(grey - paper, 0), np.maximum(paper - grey, 0)
    ink = lighter if lighter.sum() > darker.sum() else darker
    peak = ink.max()
    if peak < _LEAST_CONTRAST:
        return np.zeros_like(grey)
    # Twice the usual stray of the border; a clean border has none. A digit may touch the border.
    noise = min(2 * float(np.percentile(np.abs(border - paper), 90)), 0.5 * peak)
    return np.asarray(np.clip((ink - noise) / (peak - noise), 0, 1))
