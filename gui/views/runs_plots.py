"""The runs of the table as pictures: across parallel axes, and any setting against any figure."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TypeAlias

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtGui import QShowEvent
from PyQt5.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from engine.errors import EngineError
from engine.formatting import counted
from engine.runs.facts import Facts, facts_of
from engine.runs.summary import Summary
from engine.task import Task
from gui.presenters.axes import axis, measured, title_of, value_of, varied
from gui.run.runner import Runner
from gui.style.theme import GRID, Theme
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.parallel import ParallelPlot
from gui.widgets.plain import OneLine
from gui.widgets.run_scatter import RunScatter

_MOST = 1000
"""Runs that are drawn: the newest ones."""
_Known: TypeAlias = "dict[str, tuple[Summary, Facts]]"
"""What was read of the runs, by their folders."""
_MOST_AXES = 12
_PARALLEL, _SCATTER = "parallel axes", "points"
_HINT = "Drag along an axis to choose runs by it, click it to take that back. Click a line for one run."


class RunsPlots(QWidget):
    """Draws the runs that the table shows; what is chosen in one is chosen in the other.

    Attributes:
        facts: what is known of the runs that are drawn.
    """

    picked = pyqtSignal(object)
    """The paths of the runs that were chosen here (a list)."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make plots without runs."""
        super().__init__(parent)
        self.facts: list[Facts] = []
        self._runs: list[Summary] = []
        self._drawn: list[Summary] = []
        self._asked: list[Summary] = []
        self._known: _Known = {}
        self._varied: list[str] = []
        self._reader = Runner(self)
        self.parallel, self.scatter = ParallelPlot(theme), RunScatter(theme)
        self.form = ChoiceBox("Form of the plot", "How runs are drawn")
        self.form.addItem("Parallel axes", _PARALLEL)
        self.form.addItem("Points", _SCATTER)
        self.figure = ChoiceBox("Figure", "The figure of the last axis, which gives the colours", letters=14)
        self.across = ChoiceBox("Across", "What the points are set against", letters=14)
        self.words = OneLine()
        self.words.setObjectName("note")
        self._stack = QStackedWidget()
        for widget in (self.parallel, self.scatter):
            self._stack.addWidget(widget)
            widget.pointed.connect(self._point)
            widget.picked.connect(self._pick)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        for box in (self.form, self.figure, self.across):
            head.addWidget(box)
        head.addWidget(self.words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        self.form.currentIndexChanged.connect(lambda _index: self._draw())
        self.figure.activated.connect(lambda _index: self._draw())
        self.across.activated.connect(lambda _index: self._draw())

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.parallel.set_theme(theme)
        self.scatter.set_theme(theme)

    def show_runs(self, runs: Sequence[Summary]) -> None:
        """Draw these runs; their records are read beside the window."""
        new = sorted(runs, key=lambda run: run.created, reverse=True)[:_MOST]
        if new != self._runs:
            self._runs = new
            self._read()

    def showEvent(self, event: QShowEvent) -> None:
        """Read what has come while nobody looked."""
        super().showEvent(event)
        self._read()

    def choose(self, paths: set[str]) -> None:
        """Draw what is chosen in the table above the rest."""
        chosen = {number for number, run in enumerate(self._drawn) if run.path in paths}
        chosen = chosen if len(chosen) < len(self._drawn) else set()
        self.parallel.choose(chosen)
        self.scatter.choose(chosen)

    # --- reading ----------------------------------------------------------------------------------------

    def _read(self) -> None:
        if not self.isVisible() or self._runs == self._asked:
            return
        self._asked = self._runs
        runs, known = list(self._runs), dict(self._known)

        def read(task: Task) -> tuple[_Known, list[str]]:
            found: _Known = {}
            for run in runs:
                task.check()
                before = known.get(run.path)
                with suppress(EngineError):  # the table says what is wrong with it
                    found[run.path] = before if before and before[0] == run else (run, facts_of(run))
            return found, varied([facts for _, facts in found.values()])

        self._reader.ask(read, self._take, self.words.setText, patient=True)

    def _take(self, answer: tuple[_Known, list[str]]) -> None:
        found, self._varied = answer
        self._known = found
        self._drawn = [run for run, _ in found.values()]
        self.facts = [facts for _, facts in found.values()]
        for box, keys in ((self.figure, measured(self.facts)), (self.across, self._across())):
            before = box.currentData()
            box.clear()
            for key in keys:
                box.addItem(title_of(key), key)
            box.setCurrentIndex(max(0, box.findData(before)))
        self._draw()
        self._read()  # others may be shown by now

    def _across(self) -> list[str]:
        return [*self._varied, *measured(self.facts)]

    # --- drawing ----------------------------------------------------------------------------------------

    def _draw(self) -> None:
        points = self.form.currentData() == _SCATTER
        self._stack.setCurrentIndex(1 if points else 0)
        self.across.setVisible(points)
        figure = self.figure.currentData()
        axes = []
        if figure is not None and self.facts:
            keys = [key for key in self._varied if key != figure][: _MOST_AXES - 1]
            axes = [axis(key, [value_of(run, key) for run in self.facts]) for key in (*keys, figure)]
        self.parallel.show_axes(axes)
        if points and axes and self.across.currentData() is not None:
            key = self.across.currentData()
            across = axis(key, [value_of(run, key) for run in self.facts])
            self.scatter.show_axes(across, axes[-1], axes[-1])
        else:
            self.scatter.show_axes(None, None, None)
        self._say()

    def _say(self) -> None:
        hint = (
            _HINT if self.form.currentData() == _PARALLEL else "Click a point, or drag a frame around some."
        )
        self.words.setText(
            hint if len(self.facts) > 1 else "There are too few runs to set against each other."
        )

    def _point(self, number: int | None) -> None:
        if number is None or number >= len(self.facts):
            self._say()
            return
        run, facts = self._drawn[number], self.facts[number]
        values = [f"{each.title} {each.values[number]}" for each in self.parallel.axes]
        told = ", ".join([run.title or facts.name, *reversed(values)])
        self.words.setText(told)

    def _pick(self, numbers: list[int]) -> None:
        chosen = [self._drawn[number] for number in numbers if number < len(self._drawn)]
        if len(chosen) > 1:
            self.words.setText(f"{counted(len(chosen), 'run')} chosen")
        self.picked.emit([run.path for run in chosen])
