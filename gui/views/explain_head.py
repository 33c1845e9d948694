"""What is asked, of which network and which of its classes, and how much a map covers the image."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt5.QtCore import QSignalBlocker, Qt
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from engine.explain.question import Reply
from gui.presenters.explain import class_texts
from gui.run.model_registry import ModelRegistry
from gui.style.theme import GRID
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.plain import Label, tooltip

_ONE_ROW = 640
"""A narrower row, in pixels, has no room for network and classes."""
_WITH_SLIDER = 400
"""In a narrower row, in pixels, the maps lie over the image as they did."""
_WITH_WORDS = 900
"""In a narrower row, in pixels, the fields need the room of their labels; they keep their tooltips."""


class ExplainHead(QWidget):
    """The row of choices above the maps."""

    def __init__(self, pages: Mapping[str, str]) -> None:
        """Make the row with ``pages`` to choose from, each with what it is about, and nothing else yet."""
        super().__init__()
        self.page = ChoiceBox(
            "Question", "What is asked: why this answer, or what parts of the network look for."
        )
        for title, about in pages.items():
            self.page.addItem(title)
            self.page.setItemData(self.page.count() - 1, tooltip(about), Qt.ToolTipRole)
        self.model = ChoiceBox("Network", "The network that is asked.", letters=0)
        self.first = ChoiceBox("Class", "The class that is explained.", letters=0)
        self.second = ChoiceBox("Compared with", "The class whose maps stand below, to compare.", letters=0)
        self.opacity = QSlider(Qt.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setAccessibleName("Map over image")
        self.opacity.setToolTip("How much of the map is seen: 0 % shows the image, 100 % the map alone.")
        self._words: list[QLabel] = []
        self._matters = (True, True, True, True)
        self._row = QHBoxLayout()
        self._below = QHBoxLayout()
        self._row.setSpacing(GRID)
        self._row.addWidget(self.page)
        for text, widget, stretch in (
            ("&Network", self.model, 2),
            ("&Class", self.first, 2),
            ("Co&mpared with", self.second, 2),
            ("&Map", self.opacity, 0),
        ):
            label = Label(text, buddy=widget)
            self._words.append(label)
            self._row.addWidget(label)
            self._row.addWidget(widget, stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(self._row)
        column.addLayout(self._below)
        self.list_classes(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the labels out where there is no room for them, and put the classes below the network."""
        super().resizeEvent(event)
        narrow = self.width() < _ONE_ROW
        if narrow == (self._below.count() == 0):
            for place, box in enumerate((self.first, self.second)):
                (self._row, self._below)[not narrow].removeWidget(box)
                if narrow:
                    self._below.addWidget(box, 1)
                else:
                    self._row.insertWidget(4 + 2 * place, box, 2)
        roomy = self.width() >= _WITH_WORDS
        self._show_labels()
        self._row.setStretchFactor(self.model, 3 if roomy else 2)
        self.opacity.setFixedWidth((10 if roomy else 6) * GRID)
        self.opacity.setVisible(self._matters[3] and self.width() >= _WITH_SLIDER)

    def show_choices(self, *, classes: bool, opacity: bool) -> None:
        """Show only the choices that matter for what stands below."""
        for box in (self.first, self.second):
            box.setVisible(classes)
        self.opacity.setVisible(opacity and self.width() >= _WITH_SLIDER)
        self._matters = (True, classes, classes, opacity)
        self._show_labels()

    def _show_labels(self) -> None:
        roomy = self.width() >= _WITH_WORDS
        for label, matters in zip(self._words, self._matters, strict=True):
            label.setVisible(roomy and matters)

    def list_models(self, models: ModelRegistry) -> None:
        """List the networks, and mark the one that is asked."""
        current = models.current
        items = [
            (models.answering_title if each == current else models.title(each), each)
            for each in models.references
        ]
        if [(self.model.itemText(i), self.model.itemData(i)) for i in range(self.model.count())] != items:
            self.model.clear()
            for text, reference in items:
                self.model.addItem(text, reference)
        self.model.setCurrentIndex(self.model.findData(current))

    def list_classes(self, reply: Reply | None) -> None:
        """List the classes with their probabilities; above them stands the likeliest one."""
        for box, texts in zip((self.first, self.second), class_texts(reply), strict=True):
            with QSignalBlocker(box):
                if box.count() != len(texts):
                    box.clear()
                    for number, text in enumerate(texts):
                        box.addItem(text, number - 1 if number else None)
                for number, text in enumerate(texts):
                    if box.itemText(number) != text:
                        box.setItemText(number, text)
