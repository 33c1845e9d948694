"""The colour bar below a mosaic, with the values at its ends."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import QRectF, Qt
from PyQt5.QtGui import QColor, QImage, QPainter
from PyQt5.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.style.theme import SMALL, font
from gui.widgets.qimages import colour_bar

BAR = 3
HEIGHT = 18


class LegendItem(QGraphicsItem):
    """A thin bar in the colours of a scale; the texts at its ends say what they mean."""

    def __init__(self, width: float) -> None:
        """Make a legend ``width`` pixels wide, without texts."""
        super().__init__()
        self.texts = ("", "")
        self._width = width
        self._bar = QImage()
        self._colour = QColor()

    def set_colours(self, table: Sequence[int], text: str) -> None:
        """Use the colours ``table`` (256 of them, the last one left out) and ``text`` for the figures."""
        self._colour = QColor(text)
        self._bar = colour_bar(table)
        self.update()

    def set_texts(self, low: str, high: str) -> None:
        """Show other texts; nothing is painted if they are the same."""
        if (low, high) != self.texts:
            self.texts = (low, high)
            self.update()

    def boundingRect(self) -> QRectF:
        """Return the extent."""
        return QRectF(0, 0, self._width, HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the bar and the texts."""
        if not any(self.texts):
            return
        painter.drawImage(QRectF(0, 0, self._width, BAR), self._bar)
        painter.setPen(self._colour)
        painter.setFont(font(SMALL))
        line = QRectF(0, BAR + 1, self._width, HEIGHT - BAR - 1)
        painter.drawText(line, int(Qt.AlignLeft | Qt.AlignVCenter), self.texts[0])
        painter.drawText(line, int(Qt.AlignRight | Qt.AlignVCenter), self.texts[1])
