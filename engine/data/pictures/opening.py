"""The one place where a picture file is opened."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from engine.data.pictures import heif
from engine.errors import DataError
from engine.io.gate import PICTURE, explained, opened

SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".gif", ".webp", ".tif", ".tiff"),
    *(".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".ico", ".pcx", ".jp2", ".avif"),
    *heif.SUFFIXES,
)
"""Files with one of these are taken for pictures, whatever they turn out to be."""
FORMATS = (
    *("PNG", "JPEG", "BMP", "DIB", "GIF", "WEBP", "TIFF"),
    *("PPM", "TGA", "ICO", "PCX", "JPEG2000", "AVIF", "HEIF"),
)
"""What Pillow reads by itself; for others it starts other programs, whatever the file is called."""
_STARTS = {
    **dict.fromkeys((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "TIFF"),
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
}
"""First bytes of files that are pictures, though perhaps none that Pillow reads."""
MAX_PIXELS = 90 * 10**6
"""A picture of more pixels than this is refused before its pixels are unpacked."""
MAX_BYTES = 3 * MAX_PIXELS
"""Nor may they be more bytes than those of a photograph of so many pixels; opacity and 16 bits count."""


@contextmanager
def opened_picture(path: Path, where: object = "") -> Iterator[Image.Image]:
    """Yield the picture in a file, whose pixels are not loaded yet; what goes wrong is explained.

    Args:
        path: the file.
        where: what errors call it, if not by its path.

    Raises:
        DataError: it is no regular file, no picture in one of ``FORMATS``, damaged, cut off or too large.
    """
    where = where or path
    with opened(path, PICTURE, where) as file, explained(where, PICTURE), warnings.catch_warnings():
        # Pillow tells of oddities in files that it reads all the same.
        warnings.simplefilter("ignore")
        # An open file instead of a path, which Pillow would map into memory; it then reads a grey TIFF
        # that is to be turned as if it had been turned already.
        try:
            picture = Image.open(file, formats=_known_formats())
        except UnidentifiedImageError:
            raise DataError(heif.missing(path) or f"{where} {_unknown(file)}.") from None
        except Image.DecompressionBombError:
            raise DataError(f"{where} has more than {MAX_PIXELS // 10**6} million pixels.") from None
        with picture:
            width, height = picture.size
            most = min(MAX_PIXELS, MAX_BYTES // _pixel_bytes(picture))
            if width * height > most:
                raise DataError(f"{where} has {width}x{height} pixels; allowed are {most // 10**6} million.")
            yield picture


def _pixel_bytes(picture: Image.Image) -> int:
    """Return how many bytes a pixel has in the file; the mode does not tell when half of them are dropped."""
    tiles = getattr(picture, "tile", None)
    args = tiles[0][3] if tiles else ""
    raw = args[0] if isinstance(args, tuple) and args else args
    deep = isinstance(raw, str) and ";16" in raw
    return len(picture.getbands()) * (2 if deep else 1)


def _unknown(file: BinaryIO) -> str:
    """Return what a file is that is not read: no picture, or one by its first bytes."""
    file.seek(0)
    start = file.read(16)
    form = next((name for first, name in _STARTS.items() if start.startswith(first)), "")
    return f"is damaged, or a kind of {form} that is not supported" if form else "is not a picture"


def _known_formats() -> tuple[str, ...]:
    Image.init()
    heif.register()
    return tuple(name for name in FORMATS if name in Image.OPEN)
