"""A chart of the training: batches as a band, their average, validations, the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PyQt5.QtCore import QRectF, Qt
from PyQt5.QtGui import QColor, QFontMetricsF, QPainter

from gui.presenters.ranges import Range
from gui.presenters.ticks import tick_texts
from gui.style.theme import SMALL, Theme, font
from gui.widgets.plot_curves import CurveItem

AXIS_WIDTH = 56
LABEL_WIDTH = 108
_OVERHANG = 28
"""Pixels by which a figure may stand out at the end of its axis."""


class ValueAxis(pg.AxisItem):
    """An axis whose figures are written as in the rest of the window."""

    def __init__(self, orientation: str) -> None:
        """Make a quiet axis without powers of thousand in its label."""
        super().__init__(orientation)
        self.enableAutoSIPrefix(False)
        self.setStyle(tickFont=font(SMALL), tickLength=-4, maxTickLevel=1, autoExpandTextSpace=False)
        self.setStyle(hideOverlappingLabels=_OVERHANG)

    def boundingRect(self) -> QRectF:
        """Return the place of the axis; with a grid pyqtgraph forgets the overhang of the figures."""
        rect: QRectF = super().boundingRect()
        return rect.adjusted(0, -SMALL, 0, SMALL) if self.grid else rect

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Return the figures at the ticks."""
        return tick_texts(values, spacing, logarithmic=bool(self.logMode))

    def set_text(self, text: str) -> None:
        """Say what the axis shows, with its unit."""
        self.setLabel(text)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.setPen(pg.mkPen(theme.line))
        self.setTextPen(pg.mkPen(theme.muted))
        self.setLabel(self.labelText, **{"color": theme.muted, "font-size": f"{SMALL}px"})


@dataclass(frozen=True)
class EndLabel:
    """A text beside the end of a line, at the height of ``y``."""

    y: float
    text: str
    colour: str


class EndLabels(pg.GraphicsWidget):
    """The names of the lines with their last values, to the right of the lines; they never overlap."""

    def __init__(self, plot: pg.PlotItem) -> None:
        """Make the labels of ``plot``, which stands to the left in the same row."""
        super().__init__()
        self._plot = plot
        self._labels: list[EndLabel] = []
        self._font = font(SMALL, strong=True)
        self._line = QFontMetricsF(self._font).height() + 2

    def show_labels(self, labels: list[EndLabel]) -> None:
        """Show ``labels`` in the place of the present ones."""
        if labels != self._labels:
            self._labels = labels
            self.update()

    @property
    def shown(self) -> list[EndLabel]:
        """The labels that have room, the highest and the lowest among them, in the order they were given."""
        labels, room = self._labels, max(1, int(self._plot.vb.height() // self._line))
        if len(labels) <= room:
            return labels
        order = sorted(range(len(labels)), key=lambda index: labels[index].y)
        chosen = {order[round(place * (len(order) - 1) / max(1, room - 1))] for place in range(room)}
        return [label for index, label in enumerate(labels) if index in chosen]

    def places(self) -> list[float]:
        """Return the middle of each label that is shown, from the top of this item."""
        box = self._plot.vb
        low, high = box.viewRange()[1]
        top, height = box.pos().y(), box.height()
        wanted = [top + height * (high - label.y) / (high - low) for label in self.shown]
        half = self._line / 2
        order = sorted(range(len(wanted)), key=lambda index: wanted[index])
        for position, index in enumerate(order):
            least = wanted[order[position - 1]] + self._line if position else top + half
            wanted[index] = max(wanted[index], least)
        for position, index in reversed(list(enumerate(order))):
            below = position + 1 < len(order)
            most = wanted[order[position + 1]] - self._line if below else top + height - half
            wanted[index] = min(wanted[index], most)
        return wanted

    def paint(self, painter: QPainter, *_args: object) -> None:
        """Draw the labels."""
        if self.width() < LABEL_WIDTH:
            return
        painter.setFont(self._font)
        for label, middle in zip(self.shown, self.places(), strict=True):
            painter.setPen(QColor(label.colour))
            place = QRectF(6, middle - self._line / 2, self.width() - 6, self._line)
            painter.drawText(place, int(Qt.AlignLeft | Qt.AlignVCenter), label.text)


class Chart:
    """One of the charts that lie above each other with the same x axis.

    Attributes:
        plot: pyqtgraph's item.
        labels: the names of the lines, right of it.
        y: the shown range of the y axis, None before the first data.
        held: whether the user chose the range of the y axis.
    """

    def __init__(self, label: str, limit: Range, least: float = 0.0, *, short: str = "") -> None:
        """Make an empty chart.

        Args:
            label: what the y axis shows, with its unit.
            short: the same where there is little room.
            limit: the data never leave this.
            least: the y axis is at least so long.
        """
        self.limit, self.least = limit, least
        self._names = (label, short or label)
        self.y: Range | None = None
        self.held = False
        self._area: tuple[Range, Range] | None = None
        self.left, self.bottom = ValueAxis("left"), ValueAxis("bottom")
        self.plot = pg.PlotItem(axisItems={"left": self.left, "bottom": self.bottom}, enableMenu=False)
        self.plot.hideButtons()
        self.plot.vb.setMouseEnabled(x=False, y=False)
        self.plot.vb.disableAutoRange()
        self.plot.vb.setDefaultPadding(0)
        self.left.setWidth(AXIS_WIDTH)
        self.left.set_text(label)
        self.labels = EndLabels(self.plot)
        self.curves = CurveItem()
        self.cursor = pg.InfiniteLine(angle=90, movable=False)
        self.cursor.hide()
        for height, item in enumerate((self.curves, self.cursor)):
            item.setZValue(height)
            item.setAcceptHoverEvents(False)
            self.plot.addItem(item, ignoreBounds=True)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        for axis in (self.left, self.bottom):
            axis.set_theme(theme)
        self.left.setGrid(110)
        self.curves.set_theme(theme)
        self.cursor.setPen(pg.mkPen(theme.muted, width=1))

    def shorten(self, short: bool) -> None:
        """Say in fewer letters what the y axis shows, or in all."""
        if self.left.labelText != self._names[short]:
            self.left.set_text(self._names[short])

    def show_focus(self, on: bool) -> None:
        """Show that keys move the charts."""
        colour = self._theme.accent if on else self._theme.line
        self.bottom.setPen(pg.mkPen(colour))

    def show_cursor(self, x: float | None) -> None:
        """Draw the upright line at ``x``; None for no line."""
        if x is not None:
            self.cursor.setValue(x)
        self.cursor.setVisible(x is not None)

    def clear(self) -> None:
        """Draw nothing, and let the y axis follow the next data."""
        self.curves.clear()
        self.show_cursor(None)
        self.labels.show_labels([])
        self.y, self.held = None, False

    def set_logarithmic(self, on: bool) -> None:
        """Write the figures of the y axis as powers of ten; the data are logarithms then."""
        self.left.setLogMode(on)
        self.y, self.held = None, False

    def show_ranges(self, x: Range, y: Range | None) -> None:
        """Show this part of the plane."""
        self.y = y if y is not None else self.y
        kept = self.y or Range(0.0, 1.0)
        if (x, kept) != self._area:
            self._area = (x, kept)
            self.plot.vb.setRange(
                xRange=(x.low, x.high), yRange=(kept.low, kept.high), padding=0, disableAutoRange=True
            )
            self.curves.set_area(x, kept)
            self.labels.update()
