"""A film of the curves, as they grow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.errors import ConfigError
from engine.model.history import Columns
from engine.publish.charts import ticks
from engine.publish.film.page import Box, Page, mixed
from engine.publish.film.settings import axis
from engine.publish.film.subject import Source, Subject

_POINTS = 500
_TEXT = 12
_MEAN = 15
"""Points whose mean is drawn over a noisy curve."""
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Curve:
    """One curve: places along the film ``(N,)``, 0 to 1, and values ``(N,)``."""

    name: str
    style: str
    x: Values
    y: Values

    @property
    def noisy(self) -> bool:
        """Whether its mean is drawn over it."""
        return self.style == "train"


class Curves(Subject):
    """Loss and accuracy of the batches and of the validations, up to the step."""

    key = "curves"
    title = "Curves"
    about = "Loss and accuracy of the batches and of the validations, as they grow."
    glides = True
    weights = False

    def __init__(self, source: Source) -> None:
        """Read the curves; raises ConfigError if there are none."""
        super().__init__(source)
        history = source.history
        self._all: list[int] = history.steps.column("step").astype(int).tolist()
        if not self._all:
            raise ConfigError("The run has no curves to film.")
        self._charts = [
            ("Loss", "", self._curves("loss", 1.0)),
            ("Accuracy", " %", self._curves("accuracy", 100.0)),
        ]

    def steps(self) -> list[int]:
        """Return all steps, whether their weights are kept or not."""
        return self._all

    def _curves(self, column: str, factor: float) -> list[_Curve]:
        history = self.source.history
        both = (("each batch", "train", history.steps), ("validation", "validation", history.validations))
        return [
            _Curve(name, style, *self._thinned(table, column, factor))
            for name, style, table in both
            if table.length
        ]

    def _thinned(self, table: Columns, column: str, factor: float) -> tuple[Values, Values]:
        """Return means over stretches that are equally long on the scale of the film."""
        step, value = table.column("step"), table.column(column) * factor
        scale = self.source.film.scale
        ends = [self._all[0], self._all[-1]]
        places = np.interp(_on(step, scale), _on(np.array(ends), scale), [0.0, 1.0])
        finite = np.isfinite(value)
        places, value = places[finite], value[finite]
        group = np.minimum((places * _POINTS).astype(int), _POINTS - 1)
        found, first = np.unique(group, return_index=True)
        if len(found) == 0:
            return places, value
        counts = np.diff(np.append(first, len(value)))
        return places[first + counts - 1], np.add.reduceat(value, first) / counts

    def draw(self, page: Page, box: Box, at: float) -> None:
        """Draw the curves up to the moment."""
        steps = self.source.steps
        places = axis(steps, self.source.film.scale)
        along = float(np.interp(at, np.arange(len(steps)), places))
        wide = box.width > 1.5 * box.height
        cells = box.cells(2 if wide else 1, 1 if wide else 2, page.px(36))
        for cell, (title, unit, curves) in zip(cells, self._charts, strict=True):
            self._draw_chart(page, cell, title, unit, curves, along)

    def _draw_chart(
        self, page: Page, box: Box, title: str, unit: str, curves: list[_Curve], along: float
    ) -> None:
        theme = page.theme
        values = np.concatenate([curve.y for curve in curves]) if curves else np.zeros(0)
        if not len(values):
            return
        marks = ticks(float(values.min()), float(values.max()))
        low, high = min(marks[0], float(values.min())), max(marks[-1], float(values.max()))
        labels = [f"{mark:,.6g}{unit}" for mark in marks]
        beside = max(page.text_width(label, _TEXT) for label in labels) + page.px(8)
        above, below = page.letters(15) + page.px(14), page.letters(_TEXT) + page.px(10)
        plot = box.inside(beside, above, page.px(10), below)
        page.text((plot.left, box.top), title, 15, strong=True)
        self._draw_key(page, plot, box.top, curves)
        for mark, label in zip(marks, labels, strict=True):
            y = round(plot.top + plot.height * (high - mark) / (high - low))
            page.fill(Box(plot.left, y, plot.width, 1), theme.line)
            page.text((plot.left - page.px(6), y), label, _TEXT, theme.muted, "rm")
        self._draw_steps(page, plot)

        def draw(on: Any, fine: float) -> None:
            for curve in curves:
                seen = int(np.searchsorted(curve.x, along, side="right"))
                x, y = curve.x[:seen], curve.y[:seen]
                if 0 < seen < len(curve.x):  # up to the very moment
                    x, y = np.append(x, along), np.append(y, np.interp(along, curve.x, curve.y))
                places = [
                    (fine * plot.width * a, fine * (3 + (plot.height - 1) * (high - b) / (high - low)))
                    for a, b in zip(x.tolist(), y.tolist(), strict=True)
                ]
                colour = getattr(theme, curve.style)
                if len(places) > 1:
                    paler = mixed(theme.panel, colour, 0.35) if curve.noisy else colour
                    wide = round(fine * max(1.2, 1.8 * page.unit))
                    on.line(places, fill=paler, width=wide, joint="curve")
                    if curve.noisy:
                        places = _calmed(places)
                        on.line(places, fill=colour, width=wide, joint="curve")
                if places:
                    radius, (a, b) = fine * max(2.0, 3.5 * page.unit), places[-1]
                    on.ellipse((a - radius, b - radius, a + radius, b + radius), fill=colour)

        page.smooth(Box(plot.left, plot.top - 3, plot.width + page.px(9), plot.height + 6), draw)

    def _draw_key(self, page: Page, plot: Box, top: int, curves: list[_Curve]) -> None:
        right = plot.right
        for curve in reversed(curves):
            page.text((right, top + page.px(2)), curve.name, _TEXT, getattr(page.theme, curve.style), "ra")
            right -= page.text_width(curve.name, _TEXT) + page.px(14)

    def _draw_steps(self, page: Page, plot: Box) -> None:
        """Draw the axis of steps; on a logarithmic one the powers of ten."""
        first, last = self._all[0], self._all[-1]
        scale = self.source.film.scale
        if scale == "log":
            marks = [float(10**power) for power in range(12) if first <= 10**power <= last]
        else:
            marks = [mark for mark in ticks(first, last) if first <= mark <= last]
        ends = _on(np.array([first, last]), scale)
        until = float("-inf")
        for mark in marks or [float(first)]:
            share = (
                float(np.interp(_on(np.array([mark]), scale)[0], ends, [0.0, 1.0])) if first < last else 0.0
            )
            label = f"{mark:,.6g}"
            half = page.text_width(label, _TEXT) / 2
            x = plot.left + plot.width * share
            if x - half > until:
                page.text((x, plot.bottom + page.px(6)), label, _TEXT, page.theme.muted, "ma")
                until = x + half + page.px(10)


def _on(steps: Any, scale: str) -> Values:
    """Return where steps lie on the scale, not yet between 0 and 1."""
    values = np.asarray(steps, np.float64)
    return np.log1p(values) if scale == "log" else values


def _calmed(places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return a line through the mean of each place and those before it."""
    x, y = np.array(places).T
    total = np.concatenate([[0.0], np.cumsum(y)])
    ends = np.arange(1, len(y) + 1)
    starts = np.maximum(ends - _MEAN, 0)
    return list(zip(x.tolist(), ((total[ends] - total[starts]) / (ends - starts)).tolist(), strict=True))
