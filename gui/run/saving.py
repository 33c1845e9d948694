"""Writes figures and pictures to files that the user picks, and tells the outcome."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt5.QtCore import QBuffer, QIODevice
from PyQt5.QtGui import QImage

from engine.io.files import replacing, write_text
from gui.run.context import AppContext


def save_picture(context: AppContext, title: str, suggestion: str, picture: QImage) -> None:
    """Ask for a file, and write ``picture`` to it as PNG."""

    def write(path: Path) -> None:
        buffer = QBuffer()
        buffer.open(QIODevice.WriteOnly)
        picture.save(buffer, "PNG")
        with replacing(path) as file:
            file.write(bytes(buffer.data()))

    _save(context, title, suggestion, "Pictures (*.png)", write)


def save_figures(context: AppContext, title: str, suggestion: str, text: str) -> None:
    """Ask for a file, and write ``text``, which is CSV, to it."""
    _save(context, title, suggestion, "Figures (*.csv)", lambda path: write_text(path, text))


def _save(
    context: AppContext, title: str, suggestion: str, kinds: str, write: Callable[[Path], None]
) -> None:
    path = context.dialogs.save_file(title, suggestion, kinds)
    if path is None:
        return
    try:
        write(path)
    except OSError as error:
        context.notices.problem(f"Cannot write {path}: {error.strerror or error}.")
    else:
        context.notices.tell(f"Saved {path.name} in {path.parent}.")
