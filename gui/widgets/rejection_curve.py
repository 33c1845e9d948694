"""Accuracy against the share of images that is answered, with a limit that can be moved."""

from __future__ import annotations

import numpy as np
from PyQt5.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt5.QtWidgets import QSizePolicy, QWidget

from engine.training.rejection import Rejection
from gui.presenters.rejection import floor_of, limit_words, nearest, percent_of
from gui.style.theme import BODY, SMALL, Theme, font

_LEFT, _BOTTOM, _TOP, _RIGHT = 62, 40, 28, 22


class RejectionCurve(QWidget):
    """The curve; the line stands where answers below the limit are left out, and follows the mouse."""

    moved = pyqtSignal(int)
    """The user dragged the line to this limit of ``LIMITS``."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty curve."""
        super().__init__(parent)
        self._theme = theme
        self.found: Rejection | None = None
        self.limit = 0.0
        self.setCursor(Qt.SizeHorCursor)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)
        self.setAccessibleName("Accuracy against the share that is answered")
        self.setToolTip(
            "How many answers are right if only the most certain ones are given. At the right every image is "
            "answered; further left more of the least certain answers are left out. Drag the line."
        )

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def show_curve(self, found: Rejection, limit: float) -> None:
        """Show a curve, and the line at ``limit``."""
        self.found, self.limit = found, limit
        self.setAccessibleDescription(
            f"Doubted below {percent_of(limit)}: {limit_words(found, found.at(limit))}"
        )
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(360, 300)

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which it can be read."""
        return QSize(160, 110)

    def area(self) -> QRectF:
        """Return the rectangle of the axes."""
        width, height = self.width() - _LEFT - _RIGHT, self.height() - _BOTTOM - _TOP
        return QRectF(_LEFT, _TOP, max(40.0, width), max(30.0, height))

    def place(self, answered: float, accuracy: float) -> QPointF:
        """Return where a point of the curve is."""
        area, low = self.area(), floor_of(self.found) if self.found is not None else 0.0
        height = (accuracy - low) / (1 - low)
        return QPointF(area.left() + answered * area.width(), area.bottom() - height * area.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the line to the mouse."""
        self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Let the line follow the mouse."""
        self._drag(event)

    def _drag(self, event: QMouseEvent) -> None:
        if self.found is not None and event.buttons() & Qt.LeftButton:
            share = (event.x() - self.area().left()) / self.area().width()
            self.moved.emit(nearest(self.found, float(np.clip(share, 0, 1))))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axes, the curve, and the line with its point."""
        painter = QPainter(self)
        theme, area, found = self._theme, self.area(), self.found
        painter.fillRect(self.rect(), QColor(theme.panel))
        if found is None or not len(found.confidence):
            return
        painter.setFont(font(BODY))
        painter.setPen(QColor(theme.text))
        heading = QRectF(area.left(), 0, area.width(), _TOP - 4)
        painter.drawText(heading, int(Qt.AlignLeft | Qt.AlignVCenter), "Accuracy of what is answered")
        self._paint_axes(painter, area)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(QPen(QColor(theme.accent), 2))
        painter.drawPolyline(QPolygonF([self.place(*point) for point in found.curve(200)]))
        at = found.at(self.limit)
        x = self.place(at.answered, 1.0).x()
        painter.setPen(QPen(QColor(theme.text), 1, Qt.DashLine))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        if np.isfinite(at.accuracy):
            painter.setPen(QPen(QColor(theme.panel), 2))
            painter.setBrush(QColor(theme.text))
            painter.drawEllipse(self.place(at.answered, at.accuracy), 5, 5)

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        theme, low = self._theme, floor_of(self.found) if self.found is not None else 0.0
        painter.setFont(font(SMALL))
        for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
            x, y = area.left() + tick * area.width(), area.bottom() - tick * area.height()
            painter.setPen(QColor(theme.line))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(theme.muted))
            across = QRectF(x - 30, area.bottom() + 2, 60, 14)
            painter.drawText(across, int(Qt.AlignHCenter), f"{100 * tick:.0f}")
            if tick in (0.0, 0.5, 1.0) or area.height() > 120:
                value = f"{100 * (low + tick * (1 - low)):.6g}"
                painter.drawText(
                    QRectF(16, y - 7, _LEFT - 22, 14), int(Qt.AlignRight | Qt.AlignVCenter), value
                )
        below = QRectF(area.left(), area.bottom() + 18, area.width(), 16)
        painter.drawText(below, int(Qt.AlignHCenter), "answered, % of the images")
        painter.save()
        painter.translate(10, area.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-area.height() / 2, -8, area.height(), 16), int(Qt.AlignCenter), "right, %")
        painter.restore()
