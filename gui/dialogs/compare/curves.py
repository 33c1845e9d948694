"""The curves of several runs over one another."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.formatting import share
from gui.presenters.compare import Lettered, brief_reading, reading_words
from gui.presenters.curves import LEAST, X_AXES, CurveData
from gui.presenters.pyramid import Values
from gui.presenters.ranges import Range, XView, fitted, together, usual
from gui.style.theme import GRID, Theme
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.plain import Label
from gui.widgets.plot_stack import PlotStack
from gui.widgets.plots import Chart, EndLabel

_PERCENT = Range(0.0, 100.0)
_LOSS = Range(0.0, math.inf)
_LOG_LOSS = Range(math.log10(LEAST), math.inf)
_HINT = (
    "Line: average of the batches. Dots: validation. Point at a curve to read it; wheel: zoom; drag: move."
)


_BRIEF_HINT = "Line: average. Dots: validation. Point at a curve to read it."


class CurvesPage(QWidget):
    """Loss, accuracy and learning rate of every run in its colour, by steps, epochs or seconds."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, brief: bool = False) -> None:
        """Make empty charts; ``show_sides`` fills them.

        Args:
            theme: the colours.
            parent: Qt's owner.
            brief: whether all readings stand in one line, where there is little room.
        """
        super().__init__(parent)
        self._theme, self._brief = theme, brief
        self._sides: Sequence[Lettered] = ()
        self._data: list[CurveData] = []
        self._items: list[pg.PlotDataItem] = []
        self._view = XView()
        self.loss = Chart("loss (cross-entropy)", _LOSS, short="loss")
        self.accuracy = Chart("accuracy, %", _PERCENT, least=5.0)
        self.rate = Chart("rate", _LOSS)
        self.charts = PlotStack((self.loss, self.accuracy, self.rate), self._view, theme)
        self.axis = ChoiceBox(
            "X axis", "What the x axis counts: training steps, epochs, or seconds spent training."
        )
        self.axis.addItems([axis.title for axis in X_AXES])
        self.log = QCheckBox("&Log loss")
        self.all = QPushButton("Show &all")
        self.all.setToolTip("Show the whole curves again (Home, or double-click)")
        self._hint = _BRIEF_HINT if brief else _HINT
        self.readout = Label(self._hint)
        self.readout.setObjectName("note")
        self.readout.setMinimumWidth(1)
        self.readout.setAlignment(Qt.AlignTop)
        self.all.setVisible(not brief)
        self.head = head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.axis)
        head.addWidget(self.log)
        head.addStretch(1)
        head.addWidget(self.all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(head)
        column.addWidget(self.charts, 1)
        column.addWidget(self.readout)
        self.charts.set_label(X_AXES[0].label)
        self.axis.currentIndexChanged.connect(self._axis_changed)
        self.log.toggled.connect(self._log_changed)
        self.all.clicked.connect(lambda _checked: self.charts.show_all())
        self.charts.moved.connect(lambda: self._draw(refit=self._view.following))
        self.charts.pointed.connect(self._read)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.charts.set_theme(theme)
        self._draw(refit=False)

    def show_sides(self, sides: Sequence[Lettered]) -> None:
        """Draw the curves of these."""
        self._sides = sides
        self._data = [CurveData(side.history) for side in sides]
        for data in self._data:
            data.update()
        lines = 1 if self._brief else min(max(2, len(sides)), 8)
        self.readout.setFixedHeight(self.readout.fontMetrics().lineSpacing() * lines + 2)
        self._axis_changed(self.axis.currentIndex())

    def grow(self) -> None:
        """Draw what the curves have more by now."""
        for data in self._data:
            data.update()
        self._reach()
        self._draw(refit=self._view.following)

    def _reach(self) -> None:
        axis = X_AXES[self.axis.currentIndex()]
        end = max((data.end(axis) for data in self._data), default=0.0)
        self._view.reach(end, max((data.length for data in self._data), default=0))

    def colour(self, number: int) -> str:
        """Return the colour of a run."""
        return self._theme.series[number % len(self._theme.series)]

    # --- drawing --------------------------------------------------------------------------------------

    def _axis_changed(self, index: int) -> None:
        self.charts.set_label(X_AXES[index].label)
        self._reach()
        self.charts.show_all()
        self._draw(refit=True)

    def _log_changed(self, on: bool) -> None:
        self.loss.limit = _LOG_LOSS if on else _LOSS
        self.loss.set_logarithmic(on)
        self._draw(refit=True)

    def _scaled(self, name: str, values: Values) -> Values:
        if name == "accuracy":
            return 100.0 * values
        if name == "loss" and self.log.isChecked():
            logs: Values = np.log10(np.maximum(values, LEAST))
            return logs
        return values

    def _draw(self, *, refit: bool) -> None:
        for item in self._items:
            item.getViewBox().removeItem(item) if item.getViewBox() is not None else None
        self._items.clear()
        for chart, name in ((self.loss, "loss"), (self.accuracy, "accuracy"), (self.rate, "learning_rate")):
            self._draw_chart(chart, name, refit=refit)

    def _draw_chart(self, chart: Chart, name: str, *, refit: bool) -> None:
        axis, shown = X_AXES[self.axis.currentIndex()], self._view.shown
        ranges, labels = [], []
        for number, (side, data) in enumerate(zip(self._sides, self._data, strict=True)):
            if not data.length:
                continue
            thin = data.training(name, axis, shown, self.charts.columns)
            raw = thin.high if name == "learning_rate" else data.averages(name, thin)
            y = self._scaled(name, raw)
            # Cosmetic pens count the pixels of the device, of which a sharp screen has more.
            self._add(chart, thin.x, y, pen=pg.mkPen(self.colour(number), width=2 * self.devicePixelRatioF()))
            ranges += [found for found in [usual(y, y)] if found is not None]
            if len(y):
                labels.append(
                    EndLabel(float(y[-1]), f"{side.letter} {_value(name, raw[-1])}", self.colour(number))
                )
            if name != "learning_rate" and data.validated:
                marks = data.validations(name, axis, shown, self.charts.columns)
                y = self._scaled(name, marks.high)
                self._add(
                    chart,
                    marks.x,
                    y,
                    pen=None,
                    symbol="o",
                    symbolSize=5,
                    symbolPen=None,
                    symbolBrush=self.colour(number),
                )
                ranges += [found for found in [usual(y, y)] if found is not None]
        chart.labels.show_labels(labels)
        content = together(ranges)
        keep = chart.held or content is None or not (refit or chart.y is None)
        y_range = chart.y if keep or content is None else fitted(content, None, chart.limit, chart.least)
        chart.show_ranges(shown, y_range)

    def _add(self, chart: Chart, x: Values, y: Values, **look: object) -> None:
        item = pg.PlotDataItem(x, y, connect="finite", **look)
        chart.plot.addItem(item, ignoreBounds=True)
        self._items.append(item)

    def _read(self, x: float | None) -> None:
        axis = X_AXES[self.axis.currentIndex()]
        for chart in self.charts.charts:
            chart.show_cursor(x)
        if x is None:
            self.readout.setText(self._hint)
            return
        words, between = (brief_reading, "   ") if self._brief else (reading_words, "\n")
        readings = [data.reading(axis, x) for data in self._data]
        self.readout.setText(between.join(map(words, self._sides, readings)))


def _value(name: str, value: float) -> str:
    if name == "accuracy":
        return share(float(value))
    return f"{value:.3g}" if name == "learning_rate" else f"{value:.4f}"
