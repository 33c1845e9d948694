"""Minimum, maximum and sum over any stretch of a growing column, without looking at all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

FANOUT = 8
"""Values that are summed up by one of the next level; the levels cost 3/7 of the column's memory."""
_SHIFT = 3


class _Growing:
    """An array ``(3, count)`` that grows at its end: minima, maxima and sums."""

    def __init__(self) -> None:
        self.count = 0
        self._block = np.empty((3, 64))

    def extend(self, rows: Values) -> None:
        need = self.count + rows.shape[1]
        if need > self._block.shape[1]:
            bigger = np.empty((3, max(need, 2 * self._block.shape[1])))
            bigger[:, : self.count] = self._block[:, : self.count]
            self._block = bigger
        self._block[:, self.count : need] = rows
        self.count = need

    def row(self, number: int) -> Values:
        return self._block[number, : self.count]


class Pyramid:
    """Levels over a column of finite numbers: each holds eight values of the one below in one.

    ``update`` looks at the new rows alone. A question is answered from as few values as possible:
    thinning a million rows to a thousand columns reads 16 000 numbers.

    Attributes:
        length: rows that are taken in.
    """

    def __init__(self, source: Callable[[], Values]) -> None:
        """Make a pyramid over what ``source()`` returns; its rows are only ever appended to."""
        self._source = source
        self._raw: Values = np.empty(0)
        self._levels: list[_Growing] = []
        self.length = 0

    def update(self) -> None:
        """Take in the rows that came since the last call."""
        self._raw = self._source()
        self.length = len(self._raw)
        low = high = total = self._raw
        depth = 0
        while True:
            whole = len(low) // FANOUT
            if not whole:
                return
            if depth == len(self._levels):
                self._levels.append(_Growing())
            level = self._levels[depth]
            new = slice(level.count * FANOUT, whole * FANOUT)
            if whole > level.count:
                parts = (
                    low[new].reshape(-1, FANOUT).min(axis=1),
                    high[new].reshape(-1, FANOUT).max(axis=1),
                    total[new].reshape(-1, FANOUT).sum(axis=1),
                )
                level.extend(np.stack(parts))
            low, high, total = level.row(0), level.row(1), level.row(2)
            depth += 1

    def columns(self, start: int, stop: int, size: int) -> tuple[Values, Values, Rows]:
        """Thin rows ``start`` to ``stop`` (without it) to one column for every ``size`` rows.

        Args:
            start: a multiple of ``size``.
            stop: at most ``length``; the last column may hold fewer rows.
            size: rows in a column, a power of two.

        Returns:
            The minimum, the maximum and the last row of each column, each ``(columns,)``.
        """
        whole = (stop - start) // size
        edge = start + whole * size
        low = self._reduce(0, np.minimum, start, whole, size)
        high = self._reduce(1, np.maximum, start, whole, size)
        last: Rows = np.arange(start + size - 1, edge, size, dtype=np.int64)
        if edge < stop:
            rest = self._raw[edge:stop]
            low, high = np.append(low, rest.min()), np.append(high, rest.max())
            last = np.append(last, stop - 1)
        return low, high, last

    def _reduce(self, row: int, of: np.ufunc, start: int, columns: int, size: int) -> Values:
        depth = min((size.bit_length() - 1) // _SHIFT, len(self._levels))
        node = FANOUT**depth
        values = self._levels[depth - 1].row(row) if depth else self._raw
        part = values[start // node : start // node + columns * (size // node)]
        reduced: Values = of.reduce(part.reshape(columns, size // node), axis=1)
        return reduced

    def means(self, rows: Rows, span: int) -> Values:
        """Return at each of ``rows``, ``(n,)``, the mean of the last ``span`` values up to and with it.

        Near the start it is the mean of what there is. Every mean is a sum of the values of its own
        window alone: no running total is subtracted, so a huge loss long ago leaves no trace.
        """
        stop = np.asarray(rows, dtype=np.int64) + 1
        start = np.maximum(stop - span, 0)
        count = stop - start
        total = np.zeros(len(stop))
        values: Values = self._raw
        for depth in range(len(self._levels) + 1):
            # Whole nodes of the next level lie from ``inner`` to ``outer``; what sticks out is added here.
            inner, outer = -(-start // FANOUT), stop // FANOUT
            deeper = (inner < outer) & (depth < len(self._levels))
            left_end = np.where(deeper, inner * FANOUT, stop)
            total += _sum_short(values, start, left_end)
            right_start = np.where(deeper, outer * FANOUT, stop)
            total += _sum_short(values, right_start, stop)
            start, stop = np.where(deeper, inner, 0), np.where(deeper, outer, 0)
            if not deeper.any():
                break
            values = self._levels[depth].row(2)
        means: Values = total / count
        return means


def _sum_short(values: Values, start: Any, stop: Any) -> Values:
    """Return the sums of ``values[start:stop]`` for arrays of a few-element stretches."""
    total = np.zeros(len(start))
    longest = int((stop - start).max(initial=0))
    end = len(values) - 1
    for offset in range(longest):
        at = start + offset
        total += np.where(at < stop, values[np.minimum(at, end)], 0.0)
    return total
