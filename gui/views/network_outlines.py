"""The outlines of a receptive field in the picture of the network, and the keys between its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

import numpy as np
from PyQt5.QtCore import QRectF, Qt
from PyQt5.QtGui import QColor, QPainter, QPainterPath, QPen
from PyQt5.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from engine.look.mosaic import Cell
from engine.records import dataclass
from engine.types import Shape
from gui.style.theme import Theme
from gui.views.network_items import PartItems
from gui.views.network_plan import INPUT, Part

if TYPE_CHECKING:
    from engine.arithmetic.passes import Weight
    from engine.arithmetic.region import Region
    from engine.model.spec import NetworkSpec

STEPS: dict[int, tuple[int, int, int]] = {
    Qt.Key_Left: (0, 0, -1),
    Qt.Key_Right: (0, 0, 1),
    Qt.Key_Up: (0, -1, 0),
    Qt.Key_Down: (0, 1, 0),
    Qt.Key_PageUp: (-1, 0, 0),
    Qt.Key_PageDown: (1, 0, 0),
}
"""Maps, rows and columns that a key goes on from the value that is inspected."""


LAYERS: dict[int, int] = {Qt.Key_Left: -1, Qt.Key_Right: 1}
"""Layers that a key goes on with Ctrl."""


@dataclass(frozen=True)
class Marks:
    """What is outlined in the picture of the network.

    Attributes:
        fields: the receptive field in each layer by its number, ``INPUT`` for the image.
        layer: the layer of the value itself; None if the picture does not show it.
        kept: whether the value stays when the mouse goes elsewhere.
    """

    fields: Mapping[int, Region] = field(default_factory=dict)
    layer: int | None = None
    kept: bool = False


def flat_index(part: Part, cell: Cell) -> int:
    """Return the number of the value at a cell, counted through all maps of its layer."""
    grid = part.fit.grid
    return (cell.index * grid.height + cell.row) * grid.width + cell.column


def weight_at(spec: NetworkSpec, part: Part, cell: Cell) -> Weight:
    """Return the weight that is drawn at a cell of kernels; of a kernel in colour the one for red."""
    from engine.arithmetic.passes import Weight  # the inspector, for which it is, has loaded it

    layer = spec.layers[part.layer]
    shape = layer.param_shapes((spec.in_shape, *spec.shapes())[part.layer])[layer.kernels]
    if part.colour:
        return Weight(part.layer, layer.kernels, (cell.index, 0, cell.row, cell.column))
    index = np.unravel_index(flat_index(part, cell), shape)
    return Weight(part.layer, layer.kernels, tuple(int(i) for i in index))


class Outlines(QGraphicsItem):
    """Rectangles round parts of mosaics."""

    def __init__(self, theme: Theme) -> None:
        """Outline nothing yet."""
        super().__init__()
        self.setZValue(1)
        self._theme = theme
        self._kept = False
        self._field, self._value = QPainterPath(), QPainterPath()

    def show_marks(self, marks: Marks, items: Sequence[PartItems], spec: NetworkSpec) -> None:
        """Outline other values of the mosaics ``items``."""
        self.prepareGeometryChange()
        self._field, self._value, self._kept = QPainterPath(), QPainterPath(), marks.kept
        shapes = (spec.in_shape, *spec.shapes())
        for item in items:
            part = item.part
            if part.kernels or part.layer not in marks.fields:
                continue
            path = self._value if part.layer == marks.layer else self._field
            for rect in _rects(item, marks.fields[part.layer], shapes[part.layer + 1]):
                path.addRect(rect)
        self.update()

    @property
    def rects(self) -> int:
        """How many rectangles are drawn."""
        return (self._field.elementCount() + self._value.elementCount()) // 5

    def boundingRect(self) -> QRectF:
        """Return what the rectangles cover."""
        both = self._field.boundingRect().united(self._value.boundingRect())
        return both.adjusted(-3, -3, 3, 3)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw a dark line under each light one, so that they are seen on any colour."""
        inner = self._theme.best if self._kept else self._theme.accent
        for path, colour, width in ((self._field, self._theme.accent, 1.2), (self._value, inner, 2.0)):
            painter.setPen(QPen(QColor(0, 0, 0, 150), width + 1.6))
            painter.drawPath(path)
            painter.setPen(QPen(QColor(colour), width))
            painter.drawPath(path)


def _rects(item: PartItems, region: Region, shape: Shape) -> list[QRectF]:
    """Return the rectangles round ``region`` of a layer of ``shape``: one in each of its maps."""
    grid = item.part.fit.grid
    if len(shape) == 3 and (item.part.layer != INPUT or shape[0] == grid.count):
        tiles = [(channel, region.rows, region.columns) for channel in region.channels]
    elif len(shape) == 3:  # a colour image is one picture
        tiles = [(0, region.rows, region.columns)]
    elif len(region.channels) == shape[0]:
        return [item.rect]
    else:
        index, row, column = np.unravel_index(region.channels[0], (grid.count, grid.height, grid.width))
        tiles = [(int(index), range(row, row + 1), range(column, column + 1))]
    return [_rect(item, *tile) for tile in tiles if tile[1] and tile[2]]


def _rect(item: PartItems, index: int, rows: range, columns: range) -> QRectF:
    whole, grid = item.mosaic.tile_rect(index), item.part.fit.grid
    down, across = whole.height() / grid.height, whole.width() / grid.width
    left, top = whole.left() + columns.start * across, whole.top() + rows.start * down
    return QRectF(left, top, len(columns) * across, len(rows) * down)
