"""What a view shows while it has nothing to show."""

from __future__ import annotations

from PyQt5.QtCore import QSize, Qt, pyqtSignal
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gui.style.theme import GRID
from gui.widgets.plain import Label

_WIDTH, _NARROWEST = 400, 240
"""Widths of the words in pixels: the most and the least."""


class EmptyState(QWidget):
    """Says what will be here, and offers the action that fills it."""

    acted = pyqtSignal()
    """The user pressed the button."""

    def __init__(self, heading: str, text: str, action: str, parent: QWidget | None = None) -> None:
        """Make a heading, a sentence below it and a button, if there is anything to do."""
        super().__init__(parent)
        title = Label(heading)
        title.setObjectName("heading")
        note = Label(text)
        note.setObjectName("note")
        note.setWordWrap(True)
        self._note = note
        self.button = QPushButton(action)
        self.button.setObjectName("primary")
        self.button.clicked.connect(self.acted)
        column = QVBoxLayout(self)
        column.setSpacing(GRID)
        column.addStretch(2)
        for widget in (title, note, self.button):
            if isinstance(widget, QLabel):
                widget.setAlignment(Qt.AlignHCenter)
            column.addWidget(widget, 0, Qt.AlignHCenter)
        column.addStretch(3)
        self.button.setVisible(bool(action))  # with a parent, or it would be shown as a window
        self._wrap(_WIDTH)

    def minimumSizeHint(self) -> QSize:
        """Return the room for the words in the narrowest lines."""
        return QSize(_NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the words at the width there is."""
        super().resizeEvent(event)
        self._wrap(self.width() - 2 * GRID)

    def _wrap(self, width: int) -> None:
        width = min(width, _WIDTH)
        self._note.setFixedWidth(width)
        self._note.setFixedHeight(self._note.heightForWidth(width))
