"""A square sheet to draw on with the mouse or a tablet's pen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from PyQt5.QtCore import QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTabletEvent,
    qRgb,
)
from PyQt5.QtWidgets import QSizePolicy, QWidget

from engine.types import Array, Bytes
from gui.presenters.strokes import SIDE, Drawing, Point, Stroke
from gui.style.theme import BODY, SMALL, Theme, font
from gui.widgets.ink import Ink
from gui.widgets.outlines import paint_outlines
from gui.widgets.qimages import lent

MIN_WIDTH, MAX_WIDTH, USUAL_WIDTH = 6, 40, 20
"""Width of the pen in units of the sheet: 20 is two pixels of the network's 28."""


class Canvas(QWidget):
    """Draws strokes, joined however fast the hand is; the network's ink is white on black.

    On the screen the ink has the theme's text colour on the panel's colour. The right mouse button
    and the other end of a tablet's pen erase.
    """

    changed = pyqtSignal()
    """The picture is different now; emitted at every movement of the pen."""
    picked = pyqtSignal(int)
    """The user chose one of the things found, with the arrow keys."""
    history_changed = pyqtSignal()
    """What can be undone or redone is different now."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty sheet."""
        super().__init__(parent)
        self.drawing = Drawing()
        self.pen_width: float = USUAL_WIDTH
        self.eraser = False
        self.hint = ("Draw, drop or paste a picture", "")
        self._found: tuple[Sequence[tuple[int, int, int, int]], Sequence[str], int] = ((), (), 0)
        self._theme = theme
        self._ink = Ink()
        self._pointer: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.StrongFocus)
        self.setCursor(Qt.CrossCursor)
        self.setAttribute(Qt.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)
        self.setMinimumSize(96, 96)
        self.setAccessibleName("Drawing pad")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours; the network's ink stays as it is."""
        self._theme = theme
        self.update()

    def show_found(
        self, boxes: Sequence[tuple[int, int, int, int]], names: Sequence[str], chosen: int
    ) -> None:
        """Outline what was found, in pixels of the sheet; a single thing needs no outline."""
        found = (tuple(boxes), tuple(names), chosen) if len(boxes) > 1 else ((), (), 0)
        if found != self._found:
            self._found = found
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from one thing found to the next with the arrow keys."""
        count = len(self._found[0])
        if event.key() in (Qt.Key_Left, Qt.Key_Right) and count > 1:
            self.picked.emit((self._found[2] + (1 if event.key() == Qt.Key_Right else -1)) % count)
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Return the size at which one unit of the sheet is one pixel."""
        return QSize(SIDE, SIDE)

    def ink(self) -> Array:
        """Return the ink as numbers from 0 to 1, float32 ``(SIDE, SIDE)``."""
        return self._ink.amount()

    def undo(self) -> None:
        """Take back the last stroke or clearing."""
        if self.drawing.undo():
            self._redraw()

    def redo(self) -> None:
        """Do again what was taken back."""
        if self.drawing.redo():
            self._redraw()

    def add(self, stroke: Stroke) -> None:
        """Draw a whole stroke at once, as if by hand."""
        first, *others = stroke.points
        self.drawing.begin(first, eraser=stroke.eraser)
        for point in others:
            self.drawing.extend(point)
        self._follow()
        self._up()

    def show_strokes(self, strokes: tuple[Stroke, ...]) -> None:
        """Take a sheet with ``strokes``; can be undone."""
        self.drawing.replace(strokes)
        self._redraw()

    def clear(self) -> None:
        """Take an empty sheet; can be undone."""
        self.drawing.clear()
        self._redraw()

    def _redraw(self) -> None:
        self._ink.redraw(self.drawing)
        self.update()
        self.history_changed.emit()
        self.changed.emit()

    # --- the pen -----------------------------------------------------------------------------------

    def _place(self) -> tuple[QPointF, float]:
        """Return the sheet's top left corner in the widget and the pixels of one unit."""
        side = min(self.width(), self.height())
        return QPointF((self.width() - side) / 2, (self.height() - side) / 2), side / SIDE

    def _point(self, position: QPointF, pressure: float = 0.5) -> Point:
        corner, scale = self._place()
        place = (position - corner) / scale
        # Half pressure gives the chosen width, so a mouse and a pen held normally draw alike.
        return Point(place.x(), place.y(), self.pen_width * (0.5 + pressure))

    def _down(self, point: Point, *, eraser: bool) -> None:
        width = 1.6 * point.width if eraser else point.width
        self.drawing.begin(Point(point.x, point.y, width), eraser=eraser)
        self._follow()

    def _move(self, point: Point) -> None:
        current = self.drawing.current
        if current is None:
            return
        width = 1.6 * point.width if current.eraser else point.width
        if self.drawing.extend(Point(point.x, point.y, width)):
            self._follow()

    def _up(self) -> None:
        if self.drawing.current is not None:
            self.drawing.end()
            self._ink.settle()
            self.history_changed.emit()
            self.changed.emit()

    def _follow(self) -> None:
        if self.drawing.current is not None:
            self._ink.follow(self.drawing.current)
            self.update()
            self.changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the pen down; the right button erases."""
        if event.button() in (Qt.LeftButton, Qt.RightButton) and self.drawing.current is None:
            erase = self.eraser or event.button() == Qt.RightButton
            self._down(self._point(event.localPos()), eraser=erase)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw, if a button is down; show how wide the pen is."""
        self._pointer = event.localPos()
        self._move(self._point(event.localPos()))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lift the pen."""
        if not event.buttons() & (Qt.LeftButton | Qt.RightButton):
            self._move(self._point(event.localPos()))
            self._up()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Draw with a tablet's pen: pressure is width, its other end is an eraser."""
        event.accept()
        self._pointer = event.posF()
        point = self._point(event.posF(), event.pressure())
        if event.type() == QEvent.TabletPress:
            erase = self.eraser or event.pointerType() == QTabletEvent.Eraser
            self._down(point, eraser=erase)
        elif event.type() == QEvent.TabletMove:
            self._move(point)
        elif event.type() == QEvent.TabletRelease:
            self._up()

    def leaveEvent(self, event: QEvent) -> None:
        """Take the pen's outline away."""
        self._pointer = None
        self.update()
        super().leaveEvent(event)

    # --- what is seen --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sheet, the ink in the theme's colours, and the outline of the pen."""
        corner, scale = self._place()
        sharp = max(1, math.ceil(self.devicePixelRatioF() - 0.01))
        if sharp != self._ink.scale:
            self._ink = Ink(sharp)
            self._ink.redraw(self.drawing)
        side = scale * SIDE
        sheet = QRectF(corner.x(), corner.y(), side, side)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.panel))
        painter.fillRect(sheet, QColor(self._theme.raised))
        pixels = self._ink.pixels()
        if pixels.any():
            painter.setRenderHint(QPainter.SmoothPixmapTransform)
            painter.drawImage(sheet, self._coloured(pixels))
        else:
            self._paint_hint(painter, sheet)
        boxes, names, chosen = self._found
        if boxes:
            outlines = [
                QRectF(corner + QPointF(left, top) * scale, corner + QPointF(right, bottom) * scale)
                for left, top, right, bottom in boxes
            ]
            paint_outlines(painter, outlines, names, chosen, self._theme)
        painter.setRenderHint(QPainter.Antialiasing)
        frame = QColor(self._theme.accent if self.hasFocus() else self._theme.line)
        painter.setPen(QPen(frame, 1))
        painter.drawRoundedRect(sheet.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if self._pointer is not None:
            width = self.pen_width * (1.6 if self.eraser else 1.0) * scale / 2
            style = Qt.DashLine if self.eraser else Qt.SolidLine
            painter.setPen(QPen(QColor(self._theme.muted), 1, style))
            painter.drawEllipse(self._pointer, width, width)

    def _coloured(self, pixels: Bytes) -> QImage:
        """Return the ink in the theme's colours: the same grey values with a colour table."""
        image = lent(pixels, _table(self._theme.raised, self._theme.text))
        return image.convertToFormat(QImage.Format_RGB32)  # for a smooth magnification

    def _paint_hint(self, painter: QPainter, sheet: QRectF) -> None:
        head, body = self.hint
        painter.setPen(QColor(self._theme.muted))
        painter.setFont(font(BODY))
        painter.drawText(sheet.adjusted(8, 8, -8, -8), int(Qt.AlignCenter | Qt.TextWordWrap), head)
        if body:
            painter.setFont(font(SMALL))
            low = sheet.adjusted(8, sheet.height() / 2 + 12, -8, -8)
            painter.drawText(low, int(Qt.AlignHCenter | Qt.AlignTop | Qt.TextWordWrap), body)


@lru_cache(maxsize=4)
def _table(paper: str, ink: str) -> tuple[int, ...]:
    """Return 256 colours from paper to ink, both ``#rrggbb``."""
    ends = list(zip(QColor(paper).getRgb()[:3], QColor(ink).getRgb()[:3], strict=True))
    return tuple(qRgb(*(round(a + (b - a) * t / 255) for a, b in ends)) for t in range(256))
