"""A titled part of a panel that can be folded away."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.style.theme import BODY, GRID, font
from gui.widgets.plain import Label


class Section(QWidget):
    """A heading with widgets below it; a folding one has an arrow and remembers nothing."""

    def __init__(self, title: str, *, folding: bool = False, folded: bool = False) -> None:
        """Make an empty section."""
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        self.body = QWidget()
        self._inner = QVBoxLayout(self.body)
        self._inner.setContentsMargins(0, 0, 0, 0)
        self._inner.setSpacing(GRID // 2)
        self.button: QToolButton | None = None
        if folding:
            self.button = QToolButton()
            self.button.setText(title)
            self.button.setObjectName("fold")
            self.button.setStyleSheet(
                "QToolButton { border: 0; background: transparent; padding: 2px 0; text-align: left; }"
                "QToolButton:checked { background: transparent; }"
                "QToolButton:focus { text-decoration: underline; }"
            )
            self.button.setFont(font(BODY, strong=True))
            self.button.setToolButtonStyle(Qt.ToolButtonTextBesideIcon)
            self.button.setCheckable(True)
            self.button.setFocusPolicy(Qt.StrongFocus)
            self.button.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Fixed)
            self.button.toggled.connect(self._fold)
            column.addWidget(self.button)
        else:
            heading = Label(title)
            heading.setObjectName("heading")
            column.addWidget(heading)
        column.addWidget(self.body)
        if self.button is not None:
            self.button.setChecked(not folded)
            self._fold(not folded)

    def add(self, widget: QWidget) -> None:
        """Put ``widget`` below what is there."""
        self._inner.addWidget(widget)

    def _fold(self, open_: bool) -> None:
        self.body.setVisible(open_)
        if self.button is not None:
            self.button.setArrowType(Qt.DownArrow if open_ else Qt.RightArrow)
