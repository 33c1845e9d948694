"""Questions to the user; tests put a double in its place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QApplication, QFileDialog, QInputDialog, QMessageBox, QWidget

from engine.text import plain


class Dialogs:
    """Asks with the system's dialogs, above the active window."""

    def choose(self, question: str, answers: Sequence[str]) -> int | None:
        """Return which of ``answers`` the user chose, or None for going back.

        The first answer is the one that loses nothing; it is chosen by Enter.
        """
        box = QMessageBox(self._above())
        box.setWindowTitle("Kernelscope")
        box.setTextFormat(Qt.PlainText)
        box.setText(plain(question))
        buttons = [box.addButton(answer, QMessageBox.ActionRole) for answer in answers]
        box.addButton(QMessageBox.Cancel)
        box.setDefaultButton(buttons[0])
        box.exec_()
        clicked = box.clickedButton()
        return next((i for i, button in enumerate(buttons) if button is clicked), None)

    def confirm(self, question: str, answer: str) -> bool:
        """Return whether the user says ``answer`` to ``question``."""
        return self.choose(question, [answer]) == 0

    def edit_text(self, title: str, label: str, text: str) -> str | None:
        """Return what the user makes of ``text``, which may have several lines; None for going back."""
        above: Any = self._above()  # the stubs know no dialog without a window
        changed, done = QInputDialog.getMultiLineText(above, title, label, text)
        return changed if done else None

    def open_file(self, title: str, kinds: str) -> Path | None:
        """Return the file the user picks to read; ``kinds`` like ``Models (*.safetensors)``."""
        name, _ = QFileDialog.getOpenFileName(self._above(), title, "", kinds)
        return Path(name) if name else None

    def open_files(self, title: str, kinds: str) -> list[Path]:
        """Return the files the user picks to read; none for going back."""
        names, _ = QFileDialog.getOpenFileNames(self._above(), title, "", kinds)
        return [Path(name) for name in names]

    def open_folder(self, title: str) -> Path | None:
        """Return the folder the user picks to read."""
        name = QFileDialog.getExistingDirectory(self._above(), title)
        return Path(name) if name else None

    def save_file(self, title: str, suggestion: str, kinds: str) -> Path | None:
        """Return the file the user picks to write, with the suffix of ``suggestion`` if it has none."""
        name, _ = QFileDialog.getSaveFileName(self._above(), title, suggestion, kinds)
        if not name:
            return None
        path = Path(name)
        return path if path.suffix else path.with_suffix(Path(suggestion).suffix)

    def new_folder(self, title: str, suggestion: str) -> Path | None:
        """Return the folder the user wants to have made; None for going back."""
        name, _ = QFileDialog.getSaveFileName(self._above(), title, suggestion, "Folders (*)")
        return Path(name) if name else None

    def _above(self) -> QWidget | None:
        active: QWidget | None = QApplication.activeWindow()  # none while another program is in front
        shown = (window for window in QApplication.topLevelWidgets() if window.isVisible())
        return active if active is not None else next(shown, None)
