"""Draws ``CurveData`` on the charts of the Learn view."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from engine.formatting import loss_figure, share
from engine.model.history import History
from engine.training.config import RunConfig
from engine.training.stopping import stop
from gui.presenters.curves import LEAST, X_AXES, CurveData, Thin
from gui.presenters.pyramid import Values
from gui.presenters.ranges import Range, XView, fitted, usual
from gui.style.theme import Theme
from gui.views.learn_before import Before, Line
from gui.widgets.plot_curves import Best
from gui.widgets.plot_stack import PlotStack
from gui.widgets.plots import Chart, EndLabel

_PERCENT = Range(0.0, 100.0)
_LOSS = Range(0.0, math.inf)
_LOG_LOSS = Range(math.log10(LEAST), math.inf)
_RATE = Range(0.0, math.inf)


class Drawing:
    """The charts of loss, accuracy and learning rate, and what they show.

    Attributes:
        data: the curves.
        axis: how the x axis counts.
        logarithmic: whether the loss is drawn on a logarithmic axis.
        view: the shown part of the x axis.
        stack: the widget.
    """

    def __init__(self, theme: Theme) -> None:
        """Make empty charts."""
        self.data = CurveData(History())
        self.axis = X_AXES[0]
        self.logarithmic = False
        self.view = XView()
        self.loss = Chart("loss (cross-entropy)", _LOSS, short="loss")
        self.accuracy = Chart("accuracy, %", _PERCENT, least=5.0)
        self.rate = Chart("rate", _RATE)
        self.stack = PlotStack((self.loss, self.accuracy, self.rate), self.view, theme)
        self.stack.set_label(self.axis.label)
        self.theme = theme
        self._drawn = self._validated = 0
        self._drawn_end = 0.0
        self._rules: RunConfig | None = None
        self._ended = False
        self._before: Before | None = None

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.theme = theme
        self.stack.set_theme(theme)
        self._label_ends()

    def set_history(self, history: History) -> None:
        """Draw another run from now on."""
        self.data = CurveData(history, self.data.span)
        self.set_before(None)
        for chart in self.stack.charts:
            chart.clear()
        self._drawn = self._validated = 0
        self.view.reach(0.0, 0)
        self.view.fit()

    def set_before(self, before: Before | None) -> None:
        """Draw the curves of the run that this one was branched off from before it; None for none."""
        self._before = before
        self.view.begin(before.start(self.axis) if before is not None else 0.0)
        if before is not None:
            self.view.reach(self.data.end(self.axis), self.data.length)
            self.draw(refit=True)

    def set_rules(self, config: RunConfig | None, *, ended: bool) -> None:
        """Show what a run with these settings is to reach, and where it stopped for that, once it has."""
        if (config, ended) != (self._rules, self._ended):
            self._rules, self._ended = config, ended
            self._mark_stop()

    def set_axis(self, index: int) -> None:
        """Count along the x axis in another way; everything is shown."""
        self.axis = X_AXES[index]
        self.stack.set_label(self.axis.label)
        self.view.begin(self._before.start(self.axis) if self._before is not None else 0.0)
        self.view.reach(self.data.end(self.axis), self.data.length)
        self.stack.show_all()

    def set_logarithmic(self, on: bool) -> None:
        """Draw the loss on a logarithmic axis, or not."""
        self.logarithmic = on
        self.loss.limit = _LOG_LOSS if on else _LOSS
        self.loss.set_logarithmic(on)
        self.draw(refit=True)

    def grow(self, *, patient: bool = False) -> bool:
        """Take in new rows and draw them; a view that the user chose stays where it is.

        Args:
            patient: leave the curves as they are while the new rows are less than half a column.

        Returns:
            Whether the curves are up to date; the figures beside them always are.
        """
        data = self.data
        data.update()
        moved = self.view.reach(data.end(self.axis), data.length)
        new = data.length - self._drawn
        same = not moved and data.validated == self._validated and self._drawn > 0
        if same and self._drawn_end > self.view.shown.high:
            self._label_ends()
            return True
        if same and patient and 2 * new < data.column_rows(self.axis, self.view.shown, self.stack.columns):
            self._label_ends()
            return new == 0
        self.draw(refit=self.view.following)
        return True

    def draw(self, *, refit: bool) -> None:
        """Draw the shown part; with ``refit`` the y axes follow what is in it."""
        self._drawn, self._validated = self.data.length, self.data.validated
        self._drawn_end = self.data.end(self.axis)
        if not self.data.length:
            return
        self._draw_chart(self.loss, "loss", self._loss_scale, refit=refit)
        self._draw_chart(self.accuracy, "accuracy", lambda share: 100.0 * share, refit=refit)
        if self.rate.plot.isVisible():
            self._draw_rate(refit=refit)
        self._mark_best()
        self._mark_stop()
        self._label_ends()

    # --- parts ------------------------------------------------------------------------------------

    def _loss_scale(self, loss: Values) -> Values:
        return np.log10(np.maximum(loss, LEAST)) if self.logarithmic else loss

    def _draw_chart(self, chart: Chart, name: str, scale: Callable[[Values], Values], *, refit: bool) -> None:
        shown, columns = self.view.shown, self.stack.columns
        thin = self.data.training(name, self.axis, shown, columns)
        averages = scale(self.data.averages(name, thin))
        validations = self.data.validations(name, self.axis, shown, columns)
        positive = self.logarithmic and chart is self.loss
        content = _content(thin, validations, scale, positive=positive)
        if self._before is not None:
            lines = self._before.lines(name, self.axis, shown, columns, scale)
            chart.curves.show_before(*lines)
            content = _with(content, lines)
        chart.curves.show_training(_scaled(thin, scale), averages)
        chart.curves.show_validations(_scaled(validations, scale))
        chart.show_ranges(shown, self._y(chart, content, refit=refit))

    def _draw_rate(self, *, refit: bool) -> None:
        shown = self.view.shown
        thin = self.data.training("learning_rate", self.axis, shown, self.stack.columns)
        self.rate.curves.show_line(thin)
        top = float(thin.high.max(initial=0.0))
        self.rate.show_ranges(shown, self._y(self.rate, Range(0.0, top), refit=refit))

    def _y(self, chart: Chart, content: Range | None, *, refit: bool) -> Range | None:
        if chart.held or content is None or not (refit or chart.y is None):
            return chart.y
        if self.view.following and chart is self.loss and not self.logarithmic:
            content = Range(min(0.0, content.low), content.high)
        return fitted(content, chart.y, chart.limit, chart.least)

    def _mark_best(self) -> None:
        best = self.data.best_mark(self.axis)
        if best is None:
            return
        x, mark = best
        loss, height = self._loss_scale(np.array([mark.loss]))[0], 100 * mark.accuracy
        self.loss.curves.show_best(Best(x, float(loss), loss_figure(mark.loss)))
        self.accuracy.curves.show_best(Best(x, height, f"best {share(mark.accuracy)}"))

    def _mark_stop(self) -> None:
        config, stopped = self._rules, None
        if config is not None and self._ended and stop(config, self.data.history) is not None:
            stopped = self.data.end(self.axis)
        loss = config.stop_loss if config is not None else 0.0
        accuracy = config.stop_accuracy if config is not None else 0.0
        level = float(self._loss_scale(np.array([loss]))[0]) if loss else None
        self.loss.curves.show_stop(level, stopped)
        self.accuracy.curves.show_stop(100 * accuracy if accuracy else None, stopped)

    def _label_ends(self) -> None:
        """Name the lines beside their last values, or those at the right edge of a chosen part."""
        theme = self.theme
        reading = self.data.reading(self.axis, self.view.shown.high)
        if reading is None:
            return
        loss, accuracy, mark = reading.mean_loss, reading.mean_accuracy, reading.validation
        at = float(self._loss_scale(np.array([loss]))[0])
        losses = [EndLabel(at, f"average {loss_figure(loss)}", theme.train)]
        shares = [EndLabel(100 * accuracy, f"average {share(accuracy)}", theme.train)]
        if mark is not None:
            at = float(self._loss_scale(np.array([mark.loss]))[0])
            losses.append(EndLabel(at, f"validation {loss_figure(mark.loss)}", theme.validation))
            shares.append(
                EndLabel(100 * mark.accuracy, f"validation {share(mark.accuracy)}", theme.validation)
            )
        losses += self._beyond()
        self.loss.labels.show_labels(losses)
        self.accuracy.labels.show_labels(shares)
        rate = reading.learning_rate
        self.rate.labels.show_labels([EndLabel(rate, f"rate {rate:.3g}", theme.muted)])

    def _beyond(self) -> list[EndLabel]:
        """Say how high the loss goes, if that is left out of the picture."""
        band, y = self.loss.curves.band, self.loss.y
        if band is None or y is None or not len(band.high) or band.high.max() <= y.high:
            return []
        top = float(band.high.max())
        text = f"\N{UPWARDS ARROW} up to {10**top if self.logarithmic else top:.3g}"
        return [EndLabel(y.high, text, self.theme.muted)]


def _scaled(thin: Thin, scale: Callable[[Values], Values]) -> Thin:
    return dataclasses.replace(thin, low=scale(thin.low), high=scale(thin.high))


def _with(content: Range | None, lines: tuple[Line, Line]) -> Range | None:
    """Return what the y axis has to hold so that ``lines`` are seen, too."""
    values = np.concatenate([y for _, y in lines])
    if content is None or not len(values):
        return content
    return Range(min(content.low, float(values.min())), max(content.high, float(values.max())))


def _content(
    thin: Thin, validations: Thin, scale: Callable[[Values], Values], *, positive: bool
) -> Range | None:
    """Return what the y axis has to hold; on a logarithmic axis positive values alone."""
    low, high = thin.low, thin.high
    if positive:
        high = high[high > 0]
        low = np.where(low > 0, low, thin.high)
        low = low[low > 0]
    if not len(low):
        return None
    batches = usual(scale(low), scale(high))
    points = np.concatenate([validations.low, validations.high])
    points = scale(points[points > 0] if positive else points)
    if batches is None:
        return None
    return Range(
        min(batches.low, float(points.min(initial=math.inf))),
        max(batches.high, float(points.max(initial=-math.inf))),
    )
