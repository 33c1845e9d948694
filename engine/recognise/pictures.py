"""Pictures as they come, from a file or from memory: upright, on white paper, in eight bits."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from engine.errors import DataError
from engine.types import Array, Bytes


def open_picture(path: Path | str) -> Image.Image:
    """Read a picture in any format Pillow knows, its first frame if it moves.

    Returns:
        The picture in mode ``L`` or ``RGB``; see ``plain``.

    Raises:
        DataError: it cannot be read, is no picture, is damaged or has too many pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                return plain(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DataError(f"{path} has too many pixels; allowed is at most {Image.MAX_IMAGE_PIXELS}.") from None
    except OSError as error:
        reason = error.strerror or "it is not a picture, or it is damaged"
        raise DataError(f"Cannot read {path}: {reason}.") from None
    except (SyntaxError, ValueError, EOFError):  # Pillow's plugins, on damaged files
        raise DataError(f"Cannot read {path}: the picture is damaged.") from None


def plain(picture: Image.Image) -> Image.Image:
    """Return a picture turned upright, in ``L`` or ``RGB``, its clear parts on white paper.

    White ink on clear ground would not be seen on white paper; its opacity is taken for the ink.
    """
    picture.load()
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I") or picture.mode == "F":
        deep = np.asarray(picture, np.float64)
        largest = max(float(deep.max(initial=0.0)), 1.0)
        # 16-bit pictures come in several modes; larger numbers have no known white but their own.
        white = next((limit for limit in (1.0, 255.0, 65535.0) if largest <= limit), largest)
        return Image.fromarray(np.clip(deep / white * 255 + 0.5, 0, 255).astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        opaque = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
        low, high = opaque.convert("L").getextrema()
        return opaque if high != low else ImageOps.invert(picture.getchannel("A"))
    return picture.convert("L" if picture.mode in ("1", "L", "LA") else "RGB")


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
