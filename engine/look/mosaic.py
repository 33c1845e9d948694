"""Many small maps in one picture: where each lies, and which one lies under a point."""

from __future__ import annotations

import math

import numpy as np

from engine.look.colour import EMPTY
from engine.records import dataclass
from engine.types import Array, Bytes


@dataclass(frozen=True)
class Cell:
    """One value in a mosaic: the map it belongs to, and its place there."""

    index: int
    row: int
    column: int


@dataclass(frozen=True)
class Grid:
    """Maps of one size, side by side in reading order.

    Attributes:
        count: number of maps.
        height: rows of one map.
        width: columns of one map.
        across: maps in one row of the mosaic.
        gap: empty pixels to the right of and below each map.
    """

    count: int
    height: int
    width: int
    across: int
    gap: int = 1

    @property
    def down(self) -> int:
        """Number of rows of maps."""
        return -(-self.count // self.across)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the mosaic in pixels, gaps included."""
        return self.down * (self.height + self.gap), self.across * (self.width + self.gap)

    def origin(self, index: int) -> tuple[int, int]:
        """Return the top row and the left column of the map ``index``."""
        down, across = divmod(index, self.across)
        return down * (self.height + self.gap), across * (self.width + self.gap)

    def locate(self, y: float, x: float) -> Cell | None:
        """Return what lies at row ``y`` and column ``x`` of the mosaic; None in a gap or outside."""
        if x < 0 or y < 0:
            return None
        down, row = divmod(int(y), self.height + self.gap)
        across, column = divmod(int(x), self.width + self.gap)
        index = down * self.across + across
        if row >= self.height or column >= self.width or across >= self.across or index >= self.count:
            return None
        return Cell(index, row, column)

    def arrange(self, tiles: Bytes) -> Bytes:
        """Return the mosaic, uint8 of ``shape``, of maps ``(K, h, w)``; ``EMPTY`` between them."""
        picture = np.full(self.shape, EMPTY, np.uint8)
        places: Bytes = picture.reshape(self.down, self.height + self.gap, self.across, self.width + self.gap)
        places = places[:, : self.height, :, : self.width].transpose(0, 2, 1, 3)
        whole, rest = divmod(self.count, self.across)
        places[:whole] = tiles[: whole * self.across].reshape(whole, self.across, self.height, self.width)
        if rest:
            places[whole, :rest] = tiles[whole * self.across :]
        return picture


@dataclass(frozen=True)
class Fit:
    """A mosaic and how many screen pixels one of its pixels is wide."""

    grid: Grid
    scale: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height on the screen, without the last gap."""
        height, width = self.grid.shape
        gap = self.grid.gap
        return (width - gap) * self.scale, (height - gap) * self.scale


def fit(
    count: int,
    tile: tuple[int, int],
    room: tuple[int, int],
    *,
    block: int = 1,
    gap: int = 1,
    most: int = 8,
    slim: float = 2.0,
) -> Fit:
    """Arrange maps as large as possible, by a whole number, in the room there is.

    Args:
        count: number of maps.
        tile: height and width of one map.
        room: width and height on the screen. The height is kept while one map fits; the width
            is exceeded if even unmagnified maps need more.
        block: a row of the mosaic holds a multiple of this many maps (the input channels of a
            filter, say).
        gap: pixels between maps.
        most: highest magnification.
        slim: how many times as high as wide the mosaic may be, if there is room to make it wider.
    """
    wide, high = room
    height, width = tile
    blocks = max(1, -(-count // block))
    for scale in range(max(1, most), 0, -1):
        down = (high // scale + gap) // (height + gap)
        if down < 1 and scale > 1:
            continue
        across = -(-blocks // max(1, down))
        fits = (wide // scale + gap) // (block * (width + gap))
        if scale == 1 or across <= fits:
            stout = math.ceil(math.sqrt(blocks * height / (slim * block * width)))
            across = min(blocks, max(across, min(stout, fits)))
            # A full last row looks tidier, if it takes no more than a third more columns.
            wider = range(across, min(fits, -(-4 * across // 3)) + 1)
            across = next((columns for columns in wider if blocks % columns == 0), across)
            return Fit(Grid(count, height, width, across * block, gap), scale)
    raise AssertionError("unreachable: scale 1 always returns")


def values_at(tiles: Array, cell: Cell) -> Array:
    """Return the values of ``tiles``, ``(K, h, w)`` or ``(K, C, h, w)``, at ``cell``, one per channel."""
    values: Array = np.atleast_1d(tiles[cell.index, ..., cell.row, cell.column])
    return values
