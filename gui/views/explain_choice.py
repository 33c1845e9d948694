"""The two pages of Explain, and what of the first one is seen."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from gui.style.theme import GRID
from gui.widgets.choice_box import ChoiceBox

_WHY = "&Why this answer?"


class PageChoice(QWidget):
    """Two buttons of which one is down, and beside the first one's a box.

    Attributes:
        looks: the second page is chosen.
        number: what the box has chosen, 0 for the maps.
    """

    changed = pyqtSignal()
    """Another page is chosen."""

    def __init__(self, beside: Sequence[str], look: str) -> None:
        """Offer the maps and the pages ``beside`` them, and the page ``look``."""
        super().__init__()
        self.why, self.look = QPushButton(_WHY), QPushButton(f"W&hat {look.removeprefix('What ')}")
        self.why.setToolTip("Which pixels, which training images, and how little would change the answer")
        self.look.setToolTip("The images and the picture that excite a filter, a unit or a class most")
        group = QButtonGroup(self)
        for button in (self.why, self.look):
            button.setCheckable(True)
            group.addButton(button)
        self.why.setChecked(True)
        self.box = ChoiceBox("What is asked about the answer", "What is asked about the answer.")
        self.box.addItems(["Maps of the evidence", *beside])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for widget in (self.why, self.look, self.box):
            row.addWidget(widget)
        row.addStretch(1)
        self.look.toggled.connect(self._turned)
        self.box.currentIndexChanged.connect(lambda _: self.changed.emit())

    @property
    def looks(self) -> bool:
        """Whether the second page is chosen."""
        return self.look.isChecked()

    @property
    def number(self) -> int:
        """What of the first page is chosen."""
        return self.box.currentIndex()

    def _turned(self, looks: bool) -> None:
        self.box.setVisible(not looks)
        self.changed.emit()
