"""A mosaic of maps on the screen: one image item however many maps it holds."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PyQt5.QtCore import QPointF, QRectF
from PyQt5.QtGui import QColor, QImage, QPainter, qRgb
from PyQt5.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from engine.look import tables
from engine.look.colour import EMPTY, Scale, codes, layer_scale
from engine.look.mosaic import Cell, Fit
from engine.types import Array, Bytes
from gui.style.theme import Theme
from gui.widgets.qimages import from_pixels, lent


@lru_cache(maxsize=16)
def colour_table(name: str, empty: str) -> tuple[int, ...]:
    """Return 256 colours: a map's for codes 0 to ``TOP``, and ``empty`` for pixels without a value.

    Args:
        name: of a colour map, as ``engine.look.tables`` knows them.
        empty: ``#rrggbb``.
    """
    return tuple(qRgb(*colour) for colour in tables.colour_table(name, empty).tolist())


def signed_table(theme: Theme) -> tuple[int, ...]:
    """Return the colours of values about zero."""
    return colour_table(theme.diverging, theme.panel)


def map_table(theme: Theme) -> tuple[int, ...]:
    """Return the colours of feature maps."""
    return colour_table(theme.sequential, theme.panel)


class MosaicItem(QGraphicsItem):
    """Maps of one size side by side, each value a square of whole screen pixels.

    Attributes:
        fit: arrangement and magnification.
        tiles: the values shown, ``(K, h, w)`` or in colour ``(K, 3, h, w)``, or None.
        scale_shown: the common scale, or None if each map has its own.
        image: the pixels: numbers of colours ``(H, W)``, or colours ``(H, W, 3)``.
    """

    def __init__(self, fit: Fit) -> None:
        """Make an empty mosaic; ``set_table`` and ``show_tiles`` fill it."""
        super().__init__()
        self.fit = fit
        self.tiles: Array | None = None
        self.scale_shown: Scale | None = None
        self.image: Bytes | None = None
        self._picture = QImage()
        self._table: tuple[int, ...] = ()
        self.setScale(fit.scale)

    def set_table(self, table: tuple[int, ...]) -> None:
        """Use these 256 colours."""
        self._table = table
        if self.image is not None:
            self._draw(self.image)

    def show_tiles(self, tiles: Array, *, signed: bool, own: bool) -> None:
        """Show values ``(K, h, w)``.

        Args:
            tiles: the values.
            signed: the colour in the middle of the table is zero.
            own: each map is on its own scale.
        """
        self.tiles = tiles
        self.scale_shown = None if own else layer_scale(tiles, signed=signed)
        coded = codes(tiles, self.scale_shown, signed=signed)
        self._draw(self.fit.grid.arrange(coded))

    def show_kernels(self, tiles: Array, *, own: bool) -> None:
        """Show kernels over red, green and blue, ``(K, 3, h, w)``, in their colours; grey is zero."""
        self.tiles = tiles
        count, _, height, width = tiles.shape
        self.scale_shown = None if own else layer_scale(tiles, signed=True)
        coded = codes(tiles.reshape(count, 3 * height, width), self.scale_shown, signed=True)
        coded = coded.reshape(tiles.shape)
        picture = np.stack([self.fit.grid.arrange(coded[:, channel]) for channel in range(3)], axis=-1)
        between = self.fit.grid.arrange(np.zeros((count, height, width), np.uint8)) == EMPTY
        picture[between] = QColor(self._table[EMPTY]).getRgb()[:3]
        self._draw(picture)

    def show_picture(self, image: Bytes) -> None:
        """Show an image ``(C, H, W)``: three channels in colour, others side by side."""
        self.tiles = image.astype(np.float32)
        self.scale_shown = Scale(0.0, 255.0)
        if image.shape[0] == 3:
            self._draw(np.ascontiguousarray(image.transpose(1, 2, 0)))
        else:
            self._draw(self.fit.grid.arrange(codes(self.tiles, self.scale_shown, signed=False)))

    def cell_at(self, position: QPointF) -> Cell | None:
        """Return what lies at a place of the scene."""
        local = self.mapFromScene(position)
        return self.fit.grid.locate(local.y(), local.x())

    def tile_rect(self, index: int) -> QRectF:
        """Return where the map ``index`` lies in the scene."""
        top, left = self.fit.grid.origin(index)
        rect = QRectF(left, top, self.fit.grid.width, self.fit.grid.height)
        return QRectF(self.mapRectToScene(rect))

    def tile_picture(self, index: int) -> QImage:
        """Return the map ``index`` as a picture, one pixel a value."""
        top, left = self.fit.grid.origin(index)
        return self._picture.copy(left, top, self.fit.grid.width, self.fit.grid.height)

    def boundingRect(self) -> QRectF:
        """Return the mosaic's own extent, also before it is filled."""
        height, width = self.fit.grid.shape
        return QRectF(0, 0, width, height)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the mosaic."""
        if not self._picture.isNull():
            painter.drawImage(self.boundingRect(), self._picture)

    def _draw(self, pixels: Bytes) -> None:
        """Show other pixels; numbers of colours are lent to Qt, so ``image`` keeps them."""
        self.image = pixels
        self._picture = lent(pixels, self._table) if pixels.ndim == 2 else from_pixels(pixels)
        self.update()
