"""What the pictures of a film are drawn on: text, rectangles, maps, and smooth lines and dots."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from engine.look.mosaic import Fit
from engine.look.tables import colour_table
from engine.look.theme import Theme
from engine.resources import RESOURCES
from engine.types import Bytes

_FINE = 3
"""Smooth lines are drawn so many times as large."""
_USUAL = (960, 540)
"""The size at which text has the size that it is asked in."""
_SMALLEST = 8


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column beside it."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.top + self.height

    def inside(self, left: int, top: int, right: int, bottom: int) -> Box:
        """Return what is left of it inside margins of so many pixels."""
        width, height = max(1, self.width - left - right), max(1, self.height - top - bottom)
        return Box(self.left + left, self.top + top, width, height)

    def cells(self, across: int, down: int, gap: int) -> list[Box]:
        """Cut it into equal cells, row by row."""
        width, height = (self.width - gap * (across - 1)) // across, (self.height - gap * (down - 1)) // down
        return [
            Box(self.left + x * (width + gap), self.top + y * (height + gap), max(1, width), max(1, height))
            for y in range(down)
            for x in range(across)
        ]


class Page:
    """One picture of a film.

    Attributes:
        image: its pixels.
        theme: its colours.
        unit: pixels that one pixel of a film of the usual size is here.
    """

    def __init__(self, size: tuple[int, int], theme: Theme) -> None:
        """Make an empty page."""
        self.theme = theme
        self.unit = min(side / usual for side, usual in zip(size, _USUAL, strict=True))
        self.image = Image.new("RGB", size, theme.panel)
        self._draw = ImageDraw.Draw(self.image)

    @property
    def whole(self) -> Box:
        """All of it."""
        return Box(0, 0, *self.image.size)

    def px(self, length: float) -> int:
        """Return a length of the usual size in pixels of this one, at least 1."""
        return max(1, round(length * self.unit))

    def letters(self, size: float) -> int:
        """Return the height of letters of the usual ``size``, in pixels."""
        return max(_SMALLEST, round(size * self.unit))

    def text_width(self, text: str, size: float, *, strong: bool = False) -> int:
        """Return how wide ``text`` is, in pixels."""
        return int(_font(self.letters(size), strong).getlength(text)) + 1

    def text(
        self,
        place: tuple[float, float],
        text: str,
        size: float,
        colour: str = "",
        anchor: str = "la",
        *,
        strong: bool = False,
    ) -> None:
        """Write ``text``.

        Args:
            place: x and y of its anchor.
            text: the words.
            size: height of the letters at the usual size of a film.
            colour: ``#rrggbb``; empty for that of text.
            anchor: which point of the text is there, as Pillow names it.
            strong: whether it is set in a heavier type.
        """
        font = _font(self.letters(size), strong)
        self._draw.text(place, text, fill=colour or self.theme.text, font=font, anchor=anchor)

    def shortened(self, text: str, size: float, width: int, *, strong: bool = False) -> str:
        """Return ``text``, or as much of its beginning as has room in ``width`` pixels."""
        if self.text_width(text, size, strong=strong) <= width:
            return text
        while text and self.text_width(text + "\N{HORIZONTAL ELLIPSIS}", size, strong=strong) > width:
            text = text[:-1]
        return text.rstrip() + "\N{HORIZONTAL ELLIPSIS}" if text else ""

    def upright(self, place: tuple[int, int], text: str, size: float, colour: str) -> None:
        """Write ``text`` that runs upwards; ``place`` is the middle of its lower end."""
        font = _font(self.letters(size), False)
        height = sum(font.getmetrics())
        mask = Image.new("L", (self.text_width(text, size), height))
        ImageDraw.Draw(mask).text((0, 0), text, fill=255, font=font)
        turned = mask.transpose(Image.Transpose.ROTATE_90)
        self.image.paste(
            ImageColor.getrgb(colour), (place[0] - height // 2, place[1] - turned.height), turned
        )

    def fill(self, box: Box, colour: str | tuple[int, ...]) -> None:
        """Fill a rectangle."""
        if box.width > 0 and box.height > 0:
            self._draw.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), fill=colour)

    def pixels(self, place: tuple[int, int], pixels: Bytes) -> None:
        """Show pixels ``(H, W, 3)``, their left upper corner at ``place``."""
        self.image.paste(Image.fromarray(np.ascontiguousarray(pixels)), place)

    def mosaic(self, place: tuple[int, int], fit: Fit, codes: Bytes, colours: str) -> None:
        """Show maps of colour codes ``(K, h, w)`` as ``fit`` arranges them, in the colour map ``colours``."""
        height, width = fit.grid.shape
        picture = fit.grid.arrange(codes)[: height - fit.grid.gap, : width - fit.grid.gap]
        self.pixels(place, enlarged(colour_table(colours, self.theme.panel)[picture], fit.scale))

    def smooth(self, box: Box, draw: Callable[[Any, float], object]) -> None:
        """Let ``draw`` draw in ``box`` with smooth edges.

        It is given what Pillow draws with, and how many times as large everything is to be drawn; its places
        count from the left upper corner of the box.
        """
        corners = (box.left, box.top, box.right, box.bottom)
        large = self.image.crop(corners).resize(
            (box.width * _FINE, box.height * _FINE), Image.Resampling.NEAREST
        )
        draw(ImageDraw.Draw(large, "RGBA"), float(_FINE))
        self.image.paste(large.reduce(_FINE), corners[:2])

    def bar(self, box: Box, colours: Bytes) -> None:
        """Show a row of colours ``(K, 3)`` from left to right."""
        row = Image.fromarray(np.ascontiguousarray(colours[None])).resize((box.width, box.height))
        self.image.paste(row, (box.left, box.top))


def enlarged(pixels: Bytes, times: int) -> Bytes:
    """Return pixels ``(H, W, ...)`` with each as a square of ``times`` pixels."""
    return pixels.repeat(times, 0).repeat(times, 1)


def mixed(low: str, high: str, part: float) -> tuple[int, ...]:
    """Return the colour that lies ``part`` of the way from ``low`` to ``high``."""
    pairs: Iterable[tuple[int, int]] = zip(ImageColor.getrgb(low), ImageColor.getrgb(high), strict=True)
    return tuple(round(a + (b - a) * part) for a, b in pairs)


@lru_cache(maxsize=32)
def _font(pixels: int, strong: bool) -> Any:
    name = "Roboto-Medium.ttf" if strong else "Roboto-Regular.ttf"
    return ImageFont.truetype(str(RESOURCES / "fonts" / name), pixels)
