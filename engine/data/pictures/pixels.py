"""What is done with the pixels of a picture: turned upright, brought to bytes, laid on a ground.

The same for pictures of a data set, pictures that are opened, and arrays.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from engine.data.pictures.values import EIGHT_BITS, SIXTEEN_BITS, Numbers, Range, guess, numbers_of, to_bytes
from engine.errors import DataError
from engine.types import Bytes

GROUNDS = {255: "white", 0: "black", 128: "grey"}
"""What clear parts can stand on, the usual one first: its brightness, of 255, and its name."""
_SEEN = 48.0
"""Ink that differs by this much of 255 from its ground, on average, is seen well."""
_ENOUGH = 2**22
"""Pixels of a larger picture that are looked at to see whether its ink is seen."""
_CLEAR = 8
"""Pixels of less opacity than this, of 255, are no ink."""
_GREY_BYTES = "RGBA"
"""As what a grey of 16 bits with its opacity is read to get all of its bytes, high ones first."""
_MOST_TWELVE = 4095
_PHOTOMETRIC = 262
"""TIFF's tag for what the numbers mean; 0 if the largest is black."""
_MAX_SAMPLE, _MAX_SAMPLE_SIGNED = 281, 341
"""TIFF's tags for the largest value there can be."""


@dataclass(frozen=True)
class Deep:
    """A picture whose numbers are not bytes yet.

    Attributes:
        values: finite, ``(H, W)`` or ``(H, W, 3)``.
        range: which is black and which is white, if the picture says so.
        opacity: ``(H, W)``, 255 where it is not clear; None if it is so nowhere.
    """

    values: npt.NDArray[Any]
    range: Range | None = None
    opacity: Bytes | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.values.shape[1], self.values.shape[0]


Raw: TypeAlias = Image.Image | Deep
"""A picture as it comes, upright: in mode ``L``, ``RGB``, ``LA`` or ``RGBA``, or with other numbers."""


@dataclass(frozen=True)
class Rendering:
    """How raw pictures become plain ones.

    Attributes:
        deep: range of deep pictures that do not say theirs.
        bytes: range of pictures of 8 bits.
        ground: what clear parts stand on, of 255.
        override: whether ``deep`` counts for pictures that say their range, too.
    """

    deep: Range = SIXTEEN_BITS
    bytes: Range = EIGHT_BITS
    ground: int = 255
    override: bool = False


def plain(picture: Image.Image) -> Image.Image:
    """Return one picture upright, in mode ``L`` or ``RGB``, everything chosen by what it holds itself.

    Raises:
        DataError: it holds a number that is not finite.
    """
    raw = raw_of(picture)
    rendering = Rendering()
    numbers = undeclared(raw)
    if numbers is not None:
        rendering = dataclasses.replace(rendering, deep=guess(numbers).range)
    seen = contrasts(raw, rendering)
    if seen is not None:
        rendering = dataclasses.replace(rendering, ground=chosen_ground([seen]))
    return render(raw, rendering)


def raw_of(picture: Image.Image) -> Raw:
    """Return a picture that was opened, perhaps not loaded yet, turned upright.

    Raises:
        DataError: it holds a number that is not finite.
    """
    again = _low_bytes(picture)
    declared = _declared(picture)
    picture.load()
    if _is_white_zero(picture):
        picture = _inverted(picture)
    if again is not None:
        return _sixteen_bits(ImageOps.exif_transpose(picture), ImageOps.exif_transpose(again))
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I") or picture.mode == "F":
        values = np.asarray(picture)
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise DataError("It holds a value that is not finite.")
        clear = picture.info.get("transparency")
        opacity = np.where(values == clear, 0, 255).astype(np.uint8) if isinstance(clear, int) else None
        return Deep(values, declared, opacity)
    grey = picture.mode in ("1", "L", "LA", "La")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        if picture.getchannel("A").getextrema() != (255, 255):
            return picture.convert("LA") if grey else picture
    return picture.convert("L" if grey else "RGB")


def _low_bytes(picture: Image.Image) -> Image.Image | None:
    """Return a picture of 16 bits in several channels once more, so that it gives its low bytes.

    Pillow reads only the high ones, which are empty where ten or twelve bits lie in sixteen.
    """
    tiles = getattr(picture, "tile", None)
    file = getattr(picture, "fp", None)
    swapped = {";16B": ";16L", ";16L": ";16B", ";16N": ";16B"}
    if not tiles or file is None or picture.mode not in ("RGB", "RGBA"):
        return None
    args = tiles[0].args
    mode = args if isinstance(args, str) else args[0] if args else ""
    if not isinstance(mode, str) or mode[-4:] not in swapped:
        return None
    place = file.tell()
    file.seek(0)
    again = Image.open(file, formats=[picture.format or ""])

    # A grey and its opacity are four bytes as well: Pillow has no word for their low ones alone.
    other = _GREY_BYTES if mode[:-4] == "LA" else mode[:-4] + swapped[mode[-4:]]
    again.tile = [
        tile._replace(args=other if isinstance(tile.args, str) else (other, *(tile.args or ())[1:]))
        for tile in again.tile
    ]
    again.load()
    again.info["grey"] = other == _GREY_BYTES
    file.seek(place)
    return again


