"""A plain table of texts whose rows can be followed with a click or Enter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PyQt5.QtCore import QEvent, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QIcon, QPixmap
from PyQt5.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from engine.types import Bytes
from gui.style.theme import SMALL, Theme, font
from gui.widgets.qimages import to_qimage

_HEIGHT = 20
_SECOND = 2
"""The column that may stand for something of its own."""


class TableRow(Protocol):
    """What a table needs to know of a row."""

    @property
    def cells(self) -> tuple[str, ...]:
        """The texts."""

    @property
    def target(self) -> object:
        """What the row stands for, if it can be followed; else None."""

    @property
    def head(self) -> bool:
        """Whether it is a heading for the rows below."""

    @property
    def picture(self) -> Bytes | None:
        """An image that stands before it, ``(C, H, W)``."""

    @property
    def second(self) -> object:
        """What its third cell stands for, if that can be followed by itself; else None."""


class RowsTable(QTableWidget):
    """Rows of one line each: the first column is words, the others are numbers.

    Rows that can be followed stand in the colour of links. Other rows take the place of the present ones
    without flicker, so that a table can follow the mouse.
    """

    followed = pyqtSignal(object)
    """The user wants to see what a row stands for (its ``target``)."""
    second_followed = pyqtSignal(object)
    """The user wants to see what the third cell of a row stands for (its ``second``)."""
    pointed = pyqtSignal(object)
    """The mouse or the keyboard is at a row with this ``target``; None when at none."""

    def __init__(self, theme: Theme, name: str, columns: int, parent: QWidget | None = None) -> None:
        """Make an empty table that is called ``name``."""
        super().__init__(0, columns, parent)
        self.rows_shown: tuple[TableRow, ...] = ()
        self._theme = theme
        self.setAccessibleName(name)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(_HEIGHT)
        self.verticalHeader().setDefaultSectionSize(_HEIGHT)
        self.horizontalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setMinimumSectionSize(24)
        self.horizontalHeader().setFont(font(SMALL))
        self.setShowGrid(False)
        self.setFont(font(SMALL))
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectRows)
        self.setSelectionMode(QAbstractItemView.SingleSelection)
        self.setEditTriggers(QAbstractItemView.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.cellClicked.connect(self._follow)
        self.cellActivated.connect(self._follow)
        self.cellEntered.connect(lambda row, _column: self._point(row))
        self.currentCellChanged.connect(lambda row, *_: self._point(row))
        self._stretch()

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        shown, self.rows_shown = self.rows_shown, ()
        self.show_rows(shown)

    def set_columns(self, words: Sequence[str]) -> None:
        """Name the columns; there are as many as ``words``."""
        if [self._heading(i) for i in range(self.columnCount())] != list(words):
            self.setColumnCount(len(words))
            self.setHorizontalHeaderLabels(list(words))
            for column in range(len(words)):
                heading = self.horizontalHeaderItem(column)
                if heading is not None:
                    heading.setTextAlignment(_side(column))
            self._stretch()
            self.horizontalHeader().show()

    def show_rows(self, rows: Sequence[TableRow]) -> None:
        """Show other rows."""
        if tuple(rows) == self.rows_shown:
            return
        self.rows_shown = tuple(rows)
        blocked = self.blockSignals(True)
        if self.rowCount() != len(rows):
            self.setRowCount(len(rows))
            self.setCurrentCell(-1, -1)
        for number, row in enumerate(rows):
            for column in range(self.columnCount()):
                self._fill(number, column, row)
        self.blockSignals(blocked)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the size at which every row is seen."""
        head = self.horizontalHeader().sizeHint().height() if self.horizontalHeader().isVisibleTo(self) else 0
        return QSize(super().sizeHint().width(), head + _HEIGHT * self.rowCount() + 2 * self.frameWidth() + 2)

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing any more."""
        super().leaveEvent(event)
        self.pointed.emit(None)

    def _heading(self, column: int) -> str:
        item = self.horizontalHeaderItem(column)
        return item.text() if item is not None else ""

    def _stretch(self) -> None:
        header = self.horizontalHeader()
        for column in range(self.columnCount()):
            mode = QHeaderView.Stretch if column == 0 else QHeaderView.ResizeToContents
            header.setSectionResizeMode(column, mode)

    def _fill(self, number: int, column: int, row: TableRow) -> None:
        item = self.item(number, column)
        if item is None:
            item = QTableWidgetItem()
            self.setItem(number, column, item)
        text = row.cells[column] if column < len(row.cells) else ""
        item.setText(text)
        if column == 0:
            picture = row.picture
            item.setIcon(QIcon() if picture is None else QIcon(QPixmap.fromImage(to_qimage(picture))))
        link = (row.target is not None and column == 0) or (row.second is not None and column == _SECOND)
        colour = self._theme.accent if link else self._theme.muted if row.head else self._theme.text
        item.setForeground(QColor(colour))
        item.setFont(font(SMALL, strong=row.head))
        item.setTextAlignment(_side(column))
        item.setFlags(Qt.ItemIsEnabled if row.head else Qt.ItemIsEnabled | Qt.ItemIsSelectable)

    def _target(self, row: int) -> object:
        return self.rows_shown[row].target if 0 <= row < len(self.rows_shown) else None

    def _follow(self, row: int, column: int) -> None:
        second = self.rows_shown[row].second if 0 <= row < len(self.rows_shown) else None
        if column == _SECOND and second is not None:
            self.second_followed.emit(second)
            return
        target = self._target(row)
        if target is not None:
            self.followed.emit(target)

    def _point(self, row: int) -> None:
        target = self._target(row)
        can = target is not None
        self.viewport().setCursor(Qt.PointingHandCursor if can else Qt.ArrowCursor)
        self.pointed.emit(target)


def _side(column: int) -> int:
    return int((Qt.AlignLeft if column == 0 else Qt.AlignRight) | Qt.AlignVCenter)
