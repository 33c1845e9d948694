"""The curves of the run that another one was branched off from: they lie before its first step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.model.history import History
from gui.presenters.curves import CurveData, XAxis
from gui.presenters.pyramid import Values
from gui.presenters.ranges import Range

Line = tuple[Values, Values]


class Before:
    """Average and validations of a run that ends where another one begins."""

    def __init__(self, history: History) -> None:
        """Show ``history``, which ends with the step of the branch."""
        self.data = CurveData(history)
        self.data.update()

    def start(self, axis: XAxis) -> float:
        """Return where it began, counted from the branch: 0 or less."""
        return -self.data.end(axis)

    def lines(
        self, name: str, axis: XAxis, shown: Range, columns: int, scale: Callable[[Values], Values]
    ) -> tuple[Line, Line]:
        """Return average and validations in the shown part, x and y ``(n,)``; x counts from the branch."""
        end = self.data.end(axis)
        part = Range(shown.low + end, min(shown.high, 0.0) + end)
        if not self.data.length or part.low > part.high:
            nothing = (np.zeros(0), np.zeros(0))
            return nothing, nothing
        thin = self.data.training(name, axis, part, columns)
        validations = self.data.validations(name, axis, part, columns)
        x, y = validations.line()
        return (thin.x - end, scale(self.data.averages(name, thin))), (x - end, scale(y))
