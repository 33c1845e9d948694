"""Which maps can be trusted here: each beside what it becomes when what was learnt is taken away."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from PyQt5.QtCore import Qt
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QGridLayout, QWidget

from engine.explain.base import Method
from engine.explain.question import targets_of
from engine.explain.sanity import FAILS, Redrawn, Sanity, check
from engine.look.colour import layer_scale
from engine.task import Task
from gui.presenters.explain import blend
from gui.presenters.explain_parts import likeness
from gui.run.answers import Memory
from gui.style.theme import GRID, Theme
from gui.views.explain_map import ExplainMap
from gui.views.explain_page import Asked, ExplainPage
from gui.widgets.mosaic import map_table, signed_table
from gui.widgets.plain import Label, tooltip

_HEADS = ("As learnt", "Last layer drawn anew", "Last half drawn anew", "All drawn anew")
_ROWS = 3
_LOW = 400
"""Height in pixels below which maps need the room of the words."""
_DRAWS = 2
"""Networks that are drawn for each column."""


class _Row:
    """The widgets of one method."""

    def __init__(self, theme: Theme, grid: QGridLayout, row: int) -> None:
        self.words = Label()
        self.words.setWordWrap(True)
        self.words.setMinimumWidth(1)
        grid.addWidget(self.words, row + 1, 0, Qt.AlignTop)
        self.maps = [ExplainMap(theme, "", legend=True) for _ in _HEADS]
        for column, shown in enumerate(self.maps, start=1):
            grid.addWidget(shown, row + 1, column)
        grid.setRowStretch(row + 1, 1)

    def show(
        self, found: Sanity | None, title: str, theme: Theme, asked: Asked | None, *, low: bool = False
    ) -> None:
        """Show what was found, in a ``low`` place in few words; without it what is being looked at."""
        self.words.setText(title if found is None else f"{title} {found.verdict}" if low else found.words)
        self.words.setToolTip("" if found is None else tooltip(found.words))
        self.words.setObjectName("problem" if found is not None and found.verdict == FAILS else "")
        self.words.style().unpolish(self.words)  # the name decides the colour
        self.words.style().polish(self.words)
        for number, shown in enumerate(self.maps):
            shown.setAccessibleName(f"{title}: {_HEADS[number].lower()}")
            if found is None or asked is None:
                shown.show_note("")
                continue
            redrawn = (None, *_three(found))[number]
            one = found.learnt if redrawn is None else redrawn.explanation
            scale = layer_scale(one.values, signed=one.signed)
            table = signed_table(theme) if one.signed else map_table(theme)
            colours = blend(asked.question.image, one.values, scale, table, 0.8, signed=one.signed)
            shown.show_colours(colours, (), ("" if redrawn is None else likeness(redrawn), ""))


class SanityPage(ExplainPage):
    """A row for each method in the columns of the maps."""

    title: ClassVar[str] = "Why: sanity check"
    about: ClassVar[str] = (
        "A map that shows what the network learnt must change when that is taken away. Alike: rank "
        "correlation with the map as learnt, 1 the same, 0 nothing in common; places: the same without the "
        "signs (Adebayo et al., 2018). The methods are those in the columns of the maps."
    )

    def __init__(self, theme: Theme, memory: Memory) -> None:
        """Make an empty page."""
        super().__init__(theme, memory)
        self.found: dict[str, Sanity] = {}
        self._left: list[str] = []
        self._low = False
        self._rows: list[_Row] = []
        self.grid = QWidget()
        grid = QGridLayout(self.grid)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        for column, head in enumerate(_HEADS, start=1):
            caption = Label(head)
            caption.setObjectName("caption")
            caption.setMinimumWidth(1)
            grid.addWidget(caption, 0, column, Qt.AlignTop)
            grid.setColumnStretch(column, 1)
        grid.setColumnStretch(0, 1)
        self._rows = [_Row(theme, grid, row) for row in range(_ROWS)]
        self.body.addWidget(self.grid, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the room to the maps in a low place."""
        super().resizeEvent(event)
        low = self.height() < _LOW
        if low != self._low:
            self._low = low
            self.words.setVisible(not low)
            self._draw()

    def matter(self, asked: Asked) -> tuple[Any, ...]:
        """Return what the check depends on: the methods, too."""
        return (*super().matter(asked), tuple(asked.question.methods.items()))

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        super().set_theme(theme)
        for row in self._rows:
            for shown in row.maps:
                shown.set_theme(theme)
        self._draw()

    def clear(self) -> None:
        """Show no map."""
        self.found = {}
        for row in self._rows:
            row.show(None, "", self._theme, None)

    def drop(self) -> None:
        """Forget what is being worked out, and the methods that are left."""
        self._left = []
        super().drop()

    def work_on(self, asked: Asked) -> None:
        """Look at one method after the other, so that each is seen as soon as it is there."""
        self._left = list(asked.question.methods)
        self._draw()
        self._go_on()

    def _go_on(self) -> None:
        if self.asked is None or not self._left:
            return
        name = self._left.pop(0)
        method = self.asked.question.methods[name]
        self.start(f"Checking {method.title}", _check, self._show, self.asked, name, method)

    def _show(self, found: dict[str, Sanity]) -> None:
        self.found |= found
        self._draw()
        self.say(self.about)
        self._go_on()

    def _draw(self) -> None:
        if self.asked is None:
            return
        methods = self.asked.question.methods
        for row, (name, method) in zip(self._rows, methods.items(), strict=False):
            row.show(self.found.get(name), method.title, self._theme, self.asked, low=self._low)


def _three(found: Sanity) -> tuple[Redrawn, Redrawn, Redrawn]:
    """Return last, half and all; a network of few layers has fewer different ones."""
    each = found.redrawn
    return each[0], each[len(each) // 2], each[-1]


def _check(asked: Asked, name: str, method: Method, task: Task) -> dict[str, Sanity]:
    model, image = asked.question.model, asked.question.image
    with np.errstate(over="ignore", invalid="ignore"):
        odds = model.network.predict(model.preprocessing.apply(image[None]))[0]
    target = targets_of(odds, asked.question.chosen)[0]
    return check({name: method}, model.network, model.preprocessing, image, target, task, _DRAWS)
