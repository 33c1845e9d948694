"""Layers side by side as mosaics, each on one scale from the first picture to the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.look.colour import EMPTY, Scale, codes, figure, layer_scale
from engine.look.mosaic import Fit, fit
from engine.look.tables import colour_map
from engine.publish.film.page import Box, Page, enlarged
from engine.types import Array, Bytes

MOST_LAYERS = 6
MOST_MAPS = 512
"""Maps of a layer that are shown; of more the first ones."""
_LARGEST = 64
_TITLE, _LEGEND, _GAP = 15, 12, 24


@dataclass(frozen=True)
class Shown:
    """A layer in a film.

    Attributes:
        title: what is written above.
        count: number of maps.
        tile: height and width of a map.
        block: maps that belong together.
        signed: zero is in the middle of the scale.
        colour: three maps together are one picture in red, green and blue.
    """

    title: str
    count: int
    tile: tuple[int, int]
    block: int = 1
    signed: bool = False
    colour: bool = False


class Ends:
    """The lowest and the highest value of a layer over all steps."""

    def __init__(self) -> None:
        self.low = self.high = 0.0

    def take(self, values: Array) -> None:
        """Take in ``values``; those that are not finite do not count."""
        finite = values[np.isfinite(values)]
        if finite.size:
            self.low, self.high = min(self.low, float(finite.min())), max(self.high, float(finite.max()))

    def scale(self, *, signed: bool) -> Scale:
        """Return one scale for all that was taken in, as the window chooses it."""
        return layer_scale(np.array([self.low, self.high]), signed=signed)


def places(page: Page, box: Box, layers: Sequence[Shown]) -> list[tuple[Box, Fit]]:
    """Return where the mosaic of each layer has room, and how it is arranged, all as large as possible."""
    above, below = page.letters(_TITLE) + page.px(8), page.letters(_LEGEND) + page.px(10)
    best: list[tuple[Box, Fit]] = []
    best_size: tuple[float, float] = (-1.0, -1.0)
    for down in range(1, len(layers) + 1):
        across = -(-len(layers) // down)
        cells = box.cells(across, down, page.px(_GAP))
        if across * (down - 1) >= len(layers):
            continue
        found = []
        for layer, cell in zip(layers, cells, strict=False):
            room = cell.inside(0, above, 0, below)
            pictures = layer.count // 3 if layer.colour else layer.count
            block = 1 if layer.colour else layer.block
            found.append(
                (room, fit(pictures, layer.tile, (room.width, room.height), block=block, most=_LARGEST))
            )
        shares = [_fills(room, made) for room, made in found]
        size = (min(shares), sum(shares))
        if size > best_size:
            best, best_size = found, size
    return best


def _fills(room: Box, made: Fit) -> float:
    """Return which share of its room a mosaic fills; less than nothing if it has none."""
    width, height = made.size
    share = width * height / (room.width * room.height)
    return share if width <= room.width and height <= room.height else -share


def draw_layer(page: Page, place: tuple[Box, Fit], layer: Shown, values: Array, scale: Scale) -> None:
    """Draw the maps of a layer, ``(K, h, w)``, its title above and its scale below."""
    room, made = place
    theme = page.theme
    height = made.size[1]
    page.text(
        (room.left, room.top - page.px(8)),
        page.shortened(layer.title, _TITLE, room.width, strong=True),
        _TITLE,
        anchor="ld",
        strong=True,
    )
    corner = (room.left, room.top)
    coded = codes(values.astype(np.float32), scale, signed=layer.signed)
    colours = theme.diverging if layer.signed else theme.sequential
    if layer.colour:
        page.pixels(corner, enlarged(_in_colour(coded, made, theme.panel), made.scale))
    else:
        page.mosaic(corner, made, coded, colours)
    top = room.top + min(height, room.height) + page.px(6)
    low, high = figure(scale.low), figure(scale.high)
    left = room.left + page.text_width(low, _LEGEND) + page.px(6)
    if layer.colour:
        page.text((room.left, top), f"{low} to {high}; grey is 0", _LEGEND, theme.muted)
        return
    page.text((room.left, top), low, _LEGEND, theme.muted)
    bar = Box(left, top + page.letters(_LEGEND) // 4, page.px(56), max(2, page.letters(_LEGEND) // 2))
    page.bar(bar, colour_map(colours))
    page.text((bar.right + page.px(6), top), high, _LEGEND, theme.muted)


def _in_colour(coded: Bytes, made: Fit, panel: str) -> Bytes:
    """Return kernels over red, green and blue as pixels ``(H, W, 3)``."""
    height, width = made.grid.shape
    tiles = coded.reshape(made.grid.count, 3, made.grid.height, made.grid.width)
    picture = np.stack([made.grid.arrange(tiles[:, channel]) for channel in range(3)], axis=-1)
    empty = made.grid.arrange(np.zeros_like(tiles[:, 0])) == EMPTY
    picture[empty] = tuple(bytes.fromhex(panel[1:]))
    result: Bytes = picture[: height - made.grid.gap, : width - made.grid.gap]
    return result
