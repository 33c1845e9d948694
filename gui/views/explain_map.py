"""One image or map of the Explain view: whole, unsmoothed pixels with a colour bar below."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PyQt5.QtCore import QEvent, QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PyQt5.QtWidgets import QSizePolicy, QWidget

from gui.style.theme import GRID, SMALL, Theme, font
from gui.widgets.qimages import colour_bar, from_colours

_BAR, _LEGEND = 3, 18
_STEPS = {Qt.Key_Left: (0, -1), Qt.Key_Right: (0, 1), Qt.Key_Up: (-1, 0), Qt.Key_Down: (1, 0)}


class ExplainMap(QWidget):
    """Answers the mouse and the arrow keys with the pixel that they point at."""

    pointed = pyqtSignal(object)
    """The ``(row, column)`` that is pointed at, or None."""

    def __init__(self, theme: Theme, name: str, *, legend: bool, parent: QWidget | None = None) -> None:
        """Make an empty map.

        Args:
            theme: the colours around it.
            name: what it is, for those who do not see it.
            legend: keep room for a colour bar.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self.place: tuple[int, int] | None = None
        self.note = ""
        self.texts = ("", "")
        self._theme = theme
        self._legend = _LEGEND if legend else 0
        self._colours: npt.NDArray[np.uint32] | None = None
        self._table: Sequence[int] = ()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)

    @property
    def colours(self) -> npt.NDArray[np.uint32] | None:
        """The pixels shown, ``0xffRRGGBB``, ``(H, W)``."""
        return self._colours

    def set_theme(self, theme: Theme) -> None:
        """Use other colours around the map."""
        self._theme = theme
        self.update()

    def show_colours(
        self,
        colours: npt.NDArray[np.uint32],
        table: Sequence[int] = (),
        texts: tuple[str, str] = ("", ""),
    ) -> None:
        """Show pixels ``(H, W)``, and below them the colours of the scale with the texts at its ends."""
        self._colours, self._table, self.texts, self.note = colours, table, texts, ""
        if self.place is not None:
            if self.place[0] >= colours.shape[0] or self.place[1] >= colours.shape[1]:
                self._point(None)
            else:
                self.pointed.emit(self.place)
        self.update()

    def show_note(self, text: str) -> None:
        """Show words instead of a map."""
        if self._colours is not None or text != self.note:
            self._colours, self.note = None, text
            self._point(None)
            self.update()

    def sizeHint(self) -> QSize:
        """Return a size that shows 28 pixels five times enlarged."""
        return QSize(140, 140 + self._legend)

    def minimumSizeHint(self) -> QSize:
        """Return a size at which a map can still be seen."""
        return QSize(64, 64 + self._legend)

    def picture(self) -> QRect:
        """Return where the pixels lie; each is a whole number of logical pixels wide."""
        if self._colours is None:
            return QRect()
        height, width = self._colours.shape
        zoom = max(1, min(self.width() // width, (self.height() - self._legend) // height))
        return QRect(0, 0, width * zoom, height * zoom)

    def place_at(self, position: QPoint) -> tuple[int, int] | None:
        """Return the row and column of the pixel at a position, if any."""
        rect = self.picture()
        if self._colours is None or not rect.contains(position):
            return None
        zoom = rect.width() // self._colours.shape[1]
        return position.y() // zoom, position.x() // zoom

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the pixel under the mouse."""
        self._point(self.place_at(event.pos()))

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        self._point(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Point at nothing."""
        super().focusOutEvent(event)
        self._point(None)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Point with the arrow keys, from the middle on."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or self._colours is None:
            super().keyPressEvent(event)
            return
        height, width = self._colours.shape
        row, column = self.place or (height // 2, width // 2)
        self._point((min(max(row + step[0], 0), height - 1), min(max(column + step[1], 0), width - 1)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pixels, the one that is pointed at, and the colour bar."""
        painter = QPainter(self)
        painter.setFont(font(SMALL))
        if self._colours is None:
            painter.setPen(QColor(self._theme.muted))
            room = self.rect().adjusted(0, 0, -GRID, 0)
            painter.drawText(room, int(Qt.AlignLeft | Qt.AlignTop | Qt.TextWordWrap), self.note)
            return
        _, width = self._colours.shape
        rect = self.picture()
        painter.drawImage(rect, from_colours(self._colours))
        if self.place is not None:
            self._paint_place(painter, rect.width() // width)
        elif self.hasFocus():
            painter.setPen(QColor(self._theme.accent))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        if self._table or any(self.texts):
            place = QRect(0, rect.bottom() + 3, rect.width(), _BAR)
            if self._table:
                painter.drawImage(place, colour_bar(self._table))
            painter.setPen(QColor(self._theme.muted))
            wide = rect.width() if self._table else self.width()
            line = QRect(0, rect.bottom() + 3 + _BAR, wide, _LEGEND - _BAR - 2)
            both = painter.fontMetrics().horizontalAdvance("".join(self.texts)) + GRID // 2
            if both <= line.width():  # otherwise one would be written over the other
                painter.drawText(line, int(Qt.AlignLeft | Qt.AlignVCenter), self.texts[0])
                painter.drawText(line, int(Qt.AlignRight | Qt.AlignVCenter), self.texts[1])

    def _paint_place(self, painter: QPainter, zoom: int) -> None:
        if self.place is None:
            return
        square = QRect(self.place[1] * zoom, self.place[0] * zoom, zoom - 1, zoom - 1)
        painter.setPen(Qt.black)
        painter.drawRect(square.adjusted(-1, -1, 1, 1))
        painter.setPen(Qt.white)
        painter.drawRect(square)

    def _point(self, place: tuple[int, int] | None) -> None:
        if place != self.place:
            self.place = place
            self.pointed.emit(place)
            self.update()
