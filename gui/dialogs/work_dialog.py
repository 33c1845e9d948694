"""A dialog around one piece of long work: how far it is, time left, cancel, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PyQt5.QtCore import Qt, QUrl, pyqtSignal
from PyQt5.QtGui import QDesktopServices
from PyQt5.QtWidgets import QDialog, QPushButton, QWidget

from engine.formatting import percent
from engine.records import dataclass
from engine.task import Progress, Task
from gui.presenters.time_left import Rate, time_left
from gui.run.runner import Runner
from gui.widgets.in_row import in_column, in_row
from gui.widgets.plain import Label
from gui.widgets.progress import ProgressBar

T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    """What came of work.

    Attributes:
        words: a sentence.
        file: what the button "Open" opens, if there is something.
    """

    words: str
    file: Path | None = None


class WorkDialog(QDialog):
    """Does one piece of work; closing it cancels that, and nothing half-done is left.

    Attributes:
        runner: what does the work.
    """

    ended = pyqtSignal()
    """The work has come to its end, whichever."""

    def __init__(self, title: str, parent: QWidget) -> None:
        """Make a dialog without work above ``parent``; ``do`` begins it."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModal)
        self.setAttribute(Qt.WA_DeleteOnClose)
        self.runner = Runner(self)
        self._rate = Rate()
        self._file: Path | None = None
        self.words = Label("Beginning\N{HORIZONTAL ELLIPSIS}")
        self.words.setWordWrap(True)
        self.bar = ProgressBar("How far the work is")
        self.bar.setRange(0, 0)
        self.open_button = QPushButton("&Open")
        self.open_button.setObjectName("primary")
        self.open_button.clicked.connect(lambda _checked: self._open())
        self.folder_button = QPushButton("Show &folder")
        self.folder_button.clicked.connect(lambda _checked: self._show_folder())
        self.end_button = QPushButton("Cancel")
        self.end_button.clicked.connect(lambda _checked: self.reject())
        foot = in_row(None, self.end_button, self.folder_button, self.open_button)
        in_column(self, self.words, self.bar, None, foot)
        self.setMinimumWidth(440)
        self.open_button.hide()
        self.folder_button.hide()

    @property
    def busy(self) -> bool:
        """Whether the work is going on."""
        return self.runner.busy

    def do(self, work: Callable[[Task], T], take: Callable[[T], Outcome | None]) -> None:
        """Show the dialog and begin.

        Args:
            work: done in a thread of its own.
            take: is given what came of it, in the thread of the window, and returns what is to be said; None
                closes the dialog.
        """

        def done(result: T) -> None:
            self.ended.emit()
            outcome = take(result)
            if outcome is None:
                self.accept()
            else:
                self._show_outcome(outcome)

        self.show()
        self.runner.ask(work, done, self._failed, moved=self._moved, cancelled=self._cancelled)

    def reject(self) -> None:
        """Cancel the work, and close when it has ended; without work, close."""
        if not self.runner.busy:
            super().reject()
            return
        self.words.setText("Cancelling\N{HORIZONTAL ELLIPSIS}")
        self.end_button.setEnabled(False)
        self.runner.cancel()

    def _moved(self, now: Progress) -> None:
        share = now.done / max(now.total, 1e-9)
        left = time_left(self._rate.seconds_left(Progress(share, 1.0)))
        what = f"{now.message[:1].upper()}{now.message[1:]}: " if now.message else ""
        self.words.setText(f"{what}{percent(min(1.0, share))}, {left}")
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(1000 * share))

    def _show_outcome(self, outcome: Outcome) -> None:
        self.words.setText(outcome.words)
        self.bar.hide()
        self._file = outcome.file
        for button in (self.open_button, self.folder_button):
            button.setVisible(outcome.file is not None)
        self.open_button.setDefault(outcome.file is not None)
        self.end_button.setText("Close")

    def _cancelled(self) -> None:
        self.ended.emit()
        super().reject()

    def _failed(self, sentence: str) -> None:
        self.ended.emit()
        self.words.setObjectName("problem")
        self.words.setStyleSheet(self.words.styleSheet())  # the name has another colour
        self.words.setText(sentence)
        self.bar.hide()
        self.end_button.setText("Close")

    def _open(self) -> None:
        if self._file is not None and QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._file))):
            self.accept()
        elif self._file is not None:
            self.words.setText(
                f"No program on this computer opens {self._file.name}; it is in {self._file.parent}."
            )

    def _show_folder(self) -> None:
        if self._file is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._file.parent)))
