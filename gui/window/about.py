"""What the program is, and the versions that a bug report needs."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QFontDatabase
from PyQt5.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from engine import VERSION
from engine.versions import as_text
from gui.style.icons import program_icon
from gui.style.theme import GRID
from gui.widgets.plain import Label

ABOUT = (
    f"<h3>Kernelscope {VERSION}</h3>"
    "<p>Watch a convolutional neural network, written from scratch in NumPy, learn.</p>"
    "<p>Free software under the GNU General Public License, version 3 or later.<br>"
    "It grew out of the project CNN-from-Scratch. MNIST is shipped under CC BY-SA 3.0, Roboto under the "
    "Apache License 2.0.</p>"
)
_ICON = 64


class About(QDialog):
    """Says what the program is; its versions can be copied."""

    def __init__(self, parent: QWidget) -> None:
        """Look the versions up and show them."""
        super().__init__(parent)
        self.setWindowTitle("About Kernelscope")
        self.setAttribute(Qt.WA_DeleteOnClose)
        picture = Label()
        picture.setPixmap(program_icon().pixmap(_ICON, _ICON))
        words = Label(ABOUT)
        words.setWordWrap(True)
        words.setMinimumWidth(400)
        head = QHBoxLayout()
        head.setSpacing(2 * GRID)
        head.addWidget(picture, 0, Qt.AlignTop)
        head.addWidget(words, 1)
        self.versions = QPlainTextEdit(as_text())
        self.versions.setReadOnly(True)
        self.versions.setLineWrapMode(QPlainTextEdit.NoWrap)
        self.versions.setFont(QFontDatabase.systemFont(QFontDatabase.FixedFont))
        self.versions.setFixedHeight(self.versions.fontMetrics().lineSpacing() * 13)
        buttons = QDialogButtonBox(QDialogButtonBox.Close)
        self.copy = buttons.addButton("&Copy versions", QDialogButtonBox.ActionRole)
        self.copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(head)
        column.addWidget(self.versions)
        column.addWidget(buttons)

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.versions.toPlainText())
