"""Runs as lines across parallel axes, one for each setting that differs, and one for a figure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PyQt5.QtCore import QLineF, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PyQt5.QtWidgets import QSizePolicy, QWidget

from gui.presenters.axes import Axis, brushed
from gui.presenters.parallel_places import BOTTOM, SIDE, TOP, ParallelPlaces
from gui.style.theme import SMALL, Theme, font
from gui.widgets.run_colours import figure_colours

_FEW = 60
"""Runs up to which lines are a little wider than a pixel."""
_CLICK = 0.01
"""Share of an axis that a click may move."""


def two_lines(title: str, metrics: QFontMetrics, room: int) -> list[str]:
    """Return ``title`` in one line or two, as it fits into ``room`` pixels; what is too long is elided."""
    words = title.split(" ")
    if metrics.horizontalAdvance(title) > room and len(words) > 1:
        ends = range(1, len(words))
        halves = [[" ".join(words[:end]), " ".join(words[end:])] for end in ends]
        shortest = min(halves, key=lambda half: max(map(metrics.horizontalAdvance, half)))
        lines = [line.strip(" \N{MIDDLE DOT}") for line in shortest]
    else:
        lines = [title]
    return [metrics.elidedText(line, Qt.ElideRight, room) for line in lines]


class ParallelPlot(QWidget):
    """Lines across axes. A drag along an axis brushes it, a click on it takes the brush away.

    Attributes:
        axes: from left to right; the last one gives the colours.
        brushes: ranges of places, by the key of their axis.
        chosen: the runs that are selected elsewhere.
    """

    pointed = pyqtSignal(object)
    """The number of the run under the mouse, or None."""
    picked = pyqtSignal(object)
    """The numbers of the runs that were brushed or clicked (a list)."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make a plot without runs."""
        super().__init__(parent)
        self._theme = theme
        self.axes: tuple[Axis, ...] = ()
        self.brushes: dict[str, tuple[float, float]] = {}
        self.chosen: set[int] = set()
        self._hovered: int | None = None
        self._drag: tuple[Axis, float] | None = None
        self._picture: QPixmap | None = None
        self._colours: list[QColor] = []
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.StrongFocus)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)
        self.setAccessibleName("Runs across parallel axes")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self._again()

    def show_axes(self, axes: Sequence[Axis]) -> None:
        """Show runs on these axes; brushes stay where their axis does."""
        self.axes = tuple(axes)
        keys = {each.key for each in axes}
        self.brushes = {key: span for key, span in self.brushes.items() if key in keys}
        self._hovered = None
        count = len(self.axes[0].places) if self.axes else 0
        self.setAccessibleDescription(f"{count} runs, {len(self.axes)} axes")
        self._again()

    def choose(self, runs: set[int]) -> None:
        """Draw these runs above the others."""
        if runs != self.chosen:
            self.chosen = runs
            self._again()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(480, 220)

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which something can be seen."""
        return QSize(160, 90)

    def resizeEvent(self, event: object) -> None:
        """Draw anew for the new size."""
        self._again()

    def _again(self) -> None:
        self._picture = None
        self._colours = figure_colours(self._theme, self.axes[-1].places) if self.axes else []
        self.update()

    @property
    def places(self) -> ParallelPlaces:
        """Where axes and runs are at the present size."""
        return ParallelPlaces(self.axes, self.width(), self.height())

    # --- the user's hand --------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a brush on an axis; elsewhere pick the line that is pointed at."""
        if event.button() != Qt.LeftButton:
            return
        found = self.places.axis_at(event.pos().x())
        if found is not None:
            self._drag = (found, self.places.place_of(event.pos().y()))
            return
        run = self.places.run_at(event.pos().x(), event.pos().y(), self.brushes)
        self.picked.emit([] if run is None else [run])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the brush on, or say what is under the mouse."""
        x, y = event.pos().x(), event.pos().y()
        if self._drag is not None:
            self._brush(y)
            self._again()
            return
        self.setCursor(Qt.SizeVerCursor if self.places.axis_at(x) is not None else Qt.ArrowCursor)
        run = self.places.run_at(x, y, self.brushes)
        if run != self._hovered:
            self._hovered = run
            self.pointed.emit(run)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the brush, and tell which runs lie in all brushes; a click takes a brush away."""
        if self._drag is None or event.button() != Qt.LeftButton:
            return
        self._brush(event.pos().y())
        self._drag = None
        self._brushed()

    def _brush(self, y: float) -> None:
        """Brush from where the drag began to ``y``; hardly any way is a click, which takes the brush away."""
        if self._drag is not None:
            found, begun = self._drag
            low, high = sorted((begun, self.places.place_of(y)))
            if high - low > _CLICK:
                self.brushes[found.key] = (low, high)
            else:
                self.brushes.pop(found.key, None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes all brushes away."""
        if event.key() == Qt.Key_Escape and self.brushes:
            self.brushes = {}
            self._brushed()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: object) -> None:
        """Point at nothing any more."""
        self._hovered = None
        self.pointed.emit(None)
        self.update()

    def _brushed(self) -> None:
        self._again()
        inside = brushed(self.axes, self.brushes)
        self.picked.emit(np.flatnonzero(inside).tolist() if self.brushes else [])

    # --- painting ---------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines, which are kept as a picture, and the one that is pointed at."""
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._draw(self._picture)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self._hovered is not None and self._hovered < len(self._colours):
            painter.setRenderHint(QPainter.Antialiasing)
            painter.setPen(QPen(QColor(self._theme.text), 2.5))
            painter.drawLines(self._line(self.places.points()[self._hovered]))
            self._draw_axes(painter)

    def _line(self, row: npt.NDArray[np.float64]) -> list[QLineF]:
        """Return the pieces of a line: one long line with corners takes ten times as long to draw."""
        places = self.places
        corners = [QPointF(places.axis_x(n), float(y)) for n, y in enumerate(row)]
        return [QLineF(one, other) for one, other in pairwise(corners)]

    def _draw(self, picture: QPixmap) -> None:
        painter = QPainter(picture)
        painter.fillRect(self.rect(), QColor(self._theme.panel))
        if not self.axes:
            return
        painter.setRenderHint(QPainter.Antialiasing)
        points, inside = self.places.points(), brushed(self.axes, self.brushes)
        dense = 1.0 if len(points) <= _FEW else max(0.25, 8 / np.sqrt(len(points)))
        some, wide = bool(self.chosen), len(self.chosen) <= _FEW
        # From the back to the front: what is brushed away, the rest from worse to better, what is chosen.
        figure = np.nan_to_num(self.axes[-1].places, nan=-1.0)
        order = sorted(range(len(points)), key=lambda n: (n in self.chosen, inside[n], figure[n]))
        for number in order:
            colour = QColor(self._colours[number])
            chosen = number in self.chosen
            if not inside[number]:
                colour = QColor(self._theme.line)
            elif not (chosen and wide):
                colour.setAlphaF(dense * (0.9 if chosen or not some else 0.35))
            painter.setPen(QPen(colour, 2.2 if chosen and wide else 1.4 if len(points) <= _FEW else 1.0))
            painter.drawLines(self._line(points[number]))
        self._draw_axes(painter)

    def _draw_axes(self, painter: QPainter) -> None:
        theme = self._theme
        painter.setFont(font(SMALL))
        metrics = QFontMetrics(font(SMALL))
        room = self.places.axis_x(1) - self.places.axis_x(0) if len(self.axes) > 1 else float(self.width())
        for number, each in enumerate(self.axes):
            x = self.places.axis_x(number)
            painter.setPen(QPen(QColor(theme.muted), 1))
            painter.drawLine(QPointF(x, TOP), QPointF(x, self.height() - BOTTOM))
            if each.key in self.brushes:
                low, high = self.brushes[each.key]
                top, bottom = self.places.y_of(high), self.places.y_of(low)
                span = QRectF(x - 5, top, 10, bottom - top)
                fill = QColor(theme.accent)
                fill.setAlphaF(0.35)
                painter.fillRect(span, fill)
                painter.setPen(QPen(QColor(theme.accent), 1))
                painter.drawRect(span)
            self._draw_ticks(painter, metrics, each, x, room)
            left, right = max(2.0, x - room / 2 + 3), min(self.width() - 2.0, x + room / 2 - 3)
            lines = two_lines(each.title, metrics, int(right - left))
            wide = max(metrics.horizontalAdvance(line) for line in lines) + 2.0
            start = min(max(x - wide / 2, left), right - wide)
            painter.setPen(QColor(theme.text))
            place = QRectF(start, 0, wide, TOP - 6)
            painter.drawText(place, int(Qt.AlignHCenter | Qt.AlignBottom), "\n".join(lines))

    def _draw_ticks(
        self, painter: QPainter, metrics: QFontMetrics, each: Axis, x: float, room: float
    ) -> None:
        """Write the ticks at the right of an axis, those of the last one too where there is room."""
        theme, last = self._theme, float("inf")
        for place, text in each.ticks:
            y = self.places.y_of(place)
            painter.setPen(QPen(QColor(theme.muted), 1))
            painter.drawLine(QPointF(x - 3, y), QPointF(x + 3, y))
            if last - y < 12:
                continue
            last = y
            words = metrics.elidedText(text, Qt.ElideRight, int(min(max(room / 2, 40.0), SIDE + 20.0)) - 6)
            wide = metrics.horizontalAdvance(words)
            box = QRectF(min(x + 5, self.width() - wide - 4.0), y - 7, wide + 2, 14)
            back = QColor(theme.panel)
            back.setAlphaF(0.85)
            painter.fillRect(box, back)
            painter.setPen(QColor(theme.muted))
            painter.drawText(box, int(Qt.AlignLeft | Qt.AlignVCenter), words)
