"""The bin of deleted runs: bring them back, or remove them for good."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QListWidget,
    QPushButton,
    QWidget,
)

from engine.formatting import counted
from engine.runs.bin import BIN_DAYS, Bin, Deleted
from gui.presenters.runs import deleted_words
from gui.run.in_order import InOrder
from gui.widgets.in_row import in_column, in_row
from gui.widgets.plain import Label
from gui.widgets.questions import Dialogs


class BinDialog(QDialog):
    """Lists what was deleted, the last one first."""

    restored = pyqtSignal()
    """A run was brought back."""

    def __init__(self, bin_: Bin, dialogs: Dialogs, parent: QWidget | None = None) -> None:
        """Show what is in the bin now."""
        super().__init__(parent)
        self.setWindowTitle("Bin of runs")
        self.setWindowModality(Qt.WindowModal)
        self.setAttribute(Qt.WA_DeleteOnClose)
        self.resize(560, 360)
        self._bin, self._dialogs = bin_, dialogs
        self._work = InOrder(self)
        self.deleted: list[Deleted] = []
        about = Label(f"A deleted run can be brought back for {BIN_DAYS} days; then it is removed for good.")
        about.setObjectName("note")
        self.list = QListWidget()
        self.list.setSelectionMode(QAbstractItemView.SingleSelection)
        self.list.setAccessibleName("Deleted runs")
        self.list.currentRowChanged.connect(lambda _row: self._refresh())
        self.list.itemActivated.connect(lambda _item: self._restore())
        self.told = Label()
        self.told.setWordWrap(True)
        self.told.setObjectName("note")
        self.restore = QPushButton("&Bring back")
        self.restore.setObjectName("primary")
        self.restore.clicked.connect(lambda _checked: self._restore())
        self.empty = QPushButton("&Empty the bin\u2026")
        self.empty.clicked.connect(lambda _checked: self._empty())
        close = QPushButton("Close")
        close.clicked.connect(self.reject)
        foot = in_row(self.empty, None, close, self.restore)
        in_column(self, about, self.list, self.told, foot, tall=(self.list,))
        self._list()

    def _list(self) -> None:
        self._work.do(self._read, self._show, self.told.setText)

    def _read(self) -> list[Deleted]:
        self._bin.tidy()
        return self._bin.deleted()

    def _show(self, deleted: object) -> None:
        assert isinstance(deleted, list)  # noqa: S101 - for the type checker
        self.deleted = deleted
        self.list.clear()
        self.list.addItems([deleted_words(run) for run in self.deleted])
        if self.deleted:
            self.list.setCurrentRow(0)
        elif not self.told.text():
            self.told.setText("The bin is empty.")
        self._refresh()

    def _refresh(self) -> None:
        self.restore.setEnabled(0 <= self.list.currentRow() < len(self.deleted))
        self.empty.setEnabled(bool(self.deleted))

    def _restore(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self.deleted):
            name = self.deleted[row].name
            self._work.do(lambda: self._bin.restore(name), self._restored, self.told.setText)

    def _restored(self, path: object) -> None:
        self.told.setText(f"{path} is back.")
        self.restored.emit()
        self._list()

    def _empty(self) -> None:
        question = f"Remove {counted(len(self.deleted), 'run')} for good? Nobody can bring them back then."
        if self._dialogs.confirm(question, "Remove for good"):
            self._work.do(self._bin.empty, self._emptied, self.told.setText)

    def _emptied(self, count: object) -> None:
        assert isinstance(count, int)  # noqa: S101 - for the type checker
        self.told.setText(f"{counted(count, 'run')} removed for good.")
        self._list()
