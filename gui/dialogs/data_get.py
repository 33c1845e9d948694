"""The dialog that brings a data set to this computer: fetched, or added from files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QDragEnterEvent, QDropEvent
from PyQt5.QtWidgets import (
    QDialog,
    QFormLayout,
    QLabel,
    QMenu,
    QPushButton,
    QWidget,
)

from engine.data.adding import add_files
from engine.data.download import download
from engine.data.entry import Entry
from engine.task import Progress, Task
from gui.presenters.data_get import facts, megabytes, progress_line
from gui.presenters.time_left import Rate
from gui.run.context import AppContext
from gui.run.runner import Runner
from gui.style.theme import GRID
from gui.widgets.dropped import files_in
from gui.widgets.in_row import in_column, in_row
from gui.widgets.plain import Label
from gui.widgets.progress import ProgressBar

_STEPS = 1000
_FILES = "Data sets (*.gz *.tgz *.tar *.bin *ubyte* *batch*);;All files (*)"


class GetDataDialog(QDialog):
    """Says what a data set is, fetches it with its progress, or takes its files from anywhere.

    Closing it stops fetching; what has come is kept, and fetching goes on from there next time.
    """

    ready = pyqtSignal(str)
    """The data set of this name can be loaded now."""

    def __init__(self, context: AppContext, entry: Entry, parent: QWidget | None = None) -> None:
        """Make the dialog of ``entry``; nothing is fetched before the button is pressed."""
        super().__init__(parent)
        self.setWindowTitle(f"Get {entry.title}")
        self.setWindowModality(Qt.WindowModal)
        self.setAcceptDrops(True)
        self.resize(560, 360)
        self.entry = entry
        self._context = context
        self._runner = Runner(self)
        self._build()
        self._idle()

    def _build(self) -> None:
        entry = self.entry
        title = Label(f"{entry.title} is not on this computer yet")
        title.setObjectName("heading")
        about = Label(entry.about)
        about.setObjectName("about")
        about.setWordWrap(True)
        table = QFormLayout()
        table.setHorizontalSpacing(2 * GRID)
        table.setVerticalSpacing(GRID // 2)
        for name, value in facts(entry):
            words = Label(value)
            words.setWordWrap(True)
            words.setTextInteractionFlags(Qt.TextSelectableByMouse)
            table.addRow(_muted(name), words)
        home = Label(f'<a href="{entry.home}">{entry.home}</a>')  # of the program's own list
        home.setTextFormat(Qt.RichText)
        home.setOpenExternalLinks(True)
        home.setTextInteractionFlags(Qt.TextBrowserInteraction)
        table.addRow(_muted("Home"), home)
        self.bar = ProgressBar("Fetched")
        self.bar.setRange(0, _STEPS)
        self.words = Label()
        self.words.setObjectName("caption")
        self.words.setWordWrap(True)
        self.problem = Label()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.problem.setTextInteractionFlags(Qt.TextSelectableByMouse)
        self.add = QPushButton("&Add files\u2026")
        self.add.setToolTip("Take the files from this computer: compressed or not, or drop them here")
        menu = QMenu(self.add)
        menu.addAction("&Files\u2026", self._choose_files)
        menu.addAction("F&older\u2026", self._choose_folder)
        self.add.setMenu(menu)
        self.cancel = QPushButton("Cancel")
        self.cancel.clicked.connect(self._cancel)
        self.fetch = QPushButton()
        self.fetch.setObjectName("primary")
        self.fetch.setDefault(True)
        self.fetch.clicked.connect(self._fetch)
        foot = in_row(self.add, None, self.cancel, self.fetch)
        in_column(self, title, about, table, None, self.problem, self.bar, self.words, foot)

    # --- what the user does -----------------------------------------------------------------------

    def _fetch(self) -> None:
        entry = self.entry
        self._begin("Asking the server\u2026", lambda task: download(entry, task))

    def _choose_files(self) -> None:
        self.take(self._context.dialogs.open_files(f"Files of {self.entry.title}", _FILES))

    def _choose_folder(self) -> None:
        folder = self._context.dialogs.open_folder(f"Folder with the files of {self.entry.title}")
        self.take([folder] if folder else [])

    def take(self, paths: list[Path]) -> None:
        """Add the data set from ``paths``; nothing happens without any."""
        if paths:
            entry = self.entry
            self._begin("Reading the files\u2026", lambda task: add_files(entry, paths, task))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files."""
        if event.mimeData().hasUrls() and not self._runner.busy:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the files that are dropped."""
        event.acceptProposedAction()
        self.take(files_in(event.mimeData()))

    def _cancel(self) -> None:
        if self._runner.busy:
            self.words.setText("Stopping\u2026")
            self._runner.cancel()
        else:
            self.reject()

    def done(self, result: int) -> None:
        """Close; fetching is stopped first."""
        self._runner.drop()
        super().done(result)

    # --- work -------------------------------------------------------------------------------------

    def _begin(self, words: str, work: Callable[[Task], list[str]]) -> None:
        self._rate = Rate()
        self._runner.ask(work, self._arrived, self._failed, moved=self._moved, cancelled=self._idle)
        self.problem.hide()
        self.bar.setRange(0, 0)
        self.bar.show()
        self.words.setText(words)
        self.fetch.setEnabled(False)
        self.add.setEnabled(False)
        self.cancel.setText("Stop")

    def _idle(self) -> None:
        """Offer to begin, or to resume."""
        self.bar.hide()
        self.problem.setVisible(bool(self.problem.text()))
        begun = self.words.text() != ""
        self.words.setText("What has come is kept; fetching goes on from there." if begun else "")
        self.fetch.setText("&Resume" if begun else f"&Download {megabytes(self.entry.size_bytes)}")
        self.fetch.setEnabled(True)
        self.add.setEnabled(True)
        self.cancel.setText("Cancel")

    def _moved(self, progress: Progress) -> None:
        self.bar.setRange(0, _STEPS)
        self.bar.setValue(int(_STEPS * progress.done / max(1, progress.total)))
        whole = progress.done >= progress.total
        line = progress_line(progress, self._rate.seconds_left(progress))
        self.words.setText("Download complete; loading\u2026" if whole else line)

    def _failed(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.words.setText("")
        self._idle()
        self.fetch.setText("&Try again")
        needed = self.layout().totalHeightForWidth(self.width())
        self.resize(self.width(), max(self.height(), needed))  # a dialog does not grow by itself

    def _arrived(self, notes: list[str]) -> None:
        for note in notes:
            self._context.notices.tell(note)
        self.ready.emit(self.entry.name)
        self.accept()


def _muted(text: str) -> QLabel:
    label = Label(text)
    label.setObjectName("about")
    return label
