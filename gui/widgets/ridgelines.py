"""Histograms at one step below the other, and figures of layers over the steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PyQt5.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt5.QtWidgets import QSizePolicy, QWidget

from engine.formatting import grouped
from engine.look.colour import figure
from gui.presenters.health import Quantity, Ridge, Values, figure_words
from gui.style.theme import SMALL, Theme, font

_LEFT, _BOTTOM, _RIGHT = 60, 20, 8
_OVERLAP = 2.2
"""How many rows a ridge may reach up."""


class _Plot(QWidget):
    """What both share: a calm area with words under the mouse."""

    pointed = pyqtSignal(str)
    """What is under the mouse, in words; empty for nothing."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setMouseTracking(True)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(360, 240)

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which it can be read."""
        return QSize(140, 48)

    def leaveEvent(self, event: object) -> None:
        """Say nothing any more."""
        self.pointed.emit("")

    def area(self, right: int = _RIGHT) -> QRectF:
        """Return where it is drawn."""
        return QRectF(_LEFT, 6, max(20, self.width() - _LEFT - right), max(20, self.height() - _BOTTOM - 8))

    def _begin(self, event: QPaintEvent) -> QPainter:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.panel))
        painter.setFont(font(SMALL))
        return painter


class Ridgelines(_Plot):
    """One histogram a step, the oldest on top; each is as high as its own highest bar."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty stack."""
        super().__init__(theme, "Histograms over the steps", parent)
        self.ridges: list[Ridge] = []
        self.ends = (0.0, 1.0)

    def show_ridges(self, ridges: list[Ridge], ends: tuple[float, float]) -> None:
        """Show other histograms, on an axis from ``ends[0]`` to ``ends[1]``."""
        self.ridges, self.ends = ridges, ends
        self.update()

    def _base(self, area: QRectF, row: int) -> float:
        """Return the height of the line on which a ridge stands."""
        return area.top() + (row + _OVERLAP) * area.height() / (len(self.ridges) - 1 + _OVERLAP)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say which step and which value is under the mouse."""
        area = self.area()
        if not self.ridges or not area.contains(QPointF(event.pos())):
            self.pointed.emit("")
            return
        row = min(
            range(len(self.ridges)), key=lambda index: abs(self._base(area, index) - 4 - event.pos().y())
        )
        low, high = self.ends
        value = low + (high - low) * (event.pos().x() - area.left()) / area.width()
        self.pointed.emit(f"Step {grouped(self.ridges[row].step)}, value {figure(value)}")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ridges from the oldest to the newest, which stands in front."""
        painter, theme, area = self._begin(event), self._theme, self.area()
        if not self.ridges:
            return
        low, high = self.ends
        scale = area.width() / (high - low)
        row_height = area.height() / (len(self.ridges) - 1 + _OVERLAP)
        painter.setPen(QColor(theme.muted))
        for value, side in ((low, Qt.AlignLeft), ((low + high) / 2, Qt.AlignHCenter), (high, Qt.AlignRight)):
            tick = area.left() + (value - low) * scale
            left = {Qt.AlignLeft: tick, Qt.AlignHCenter: tick - 40, Qt.AlignRight: tick - 80}[side]
            painter.drawText(QRectF(left, area.bottom() + 3, 80, 14), int(side), figure(float(value)))
        if low < 0 < high:
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.drawLine(
                QPointF(area.left() - low * scale, area.top()),
                QPointF(area.left() - low * scale, area.bottom()),
            )
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setClipRect(QRectF(0, 0, self.width(), self.height()))
        every = max(1, round(14 / row_height))
        for row, ridge in enumerate(self.ridges):
            base = self._base(area, row)
            shown = (ridge.x >= low) & (ridge.x <= high)
            x = area.left() + (ridge.x[shown] - low) * scale
            y = base - ridge.height[shown] * row_height * _OVERLAP
            if len(x):
                edge = [QPointF(*pair) for pair in zip(x, y, strict=True)]
                share = (row + 1) / len(self.ridges)
                colour = QColor(theme.accent)
                colour.setAlphaF(0.18 + 0.5 * share)
                painter.setBrush(colour)
                painter.setPen(QPen(QColor(theme.panel), 1))
                ends = [QPointF(x[0], base)], [QPointF(x[-1], base)]
                painter.drawPolygon(QPolygonF([*ends[0], *edge, *ends[1]]))
            if (len(self.ridges) - 1 - row) % every == 0:
                painter.setPen(QColor(theme.muted))
                painter.drawText(
                    QRectF(0, base - 12, _LEFT - 6, 14),
                    int(Qt.AlignRight | Qt.AlignBottom),
                    grouped(ridge.step),
                )


