"""The log of errors, to be read and copied."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QFontDatabase, QTextCursor
from PyQt5.QtWidgets import (
    QApplication,
    QDialog,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from engine.error_log import log_path, of_process
from gui.widgets.in_row import in_column, in_row
from gui.widgets.plain import Label


class ErrorLogDialog(QDialog):
    """Shows the last entries of the log, the newest at the end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Read the log as it is now."""
        super().__init__(parent)
        self.setWindowTitle("Error log")
        self.setAttribute(Qt.WA_DeleteOnClose)
        self.resize(760, 460)
        log = of_process()
        text = log.text()
        about = f"Errors that nobody expected are written to {log_path()}. {log.problem}".rstrip()
        self.about = Label(about if text else f"{about} There are none so far.")
        self.about.setObjectName("about")
        self.about.setWordWrap(True)
        self.about.setTextInteractionFlags(Qt.TextSelectableByMouse)
        self.text = QPlainTextEdit(text)
        self.text.setReadOnly(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.NoWrap)
        self.text.setAccessibleName("Error log")
        self.text.moveCursor(QTextCursor.End)
        self.copy = QPushButton("&Copy")
        self.copy.setToolTip("Copy all of it, for a report")
        self.copy.setEnabled(bool(text))
        self.copy.clicked.connect(lambda _checked: QApplication.clipboard().setText(self.text.toPlainText()))
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(lambda _checked: self.close())
        foot = in_row(None, self.copy, self.close_button)
        in_column(self, self.about, self.text, foot, tall=(self.text,))


def show_error_log(parent: QWidget) -> None:
    """Open the log beside the window; it can stay open."""
    ErrorLogDialog(parent).show()
