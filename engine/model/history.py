"""What a run leaves behind: columns of numbers that only ever grow.

One thread appends, any number of threads read without a lock: a row counts only once ``length``
says so, and growing replaces the block instead of moving it under a reader.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[np.float64]


class Columns:
    """A table of float64 columns to which rows are appended."""

    def __init__(self, names: Sequence[str]) -> None:
        """Make an empty table with the columns ``names``."""
        self.names = tuple(names)
        self.length = 0
        self._block = np.empty((len(self.names), 1024))

    def append(self, *row: float) -> None:
        """Add one row: a number for each column, in order."""
        count = self.length
        block = self._block
        if count == block.shape[1]:
            bigger = np.empty((len(self.names), 2 * count))
            bigger[:, :count] = block
            self._block = block = bigger
        block[:, count] = row
        self.length = count + 1

    def column(self, name: str, start: int = 0) -> Column:
        """Return a read-only view of a column from row ``start`` to the last one."""
        count = self.length
        view: Column = self._block[self.names.index(name), start:count]
        view.flags.writeable = False
        return view

    def last(self, name: str) -> float:
        """Return the newest value of a column; NaN while there is none."""
        count = self.length
        return float(self._block[self.names.index(name), count - 1]) if count else float("nan")

    def extend(self, rows: npt.NDArray[np.float64]) -> None:
        """Append all rows of ``rows``, shape ``(columns, rows)``."""
        count, more = self.length, rows.shape[1]
        if count + more > self._block.shape[1]:
            bigger = np.empty((len(self.names), 2 * (count + more)))
            bigger[:, :count] = self._block[:, :count]
            self._block = bigger
        self._block[:, count : count + more] = rows
        self.length = count + more

    def table(self) -> npt.NDArray[np.float64]:
        """Return a copy of everything, shape ``(columns, rows)``."""
        copy: Column = self._block[:, : self.length].copy()
        return copy

    @property
    def csv_header(self) -> str:
        """The first line of ``csv``."""
        return ",".join(self.names) + "\n"

    def csv(self) -> str:
        """Return a header line and one line a row."""
        return self.csv_header + self.csv_lines(0, self.length)

    def csv_lines(self, start: int, stop: int) -> str:
        """Return one line for each of the rows ``start`` to ``stop`` - 1."""
        rows = self._block[:, start:stop].T.tolist()
        return "".join(",".join(f"{value:.9g}" for value in row) + "\n" for row in rows)


STEP_COLUMNS = ("step", "epoch", "seconds", "loss", "accuracy", "learning_rate")
VALIDATION_COLUMNS = ("step", "epoch", "seconds", "loss", "accuracy")


class History:
    """The curves of one run.

    Attributes:
        steps: one row a training step; ``loss`` and ``accuracy`` (0 to 1) are those of the batch
            before the update, ``seconds`` is time spent training.
        validations: one row a validation, with the mean loss and the accuracy over its images.
    """

    def __init__(self) -> None:
        self.steps = Columns(STEP_COLUMNS)
        self.validations = Columns(VALIDATION_COLUMNS)

    def until(self, step: int) -> History:
        """Return the curves as they were after the step ``step``; itself if nothing came later."""
        if not any(rows.length and rows.last("step") > step for rows in (self.steps, self.validations)):
            return self
        result = History()
        for mine, kept in ((self.steps, result.steps), (self.validations, result.validations)):
            kept.extend(mine.table()[:, mine.column("step") <= step])
        return result

    def best(self) -> int | None:
        """Return the row of the best validation (highest accuracy, then lowest loss), if any."""
        accuracy = self.validations.column("accuracy")
        if not len(accuracy):
            return None
        loss = self.validations.column("loss")[: len(accuracy)]
        return int(np.lexsort((loss, -accuracy))[0])
