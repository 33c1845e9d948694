"""The loss around the weights as a picture, with the path of the run."""

from __future__ import annotations

import numpy as np
from PyQt5.QtCore import QPointF, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt5.QtWidgets import QSizePolicy, QWidget

from engine.formatting import grouped
from engine.look.colour import figure
from engine.look.tables import colour_map
from engine.maps.landscape import Landscape
from gui.presenters.maps import landscape_words
from gui.style.theme import SMALL, Theme, font
from gui.widgets.qimages import from_pixels

_RIGHT, _EDGE = 92, 8


class LandscapePicture(QWidget):
    """Colours are on a logarithmic scale; the ring is where the weights are."""

    pointed = pyqtSignal(str)
    """What is under the mouse, in words; empty for nothing."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty picture."""
        super().__init__(parent)
        self._theme = theme
        self.found: Landscape | None = None
        self._picture = QImage()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)
        self.setAccessibleName("Loss around the weights")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.show_landscape(self.found)

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which something can be seen."""
        return QSize(160, 80)

    def show_landscape(self, found: Landscape | None) -> None:
        """Show another landscape."""
        self.found = found
        if found is not None:
            table = colour_map(self._theme.sequential, 256)
            codes = np.round(255 * self._shares()).astype(int)
            pixels = np.ascontiguousarray(table[codes.T[::-1]])
            self._picture = from_pixels(pixels)
        self.update()

    def _shares(self) -> np.ndarray:
        """Return how high each place lies, 0 to 1, on a logarithmic scale."""
        assert self.found is not None  # noqa: S101 - for the type checker
        low, high = self._ends()
        heights = np.log(np.clip(np.nan_to_num(self.found.loss, posinf=high), low, high))
        spread = np.log(high) - np.log(low)
        shares: np.ndarray = (heights - np.log(low)) / (spread or 1.0)
        return shares

    def _ends(self) -> tuple[float, float]:
        assert self.found is not None  # noqa: S101 - for the type checker
        finite = self.found.loss[np.isfinite(self.found.loss)]
        if not len(finite):
            return 1.0, 10.0
        low = max(float(finite.min()), 1e-6)
        return low, min(float(finite.max()), 1e4 * low) if finite.max() > low else 2 * low

    def area(self) -> QRectF:
        """Return where the picture lies."""
        side = max(20.0, min(self.width() - _RIGHT - 2 * _EDGE, self.height() - 2 * _EDGE))
        return QRectF(_EDGE, _EDGE, side, side)

    def _place(self, a: float, b: float) -> QPointF:
        assert self.found is not None  # noqa: S101 - for the type checker
        area, plane = self.area(), self.found.plane
        x = (a - plane.low[0]) / (plane.high[0] - plane.low[0])
        y = (b - plane.low[1]) / (plane.high[1] - plane.low[1])
        return QPointF(area.left() + x * area.width(), area.bottom() - y * area.height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what the loss is under the mouse."""
        area = self.area()
        if self.found is None or not area.contains(QPointF(event.pos())):
            self.pointed.emit("")
            return
        size = len(self.found.a)
        row = min(size - 1, int(size * (event.pos().x() - area.left()) / area.width()))
        column = min(size - 1, int(size * (area.bottom() - event.pos().y()) / area.height()))
        self.pointed.emit(landscape_words(self.found, row, max(0, column)))

    def leaveEvent(self, event: object) -> None:
        """Say nothing any more."""
        self.pointed.emit("")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, its scale, the path and the place of the weights."""
        painter = QPainter(self)
        theme = self._theme
        painter.fillRect(self.rect(), QColor(theme.panel))
        if self.found is None:
            return
        area = self.area()
        painter.setRenderHint(QPainter.SmoothPixmapTransform)
        painter.drawImage(area, self._picture)
        self._paint_scale(painter, area)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setFont(font(SMALL, strong=True))
        path, steps = self.found.plane.path, self.found.plane.steps
        points = [self._place(float(a), float(b)) for a, b in path]
        for colour, width in ((Qt.black, 3.5), (Qt.white, 1.6)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawPolyline(QPolygonF(points))
        painter.setPen(QPen(QColor(Qt.white), 5, Qt.SolidLine, Qt.RoundCap))
        painter.drawPoints(QPolygonF(points))
        if points:
            self._write(painter, points[0], f"step {grouped(steps[0])}")
            self._write(painter, points[-1], f"step {grouped(steps[-1])}")
        painter.setBrush(Qt.NoBrush)
        for colour, width in ((Qt.black, 4.0), (Qt.white, 2.0)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawEllipse(self._place(0, 0), 6, 6)

    def _write(self, painter: QPainter, at: QPointF, text: str) -> None:
        place = QRectF(at.x() + 8, at.y() - 8, 110, 16)
        if place.right() > self.area().right():
            place.moveRight(at.x() - 8)
        side = int((Qt.AlignLeft if place.left() > at.x() else Qt.AlignRight) | Qt.AlignVCenter)
        painter.setPen(QColor(Qt.black))
        painter.drawText(place.translated(1, 1), side, text)
        painter.setPen(QColor(Qt.white))
        painter.drawText(place, side, text)

    def _paint_scale(self, painter: QPainter, area: QRectF) -> None:
        low, high = self._ends()
        table = colour_map(self._theme.sequential, 64)
        bar = QRectF(area.right() + 12, area.top() + 18, 12, max(20.0, area.height() - 24))
        for number, colour in enumerate(table.tolist()):
            top = bar.bottom() - (number + 1) * bar.height() / 64
            painter.fillRect(QRectF(bar.left(), top, 12, bar.height() / 64 + 1), QColor(*colour))
        painter.setFont(font(SMALL))
        painter.setPen(QColor(self._theme.muted))
        painter.drawText(QRect(int(bar.left()), int(area.top()), 70, 15), int(Qt.AlignLeft), "loss")
        for share in (0.0, 0.5, 1.0):
            value = float(np.exp(np.log(low) + share * (np.log(high) - np.log(low))))
            y = bar.bottom() - share * bar.height()
            place = QRectF(bar.right() + 6, y - 7, 60, 14)
            painter.drawText(place, int(Qt.AlignLeft | Qt.AlignVCenter), figure(value))
