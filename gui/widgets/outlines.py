"""Numbered outlines around what was found on a sheet."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import QColor, QPainter, QPen

from gui.style.theme import SMALL, Theme, font


def paint_outlines(
    painter: QPainter, boxes: Sequence[QRectF], names: Sequence[str], chosen: int, theme: Theme
) -> None:
    """Outline ``boxes``, each with its name at a corner; the one that is looked at in the accent colour."""
    painter.setFont(font(SMALL, strong=True))
    for number, (box, name) in enumerate(zip(boxes, names, strict=True)):
        colour = QColor(theme.accent if number == chosen else theme.muted)
        painter.setPen(QPen(colour, 2 if number == chosen else 1))
        painter.setBrush(Qt.NoBrush)
        painter.drawRect(box)
        if painter.fontMetrics().horizontalAdvance(name) + 6 > box.width() + 4:
            name = name.rpartition(" ")[2]  # no room for the number beside the answer
        width = painter.fontMetrics().horizontalAdvance(name) + 6
        tag = QRectF(box.topLeft() - QPointF(0, 14), QPointF(box.left() + width, box.top()))
        if tag.top() < 0:
            tag.moveTop(box.top())
        painter.fillRect(tag, colour)
        painter.setPen(QColor(theme.panel))
        painter.drawText(tag, int(Qt.AlignCenter), name)
