"""Charts above each other with one x axis below the last of them, or beside each other in a low place."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pyqtgraph as pg
from PyQt5.QtCore import QPoint, QPointF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QImage, QPainter, QResizeEvent
from PyQt5.QtWidgets import QWidget

from gui.presenters.ranges import XView
from gui.style.theme import Theme
from gui.widgets.plots import LABEL_WIDTH, Chart

_NARROW = 420
"""Below this width (pixels) there is no room for labels beside the lines."""
_LOW = 420
"""Below this height (pixels) the last chart is left out."""
_BESIDE = 230
"""Below this height (pixels) the charts stand beside each other."""
_WIDE_ENOUGH = 560
"""A narrower place has no room for two charts beside each other."""
_FLAT, _STILL_WIDE = 140, 400
"""Below this height (pixels) charts above each other would be lines; so there it needs less width."""
_STRIP, _FIGURES, _TICKS = 100, 36, 6
"""Heights: the last chart with its axis, an x axis with figures, one without."""
_NO_LABEL = 20
"""Height of an x axis with figures that says nowhere what it counts."""
_MARGIN = 28
"""Width kept free on the right without labels, for half of the last figure."""


class PlotRows(pg.GraphicsLayoutWidget):
    """Lays out charts that share an ``XView``; the last one is a low strip.

    Attributes:
        charts: from top to bottom.
        view: the shown part of the x axis.
    """

    moved = pyqtSignal()
    """The user chose another part of a chart, or the size is another one."""

    def __init__(
        self, charts: Sequence[Chart], view: XView, theme: Theme, parent: QWidget | None = None
    ) -> None:
        """Show ``charts``."""
        self.charts, self.view = tuple(charts), view
        super().__init__(parent)
        layout = self.ci.layout
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setHorizontalSpacing(0)
        layout.setVerticalSpacing(6)
        for row, chart in enumerate(self.charts):
            self.ci.addItem(chart.plot, row, 0)
            self.ci.addItem(chart.labels, row, 1)
        self.beside_each_other = False
        self._stretch()
        self.setMinimumSize(QSize(240, 72))
        self.setFocusPolicy(Qt.StrongFocus)
        self._arrange()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.setBackground(theme.panel)
        for chart in self.charts:
            chart.set_theme(theme)
        self._arrange()  # an axis whose label has another colour shows it, too

    def set_label(self, text: str) -> None:
        """Say what the x axis shows, with its unit."""
        for chart in self.charts:
            chart.bottom.set_text(text)
        self._arrange()

    @property
    def columns(self) -> int:
        """How many columns of data can be told apart."""
        width: float = self.charts[0].plot.vb.width()
        return max(64, round(width))

    @property
    def shown_charts(self) -> tuple[Chart, ...]:
        """The charts there is room for."""
        return tuple(chart for chart in self.charts if chart.plot.isVisible())

    def picture(self, scale: int = 2) -> QImage:
        """Return the charts with ``scale`` pixels a unit of the screen."""
        image = QImage(self.size() * scale, QImage.Format_RGB32)
        image.setDevicePixelRatio(scale)
        image.fill(self.backgroundBrush().color())
        painter = QPainter(image)
        self.render(painter)
        painter.end()
        return image

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Use the room there is; pyqtgraph calls this without an event while it builds itself."""
        super().resizeEvent(event)
        if event is not None and event.size() != event.oldSize():
            self._arrange()
            self.ci.setGeometry(self.range)  # the charts needed more room before they were arranged
            self.moved.emit()

    def _arrange(self) -> None:
        strip, roomy = self.charts[-1], self.height() >= _LOW
        for item in (strip.plot, strip.labels):
            item.setVisible(roomy)
            item.setMinimumHeight(_STRIP if roomy else 0)
            item.setMaximumHeight(_STRIP if roomy else 0)
        low = self.height() < _BESIDE
        least = _STILL_WIDE if self.height() < _FLAT else _WIDE_ENOUGH
        self._set_beside(low and self.width() >= least)
        last = strip if roomy else self.charts[-2]
        for chart in self.charts:
            figures = chart is last or self.beside_each_other
            chart.bottom.setStyle(showValues=figures)
            chart.bottom.showLabel(figures and not low)
            chart.bottom.setHeight((_NO_LABEL if low else _FIGURES) if figures else _TICKS)
            chart.shorten(low)
        layout = self.ci.layout
        width = self.width() / 2 if self.beside_each_other else self.width()
        for column in (1, 3) if self.beside_each_other else (1,):
            layout.setColumnFixedWidth(column, LABEL_WIDTH if width >= _NARROW * 0.8 else _MARGIN)
        layout.activate()

    def _set_beside(self, beside: bool) -> None:
        """Put the charts beside each other, or above each other."""
        if beside == self.beside_each_other:
            return
        self.beside_each_other = beside
        layout = self.ci.layout
        for number, chart in enumerate(self.charts[:-1]):
            row, column = (0, 2 * number) if beside else (number, 0)
            for place, item in enumerate((chart.plot, chart.labels)):
                layout.removeItem(item)
                layout.addItem(item, row, column + place)
        self._stretch()

    def _stretch(self) -> None:
        layout, beside = self.ci.layout, self.beside_each_other
        for row, share in enumerate((4, 3, 3)):
            layout.setRowStretchFactor(row, share if not (beside and row) else 0)
            layout.setRowSpacing(row, 0 if beside else 6)
        layout.setColumnStretchFactor(0, 1)
        layout.setColumnStretchFactor(2, int(beside))
        for column in (2, 3):
            if not beside:
                layout.setColumnFixedWidth(column, 0)
            elif column == 2:
                layout.setColumnMinimumWidth(column, 0)
                layout.setColumnMaximumWidth(column, 16777215)

    # --- what is where ----------------------------------------------------------------------------

    def x_at(self, place: QPoint) -> float:
        """Return the x under ``place``."""
        shown, box = self.view.shown, (self.chart_at(place) or self.charts[0]).plot.vb
        left, width = box.sceneBoundingRect().left(), max(box.width(), 1.0)
        return shown.low + shown.width * float((self.mapToScene(place).x() - left) / width)

    def y_at(self, chart: Chart, place: QPoint) -> float:
        """Return the y of ``chart`` under ``place``."""
        return float(chart.plot.vb.mapSceneToView(QPointF(self.mapToScene(place))).y())

    def chart_at(self, place: QPoint) -> Chart | None:
        """Return the chart at the height of ``place``; beside each other, the one it lies in or left of."""
        spot = self.mapToScene(place)
        for chart in self.shown_charts:
            rect = chart.plot.vb.sceneBoundingRect()
            ends = chart.labels.sceneBoundingRect().right() if self.beside_each_other else math.inf
            if rect.top() <= spot.y() <= rect.bottom() and spot.x() <= ends:
                return chart
        return None

    def beside(self, place: QPoint) -> bool:
        """Return whether ``place`` is left or right of the curves."""
        rect = (self.chart_at(place) or self.charts[0]).plot.vb.sceneBoundingRect()
        return not rect.left() <= self.mapToScene(place).x() <= rect.right()
