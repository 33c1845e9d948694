"""A chart of the training: batches as a band, their average, validations, the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import QColor, QFontMetricsF, QPainter

from gui.presenters.curves import Thin
from gui.presenters.pyramid import Values
from gui.presenters.ranges import Range
from gui.presenters.ticks import tick_texts
from gui.theme import SMALL, Theme, font

AXIS_WIDTH = 56
LABEL_WIDTH = 108
_BAND = 0.38
_OVERHANG = 20
"""Pixels by which a figure may stand out at the end of its axis."""
_MARKERS = 80
"""With more validations than this in view the line is drawn without its markers."""


def mixed(colour: str, ground: str, share: float) -> QColor:
    """Return ``share`` of ``colour`` on ``ground``, opaque: lines that cross do not grow darker."""
    top, bottom = QColor(colour), QColor(ground)
    parts = zip(top.getRgb()[:3], bottom.getRgb()[:3], strict=True)
    return QColor(*(round(share * a + (1 - share) * b) for a, b in parts))


class ValueAxis(pg.AxisItem):
    """An axis whose figures are written as in the rest of the window."""

    def __init__(self, orientation: str) -> None:
        """Make a quiet axis without powers of thousand in its label."""
        super().__init__(orientation)
        self.enableAutoSIPrefix(False)
        self.setStyle(tickFont=font(SMALL), tickLength=-4, maxTickLevel=1, autoExpandTextSpace=False)
        self.setStyle(hideOverlappingLabels=_OVERHANG)

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

    def places(self) -> list[float]:
        """Return the middle of each label, from the top of this item, in the order they were given."""
        box = self._plot.vb
        low, high = box.viewRange()[1]
        top, height = box.pos().y(), box.height()
        wanted = [top + height * (high - label.y) / (high - low) for label in self._labels]
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
        for label, middle in zip(self._labels, self.places(), strict=True):
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

    def __init__(self, label: str, limit: Range) -> None:
        """Make an empty chart.

        Args:
            label: what the y axis shows, with its unit.
            limit: the y axis never leaves this.
        """
        self.limit = limit
        self.y: Range | None = None
        self.held = False
        self.left, self.bottom = ValueAxis("left"), ValueAxis("bottom")
        self.plot = pg.PlotItem(axisItems={"left": self.left, "bottom": self.bottom}, enableMenu=False)
        self.plot.hideButtons()
        self.plot.vb.setMouseEnabled(x=False, y=False)
        self.plot.vb.disableAutoRange()
        self.plot.vb.setDefaultPadding(0)
        self.left.setWidth(AXIS_WIDTH)
        self.left.set_text(label)
        self.labels = EndLabels(self.plot)
        self.band = pg.PlotCurveItem(connect="all", skipFiniteCheck=True)
        self.average = pg.PlotCurveItem(connect="all", skipFiniteCheck=True)
        self.line = pg.PlotCurveItem(connect="all", skipFiniteCheck=True)
        self.markers = pg.ScatterPlotItem(size=6, pxMode=True, symbol="o")
        self.ring = pg.ScatterPlotItem(size=13, pxMode=True, symbol="o")
        self.note = pg.TextItem()
        self.note.setFont(font(SMALL, strong=True))
        self.cursor = pg.InfiniteLine(angle=90, movable=False)
        self.note.hide()
        self.cursor.hide()
        parts = (self.band, self.average, self.line, self.markers, self.cursor, self.ring, self.note)
        for height, item in enumerate(parts):
            item.setZValue(height)
            item.setAcceptHoverEvents(False)
            self.plot.addItem(item, ignoreBounds=True)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for axis in (self.left, self.bottom):
            axis.set_theme(theme)
        self.left.setGrid(110)
        self.band.setPen(pg.mkPen(mixed(theme.train, theme.panel, _BAND), width=1))
        self.average.setPen(pg.mkPen(theme.train, width=2))
        self.line.setPen(pg.mkPen(theme.validation, width=1))
        self.markers.setPen(None)
        self.markers.setBrush(pg.mkBrush(theme.validation))
        self.ring.setPen(pg.mkPen(theme.best, width=2))
        self.ring.setBrush(None)
        self.note.setColor(theme.best)
        ground = QColor(theme.panel)
        ground.setAlpha(210)
        self.note.fill = pg.mkBrush(ground)
        self.cursor.setPen(pg.mkPen(theme.muted, width=1))

    # --- what is drawn ----------------------------------------------------------------------------

    def show_training(self, thin: Thin, averages: Values | None) -> None:
        """Draw the batches, and their average."""
        self.band.setData(*thin.line())
        if averages is not None:
            self.average.setData(thin.x, averages)

    def show_validations(self, thin: Thin) -> None:
        """Draw the validations; each with a marker while they can be told apart."""
        self.line.setData(*thin.line())
        marked = thin.size == 1 and len(thin.x) <= _MARKERS
        self.markers.setData(thin.x if marked else [], thin.low if marked else [])

    def show_best(self, at: tuple[float, float] | None, text: str) -> None:
        """Mark the best validation at ``(x, y)``; None for no mark."""
        self.ring.setData([] if at is None else [at[0]], [] if at is None else [at[1]])
        self.note.setVisible(at is not None and bool(text))
        if at is None or not text:
            return
        (left, right), (low, high) = self.plot.vb.viewRange()
        aside = 1.0 if at[0] > (left + right) / 2 else 0.0
        above = 1.0 if at[1] < (low + high) / 2 else 0.0
        self.note.setText(text)
        self.note.setAnchor(QPointF(aside * 1.08 - 0.04, above * 1.8 - 0.4))
        self.note.setPos(*at)

    def show_cursor(self, x: float | None) -> None:
        """Draw the upright line at ``x``; None for no line."""
        if x is not None:
            self.cursor.setValue(x)
        self.cursor.setVisible(x is not None)

    def clear(self) -> None:
        """Draw nothing, and let the y axis follow the next data."""
        for item in (self.band, self.average, self.line, self.markers, self.ring):
            item.setData(np.empty(0), np.empty(0))
        self.show_best(None, "")
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
        wanted = [[x.low, x.high], [kept.low, kept.high]]
        if wanted != self.plot.vb.viewRange():
            self.plot.vb.setRange(xRange=wanted[0], yRange=wanted[1], padding=0, disableAutoRange=True)
            self.labels.update()
