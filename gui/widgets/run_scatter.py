"""Runs as points: any setting or figure against any other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PyQt5.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt5.QtWidgets import QSizePolicy, QWidget

from gui.presenters.axes import Axis
from gui.presenters.maps import nearest
from gui.style.theme import SMALL, Theme, font
from gui.widgets.run_colours import figure_colours

_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 12, 40
_NEAR = 9.0
_DOT = 4.0


class RunScatter(QWidget):
    """Points with two axes. A click selects one, a drag those in a rectangle."""

    pointed = pyqtSignal(object)
    """The number of the run under the mouse, or None."""
    picked = pyqtSignal(object)
    """The numbers of the runs that were clicked or framed (a list)."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make a plot without runs."""
        super().__init__(parent)
        self._theme = theme
        self.x_axis: Axis | None = None
        self.y_axis: Axis | None = None
        self.chosen: set[int] = set()
        self._colour: npt.NDArray[np.float64] = np.zeros(0)
        self._hovered: int | None = None
        self._frame: QRectF | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)
        self.setAccessibleName("Runs as points")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def show_axes(self, x: Axis | None, y: Axis | None, colour: Axis | None) -> None:
        """Show runs at these places, coloured by where they lie on a third axis."""
        self.x_axis, self.y_axis, self._hovered = x, y, None
        self._colour = np.zeros(0) if colour is None else colour.places
        if x is not None and y is not None:
            self.setAccessibleDescription(f"{y.title} against {x.title}")
        self.update()

    def choose(self, runs: set[int]) -> None:
        """Ring these runs."""
        self.chosen = runs
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(480, 220)

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which something can be seen."""
        return QSize(160, 90)

    def area(self) -> QRectF:
        """Return where the points are."""
        return QRectF(
            _LEFT, _TOP, max(20, self.width() - _LEFT - _RIGHT), max(20, self.height() - _TOP - _BOTTOM)
        )

    def points(self) -> npt.NDArray[np.float64]:
        """Return where each run is, ``(N, 2)``, in pixels; NaN for one with an unknown value."""
        if self.x_axis is None or self.y_axis is None:
            return np.zeros((0, 2))
        area = self.area()
        return np.stack(
            [
                area.left() + area.width() * self.x_axis.places,
                area.bottom() - area.height() * self.y_axis.places,
            ],
            axis=1,
        )

    def _run_at(self, x: int, y: int) -> int | None:
        points = np.nan_to_num(self.points(), nan=-1e6)
        return nearest(points, (x, y), _NEAR)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a frame."""
        if event.button() == Qt.LeftButton:
            self._frame = QRectF(event.pos(), event.pos())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the frame on, or say what is under the mouse."""
        if self._frame is not None:
            self._frame.setBottomRight(QPointF(event.pos()))
            self.update()
            return
        found = self._run_at(event.pos().x(), event.pos().y())
        if found != self._hovered:
            self._hovered = found
            self.pointed.emit(found)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Pick what is in the frame, or the point that was clicked."""
        if self._frame is None or event.button() != Qt.LeftButton:
            return
        frame, self._frame = self._frame.normalized(), None
        if frame.width() < 5 and frame.height() < 5:
            found = self._run_at(event.pos().x(), event.pos().y())
            self.picked.emit([] if found is None else [found])
        else:
            inside = [n for n, (x, y) in enumerate(self.points()) if frame.contains(QPointF(x, y))]
            self.picked.emit(inside)
        self.update()

    def leaveEvent(self, event: object) -> None:
        """Point at nothing any more."""
        self._hovered = None
        self.pointed.emit(None)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axes, points and the frame."""
        painter = QPainter(self)
        theme = self._theme
        painter.fillRect(self.rect(), QColor(theme.panel))
        if self.x_axis is None or self.y_axis is None:
            return
        self._draw_axes(painter, self.x_axis, self.y_axis)
        painter.setRenderHint(QPainter.Antialiasing)
        points = self.points()
        colours = figure_colours(theme, self._colour)
        dense = 0.85 if len(points) < 200 else 0.6
        for number, (x, y) in enumerate(points):
            if np.isnan(x) or np.isnan(y):
                continue
            ringed = number in self.chosen or number == self._hovered
            colour = QColor(colours[number])
            colour.setAlphaF(1.0 if ringed else dense)
            painter.setPen(QPen(QColor(theme.text), 1.5) if ringed else Qt.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(x, y), _DOT + ringed, _DOT + ringed)
        if self._frame is not None:
            painter.setBrush(Qt.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 1.5, Qt.DashLine))
            painter.drawRect(self._frame.normalized())

    def _draw_axes(self, painter: QPainter, x: Axis, y: Axis) -> None:
        theme, area = self._theme, self.area()
        painter.setFont(font(SMALL))
        metrics = QFontMetrics(font(SMALL))
        last = float("-inf")
        for place, text in x.ticks:
            at = area.left() + place * area.width()
            words = metrics.elidedText(text, Qt.ElideRight, 90)
            wide = metrics.horizontalAdvance(words) + 2
            left = min(max(at - wide / 2, 2.0), self.width() - wide - 2.0)
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()))
            if left > last + 6:
                painter.setPen(QColor(theme.muted))
                painter.drawText(QRectF(left, area.bottom() + 3, wide, 14), int(Qt.AlignCenter), words)
                last = left + wide
        for place, text in y.ticks:
            at = area.bottom() - place * area.height()
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.drawLine(QPointF(area.left(), at), QPointF(area.right(), at))
            painter.setPen(QColor(theme.muted))
            words = metrics.elidedText(text, Qt.ElideRight, _LEFT - 26)
            painter.drawText(QRectF(18, at - 7, _LEFT - 24, 14), int(Qt.AlignRight | Qt.AlignVCenter), words)
        painter.setPen(QPen(QColor(theme.muted), 1))
        painter.drawRect(area)
        painter.setPen(QColor(theme.text))
        painter.drawText(
            QRectF(area.left(), area.bottom() + 20, area.width(), 16), int(Qt.AlignCenter), x.title
        )
        painter.save()
        painter.translate(9, area.center().y())
        painter.rotate(-90)
        title = metrics.elidedText(y.title, Qt.ElideMiddle, int(area.height() + _TOP + _BOTTOM / 2))
        painter.drawText(QRectF(-self.height() / 2, -8, self.height(), 16), int(Qt.AlignCenter), title)
        painter.restore()
