"""Small line icons, drawn, so that they have the theme's colour and are sharp at any scale."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from gui.style.theme import Theme

SIZE = 16


def _arrow_back(painter: QPainter) -> None:
    path = QPainterPath(QPointF(3, 6))
    path.lineTo(9.5, 6)
    path.arcTo(QRectF(6, 6, 7.5, 7), 90, -180)
    path.lineTo(6, 13)
    painter.drawPath(path)
    painter.drawPolyline(QPolygonF([QPointF(6, 2.8), QPointF(2.8, 6), QPointF(6, 9.2)]))


def _arrow_forward(painter: QPainter) -> None:
    painter.translate(SIZE, 0)
    painter.scale(-1, 1)
    _arrow_back(painter)


def _eraser(painter: QPainter) -> None:
    painter.drawPolygon(
        QPolygonF([QPointF(2.5, 9.5), QPointF(9, 3), QPointF(13, 7), QPointF(7, 13), QPointF(5, 13)])
    )
    painter.drawLine(QPointF(5.8, 6.3), QPointF(9.8, 10.3))
    painter.drawLine(QPointF(5, 13.5), QPointF(13.5, 13.5))


def _bin(painter: QPainter) -> None:
    painter.drawLine(QPointF(2.5, 4.5), QPointF(13.5, 4.5))
    painter.drawPolyline(QPolygonF([QPointF(6, 4), QPointF(6, 2.5), QPointF(10, 2.5), QPointF(10, 4)]))
    painter.drawPolyline(QPolygonF([QPointF(4, 5), QPointF(4.7, 13.5), QPointF(11.3, 13.5), QPointF(12, 5)]))
    painter.drawLine(QPointF(6.7, 7), QPointF(6.9, 11.3))
    painter.drawLine(QPointF(9.3, 7), QPointF(9.1, 11.3))


def _folder(painter: QPainter) -> None:
    corners = [(2.5, 12.5), (2.5, 4), (6.5, 4), (8, 5.8), (13.5, 5.8), (13.5, 12.5)]
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))


def _clipboard(painter: QPainter) -> None:
    painter.drawRect(QRectF(3.5, 4, 9, 9.5))
    painter.drawRect(QRectF(6, 2.5, 4, 3))


def _corners(painter: QPainter) -> None:
    for x, y in ((2.5, 2.5), (13.5, 2.5), (2.5, 13.5), (13.5, 13.5)):
        inward_x, inward_y = (3.5 if x < 8 else -3.5), (3.5 if y < 8 else -3.5)
        painter.drawPolyline(QPolygonF([QPointF(x + inward_x, y), QPointF(x, y), QPointF(x, y + inward_y)]))


def _pen_tip(painter: QPainter) -> None:
    corners = [(3, 13), (3.8, 10), (11, 2.8), (13.2, 5), (6, 12.2)]
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))


ICONS: dict[str, Callable[[QPainter], None]] = {
    "undo": _arrow_back,
    "redo": _arrow_forward,
    "eraser": _eraser,
    "clear": _bin,
    "open": _folder,
    "paste": _clipboard,
    "whole": _corners,
    "draw": _pen_tip,
}
"""The icons by name."""


def icon(name: str, theme: Theme) -> QIcon:
    """Return the icon ``name`` in the theme's colours, for usual and double resolution."""
    result = QIcon()
    for mode, colour in ((QIcon.Normal, theme.text), (QIcon.Disabled, theme.line)):
        for scale in (1, 2, 3):
            pixmap = QPixmap(SIZE * scale, SIZE * scale)
            pixmap.setDevicePixelRatio(scale)
            pixmap.fill(Qt.transparent)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.Antialiasing)
            painter.setPen(QPen(QColor(colour), 1.3, Qt.SolidLine, Qt.RoundCap, Qt.RoundJoin))
            ICONS[name](painter)
            painter.end()
            result.addPixmap(pixmap, mode)
    return result
