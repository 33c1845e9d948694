"""Points that glide from one place to the next, with colours, a lasso, and a star."""

from __future__ import annotations

import time

import numpy as np
from PyQt5.QtCore import QPoint, QPointF, QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PyQt5.QtWidgets import QSizePolicy, QWidget

from engine.look.points import class_colours, frame
from gui.presenters.maps import ImageMap, Values, inside, nearest
from gui.style.theme import SMALL, Theme, font

GLIDE_MS = 500
"""How long points take from one map to the next."""
_DOT, _NEAR = 4.5, 9.0


class Scatter(QWidget):
    """A map of images. The wheel zooms, a drag with the left button draws a lasso, Home shows all again."""

    pointed = pyqtSignal(object)
    """The number of the point under the mouse, or None."""
    lassoed = pyqtSignal(object)
    """The numbers of the points in the lasso, or of the one that was clicked."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty map."""
        super().__init__(parent)
        self._theme = theme
        self.map: ImageMap | None = None
        self.places: Values = np.zeros((0, 2))
        self.star: Values | None = None
        self.colour = 0
        self.chosen: list[int] = []
        self._from: Values = self.places
        self._star_from: Values | None = None
        self._star_to: Values | None = None
        self._began = 0.0
        self._frame = self._frame_from = self._frame_to = frame(self.places)
        self._zoom: QRectF | None = None
        self._line: list[QPoint] = []
        self._hovered: int | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(16)
        self._timer.timeout.connect(self._glide)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.StrongFocus)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)
        self.setAccessibleName("Map of the test images")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which something can be seen."""
        return QSize(160, 80)

    # --- what is shown --------------------------------------------------------------------------------

    def show_map(self, found: ImageMap | None) -> None:
        """Let the points glide to where they are in ``found``; other images are there at once."""
        before = self.map
        same = before is not None and found is not None and np.array_equal(before.indices, found.indices)
        self.map = found
        target = np.zeros((0, 2)) if found is None else found.points
        self._frame_from, self._frame_to = (self._frame if same else frame(target)), frame(target)
        self._from = self.places if same else target
        if not same:
            self.chosen, self._zoom = [], None
        self._start()

    def show_star(self, place: Values | None) -> None:
        """Let the star glide to ``place``, ``(2,)``; None takes it away."""
        self._star_from = self.star if self.star is not None else place
        self._star_to = place
        self._from = self.places
        self._frame_from = self._frame
        self._start()

    def set_colour(self, colour: int) -> None:
        """Colour by the entry of this number in ``COLOURS``."""
        self.colour = colour
        self.update()

    def choose(self, numbers: list[int]) -> None:
        """Ring these points."""
        self.chosen = numbers
        self.update()

    def _start(self) -> None:
        self._began = time.monotonic()
        if self.isVisible():
            self._timer.start()
        self._glide()

    def _glide(self) -> None:
        """Move everything on its way."""
        share = min(1.0, 1000 * (time.monotonic() - self._began) / GLIDE_MS)
        if not self.isVisible():
            share = 1.0
        eased = share * share * (3 - 2 * share)
        target = self.places[:0] if self.map is None else self.map.points
        if len(self._from) == len(target):
            self.places = self._from + eased * (target - self._from)
        else:
            self.places = target
        pairs = zip(self._frame_from, self._frame_to, strict=True)
        left, top, width, height = (a + eased * (b - a) for a, b in pairs)
        self._frame = (left, top, width, height)
        if self._star_to is None or self._star_from is None:
            self.star = self._star_to
        else:
            self.star = self._star_from + eased * (self._star_to - self._star_from)
        if share >= 1:
            self._timer.stop()
        self.update()

    @property
    def gliding(self) -> bool:
        """Whether anything is on its way."""
        return self._timer.isActive()

    # --- places ---------------------------------------------------------------------------------------

    def _shown(self) -> QRectF:
        return self._zoom if self._zoom is not None else QRectF(*self._frame)

    def to_pixels(self, points: Values) -> Values:
        """Return where ``points`` ``(N, 2)`` of the map are in the widget."""
        shown = self._shown()
        scale = np.array([self.width() / shown.width(), self.height() / shown.height()])
        placed: Values = (points - np.array([shown.left(), shown.top()])) * scale
        return placed

    # --- the user's hand --------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a lasso."""
        if event.button() == Qt.LeftButton:
            self._line = [event.pos()]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the lasso on, or say what is under the mouse."""
        if self._line:
            self._line.append(event.pos())
            self.update()
            return
        place = (event.pos().x(), event.pos().y())
        number = nearest(self.to_pixels(self.places), place, _NEAR)
        if number != self._hovered:
            self._hovered = number
            self.pointed.emit(number)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose what is inside the lasso, or the point that was clicked."""
        if event.button() != Qt.LeftButton or not self._line:
            return
        line, self._line = self._line, []
        pixels = self.to_pixels(self.places)
        if (max(abs(p.x() - line[0].x()) + abs(p.y() - line[0].y()) for p in line)) < 6:
            number = nearest(pixels, (event.pos().x(), event.pos().y()), _NEAR)
            self.choose([] if number is None else [number])
        else:
            found = inside(pixels, [(float(p.x()), float(p.y())) for p in line])
            self.choose(np.flatnonzero(found).tolist())
        self.lassoed.emit(self.chosen)

    def leaveEvent(self, event: object) -> None:
        """Point at nothing any more."""
        self._hovered = None
        self.pointed.emit(None)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom in or out around the mouse."""
        self._zoom_by(0.85 ** (event.angleDelta().y() / 120), event.pos())
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything again."""
        self._zoom = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom with plus and minus, show all with Home, go from point to point with the arrows."""
        step = {int(Qt.Key_Right): 1, int(Qt.Key_Down): 1, int(Qt.Key_Left): -1, int(Qt.Key_Up): -1}.get(
            event.key()
        )
        if event.key() in (Qt.Key_Plus, Qt.Key_Minus):
            self._zoom_by(0.85 if event.key() == Qt.Key_Plus else 1 / 0.85, self.rect().center())
        elif event.key() == Qt.Key_Home:
            self._zoom = None
            self.update()
        elif step is not None and len(self.places):
            last = self.chosen[-1] if self.chosen else -1 if step > 0 else 0
            self.choose([(last + step) % len(self.places)])
            self.lassoed.emit(self.chosen)
            self.pointed.emit(self.chosen[0])
        else:
            super().keyPressEvent(event)

    def _zoom_by(self, factor: float, place: QPoint) -> None:
        shown = self._shown()
        x = shown.left() + shown.width() * place.x() / max(1, self.width())
        y = shown.top() + shown.height() * place.y() / max(1, self.height())
        whole = QRectF(*self._frame)
        if not 0.01 * whole.width() < factor * shown.width() < 3 * whole.width():
            return
        self._zoom = QRectF(
            x - factor * (x - shown.left()),
            y - factor * (y - shown.top()),
            factor * shown.width(),
            factor * shown.height(),
        )
        self.update()

    # --- painting -------------------------------------------------------------------------------------

    def colour_of(self, group: int, groups: int) -> QColor:
        """Return the colour of a group."""
        theme = self._theme
        if self.colour == 2:
            return QColor((theme.muted, theme.bad)[group])
        return QColor(class_colours(theme, groups)[group])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint points, legend, lasso and star."""
        painter = QPainter(self)
        theme, found = self._theme, self.map
        painter.fillRect(self.rect(), QColor(theme.panel))
        if found is None or len(self.places) != len(found.indices):
            return
        painter.setRenderHint(QPainter.Antialiasing)
        pixels = self.to_pixels(self.places)
        groups, names = found.groups(self.colour), found.group_names(self.colour)
        for group in range(len(names)):
            colour = self.colour_of(group, len(names))
            colour.setAlphaF(0.45 if self.colour == 2 and group == 0 else 0.85)
            painter.setPen(QPen(colour, _DOT, Qt.SolidLine, Qt.RoundCap))
            painter.drawPoints(QPolygonF([QPointF(*place) for place in pixels[groups == group]]))
        painter.setBrush(Qt.NoBrush)
        painter.setPen(QPen(QColor(theme.text), 1.2))
        ringed = [*self.chosen, *([] if self._hovered is None else [self._hovered])]
        for number in ringed:
            if number < len(pixels):
                painter.drawEllipse(QPointF(*pixels[number]), 5, 5)
        self._paint_legend(painter, names)
        if self.star is not None:
            self._paint_star(painter)
        if len(self._line) > 1:
            painter.setPen(QPen(QColor(theme.accent), 1.5, Qt.DashLine))
            painter.drawPolygon(QPolygonF([QPointF(place) for place in self._line]))

    def _paint_legend(self, painter: QPainter, names: tuple[str, ...]) -> None:
        painter.setFont(font(SMALL))
        metrics = QFontMetrics(font(SMALL))
        rows = max(1, (self.height() - 8) // 15)
        wide = max((metrics.horizontalAdvance(name) for name in names), default=0) + 22
        columns, back = min(2, -(-len(names) // rows)), QColor(self._theme.panel)
        back.setAlphaF(0.8)  # points may lie there, too
        painter.fillRect(QRectF(2, 2, wide * columns, 15 * min(rows, len(names)) + 4), back)
        for number, name in enumerate(names[: 2 * rows]):
            x, y = 6 + wide * (number // rows), 4 + 15 * (number % rows)
            painter.setPen(QPen(self.colour_of(number, len(names)), 7, Qt.SolidLine, Qt.RoundCap))
            painter.drawPoint(QPointF(x + 4, y + 7.5))
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(QRectF(x + 13, y, wide, 15), int(Qt.AlignLeft | Qt.AlignVCenter), name)

    def _paint_star(self, painter: QPainter) -> None:
        """Paint the star of what is drawn, at the edge if it lies outside."""
        x, y = self.to_pixels(np.asarray(self.star)[None])[0]
        x, y = min(max(x, 10.0), self.width() - 10.0), min(max(y, 10.0), self.height() - 10.0)
        angles = np.pi * (np.arange(10) / 5 - 0.5)
        radii = np.where(np.arange(10) % 2 == 0, 11.0, 4.6)
        corners = [QPointF(x + r * np.cos(a), y + r * np.sin(a)) for r, a in zip(radii, angles, strict=True)]
        painter.setBrush(QColor(self._theme.warn))
        painter.setPen(QPen(QColor(self._theme.text), 1.2))
        painter.drawPolygon(QPolygonF(corners))
