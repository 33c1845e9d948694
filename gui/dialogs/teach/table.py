"""My examples as a table: picture, class, what the network said, when."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import QAbstractItemModel, QModelIndex, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QKeyEvent, QPixmap
from PyQt5.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from engine.teaching.examples import Example
from gui.presenters.teach import added_on, answered, thumbnail
from gui.style.theme import GRID
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.qimages import from_pixels

_HEADS = ("Picture", "It is", "The network said", "Added")
_PICTURE, _LABEL = 0, 1
_SIDE = 8 * GRID


class ExampleTable(QTableWidget):
    """Shows examples, the newest first; the class is edited in place, Delete removes."""

    relabelled = pyqtSignal(str, int)
    """The example with this key is of this class."""
    removed = pyqtSignal(list)
    """The examples with these keys are to go."""

    def __init__(self, class_names: Sequence[str], parent: QWidget | None = None) -> None:
        """Make an empty table."""
        super().__init__(0, len(_HEADS), parent)
        self._names = tuple(class_names)
        self.setAccessibleName("My examples")
        self.setHorizontalHeaderLabels(_HEADS)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignLeft | Qt.AlignVCenter)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.Stretch)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeToContents)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_SIDE + GRID)
        self.setIconSize(QSize(_SIDE, _SIDE))
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectRows)
        self.setEditTriggers(
            QAbstractItemView.DoubleClicked
            | QAbstractItemView.EditKeyPressed
            | QAbstractItemView.SelectedClicked
        )
        self.setItemDelegateForColumn(_LABEL, _ClassDelegate(self._names, self))
        self.itemChanged.connect(self._edited)

    def show_examples(self, examples: Sequence[Example]) -> None:
        """Show other examples."""
        self.blockSignals(True)
        self.setRowCount(len(examples))
        for row, example in enumerate(reversed(examples)):
            words = ("", self._names[example.label], answered(example, self._names), added_on(example))
            items = [QTableWidgetItem(word) for word in words]
            for column, item in enumerate(items):
                item.setData(Qt.UserRole, example.key)
                if column != _LABEL:
                    item.setFlags(item.flags() & ~Qt.ItemIsEditable)
                self.setItem(row, column, item)
            items[_LABEL].setToolTip("Press F2 or click twice to say another class")
            items[_PICTURE].setData(Qt.DecorationRole, _pixmap(example))
            items[_PICTURE].setData(Qt.AccessibleTextRole, f"Picture, from {example.source}")
        self.blockSignals(False)
        self.itemSelectionChanged.emit()

    def selected(self) -> list[str]:
        """Return the keys of the selected examples."""
        return [index.data(Qt.UserRole) for index in self.selectionModel().selectedRows()]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Remove what is selected at Delete."""
        if event.key() == Qt.Key_Delete and self.selected():
            self.removed.emit(self.selected())
            return
        super().keyPressEvent(event)

    def _edited(self, item: QTableWidgetItem) -> None:
        self.relabelled.emit(item.data(Qt.UserRole), self._names.index(item.text()))


class _ClassDelegate(QStyledItemDelegate):
    """Edits a class by choosing from all."""

    def __init__(self, names: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._names = names

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex) -> QComboBox:
        """Return a box with all classes; choosing one ends the editing."""
        box = ChoiceBox("The right class", parent=parent)
        box.addItems(self._names)

        def chosen() -> None:
            self.commitData.emit(box)
            self.closeEditor.emit(box)

        box.activated.connect(chosen)
        return box

    def setEditorData(self, editor: QWidget, index: QModelIndex) -> None:
        """Begin with the class that is there."""
        if isinstance(editor, QComboBox):
            editor.setCurrentText(index.data(Qt.EditRole))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: QModelIndex) -> None:
        """Take what was chosen."""
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentText(), Qt.EditRole)


def _pixmap(example: Example) -> QPixmap:
    colours = thumbnail(example.image)
    pixmap = QPixmap.fromImage(from_pixels(colours))
    return pixmap if max(colours.shape[:2]) <= _SIDE else pixmap.scaled(_SIDE, _SIDE, Qt.KeepAspectRatio)