def _sixteen_bits(high: Image.Image, low: Image.Image) -> Deep:
    if low.info.get("grey"):
        four = np.asarray(low).astype(np.uint16)
        return Deep(four[..., 0] << 8 | four[..., 1], None, four[..., 2].astype(np.uint8))
    values = np.asarray(high).astype(np.uint16) << 8 | np.asarray(low)
    opacity = np.asarray(high)[..., 3] if high.mode == "RGBA" else None
    return Deep(values[..., :3], None, opacity)


def _is_white_zero(picture: Image.Image) -> bool:
    """Whether the largest number is black, and Pillow, which turns bytes round, has not turned it round."""
    tags = getattr(picture, "tag_v2", None) or {}
    return tags.get(_PHOTOMETRIC) == 0 and picture.mode.startswith("I;16")


def _inverted(picture: Image.Image) -> Image.Image:
    """Return a picture of 12 or 16 bits with white for black."""
    tags: Any = getattr(picture, "tag_v2", {})
    white = _MOST_TWELVE if tags.get(258) == (12,) else 65535
    turned = Image.fromarray((white - np.asarray(picture).astype(np.int64)).clip(0).astype(np.uint16))
    turned.info.update(picture.info)
    turned.getexif().update(picture.getexif())
    return turned


def _declared(picture: Image.Image) -> Range | None:
    """Return the range that the form of a file lays down."""
    if picture.format == "PPM" and picture.mode != "F":
        return SIXTEEN_BITS  # Pillow has multiplied by what the header says
    tags = getattr(picture, "tag_v2", None)
    if tags is None:
        return None
    if tags.get(258) == (12,):
        return Range(0, _MOST_TWELVE)
    largest = tags.get(_MAX_SAMPLE, tags.get(_MAX_SAMPLE_SIGNED))
    largest = largest[0] if isinstance(largest, tuple) and largest else largest
    return Range(0, float(largest)) if isinstance(largest, int | float) and largest > 1 else None


def undeclared(raw: Raw) -> Numbers | None:
    """Return what numbers a picture holds that does not say their range; None for all others."""
    return numbers_of(raw.values) if isinstance(raw, Deep) and raw.range is None else None


def render(raw: Raw, rendering: Rendering) -> Image.Image:
    """Return a raw picture in mode ``L`` or ``RGB``."""
    picture = _in_bytes(raw, rendering)
    if picture.mode in ("L", "RGB"):
        return picture
    mode = "L" if picture.mode == "LA" else "RGB"
    picture = picture.convert("RGBA")
    sheet = Image.new("RGBA", picture.size, (rendering.ground,) * 3 + (255,))
    return Image.alpha_composite(sheet, picture).convert(mode)


def _in_bytes(raw: Raw, rendering: Rendering) -> Image.Image:
    """Return a raw picture of 8 bits a channel, its opacity beside it if it has one."""
    if isinstance(raw, Deep):
        range_ = rendering.deep if raw.range is None or rendering.override else raw.range
        picture = Image.fromarray(np.ascontiguousarray(to_bytes(raw.values, range_)))
        if raw.opacity is not None:
            picture.putalpha(Image.fromarray(np.ascontiguousarray(raw.opacity)))
        return picture
    if rendering.bytes == EIGHT_BITS:
        return raw
    table = to_bytes(np.arange(256), rendering.bytes).tolist()
    bands = raw.split()
    count = len(bands) - (raw.mode in ("LA", "RGBA"))
    bands = (*(band.point(table) for band in bands[:count]), *bands[count:])
    return Image.merge(raw.mode, bands)


def contrasts(raw: Raw, rendering: Rendering) -> tuple[float, ...] | None:
    """Return how well the ink of a picture is seen on each of ``GROUNDS``; None if nothing is clear.

    That is its mean distance from the ground in brightness, weighted with its opacity, of 255.
    """
    clear = raw.opacity is not None if isinstance(raw, Deep) else raw.mode in ("LA", "RGBA")
    if not clear:
        return None
    picture = _in_bytes(raw, rendering).convert("RGBA")
    step = math.isqrt(picture.width * picture.height // _ENOUGH)
    if step > 1:
        size = (max(1, picture.width // step), max(1, picture.height // step))
        picture = picture.resize(size, Image.Resampling.NEAREST)
    opacity = np.asarray(picture.getchannel("A"), np.float64)
    ink = opacity >= _CLEAR
    if (ink.all() and (opacity == 255).all()) or not ink.any():
        return None
    # The colours alone: convert("L") of a picture with opacity leaves the opacity out.
    level = np.asarray(picture.convert("L"), np.float64)[ink]
    weight = opacity[ink]
    return tuple(float(np.average(abs(level - ground), weights=weight)) for ground in GROUNDS)


def chosen_ground(seen: Sequence[tuple[float, ...]]) -> int:
    """Return the first ground on which the ink of all pictures is seen well, or else the best one.

    One ground serves all pictures of a data set; on two, the ground would tell the class.

    Args:
        seen: what ``contrasts`` says of each picture; at least one.
    """
    # The worst pictures count, but a hundredth of them may be blank.
    worst = np.quantile(np.asarray(seen), 0.01, axis=0)
    well = worst >= _SEEN
    return list(GROUNDS)[int(np.argmax(well if well.any() else worst))]
