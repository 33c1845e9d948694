"""What teaching gave: answers before and after, in two lines."""

from __future__ import annotations

from PyQt5.QtWidgets import QGridLayout, QLabel, QWidget

from engine.teaching.fine_tune import Taught
from gui.presenters.teach import difference, result_line
from gui.style.theme import GRID, Theme
from gui.widgets.plain import Label

_HEADS = ("", "Before", "After", "")
_ROWS = ("Test images", "My examples")


class ResultTable(QWidget):
    """Right answers before and after, on the test images and on my examples; hidden without a result."""

    def __init__(self) -> None:
        """Make an empty table."""
        super().__init__()
        self.cells: dict[str, tuple[QLabel, QLabel, QLabel]] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(len(_HEADS) - 1, 1)
        for column, head in enumerate(_HEADS):
            label = Label(head)
            label.setObjectName("about")
            grid.addWidget(label, 0, column)
        for row, name in enumerate(_ROWS, 1):
            words = Label(name)
            words.setObjectName("about")
            grid.addWidget(words, row, 0)
            cells = self.cells[name] = (Label(), Label(), Label())
            cells[1].setObjectName("heading")
            for column, cell in enumerate(cells, 1):
                grid.addWidget(cell, row, column)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme`` for what changed."""
        for *_, change in self.cells.values():
            change.setStyleSheet(f"color: {theme.muted}")

    def show_taught(self, taught: Taught) -> None:
        """Show what came of teaching."""
        scores = ((taught.before, taught.after), (taught.examples_before, taught.examples_after))
        for cells, (before, after) in zip(self.cells.values(), scores, strict=True):
            words = (result_line(before), result_line(after), difference(before, after))
            for cell, text in zip(cells, words, strict=True):
                cell.setText(text)
        self.show()
