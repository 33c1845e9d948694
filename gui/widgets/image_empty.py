"""What a view shows while it has nothing to show."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gui.style.theme import GRID
from gui.widgets.plain import Label

_WIDTH = 400


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
        note.setFixedWidth(_WIDTH)
        note.setMinimumHeight(note.heightForWidth(_WIDTH))
        self.button = QPushButton(action)
        self.button.setObjectName("primary")
        self.button.clicked.connect(self.acted)
        self.button.setVisible(bool(action))
        column = QVBoxLayout(self)
        column.setSpacing(GRID)
        column.addStretch(2)
        for widget in (title, note, self.button):
            if isinstance(widget, QLabel):
                widget.setAlignment(Qt.AlignHCenter)
            column.addWidget(widget, 0, Qt.AlignHCenter)
        column.addStretch(3)
