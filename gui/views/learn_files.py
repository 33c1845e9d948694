"""Writes the curves to files that the user picks: all figures as CSV, the charts as PNG."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from PyQt5.QtCore import QObject, QTimer, pyqtSignal
from PyQt5.QtGui import QImage

from gui.presenters.export import tables, write_tables
from gui.run.context import AppContext
from gui.run.saving import save_picture


class CurveFiles(QObject):
    """Asks where to, writes, and tells the outcome; CSV is written between other events."""

    progressed = pyqtSignal(float)
    """The share of the figures that is written; 1 or more when there is nothing left to wait for."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        """Nothing is written yet."""
        super().__init__(parent)
        self._context = context
        self._writing: Generator[float, None, None] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._write_more)
        self._target = Path()
        self._names = ""

    def save_picture(self, picture: QImage) -> None:
        """Ask for a file and write ``picture`` to it as PNG."""
        save_picture(self._context, "Save the curves as a picture", "curves.png", picture)

    def save_figures(self) -> None:
        """Ask for a file and write every step to it as CSV, and the validations beside it."""
        path = self._context.dialogs.save_file("Save the curves as figures", "curves.csv", "Figures (*.csv)")
        if path is None:
            return
        self.cancel()
        parts = tables(self._context.moments.history, path)
        self._target, self._names = path, " and ".join(part.name for part, _ in parts)
        self._writing = write_tables(parts)
        self._timer.start()

    def cancel(self) -> None:
        """Stop writing figures; a file that is not complete is removed."""
        if self._writing is not None:
            self._writing.close()
            self._end()

    def _write_more(self) -> None:
        """Write one more piece, then let the window have its turn."""
        if self._writing is None:
            return
        try:
            share = next(self._writing, None)
        except OSError as error:
            self._end()
            self._cannot_write(self._target, error)
            return
        if share is None:
            self._end()
            self._context.notices.tell(f"Saved {self._names} in {self._target.parent}.")
        else:
            self.progressed.emit(share)

    def _end(self) -> None:
        self._timer.stop()
        self._writing = None
        self.progressed.emit(1.0)

    def _cannot_write(self, path: Path, error: OSError) -> None:
        self._context.notices.problem(f"Cannot write {path}: {error.strerror or error}.")
