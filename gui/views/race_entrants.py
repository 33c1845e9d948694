"""The entrants of a race side by side: how they stand, their kernels, and their answers to the image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PyQt5.QtCore import Qt
from PyQt5.QtGui import QFontMetrics, QResizeEvent
from PyQt5.QtWidgets import QButtonGroup, QFrame, QGridLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from engine.formatting import grouped, percent
from engine.model.history import History
from engine.races.verdict import Heat, Verdict
from engine.session.messages import Snapshot, State
from engine.training.config import RunConfig
from gui.presenters.race import Side, common_step, figures, kernels_of, likeliest, tested
from gui.run.context import AppContext
from gui.style.theme import BODY, GRID, Theme, font
from gui.widgets.bars import ProbabilityBars
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.kernel_picture import KernelPicture
from gui.widgets.plain import Label, tooltip

_ROWS = ("Step", "Loss", "Validation", "Test images")
_NARROWEST, _COMFORTABLE, _CAPTIONS = 76, 104, 104
"""Widths in pixels: of a column, at least and well, and of the captions."""
_KERNELS = len(_ROWS) + 1
"""The row of the table with the kernels."""
_FEW, _LOW = 5, 420
"""Below this height, in pixels, the bars are those of a few classes."""
_MISFIT = "It takes other images."


class _Name(QPushButton):
    """The name of an entrant in the colour of its curves, as far as there is room."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._whole = text
        self.setCheckable(True)
        self.setFont(font(BODY, strong=True))

    def set_colour(self, colour: str) -> None:
        self.setStyleSheet(
            f"QPushButton {{ color: {colour}; text-align: left; padding: 4px; min-width: 0; }}"
            f"QPushButton:checked {{ border: 2px solid {colour}; }}"
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """End the name where the button does."""
        super().resizeEvent(event)
        metrics = QFontMetrics(font(BODY, strong=True))
        fitting = metrics.elidedText(self._whole, Qt.ElideRight, self.width() - 2 * GRID)
        self.setText(fitting.replace("&", "&&"))


class _Column:
    """The widgets of one entrant, from top to bottom."""

    def __init__(self, side: Side, config: RunConfig, theme: Theme) -> None:
        self.side, self.config = side, config
        self.layers = kernels_of(config.network)
        self.name = _Name(f"{side.letter}: {side.title}")
        tip = f"{side.title}\nLet Learn, Network and the other views look at this entrant"
        self.name.setToolTip(tooltip(tip))
        self.name.setAccessibleName(f"Look at {side.letter}: {side.title}")
        self.figures = [Label() for _ in _ROWS]
        self.kernels = KernelPicture(theme)
        self.answer = Label()
        self.answer.setMinimumWidth(1)
        self.bars = ProbabilityBars(theme)
        for widget in (self.name, self.kernels, self.bars):
            widget.setMinimumWidth(_NARROWEST)

    @property
    def widgets(self) -> list[QWidget]:
        """All of them, a row each."""
        return [self.name, *self.figures, self.kernels, self.answer, self.bars]


class Entrants(QScrollArea):
    """A table with a column for each entrant; all pictures in it are of the same step."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty table; ``show_sides`` fills it."""
        super().__init__(parent)
        self._context, self._theme = context, theme
        self.columns: list[_Column] = []
        self._pictures: Sequence[Snapshot | None] = ()
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(context.races.show)
        self.layer = ChoiceBox("Layer", "Whose kernels are shown", letters=0)
        self.layer.setFixedWidth(_CAPTIONS)
        self.layer.currentIndexChanged.connect(lambda _index: self._show_kernels())
        holder = QWidget()
        holder.setObjectName("panel")
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, GRID // 2, 0, 0)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(2)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._grid)
        self.captions = [Label(word) for word in (*_ROWS, "", "Answer")]
        for row, caption in enumerate(self.captions, 1):
            caption.setObjectName("caption")
            self._grid.addWidget(caption, row, 0, Qt.AlignTop)
        self.at = self.captions[-2]
        self.at.setMinimumWidth(1)
        beside = QVBoxLayout()
        beside.setSpacing(GRID // 2)
        beside.addWidget(self.layer)
        beside.addWidget(self.at)
        beside.addStretch(1)
        self._grid.addLayout(beside, _KERNELS, 0)
        self._grid.setRowStretch(_KERNELS, 2)
        self._grid.setRowStretch(_KERNELS + 2, 3)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.NoFrame)
        self.setMinimumHeight(120)
        self.setWidget(holder)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        for column in self.columns:
            column.kernels.set_theme(theme)
            column.bars.set_theme(theme)
        self._colour_names()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the bars of as many classes as there is room for."""
        super().resizeEvent(event)
        self._show_answers()

    def _colour_names(self) -> None:
        series = self._theme.series
        for number, column in enumerate(self.columns):
            column.name.set_colour(series[number % len(series)])

    @property
    def wanted_width(self) -> int:
        """The width at which all of it can be read well."""
        return _CAPTIONS + len(self.columns) * _COMFORTABLE

    def show_sides(self, sides: Sequence[Side], configs: Sequence[RunConfig]) -> None:
        """Show these entrants, a column each."""
        for old in self.columns:
            self._group.removeButton(old.name)
            for widget in old.widgets:
                self._grid.removeWidget(widget)
                widget.deleteLater()
        self._pictures = ()
        self.columns = [
            _Column(side, config, self._theme) for side, config in zip(sides, configs, strict=True)
        ]
        for number in range(1, 5):
            self._grid.setColumnStretch(number, int(number <= len(self.columns)))
        for number, column in enumerate(self.columns):
            self._group.addButton(column.name, number)
            for row, widget in enumerate(column.widgets):
                self._grid.addWidget(widget, row, number + 1)
        chosen = self.layer.currentIndex()
        self.layer.clear()
        for number in range(max(len(column.layers) for column in self.columns)):
            self.layer.addItem(f"Conv {number + 1}", number)
        self.layer.setCurrentIndex(min(max(chosen, 0), self.layer.count() - 1))
        self._colour_names()
        self._show_answers()

    def show_figures(
        self,
        histories: Sequence[History],
        states: Sequence[State],
        heats: Sequence[Heat],
        verdict: Verdict | None,
        shown: int | None,
    ) -> None:
        """Show how they stand, and at which of them all views look."""
        common = common_step(histories, states)
        for widget in (self.captions[len(_ROWS) - 1], *(column.figures[-1] for column in self.columns)):
            widget.setVisible(bool(heats))
        for lane, column in enumerate(self.columns):
            found = figures(histories[lane], states[lane], common, tested(heats, verdict, lane))
            texts = (found.step, found.loss, found.validation, found.test)
            for label, text in zip(column.figures, texts, strict=True):
                if label.text() != text:
                    label.setText(text)
            column.name.setChecked(lane == shown)
            column.name.setEnabled(shown is not None)

    def show_pictures(self, pictures: Sequence[Snapshot | None]) -> None:
        """Show what the networks look like, and what they make of the image."""
        self._pictures = pictures
        steps = [picture.step for picture in pictures if picture is not None]
        self.at.setText(f"at step {grouped(max(steps))}" if steps else "")
        for column, picture in zip(self.columns, pictures, strict=True):
            at = "" if picture is None else f"As it is at step {grouped(picture.step)}"
            column.kernels.setToolTip(tooltip(at))
        self._show_kernels()
        self._show_answers()

    def _show_kernels(self) -> None:
        wanted = self.layer.currentData()
        for column, picture in zip(self.columns, self._pictures, strict=False):
            kernels = None
            network = picture.network if picture is not None else None
            if network is not None and wanted is not None and wanted < len(column.layers):
                place, name = column.layers[wanted]
                kernels = network.params[place][name]
            column.kernels.show_kernels(kernels)

    def _show_answers(self) -> None:
        dataset = self._context.bridge.dataset
        names = dataset.class_names if dataset is not None else ()
        answers = [picture.probabilities if picture is not None else None for picture in self._pictures]
        fitting = [each if each is not None and len(each) == len(names) else None for each in answers]
        few = len(names) if self.height() >= _LOW else min(_FEW, len(names))
        rows = likeliest(fitting, few) or list(range(few))
        chosen = [names[row] for row in rows]
        for number, column in enumerate(self.columns):
            values = fitting[number] if number < len(fitting) else None
            top = None if values is None else int(np.argmax(values))
            place = rows.index(top) if top in rows else None
            column.bars.show_values(chosen, None if values is None else values[rows], top=place)
            text = "" if values is None or top is None else f"{names[top]}, {percent(float(values[top]))}"
            column.answer.setText(text or self._why_none(column))

    def _why_none(self, column: _Column) -> str:
        """Return why a network says nothing, if it is known."""
        sample = self._context.selection.sample
        if sample is None:
            return "Draw something in Test."
        return _MISFIT if sample.image.shape != column.config.network.in_shape else ""
