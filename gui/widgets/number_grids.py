"""A few small arrays of numbers side by side, as coloured squares with their figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PyQt5.QtCore import QEvent, QPointF, QRect, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PyQt5.QtWidgets import QSizePolicy, QWidget

from engine.look.colour import codes, figure, layer_scale
from engine.types import Array
from gui.style.theme import SMALL, Theme, font
from gui.widgets.mosaic import map_table, signed_table
from gui.widgets.plain import tooltip

_FIGURES_FROM = 30
"""Squares of at least this many pixels hold their number."""
_LARGEST = 44
_DIGIT = 6.2
"""Width of a digit in pixels."""
_CAPTION = 18
_SIGN = 20


@dataclass(frozen=True, eq=False)
class NumberGrid:
    """One of the arrays.

    Attributes:
        caption: stands above it.
        values: ``(h, w)``.
        sign: stands before it, for example ``×``.
        signed: zero has the colour in the middle.
    """

    caption: str
    values: Array
    sign: str = ""
    signed: bool = True


class NumberGrids(QWidget):
    """Arrays of the same shape; a cell can be pointed at and followed with mouse and keyboard.

    Attributes:
        cursor_cell: row and column that the keyboard is at.
    """

    pointed = pyqtSignal(object)
    """Row and column that are pointed at, or None."""
    followed = pyqtSignal(int, object)
    """The user wants to see the number in the grid of this number, at (row, column)."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        """Make an empty widget that is called ``name``."""
        super().__init__(parent)
        self._theme = theme
        self.grids: tuple[NumberGrid, ...] = ()
        self._shades: list[npt.NDArray[np.uint8]] = []
        self._inside: npt.NDArray[np.bool_] = np.zeros((0, 0), bool)
        self._chosen: tuple[int, int] | None = None
        self._pointed: tuple[int, int] | None = None
        self.cursor_cell = (0, 0)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.StrongFocus)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Fixed)
        self.setAccessibleName(name)
        self.setAccessibleDescription("Arrow keys choose a number, Enter shows where it comes from.")
        self.setToolTip(tooltip("Point at a number to read it; click it to see how it came about."))

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def show_grids(
        self,
        grids: Sequence[NumberGrid],
        inside: npt.NDArray[np.bool_],
        chosen: tuple[int, int] | None = None,
    ) -> None:
        """Show other arrays.

        Args:
            grids: all of one shape ``(H, W)``.
            inside: ``(H, W)``, False where there is only padding, which is struck out.
            chosen: a cell that gets a frame.
        """
        before = self.grids[0].values.shape if self.grids else ()
        self.grids, self._inside, self._chosen = tuple(grids), inside, chosen
        self._shades = [
            codes(
                grid.values[None],
                layer_scale(grid.values, signed=grid.signed),
                signed=grid.signed,
            )[0]
            for grid in grids
        ]
        if not grids or grids[0].values.shape != before:
            self.cursor_cell, self._pointed = (0, 0), None
            self.updateGeometry()
            self._fit()
        self.update()

    # --- where things are ---------------------------------------------------------------------------

    def _cell(self) -> int:
        """Return the side of a square in pixels."""
        if not self.grids:
            return 1
        height, width = (int(n) for n in self.grids[0].values.shape)
        count = len(self.grids)
        room = self.width() - _SIGN * (count - 1) - 2
        return max(2, min(room // max(1, count * width), _LARGEST, 260 // max(1, height)))

    def _corner(self, number: int) -> QPointF:
        width = self.grids[0].values.shape[1]
        return QPointF(1 + number * (width * self._cell() + _SIGN), _CAPTION)

    def _fit(self) -> None:
        height = self.grids[0].values.shape[0] if self.grids else 0
        self.setFixedHeight(_CAPTION + height * self._cell() + 3 if self.grids else 0)

    def cell_rect(self, number: int, cell: tuple[int, int]) -> QRect:
        """Return where the number at ``cell`` (row, column) of a grid is drawn."""
        corner, side = self._corner(number), self._cell()
        return QRect(int(corner.x()) + cell[1] * side, int(corner.y()) + cell[0] * side, side, side)

    def cell_at(self, position: QPointF) -> tuple[int, tuple[int, int]] | None:
        """Return the grid and the cell at a place of the widget."""
        if not self.grids:
            return None
        height, width = self.grids[0].values.shape
        side = self._cell()
        for number in range(len(self.grids)):
            place = position - self._corner(number)
            row, column = int(place.y() // side), int(place.x() // side)
            if 0 <= row < height and 0 <= column < width:
                return number, (row, column)
        return None

    def sizeHint(self) -> QSize:
        """Return a usual size."""
        return QSize(320, self.height())

    # --- mouse and keyboard ---------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take squares of another size."""
        self._fit()

    def _point(self, cell: tuple[int, int] | None) -> None:
        if cell != self._pointed:
            self._pointed = cell
            self.pointed.emit(cell)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at what is under the mouse."""
        found = self.cell_at(event.localPos())
        self.setCursor(Qt.PointingHandCursor if found is not None else Qt.ArrowCursor)
        self._point(found[1] if found is not None else None)

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing any more."""
        super().leaveEvent(event)
        self._point(None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Follow what was clicked."""
        found = self.cell_at(event.localPos())
        if event.button() == Qt.LeftButton and found is not None:
            self.cursor_cell = found[1]
            self.followed.emit(*found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the keyboard's frame; Enter follows the first grid, Shift and Enter the second."""
        moves: dict[int, tuple[int, int]] = {
            Qt.Key_Left: (0, -1),
            Qt.Key_Right: (0, 1),
            Qt.Key_Up: (-1, 0),
            Qt.Key_Down: (1, 0),
        }
        if self.grids and event.key() in moves:
            height, width = self.grids[0].values.shape
            row, column = (a + b for a, b in zip(self.cursor_cell, moves[event.key()], strict=True))
            self.cursor_cell = (min(max(row, 0), height - 1), min(max(column, 0), width - 1))
            self._point(self.cursor_cell)
            self.update()
        elif self.grids and event.key() in (Qt.Key_Return, Qt.Key_Enter):
            second = bool(event.modifiers() & Qt.ShiftModifier) and len(self.grids) > 1
            self.followed.emit(int(second), self.cursor_cell)
        else:
            super().keyPressEvent(event)

    # --- what is seen ---------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the squares, their numbers, the signs between them and the frames."""
        painter = QPainter(self)
        for number, grid in enumerate(self.grids):
            self._paint(painter, number, grid)

    def _paint(self, painter: QPainter, number: int, grid: NumberGrid) -> None:
        theme, side, corner = self._theme, self._cell(), self._corner(number)
        table = signed_table(theme) if grid.signed else map_table(theme)
        height, width = grid.values.shape
        painter.setFont(font(SMALL))
        painter.setPen(QColor(theme.muted))
        caption = QRect(int(corner.x()), 0, max(width * side + _SIGN, 40), _CAPTION - 2)
        painter.drawText(caption, int(Qt.AlignLeft | Qt.AlignVCenter), grid.caption)
        if grid.sign:
            middle = QRect(int(corner.x()) - _SIGN, int(corner.y()), _SIGN, height * side)
            painter.drawText(middle, Qt.AlignCenter, grid.sign)
        figures = side >= _FIGURES_FROM
        left, top = int(corner.x()), int(corner.y())
        for row in range(height):
            for column in range(width):
                square = QRect(left + column * side, top + row * side, side - 1, side - 1)
                colour = QColor(table[self._shades[number][row, column]])
                painter.fillRect(square, colour)
                if not self._inside[row, column]:
                    painter.fillRect(square, QColor(theme.panel))
                    painter.fillRect(square, QColor(theme.line) if side < 6 else Qt.transparent)
                    painter.setPen(QPen(QColor(theme.line), 1))
                    painter.drawLine(square.bottomLeft(), square.topRight())
                elif figures:
                    painter.setPen(Qt.black if colour.lightnessF() > 0.5 else Qt.white)
                    painter.drawText(square, Qt.AlignCenter, _written(float(grid.values[row, column]), side))
        cell = self._pointed or (self.cursor_cell if self.hasFocus() else None)
        for frame, tone in ((self._chosen, theme.best), (cell, theme.accent)):
            if frame is not None:
                painter.setPen(QPen(QColor(tone), 2))
                painter.setBrush(Qt.NoBrush)
                painter.drawRect(self.cell_rect(number, frame).adjusted(0, 0, -1, -1))


def _written(value: float, side: int) -> str:
    """Return a number in the digits that there is room for."""
    text = figure(value + 0.0)  # no minus before a zero
    return text if len(text) * _DIGIT <= side else figure(float(f"{value:.1g}") + 0.0)
