"""The curves of a run as they are drawn: thinned, smoothed, with the best validation, in plain Python.

Only new rows are looked at when the run goes on; what is drawn costs the same for a thousand steps
and for a million.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.formatting import grouped, share
from engine.model.history import Columns, History
from gui.presenters.pyramid import Pyramid, Rows, Values
from gui.presenters.ranges import Range
from gui.presenters.status import duration

SPANS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
"""The spans of the moving average that its field steps through; any between them can be typed."""
_AUTO_SHARE = 0.02
LEAST = 1e-12
"""A logarithmic axis draws zero and negative values here, far below everything else."""


@dataclass(frozen=True)
class XAxis:
    """One way to count along the run: a column of the history and its name with its unit."""

    column: str
    title: str
    label: str


X_AXES = (
    XAxis("step", "Steps", "step"),
    XAxis("epoch", "Epochs", "epoch"),
    XAxis("seconds", "Seconds", "time spent training, s"),
)


def auto_span(steps: int) -> int:
    """Return a span that suits a run of ``steps`` steps: about 2 % of it, in the series 1-2-5."""
    return max((span for span in SPANS if span <= max(10.0, _AUTO_SHARE * steps)), default=SPANS[0])


def column_size(rows: int, columns: int) -> int:
    """Return the smallest power of two so that ``rows`` rows make at most ``columns`` columns."""
    size = 1
    while rows > columns * size:
        size *= 2
    return size


@dataclass(frozen=True)
class Thin:
    """A curve thinned to columns; all arrays ``(columns,)``.

    Attributes:
        x: where each column ends.
        low, high: the smallest and the largest value in each column.
        rows: the last row of each column.
        size: rows in a column; with 1 every value is there.
    """

    x: Values
    low: Values
    high: Values
    rows: Rows
    size: int

    def line(self) -> tuple[Values, Values]:
        """Return x and y of one line through the smallest and the largest value of every column.

        Of n columns there are 2 n places, or n where each column is one row.
        """
        if self.size == 1:
            return self.x, self.low
        return np.repeat(self.x, 2), np.stack([self.low, self.high], axis=1).ravel()

    def bars(self) -> tuple[Values, Values, Values, Values]:
        """Return the left edge, the width, the bottom and the top of a bar for every column, ``(n,)`` each.

        Each bar is joined to the one before it, as a line through all values would be.
        """
        left = np.concatenate([self.x[:1], self.x[:-1]])
        low, high = self.low.copy(), self.high.copy()
        low[1:] = np.minimum(low[1:], self.high[:-1])
        high[1:] = np.maximum(high[1:], self.low[:-1])
        return left, self.x - left, low, high


@dataclass(frozen=True)
class Mark:
    """One validation."""

    step: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class Reading:
    """All that is known at one step; losses are cross-entropies, accuracies 0 to 1."""

    step: int
    epoch: float
    seconds: float
    x: float
    loss: float
    mean_loss: float
    accuracy: float
    mean_accuracy: float
    learning_rate: float
    validation: Mark | None

    def lines(self) -> tuple[str, str]:
        """Return two lines of text: where it is, and the values there."""
        where = [
            f"step {grouped(self.step)}",
            f"epoch {self.epoch:.2f}",
            f"{duration(self.seconds)} of training",
            f"learning rate {self.learning_rate:.3g}",
        ]
        values = [
            f"loss {self.loss:.4g} (average {self.mean_loss:.4g})",
            f"accuracy {share(self.accuracy)} (average {share(self.mean_accuracy)})",
        ]
        if self.validation is not None:
            mark = self.validation
            values.append(f"validation at {grouped(mark.step)}: {mark.loss:.4g}, {share(mark.accuracy)}")
        return " \N{MIDDLE DOT} ".join(where), " \N{MIDDLE DOT} ".join(values)

    def line(self) -> str:
        """Return one line of text: the step, and the values there."""
        return f"step {grouped(self.step)} \N{MIDDLE DOT} {self.lines()[1]}"


class _Series:
    """The columns of one table that are drawn, with a pyramid over each."""

    def __init__(self, table: Columns, names: tuple[str, ...]) -> None:
        self.table = table
        self.pyramids = {name: Pyramid(lambda name=name: table.column(name)) for name in names}  # type: ignore[misc]
        self.length = 0

    def update(self) -> None:
        for pyramid in self.pyramids.values():
            pyramid.update()
        self.length = min(pyramid.length for pyramid in self.pyramids.values())

    def x(self, axis: XAxis) -> Values:
        return self.table.column(axis.column)[: self.length]

    def rows(self, axis: XAxis, shown: Range) -> tuple[int, int]:
        """Return the shown rows and one on either side, so that lines go on to the edge."""
        x = self.x(axis)
        start = max(0, int(np.searchsorted(x, shown.low, "left")) - 1)
        return start, min(self.length, int(np.searchsorted(x, shown.high, "right")) + 1)

    def thin(self, name: str, axis: XAxis, shown: Range, columns: int) -> Thin:
        x = self.x(axis)
        start, stop = self.rows(axis, shown)
        size = column_size(stop - start, columns)
        # Columns begin at multiples of their size: they stay the same while the run goes on.
        start -= start % size
        low, high, rows = self.pyramids[name].columns(start, stop, size)
        return Thin(x[rows], low, high, rows, size)


class CurveData:
    """What the curves of one ``History`` look like.

    Attributes:
        history: the columns.
        best: row of the best validation, or None.
        span: steps in the moving average; 0 chooses by the length of the run.
    """

    def __init__(self, history: History, span: int = 0) -> None:
        """Prepare to draw ``history``; ``update`` takes in its rows."""
        self.history = history
        self.span = span
        self.best: int | None = None
        self._steps = _Series(history.steps, ("loss", "accuracy", "learning_rate"))
        self._validations = _Series(history.validations, ("loss", "accuracy"))

    @property
    def length(self) -> int:
        """Steps that are taken in."""
        return self._steps.length

    @property
    def validated(self) -> int:
        """Validations that are taken in."""
        return self._validations.length

    @property
    def used_span(self) -> int:
        """Steps in the moving average, also when chosen automatically."""
        return self.span or auto_span(self.length)

    def update(self) -> None:
        """Take in new rows."""
        self._steps.update()
        known = self._validations.length
        self._validations.update()
        accuracy, loss = (self._validations.table.column(name) for name in ("accuracy", "loss"))
        for row in range(known, self._validations.length):
            best = self.best
            if best is None or (-accuracy[row], loss[row]) < (-accuracy[best], loss[best]):
                self.best = row

    def end(self, axis: XAxis) -> float:
        """Return how far the run has come on ``axis``."""
        return float(self._steps.x(axis)[-1]) if self.length else 0.0

    def training(self, name: str, axis: XAxis, shown: Range, columns: int) -> Thin:
        """Return the values of every batch in the shown range, thinned to ``columns`` columns."""
        return self._steps.thin(name, axis, shown, columns)

    def averages(self, name: str, thin: Thin) -> Values:
        """Return the moving average, exact, at the last row of each column of ``thin``."""
        return self._steps.pyramids[name].means(thin.rows, self.used_span)

    def validations(self, name: str, axis: XAxis, shown: Range, columns: int) -> Thin:
        """Return the validations in the shown range, thinned if there are more than ``columns``."""
        return self._validations.thin(name, axis, shown, columns)

    def best_mark(self, axis: XAxis) -> tuple[float, Mark] | None:
        """Return where the best validation is, and what it is."""
        if self.best is None:
            return None
        return float(self._validations.x(axis)[self.best]), self._mark(self.best)

    def reading(self, axis: XAxis, at: float) -> Reading | None:
        """Return what is known at the step nearest to ``at``; None before the first step."""
        if not self.length:
            return None
        row = _nearest(self._steps.x(axis), at)
        table = self.history.steps
        values = {name: float(table.column(name)[row]) for name in table.names}
        means = {
            name: float(self._steps.pyramids[name].means(np.array([row]), self.used_span)[0])
            for name in ("loss", "accuracy")
        }
        mark = self._mark(_nearest(self._validations.x(axis), at)) if self.validated else None
        return Reading(
            step=int(values["step"]),
            epoch=values["epoch"],
            seconds=values["seconds"],
            x=values[axis.column],
            loss=values["loss"],
            mean_loss=means["loss"],
            accuracy=values["accuracy"],
            mean_accuracy=means["accuracy"],
            learning_rate=values["learning_rate"],
            validation=mark,
        )

    def place(self, axis: XAxis, step: int) -> float | None:
        """Return where on ``axis`` a step lies; None before the first one."""
        if not self.length:
            return None
        table = self.history.steps
        row = min(int(np.searchsorted(table.column("step")[: self.length], step)), self.length - 1)
        return float(table.column(axis.column)[row]) if step else 0.0

    def column_rows(self, axis: XAxis, shown: Range, columns: int) -> int:
        """Return how many steps one column of the shown range stands for."""
        start, stop = self._steps.rows(axis, shown)
        return column_size(stop - start, columns)

    def neighbour(self, axis: XAxis, at: float, rows: int) -> float:
        """Return where the step is that lies ``rows`` steps from the one nearest to ``at``."""
        x = self._steps.x(axis)
        return float(x[min(max(_nearest(x, at) + rows, 0), len(x) - 1)]) if len(x) else at

    def _mark(self, row: int) -> Mark:
        table = self.history.validations
        step, loss, accuracy = (float(table.column(name)[row]) for name in ("step", "loss", "accuracy"))
        return Mark(int(step), loss, accuracy)


def _nearest(x: npt.NDArray[np.float64], at: float) -> int:
    """Return the row of the ascending ``x`` that is nearest to ``at``."""
    after = int(np.searchsorted(x, at))
    if after == 0:
        return 0
    if after == len(x) or at - x[after - 1] <= x[after] - at:
        return after - 1
    return after
