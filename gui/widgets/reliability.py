"""How often the answers of a given confidence are right."""

from __future__ import annotations

import numpy as np
from PyQt5.QtCore import QPoint, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt5.QtWidgets import QSizePolicy, QWidget

from engine.formatting import share
from engine.training.metrics import Reliability
from gui.presenters.metrics import bin_words
from gui.style.theme import BODY, SMALL, Theme, font

_LEFT, _BOTTOM, _TOP = 52, 40, 28


class ReliabilityDiagram(QWidget):
    """A bar for each bin of confidence as high as its accuracy; the diagonal is honest confidence."""

    pointed = pyqtSignal(str)
    """What is under the mouse, in words; empty for nothing."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty diagram."""
        super().__init__(parent)
        self._theme = theme
        self.diagram: Reliability | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)
        self.setAccessibleName("Reliability diagram")
        self.setToolTip(
            "How often answers of a given confidence are right. On the diagonal 80 % sure means 80 % right; "
            "bars below it are boasts. The expected calibration error is the mean distance from it."
        )

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def show_diagram(self, diagram: Reliability) -> None:
        """Show another diagram."""
        self.diagram = diagram
        self.setAccessibleDescription(f"Expected calibration error {share(diagram.error, 2)}")
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(360, 320)

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which it can be read."""
        return QSize(160, 120)

    def area(self) -> QRectF:
        """Return the square in which the bars are drawn."""
        side = max(40.0, min(self.width() - _LEFT - 8.0, self.height() - _BOTTOM - _TOP))
        return QRectF(_LEFT, _TOP, side, side)

    def bin_at(self, place: QPoint) -> int | None:
        """Return the bin under ``place``, if any."""
        area = self.area()
        if self.diagram is None or not area.contains(QPointF(place)):
            return None
        bins = len(self.diagram.counts)
        return min(bins - 1, int(bins * (place.x() - area.left()) / area.width()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the mouse."""
        index = self.bin_at(event.pos())
        self.pointed.emit("" if index is None or self.diagram is None else bin_words(self.diagram, index))

    def leaveEvent(self, event: object) -> None:
        """Say nothing any more."""
        self.pointed.emit("")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axes, bars and the diagonal."""
        painter = QPainter(self)
        theme, area, diagram = self._theme, self.area(), self.diagram
        painter.fillRect(self.rect(), QColor(theme.panel))
        if diagram is None:
            return
        painter.setFont(font(BODY))
        painter.setPen(QColor(theme.text))
        painter.drawText(
            QRectF(area.left(), 0, self.width() - area.left(), _TOP - 4),
            int(Qt.AlignLeft | Qt.AlignVCenter),
            f"Expected calibration error {share(diagram.error, 2)}",
        )
        self._paint_axes(painter, area)
        bins, total = len(diagram.counts), max(1, int(diagram.counts.sum()))
        width = area.width() / bins
        for index in range(bins):
            if not diagram.counts[index]:
                continue
            accuracy, sure = float(diagram.accuracy[index]), float(diagram.confidence[index])
            left = area.left() + index * width
            colour = QColor(theme.accent)
            colour.setAlphaF(0.35 + 0.65 * float(np.sqrt(diagram.counts[index] / total)))
            bar = QRectF(
                left + 1, area.bottom() - accuracy * area.height(), width - 2, accuracy * area.height()
            )
            painter.fillRect(bar, colour)
            painter.setPen(QPen(QColor(theme.bad), 2))
            level = area.bottom() - sure * area.height()
            painter.drawLine(QPointF(left + 1, level), QPointF(left + width - 1, level))
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(QPen(QColor(theme.muted), 1, Qt.DashLine))
        painter.drawLine(area.bottomLeft(), area.topRight())

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        theme = self._theme
        painter.setFont(font(SMALL))
        painter.setPen(QColor(theme.line))
        painter.drawRect(area)
        painter.setPen(QColor(theme.muted))
        for tick in (0.0, 0.5, 1.0):
            x, y = area.left() + tick * area.width(), area.bottom() - tick * area.height()
            side = Qt.AlignLeft if tick == 0 else Qt.AlignRight if tick == 1 else Qt.AlignHCenter
            text = f"{100 * tick:.0f}"
            place = {Qt.AlignLeft: x, Qt.AlignRight: x - 40, Qt.AlignHCenter: x - 20}[side]
            painter.drawText(QRectF(place, area.bottom() + 2, 40, 14), int(side), text)
            painter.drawText(QRectF(0, y - 7, _LEFT - 6, 14), int(Qt.AlignRight | Qt.AlignVCenter), text)
        painter.drawText(
            QRectF(area.left(), area.bottom() + 18, area.width(), 16), int(Qt.AlignHCenter), "confidence, %"
        )
        painter.save()
        painter.translate(12, area.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-area.height() / 2, -8, area.height(), 16), int(Qt.AlignCenter), "right, %")
        painter.restore()
