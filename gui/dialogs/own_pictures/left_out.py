"""The list of pictures that are left out, with the reasons, to be unfolded and copied."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QApplication, QHBoxLayout, QPlainTextEdit, QPushButton, QWidget

from engine.data.pictures.found import Broken
from engine.formatting import grouped
from gui.presenters.own_pictures import listed
from gui.style.theme import GRID, Theme
from gui.widgets.section import Section


class LeftOut(Section):
    """Folded away at first; hidden if nothing is left out."""

    def __init__(self) -> None:
        """Make an empty list."""
        super().__init__("Left out", folding=True, folded=True)
        self.list = QPlainTextEdit()
        self.list.setReadOnly(True)
        self.list.setTabChangesFocus(True)
        self.list.setFixedHeight(10 * GRID)
        self.list.setAccessibleName("Pictures that are left out, and why")
        self.copy = QPushButton("&Copy list")
        self.copy.clicked.connect(lambda _checked: self._copy())
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.list, 1)
        row.addWidget(self.copy, 0, Qt.AlignTop)
        self.add(both)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.list.setStyleSheet(
            f"QPlainTextEdit {{ background: {theme.panel}; border: 1px solid {theme.line}; }}"
        )

    def show_broken(self, broken: Sequence[Broken]) -> None:
        """List these, a line each."""
        self.list.setPlainText(listed(broken))
        if self.button is not None:
            self.button.setText(f"Left out ({grouped(len(broken))})")
        self.setVisible(bool(broken))

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.list.toPlainText())
