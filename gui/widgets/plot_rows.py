"""Charts in rows above each other, with one x axis below the last of them."""

from __future__ import annotations

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
_STRIP, _FIGURES, _TICKS = 100, 36, 6
"""Heights: the last chart with its axis, an x axis with figures, one without."""
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
            layout.setRowStretchFactor(row, 3)
        layout.setRowStretchFactor(0, 4)
        layout.setColumnStretchFactor(0, 1)
        self.setMinimumSize(QSize(240, 160))
        self.setFocusPolicy(Qt.StrongFocus)
        self._arrange()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.setBackground(theme.panel)
        for chart in self.charts:
            chart.set_theme(theme)

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
            self.moved.emit()

    def _arrange(self) -> None:
        strip, roomy = self.charts[-1], self.height() >= _LOW
        for item in (strip.plot, strip.labels):
            item.setVisible(roomy)
            item.setMinimumHeight(_STRIP if roomy else 0)
            item.setMaximumHeight(_STRIP if roomy else 0)
        last = strip if roomy else self.charts[-2]
        for chart in self.charts:
            chart.bottom.setStyle(showValues=chart is last)
            chart.bottom.showLabel(chart is last)
            chart.bottom.setHeight(_FIGURES if chart is last else _TICKS)
        layout = self.ci.layout
        layout.setColumnFixedWidth(1, LABEL_WIDTH if self.width() >= _NARROW else _MARGIN)
        layout.activate()

    # --- what is where ----------------------------------------------------------------------------

    def x_at(self, place: QPoint) -> float:
        """Return the x under ``place``."""
        shown, box = self.view.shown, self.charts[0].plot.vb
        left, width = box.sceneBoundingRect().left(), max(box.width(), 1.0)
        return shown.low + shown.width * float((self.mapToScene(place).x() - left) / width)

    def y_at(self, chart: Chart, place: QPoint) -> float:
        """Return the y of ``chart`` under ``place``."""
        return float(chart.plot.vb.mapSceneToView(QPointF(self.mapToScene(place))).y())

    def chart_at(self, place: QPoint) -> Chart | None:
        """Return the chart at the height of ``place``."""
        y = self.mapToScene(place).y()
        for chart in self.shown_charts:
            rect = chart.plot.vb.sceneBoundingRect()
            if rect.top() <= y <= rect.bottom():
                return chart
        return None

    def beside(self, place: QPoint) -> bool:
        """Return whether ``place`` is left or right of the curves."""
        rect = self.charts[0].plot.vb.sceneBoundingRect()
        return not rect.left() <= self.mapToScene(place).x() <= rect.right()
