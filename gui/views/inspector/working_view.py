"""One calculation: what was seen, the weights and their products, the terms by size, and the lines below."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from engine.arithmetic.passes import Step
from engine.arithmetic.windows import Window
from engine.arithmetic.working import Working
from gui.presenters.arithmetic import Row, exact, factor_words, line_rows, term_rows
from gui.style.theme import GRID, SMALL, Theme, font
from gui.widgets.number_grids import NumberGrid, NumberGrids
from gui.widgets.plain import Label, tooltip
from gui.widgets.rows_table import RowsTable

_SUMMED = ("conv",)
_WIDEST = 96
"""Rows or columns of the largest window that is drawn: the squares of others could not be told apart."""
_LEAST_TERMS = 84
"""Height in which the three largest terms are seen."""


class WorkingView(QWidget):
    """Shows a ``Working``; every operand can be followed.

    Attributes:
        working: what is shown.
        channel: which channel of its window the pictures show.
    """

    followed = pyqtSignal(object)
    """The user wants to see how an operand came about (its ``Place``, or the ``Weight`` that it is)."""
    weight_followed = pyqtSignal(object)
    """The user wants to see what became of a weight (its cell in the window: channel, row, column)."""

    def __init__(self, theme: Theme, words: tuple[str, str, str] = ("patch", "kernel", "products")) -> None:
        """Make an empty view; ``words`` name the pictures of values, weights and products."""
        super().__init__()
        self.working: Working | None = None
        self.channel = 0
        self._words = words
        self._kept: tuple[object, int] | None = None
        self.before, self.after = QToolButton(), QToolButton()
        for button, text, name in ((self.before, "‹", "Channel before"), (self.after, "›", "Channel after")):
            button.setText(text)
            button.setAccessibleName(name)
            button.setToolTip(tooltip(f"{name}: the sum goes over all channels of the layer before"))
        self.before.clicked.connect(lambda _checked: self.choose_channel(self.channel - 1))
        self.after.clicked.connect(lambda _checked: self.choose_channel(self.channel + 1))
        self.channel_words = Label()
        self.channel_words.setFont(font(SMALL))
        self.channel_row = QWidget()
        row = QHBoxLayout(self.channel_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        row.addWidget(self.before)
        row.addWidget(self.after)
        row.addWidget(self.channel_words, 1)
        self.grids = NumberGrids(theme, "Patch, kernel and products")
        self.terms = RowsTable(theme, "Terms, largest first", 4)
        self.terms.setMinimumHeight(_LEAST_TERMS)
        self.lines = RowsTable(theme, "The calculation, line by line", 2)
        self.lines.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Fixed)
        self.lines.setVerticalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.terms.setToolTip(
            "Each row is one product: a value that came in, times its weight, the largest first.\n"
            "Click a name to see how that value came about, a weight to see what a step did to it."
        )
        self.lines.setToolTip(
            "The calculation from top to bottom. The last lines say what the picture shows,\n"
            "and how far the sum of the numbers above is from it."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.channel_row)
        column.addWidget(self.grids)
        column.addWidget(self.terms, 1)
        column.addWidget(self.lines)
        column.addStretch(0)
        self.terms.followed.connect(self.followed)
        self.terms.second_followed.connect(self.weight_followed)
        self.lines.followed.connect(self.followed)
        self.grids.followed.connect(self._grid_followed)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for widget in (self.grids, self.terms, self.lines):
            widget.set_theme(theme)

    def show_working(
        self,
        steps: Sequence[Step],
        working: Working,
        names: Sequence[str] = (),
        more: Sequence[Row] = (),
    ) -> None:
        """Show another calculation.

        Args:
            steps: the operations of the network.
            working: the calculation.
            names: of the classes.
            more: rows below its lines.
        """
        self.working = working
        self._show_window(working)
        rows = term_rows(steps, working, names)
        self.terms.setVisible(bool(rows))
        if rows:
            self.terms.set_columns(factor_words(working.kind))
        self.terms.show_rows(rows)
        self.lines.show_rows([*line_rows(working.lines), *more])
        self.lines.setFixedHeight(self.lines.sizeHint().height())

    def choose_channel(self, channel: int) -> None:
        """Show another channel of the window."""
        working = self.working
        if working is not None and working.window is not None:
            count = len(working.window.channels)
            self.channel = channel % count
            self._kept = ((working.place.step, working.kind), self.channel)
            self._paint(working.window)

    def _show_window(self, working: Working) -> None:
        window = working.window
        wide = window is not None and 1 < max(window.values.shape[1:]) <= _WIDEST
        self.grids.setVisible(wide)
        self.channel_row.setVisible(wide and window is not None and len(window.channels) > 1)
        if window is None or not wide:
            return
        same = self._kept is not None and self._kept[0] == (working.place.step, working.kind)
        if same and self._kept is not None and self._kept[1] < len(window.channels):
            self.channel = self._kept[1]
        else:
            self.channel = int(np.abs(window.by_channel).argmax())
        self._paint(window)

    def _paint(self, window: Window) -> None:
        working, channel = self.working, self.channel
        count = len(window.channels)
        total = float(window.by_channel[channel])
        self.channel_words.setText(
            f"channel {int(window.channels[channel]) + 1}, {channel + 1} of {count}: adds {exact(total)}"
        )
        values, weights, products = self._words
        signed = bool((window.values < 0).any())
        grids = [NumberGrid(values, window.values[channel], signed=signed)]
        if working is not None and working.kind in _SUMMED:
            grids.append(NumberGrid(weights, window.weights[channel], "×"))
            grids.append(NumberGrid(products, window.products[channel], "="))
        chosen = window.chosen
        self.grids.show_grids(
            grids, window.inside, None if chosen is None or chosen[0] != channel else chosen[1:]
        )

    def _grid_followed(self, number: int, cell: tuple[int, int]) -> None:
        working = self.working
        if working is None or working.window is None:
            return
        whole = (self.channel, *cell)
        place = working.window.place(whole)
        if number == 1:
            self.weight_followed.emit(whole)
        elif place is not None:
            self.followed.emit(place)