class LayerLines(_Plot):
    """One line a layer over the steps, which lie on a logarithmic axis as recorded ones do."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty chart."""
        super().__init__(theme, "Figures of the layers over the steps", parent)
        self.lines: Sequence[tuple[str, Values, Values]] = ()
        self.quantity: Quantity | None = None

    def show_lines(self, lines: Sequence[tuple[str, Values, Values]], quantity: Quantity) -> None:
        """Show other lines: the name of each, and x and y, ``(n,)`` each."""
        self.lines, self.quantity = lines, quantity
        self.update()

    def _scaled(self, values: Values) -> Values:
        if self.quantity is not None and self.quantity.logarithmic:
            scaled: Values = np.log10(np.maximum(values, 1e-12))
            return scaled
        return values

    def _ends(self) -> tuple[float, float, float]:
        """Return the ends of the y axis, scaled, and the end of the x axis."""
        values = np.concatenate([self._scaled(each) for _, _, each in self.lines])
        values = values[np.isfinite(values)]
        low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
        if self.quantity is not None and not self.quantity.logarithmic:
            low = min(0.0, low)
        room = 0.05 * (high - low) or 0.5
        return low - (room if low else 0), high + room, max(float(each[-1]) for _, each, _ in self.lines)

    def _points(self, area: QRectF, line: tuple[str, Values, Values]) -> tuple[Values, Values]:
        low, high, end = self._ends()
        x = area.left() + area.width() * np.log1p(line[1]) / max(float(np.log1p(end)), 1e-9)
        y = area.bottom() - area.height() * (self._scaled(line[2]) - low) / (high - low)
        return x, y

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what the nearest point is."""
        best, words = 20.0, ""
        for line in self.lines:
            x, y = self._points(self._room(), line)
            distances = np.hypot(x - event.pos().x(), y - event.pos().y())
            nearest = int(np.nanargmin(distances)) if np.isfinite(distances).any() else 0
            if distances[nearest] < best and self.quantity is not None:
                best = float(distances[nearest])
                words = figure_words(self.quantity, line[0], line[1][nearest], line[2][nearest])
        self.pointed.emit(words)

    def _room(self) -> QRectF:
        return self.area(right=150 if self.width() > 380 else _RIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axes, lines and names."""
        painter, theme, area = self._begin(event), self._theme, self._room()
        if not self.lines:
            return
        low, high, end = self._ends()
        logarithmic = self.quantity is not None and self.quantity.logarithmic
        painter.setPen(QColor(theme.line))
        painter.drawLine(area.topLeft(), area.bottomLeft())
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(QColor(theme.muted))
        for part in (0.0, 0.5, 1.0):
            value = low + part * (high - low)
            text = figure(10**value if logarithmic else value)
            y = area.bottom() - part * area.height()
            painter.drawText(QRectF(0, y - 7, _LEFT - 6, 14), int(Qt.AlignRight | Qt.AlignVCenter), text)
        for step in (0.0, float(np.expm1(np.log1p(end) / 2)), end):
            at = area.left() + area.width() * float(np.log1p(step)) / max(float(np.log1p(end)), 1e-9)
            place = QRectF(min(at - 40, area.right() - 80), area.bottom() + 3, 80, 14)
            side = Qt.AlignHCenter if step < end else Qt.AlignRight
            painter.drawText(place, int(side), grouped(step))
        painter.setRenderHint(QPainter.Antialiasing)
        names: list[tuple[float, str, QColor]] = []
        for number, line in enumerate(self.lines):
            x, height = self._points(area, line)
            good = np.isfinite(height)
            colour = QColor(theme.series[number % len(theme.series)])
            style = Qt.SolidLine if number < len(theme.series) else Qt.DashLine
            painter.setPen(QPen(colour, 1.5, style))
            points = [QPointF(*pair) for pair in zip(x[good], height[good], strict=True)]
            painter.drawPolyline(QPolygonF(points))
            if points:
                names.append((points[-1].y(), line[0], colour))
        if self._room().right() < self.width() - 100:
            self._name(painter, area, names)

    def _name(self, painter: QPainter, area: QRectF, names: list[tuple[float, str, QColor]]) -> None:
        """Write the names beside the ends of the lines, none over another."""
        at = area.top() - 14
        for y, text, colour in sorted(names, key=lambda each: each[0]):
            at = max(at + 14, y - 7)
            if at > self.height() - 14:
                return
            painter.setPen(colour)
            painter.drawText(QRectF(area.right() + 6, at, 142, 14), int(Qt.AlignLeft | Qt.AlignVCenter), text)
