"""A single kernel or feature map, as large as its place allows."""

from __future__ import annotations

from PyQt5.QtCore import QRect, Qt
from PyQt5.QtGui import QColor, QImage, QPainter, QPaintEvent
from PyQt5.QtWidgets import QWidget

from engine.types import Array
from gui.style.theme import SMALL, font

SIDE = 296
_FIGURES_FROM = 36
"""Squares of at least this many pixels hold their value."""
_LARGEST = 72


class MapView(QWidget):
    """Squares of whole screen pixels; their values are written in them where they fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty view of a fixed size."""
        super().__init__(parent)
        self._values: Array | None = None
        self._picture = QImage()
        self.setFixedSize(SIDE, SIDE)

    def show_map(self, values: Array, picture: QImage) -> None:
        """Show ``values``, ``(h, w)`` or in colour ``(3, h, w)``, as the pixels of ``picture``."""
        self._values, self._picture = values, picture
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the squares and, if they are large enough, the figures."""
        if self._values is None:
            return
        height, width = self._values.shape[-2:]
        scale = max(1, min(self.width() // width, self.height() // height, _LARGEST))
        painter = QPainter(self)
        painter.drawImage(QRect(0, 0, width * scale, height * scale), self._picture)
        if scale < _FIGURES_FROM or self._values.ndim > 2:
            return
        painter.setFont(font(SMALL))
        for row in range(height):
            for column in range(width):
                shade = QColor(self._picture.pixel(column, row))
                painter.setPen(Qt.black if shade.lightnessF() > 0.5 else Qt.white)
                square = QRect(column * scale, row * scale, scale, scale)
                painter.drawText(square, Qt.AlignCenter, f"{self._values[row, column]:.2f}".replace("-", "−"))
