"""One picture from a file nobody has looked at yet."""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from engine.data.pictures import heif
from engine.data.pictures.pixels import Raw, raw_of
from engine.errors import DataError

SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".gif", ".webp", ".tif", ".tiff"),
    *(".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".ico", ".pcx", ".jp2", ".avif"),
    *heif.SUFFIXES,
)
"""Files with one of these are taken for pictures, whatever they turn out to be."""
_FORMATS = (
    *("PNG", "JPEG", "BMP", "DIB", "GIF", "WEBP", "TIFF"),
    *("PPM", "TGA", "ICO", "PCX", "JPEG2000", "AVIF", "HEIF"),
)
"""What Pillow reads by itself; other formats start other programs."""
_DAMAGED = (
    *(SyntaxError, ValueError, TypeError, IndexError, KeyError, EOFError, RuntimeError),
    *(struct.error, zlib.error),
)
"""What Pillow's plugins raise on damaged files, beside OSError."""
MAX_PIXELS = 64 * 10**6
"""A picture of more pixels than this is refused before its pixels are unpacked."""
_COLOUR = 24
"""Channels that differ by at least this much, of 255, are seen as colour."""
_COLOURED = 0.01
"""So large a part of a picture must be in colour for the picture to be."""


def read_picture(path: Path, least: int = 0) -> tuple[Raw, tuple[int, int]]:
    """Read a picture, its first frame if it moves.

    Args:
        path: the file.
        least: if above 0, the picture may come reduced, with both sides still at least this long,
            where its format makes that faster.

    Returns:
        The picture, upright and otherwise as it is, and the width and height it has in its file.

    Raises:
        DataError: it is no picture, damaged, cut off or too large; the sentence does not name it.
    """
    try:
        if not path.is_file():
            raise DataError("There is no such file.")
        with warnings.catch_warnings():
            # Pillow tells of oddities in files that it reads all the same.
            warnings.simplefilter("ignore")
            # An open file instead of a path, which Pillow would map into memory; it then reads a grey TIFF
            # that is to be turned as if it had been turned already.
            with path.open("rb") as file, Image.open(file, formats=_known_formats()) as picture:
                width, height = picture.size
                if width * height > MAX_PIXELS:
                    raise DataError(
                        f"It has {width}x{height} pixels; allowed are {MAX_PIXELS // 10**6} million."
                    )
                if least:
                    picture.draft(None, (least, least))  # None keeps the mode
                raw = raw_of(picture)
    except Image.DecompressionBombError:
        raise DataError(f"It has more than {MAX_PIXELS // 10**6} million pixels.") from None
    except UnidentifiedImageError:
        raise DataError(heif.missing(path) or "It is not a picture.") from None
    except OSError as error:
        raise DataError(f"{error.strerror or 'It is damaged or cut off'}.") from None
    except _DAMAGED:
        raise DataError("It is damaged.") from None
    except (MemoryError, OverflowError):
        raise DataError("It claims to be larger than memory.") from None
    return raw, (width, height)


def is_coloured(picture: Image.Image) -> bool:
    """Whether colour is to be seen in a picture: in a hundredth of it, its channels differ clearly."""
    if picture.mode == "L":
        return False
    small = picture.copy()
    small.thumbnail((64, 64), Image.Resampling.BOX)
    pixels = np.asarray(small, np.int16)
    return float(np.mean(np.ptp(pixels, axis=2) >= _COLOUR)) >= _COLOURED


def _known_formats() -> tuple[str, ...]:
    Image.init()
    heif.register()
    return tuple(name for name in _FORMATS if name in Image.OPEN)
