"""Ink on a sheet: strokes drawn into a grey picture, 0 (paper) to 255 (ink)."""

from __future__ import annotations

import math

import numpy as np
from PyQt5.QtCore import QPointF, Qt
from PyQt5.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from engine.types import Array, Bytes
from gui.presenters.strokes import SIDE, Drawing, Piece, Stroke, pieces, settled, tail
from gui.widgets.qimages import to_pixels


class Ink:
    """The picture of a drawing.

    The settled part of the stroke in hand and its last, unsettled half line are kept apart, so a
    stroke looks the same while it is drawn and when it is drawn again from its points.
    """

    def __init__(self, scale: int = 1) -> None:
        """Make an empty sheet of ``SIDE * scale`` pixels each way."""
        self.scale = scale
        self._settled = self._sheet()
        self.image = self._sheet()
        """What is to be seen (Grayscale8)."""
        self._points = 0

    def redraw(self, drawing: Drawing) -> None:
        """Draw everything anew."""
        self._settled.fill(0)
        painter = self._painter(self._settled)
        for stroke in drawing.strokes:
            for piece in pieces(stroke):
                _draw(painter, piece, eraser=stroke.eraser)
        painter.end()
        self._points = 0
        if drawing.current is not None:
            self.follow(drawing.current)
        else:
            self.image = self._settled.copy()

    def follow(self, stroke: Stroke) -> None:
        """Draw what was added to the stroke in hand since the last call."""
        painter = self._painter(self._settled)
        for index in range(self._points, len(stroke.points)):
            piece = settled(stroke.points, index)
            if piece is not None:
                _draw(painter, piece, eraser=stroke.eraser)
        painter.end()
        self._points = len(stroke.points)
        self.image = self._settled.copy()
        painter = self._painter(self.image)
        _draw(painter, tail(stroke.points), eraser=stroke.eraser)
        painter.end()

    def settle(self) -> None:
        """The stroke in hand is finished: its tail is part of the picture."""
        self._settled = self.image.copy()
        self._points = 0

    def pixels(self) -> Bytes:
        """Return a copy of the picture, ``(SIDE * scale, SIDE * scale)``."""
        return to_pixels(self.image)

    def amount(self) -> Array:
        """Return the ink as numbers from 0 (none) to 1, float32 ``(SIDE, SIDE)``."""
        pixels = self.pixels()
        # A sum over the few pixels of a block would begin anew for each of them.
        rows = pixels[:: self.scale].astype(np.float32)
        for at in range(1, self.scale):
            rows += pixels[at :: self.scale]
        total: Array = rows[:, :: self.scale].copy()
        for at in range(1, self.scale):
            total += rows[:, at :: self.scale]
        total /= 255 * self.scale**2
        return total

    def _sheet(self) -> QImage:
        image = QImage(SIDE * self.scale, SIDE * self.scale, QImage.Format_Grayscale8)
        image.fill(0)
        return image

    def _painter(self, image: QImage) -> QPainter:
        painter = QPainter(image)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.scale(self.scale, self.scale)
        return painter


def _draw(painter: QPainter, piece: Piece, *, eraser: bool) -> None:
    """Draw one curve; where its width changes, as short lines of slightly different widths."""
    # Lighten, not paint over: the soft edges of two pieces that touch must not add up to a bulge.
    painter.setCompositionMode(
        QPainter.CompositionMode_SourceOver if eraser else QPainter.CompositionMode_Lighten
    )
    colour = QColor(Qt.black) if eraser else QColor(Qt.white)
    start, control, end = (QPointF(p.x, p.y) for p in (piece.start, piece.control, piece.end))
    if abs(piece.start.width - piece.end.width) < 0.25:
        painter.setPen(_pen(colour, piece.end.width))
        if start == end:
            painter.drawPoint(start)
            return
        path = QPainterPath(start)
        path.quadTo(control, end)
        painter.drawPath(path)
        return
    length = math.hypot(end.x() - start.x(), end.y() - start.y())
    steps = max(2, min(64, round(length / 2)))
    last = start
    for step in range(1, steps + 1):
        t = step / steps
        here = start * ((1 - t) ** 2) + control * (2 * t * (1 - t)) + end * (t * t)
        painter.setPen(_pen(colour, piece.start.width + t * (piece.end.width - piece.start.width)))
        painter.drawLine(last, here)
        last = here


def _pen(colour: QColor, width: float) -> QPen:
    return QPen(colour, width, Qt.SolidLine, Qt.RoundCap, Qt.RoundJoin)
