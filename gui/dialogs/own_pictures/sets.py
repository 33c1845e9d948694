"""The list of one's own data sets, in which they can be renamed and removed."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.data.catalogue import forget
from engine.data.own import own_sets, remove, rename
from engine.errors import DataError
from gui.run.context import AppContext
from gui.style.theme import GRID
from gui.widgets.plain import Label, tooltip

_NAME, _ABOUT = Qt.UserRole, Qt.UserRole + 1


class OwnSets(QWidget):
    """A line with the title of each data set of one's own, broken ones included."""

    removed = pyqtSignal(str)
    """The data set of this name is gone."""
    renamed = pyqtSignal(str)
    """The data set of this name has another title."""

    def __init__(self, context: AppContext) -> None:
        """List what is there now."""
        super().__init__()
        self._context = context
        self.list = QListWidget()
        self.list.setAccessibleName("My data sets")
        self.list.setFixedHeight(10 * GRID)
        self.list.setEditTriggers(QAbstractItemView.DoubleClicked | QAbstractItemView.EditKeyPressed)
        self.about = Label()
        self.about.setObjectName("caption")
        self.about.setWordWrap(True)
        self.about.setAccessibleName("What is in the chosen data set")
        self.rename = QPushButton("Re&name")
        self.rename.setToolTip("Give the chosen data set another title (F2)")
        self.remove = QPushButton("&Remove\u2026")
        self.remove.setToolTip("Delete the chosen data set; the pictures it was made of stay")
        buttons = QVBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.rename)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.list, 1)
        row.addWidget(self.about, 1, Qt.AlignTop)
        row.addLayout(buttons)
        self.list.itemSelectionChanged.connect(self._selected)
        self.list.itemChanged.connect(self._renamed)
        self.rename.clicked.connect(lambda _checked: self.list.editItem(self.list.currentItem()))
        self.remove.clicked.connect(lambda _checked: self._remove())
        self.refresh()

    @property
    def count(self) -> int:
        """Number of data sets in the list."""
        return self.list.count()

    def refresh(self) -> None:
        """List what is there now."""
        self.list.blockSignals(True)
        self.list.clear()
        found, broken = own_sets()
        for name, each in found.items():
            self._add(name, each.title, each.about, sound=True)
        for name, reason in broken.items():
            self._add(name, name, reason, sound=False)
        self.list.blockSignals(False)
        self._selected()

    def _add(self, name: str, title: str, about: str, *, sound: bool) -> None:
        item = QListWidgetItem(title)
        item.setData(_NAME, name)
        item.setData(_ABOUT, about)
        item.setToolTip(tooltip(about))
        if sound:
            item.setFlags(item.flags() | Qt.ItemIsEditable)
        self.list.addItem(item)

    def _selected(self) -> None:
        chosen = self.list.selectedItems()
        self.about.setText(chosen[0].data(_ABOUT) if chosen else "Choose one to see what is in it.")
        self.rename.setEnabled(bool(chosen) and bool(chosen[0].flags() & Qt.ItemIsEditable))
        self.remove.setEnabled(bool(chosen))

    def _renamed(self, item: QListWidgetItem) -> None:
        name = item.data(_NAME)
        try:
            rename(name, item.text())
            forget(name)
        except DataError as error:
            self._context.notices.problem(str(error))
        else:
            self.renamed.emit(name)
        self.refresh()

    def _remove(self) -> None:
        item = self.list.selectedItems()[0]
        question = (
            f"Remove the data set \u201c{item.text()}\u201d? It cannot be brought back, "
            "except by making it again from its pictures."
        )
        if not self._context.dialogs.confirm(question, "Remove"):
            return
        name = item.data(_NAME)
        try:
            remove(name)
        except DataError as error:
            self._context.notices.problem(str(error))
            return
        self.refresh()
        self.removed.emit(name)
