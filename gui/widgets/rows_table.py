"""A plain table of texts whose rows can be followed with a click or Enter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from PyQt5.QtCore import QAbstractTableModel, QEvent, QModelIndex, QRect, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QFontMetrics, QKeyEvent, QPixmap
from PyQt5.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from engine.types import Bytes
from gui.style.theme import SMALL, Theme, font
from gui.widgets.qimages import to_qimage

_HEIGHT = 20
_AROUND = 12
"""Pixels beside the texts of a column."""
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


class _Rows(QAbstractTableModel):
    """The texts and how they look; Qt asks for no more of them than it draws."""

    def __init__(self, theme: Theme, columns: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self.rows: tuple[TableRow, ...] = ()
        self.heads: tuple[str, ...] = ()
        self.columns = columns

    def row(self, index: QModelIndex) -> TableRow | None:
        """Return a row; None for one that is gone, which Qt may still hold when a click has changed them."""
        return self.rows[index.row()] if 0 <= index.row() < len(self.rows) else None

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of columns."""
        return 0 if parent.isValid() else self.columns

    def flags(self, index: QModelIndex) -> Qt.ItemFlags:
        """Let headings alone."""
        row = self.row(index)
        if row is None:
            return Qt.ItemFlags(Qt.NoItemFlags)
        return Qt.ItemFlags(Qt.ItemIsEnabled if row.head else Qt.ItemIsEnabled | Qt.ItemIsSelectable)

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> Any:
        """Return a text, or how it looks."""
        row, column = self.row(index), index.column()
        if row is None:
            return None
        if role == Qt.DisplayRole:
            return row.cells[column] if column < len(row.cells) else ""
        if role == Qt.ForegroundRole:
            link = (row.target is not None and column == 0) or (row.second is not None and column == _SECOND)
            theme = self.theme
            return QColor(theme.accent if link else theme.muted if row.head else theme.text)
        if role == Qt.FontRole and row.head:
            return font(SMALL, strong=True)
        if role == Qt.TextAlignmentRole:
            return _side(column)
        if role == Qt.DecorationRole and column == 0 and row.picture is not None:
            return QPixmap.fromImage(to_qimage(row.picture)).scaledToHeight(_HEIGHT - 4)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.DisplayRole) -> Any:
        """Return the name of a column, or its side."""
        if role == Qt.TextAlignmentRole:
            return _side(section)
        if role == Qt.DisplayRole and orientation == Qt.Horizontal and section < len(self.heads):
            return self.heads[section]
        return None


class RowsTable(QTableView):
    """Rows of one line each: the first column is words, the others are numbers.

    Rows that can be followed stand in the colour of links. Other rows take the place of the present ones
    without flicker, so that a table can follow the mouse.
    """

    followed = pyqtSignal(object)
    """The user wants to see what a row stands for (its ``target``)."""
    second_followed = pyqtSignal(object)
    """The user wants to see what the third cell of a row stands for (its ``second``)."""

    def __init__(self, theme: Theme, name: str, columns: int, parent: QWidget | None = None) -> None:
        """Make an empty table that is called ``name``."""
        super().__init__(parent)
        self._rows = _Rows(theme, columns, self)
        self.setModel(self._rows)
        self.setAccessibleName(name)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(_HEIGHT)
        self.verticalHeader().setDefaultSectionSize(_HEIGHT)
        self.horizontalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setMinimumSectionSize(8)
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
        self.clicked.connect(lambda index: self._follow(index.row(), index.column()))
        self.entered.connect(self._entered)
        self._fit_columns()

    @property
    def rows_shown(self) -> tuple[TableRow, ...]:
        """The rows."""
        return self._rows.rows

    def text(self, row: int, column: int) -> str:
        """Return what stands in a cell."""
        return str(self._rows.index(row, column).data())

    def cell_rect(self, row: int, column: int) -> QRect:
        """Return where a cell is in the viewport."""
        return self.visualRect(self._rows.index(row, column))

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._rows.theme = theme
        self.viewport().update()

    def set_columns(self, words: Sequence[str]) -> None:
        """Name the columns; there are as many as ``words``."""
        if self._rows.heads != tuple(words):
            self._rows.beginResetModel()
            self._rows.heads, self._rows.columns = tuple(words), len(words)
            self._rows.endResetModel()
            self.horizontalHeader().show()
            self._fit_columns()

    def show_rows(self, rows: Sequence[TableRow]) -> None:
        """Show other rows."""
        model = self._rows
        if tuple(rows) == model.rows:
            return
        if len(rows) == len(model.rows):
            model.rows = tuple(rows)
            self.viewport().update()
        else:
            model.beginResetModel()
            model.rows = tuple(rows)
            model.endResetModel()
            self.updateGeometry()
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Make the columns of numbers as wide as their texts; the words get the rest."""
        header, model = self.horizontalHeader(), self._rows
        measure = QFontMetrics(font(SMALL))
        for column in range(model.columns):
            if column == 0:
                header.setSectionResizeMode(0, QHeaderView.Stretch)
                continue
            header.setSectionResizeMode(column, QHeaderView.Fixed)
            texts = {row.cells[column] for row in model.rows if column < len(row.cells)}
            head = model.heads[column] if column < len(model.heads) else ""
            # Digits are all of one width, so the longest text is the widest but for a few pixels.
            longest = sorted(texts | {head}, key=len)[-3:]
            width = max(measure.horizontalAdvance(text) for text in longest) + _AROUND
            if width != header.sectionSize(column):
                header.resizeSection(column, width)

    def sizeHint(self) -> QSize:
        """Return the size at which every row is seen."""
        head = self.horizontalHeader().sizeHint().height() if self.horizontalHeader().isVisibleTo(self) else 0
        high = head + _HEIGHT * len(self._rows.rows) + 2 * self.frameWidth() + 2
        return QSize(super().sizeHint().width(), high)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Follow the present row with Enter, its third cell with Shift and Enter."""
        at = self.currentIndex()
        if event.key() in (Qt.Key_Return, Qt.Key_Enter) and at.isValid():
            self._follow(at.row(), _SECOND if event.modifiers() & Qt.ShiftModifier else 0)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Show the usual arrow again."""
        super().leaveEvent(event)
        self.viewport().setCursor(Qt.ArrowCursor)

    def _follow(self, row: int, column: int) -> None:
        if not 0 <= row < len(self._rows.rows):
            return
        chosen = self._rows.rows[row]
        if column == _SECOND and chosen.second is not None:
            self.second_followed.emit(chosen.second)
        elif chosen.target is not None:
            self.followed.emit(chosen.target)

    def _entered(self, index: QModelIndex) -> None:
        row = self._rows.row(index)
        if row is None:
            return
        leads = row.target is not None or (row.second is not None and index.column() == _SECOND)
        self.viewport().setCursor(Qt.PointingHandCursor if leads else Qt.ArrowCursor)


def _side(column: int) -> int:
    return int((Qt.AlignLeft if column == 0 else Qt.AlignRight) | Qt.AlignVCenter)
