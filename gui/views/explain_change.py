"""The smallest change that turns the answer: the image, what is added to it, and what becomes of it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QGridLayout, QPushButton

from engine.explain.smallest_change import Change, SmallestChange
from engine.look.colour import layer_scale
from engine.task import Task
from gui.presenters.explain import blend, plain, range_texts
from gui.presenters.explain_parts import change_words
from gui.run.answers import Memory
from gui.state.selection import Sample
from gui.style.theme import GRID, Theme
from gui.views.explain_map import ExplainMap
from gui.views.explain_page import Asked, ExplainPage
from gui.widgets.mosaic import signed_table
from gui.widgets.plain import Label

_HEADS = ("As it is", "What is added, made visible", "Changed")


class ChangePage(ExplainPage):
    """Three pictures side by side, and how many grey levels it takes."""

    title: ClassVar[str] = "Why: smallest change"
    about: ClassVar[str] = (
        "The fewest grey levels by which the pixels must change so that the network answers otherwise: with "
        "a class chosen under “Compared with”, so that it answers that one. It is the smallest that was "
        "found."
    )

    def __init__(self, theme: Theme, memory: Memory) -> None:
        """Make an empty page."""
        super().__init__(theme, memory)
        self.change: Change | None = None
        self.maps = [ExplainMap(theme, head, legend=True) for head in _HEADS]
        self.look = QPushButton("&Look at the changed image")
        self.look.setToolTip("Let all views look at the changed image")
        self.look.clicked.connect(lambda _checked: self._look())
        self.foot.insertWidget(self.foot.count() - 1, self.look)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        for column, (head, shown) in enumerate(zip(_HEADS, self.maps, strict=True)):
            caption = Label(head)
            caption.setObjectName("caption")
            caption.setMinimumWidth(1)
            grid.addWidget(caption, 0, column, Qt.AlignTop)
            grid.addWidget(shown, 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)
        self.body.addLayout(grid, 1)
        self.clear()

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        super().set_theme(theme)
        for shown in self.maps:
            shown.set_theme(theme)
        self._draw()

    def clear(self) -> None:
        """Show no change."""
        self.change = None
        self.look.setEnabled(False)
        for shown in self.maps:
            shown.show_note("")

    def work_on(self, asked: Asked) -> None:
        """Look for the change."""
        self.maps[0].show_colours(plain(asked.question.image))
        self.start("Looking for a change", _find, self._show, asked)

    def _show(self, change: Change) -> None:
        if self.asked is None:
            return
        self.change = change
        self.say(change_words(change, self.asked.question.model.class_names))
        self.look.setEnabled(True)
        self._draw()

    def _draw(self) -> None:
        if self.change is None:
            return
        change = self.change
        added = (change.after.astype(np.float32) - change.before).mean(axis=0)
        scale, table = layer_scale(added, signed=True), signed_table(self._theme)
        self.maps[0].show_colours(plain(change.before))
        colours = blend(change.before, added, scale, table, 1.0, signed=True)
        self.maps[1].show_colours(colours, table, range_texts(scale))
        self.maps[2].show_colours(plain(change.after))

    def _look(self) -> None:
        if self.change is not None:
            self.chosen.emit(Sample(self.change.after, "the changed image"))


def _find(asked: Asked, task: Task) -> Change:
    model, target = asked.question.model, asked.question.chosen[1]
    if target is not None and target >= model.network.classes:
        target = None
    return SmallestChange().find(model.network, model.preprocessing, asked.question.image, target, task)
