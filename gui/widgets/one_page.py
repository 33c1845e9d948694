"""A pile of pages of which one is seen, and which asks for no more height than that one."""

from __future__ import annotations

from PyQt5.QtCore import QSize
from PyQt5.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from gui.style.theme import GRID


class OnePage(QStackedLayout):
    """Qt's own pile is as high as its highest page: a sentence in a low place would lie out of sight."""

    @classmethod
    def filling(cls, view: QWidget, *pages: QWidget, above: QWidget | None = None) -> OnePage:
        """Fill ``view`` with ``pages``, of which the first is seen, under a row that is always seen."""
        made = cls()
        column = QVBoxLayout(view)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID)
        if above is not None:
            column.addWidget(above)
        column.addLayout(made, 1)
        for page in pages:  # only now they have a parent; without one they would be shown as windows
            made.addWidget(page)
        return made

    def minimumSize(self) -> QSize:
        """Return the width of the widest page, and the height of the one that is seen."""
        if not self.count():
            return QSize()
        return QSize(super().minimumSize().width(), self.currentWidget().minimumSizeHint().height())

    def hasHeightForWidth(self) -> bool:
        """Return False: labels that wrap get the least height that they ask for."""
        return False
