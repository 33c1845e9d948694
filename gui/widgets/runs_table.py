"""The table of recorded runs: sorted, filtered, edited in place."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from PyQt5.QtCore import QByteArray, QItemSelection, QItemSelectionModel, QModelIndex, Qt, pyqtSignal
from PyQt5.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PyQt5.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from engine.runs.summary import Summary
from gui.presenters.runs import COLUMNS, PLACES
from gui.style.theme import GRID
from gui.widgets.runs_model import RunsFilter, RunsModel

_GROWING = ("title", "unusual", "note")
"""Columns that get the room that is left."""
_WORDY = sum(column.letters for column in COLUMNS if column.key in _GROWING)
_COLUMNS = ",".join(PLACES)
"""What an arrangement that is remembered is of."""
_ROW = 28
"""Height of a row in pixels: a name is edited in it."""


class _NameDelegate(QStyledItemDelegate):
    """Leaves out the middle of long names: entrants of a race and trials of a sweep differ at their ends."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Say where the words of a cell are shortened."""
        super().initStyleOption(option, index)
        option.textElideMode = Qt.ElideMiddle


class RunsTable(QTableView):
    """The table: sorted by its titles, a star for a click, names edited in place."""

    star_wanted = pyqtSignal(object)
    """The user wants a star here, or no more (a ``Summary``)."""
    opened = pyqtSignal(object)
    """The user wants to look at this run (a ``Summary``)."""
    notes_wanted = pyqtSignal(object)
    """The user wants to edit the notes of this run."""
    deletion_wanted = pyqtSignal()
    """The user wants to delete the chosen runs."""
    arranged = pyqtSignal()
    """The user chose another order of the runs, or other places or widths of the columns."""

    def __init__(self, model: RunsModel, parent: QWidget | None = None) -> None:
        """Show ``model``, the newest runs first."""
        super().__init__(parent)
        self.runs_model = model
        self.filter = RunsFilter(self)
        self.filter.setSourceModel(model)
        self.setModel(self.filter)
        self.setSelectionBehavior(QAbstractItemView.SelectRows)
        self.setSelectionMode(QAbstractItemView.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditKeyPressed)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollPerPixel)
        self.setAccessibleName("Recorded runs")
        self.setItemDelegateForColumn(PLACES["title"], _NameDelegate(self))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.Fixed)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsMovable(True)
        head.setMinimumSectionSize(24)
        letter = self.fontMetrics().averageCharWidth()
        self._usual = [column.letters * letter + 2 * GRID for column in COLUMNS]
        self._fits, self._fitting = True, False
        head.sectionResized.connect(self._resized)
        head.sectionMoved.connect(lambda _place, _old, _new: self.arranged.emit())
        self.setSortingEnabled(True)
        self.sortByColumn(PLACES["created"], Qt.DescendingOrder)
        head.sortIndicatorChanged.connect(self._sorted)
        self._sorted_by = PLACES["created"]
        self.doubleClicked.connect(self._double_clicked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give words the room that is left, until the user has chosen a width."""
        super().resizeEvent(event)
        if not self._fits:
            return
        left = max(0, self.viewport().width() - sum(self._usual))
        self._fitting = True
        for place, column in enumerate(COLUMNS):
            part = left * column.letters // _WORDY if column.key in _GROWING else 0
            self.setColumnWidth(place, self._usual[place] + part)
        self._fitting = False

    def _resized(self, _place: int, _old: int, _new: int) -> None:
        if not self._fitting:
            self._fits = False
            self.arranged.emit()

    @property
    def arrangement(self) -> str:
        """Order and widths of the columns and what the runs are sorted by, in hex, to be remembered."""
        return f"{_COLUMNS}:{bytes(self.horizontalHeader().saveState().toHex()).decode()}"

    def arrange(self, arrangement: str) -> None:
        """Arrange the columns as they were remembered; what is none, or of other columns, changes nothing."""
        columns, separator, state = arrangement.partition(":")
        if separator and columns == _COLUMNS:
            self._fitting = True
            self._fits = not self.horizontalHeader().restoreState(
                QByteArray.fromHex(state.encode("ascii", "replace"))
            )
            self._fitting = False
            self._sorted_by = self.horizontalHeader().sortIndicatorSection()

    def _sorted(self, place: int, order: Qt.SortOrder) -> None:
        """Put the largest on top at the first click where that is what one looks for."""
        new, self._sorted_by = place != self._sorted_by, place
        if new and COLUMNS[place].descending and order == Qt.AscendingOrder:
            self.sortByColumn(place, Qt.DescendingOrder)
        self.arranged.emit()

    @property
    def shown(self) -> int:
        """How many runs are shown."""
        return self.filter.rowCount()

    def run_at(self, index: QModelIndex) -> Summary:
        """Return the run in the row of ``index``."""
        return self.runs_model.runs[self.filter.mapToSource(index).row()]

    @property
    def chosen(self) -> list[Summary]:
        """The runs that are selected, from top to bottom."""
        # By ranges, which are whole rows; Qt's own list of rows asks for the flags of every cell.
        ranges: Any = self.selectionModel().selection()  # a list, which the stubs do not know
        rows = sorted({row for each in ranges for row in range(each.top(), each.bottom() + 1)})
        return [self.run_at(self.filter.index(row, 0)) for row in rows]

    @property
    def shown_runs(self) -> list[Summary]:
        """The runs that are shown, from top to bottom."""
        return [self.run_at(self.filter.index(row, 0)) for row in range(self.shown)]

    def choose(self, paths: set[str]) -> None:
        """Select the runs in these folders, and show the first of them."""
        model, selection = self.filter, QItemSelection()
        rows = [row for row, run in enumerate(self.shown_runs) if run.path in paths]
        # Rows beside each other are one range: Qt's time grows with the square of their number.
        for _, part in groupby(enumerate(rows), lambda place: place[1] - place[0]):
            together = [row for _, row in part]
            selection.select(model.index(together[0], 0), model.index(together[-1], len(COLUMNS) - 1))
        if rows:
            self.selectionModel().setCurrentIndex(model.index(rows[0], 0), QItemSelectionModel.NoUpdate)
            self.scrollTo(model.index(rows[0], PLACES["title"]))
        self.selectionModel().select(selection, QItemSelectionModel.ClearAndSelect)

    def rename(self) -> None:
        """Let the user edit the name of the current run."""
        if self.currentIndex().isValid():
            index = self.filter.index(self.currentIndex().row(), PLACES["title"])
            self.setCurrentIndex(index)
            self.edit(index)

    def _double_clicked(self, index: QModelIndex) -> None:
        place = index.column()
        if place == PLACES["title"]:
            self.edit(index)
        elif place == PLACES["note"]:
            self.notes_wanted.emit(self.run_at(index))
        elif place != PLACES["star"]:
            self.opened.emit(self.run_at(index))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Give or take a star where one is clicked; elsewhere select."""
        index = self.indexAt(event.pos())
        if index.isValid() and index.column() == PLACES["star"] and event.button() == Qt.LeftButton:
            self.star_wanted.emit(self.run_at(index))
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show that stars can be clicked."""
        index = self.indexAt(event.pos())
        over = index.isValid() and index.column() == PLACES["star"]
        self.viewport().setCursor(Qt.PointingHandCursor if over else Qt.ArrowCursor)
        super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, F2 renames, * gives a star, Delete deletes; the table does the rest."""
        index = self.currentIndex()
        if self.state() == QAbstractItemView.EditingState or not index.isValid():
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key_Return, Qt.Key_Enter):
            self.opened.emit(self.run_at(index))
        elif event.key() == Qt.Key_F2:
            self.rename()
        elif event.text() == "*":
            for run in self.chosen or [self.run_at(index)]:
                self.star_wanted.emit(run)
        elif event.key() == Qt.Key_Delete:
            self.deletion_wanted.emit()
        else:
            super().keyPressEvent(event)
