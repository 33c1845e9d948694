"""The recorded runs as a model of Qt's: it changes row by row; and the rows that are looked for, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt5.QtCore import QAbstractTableModel, QModelIndex, QObject, QSortFilterProxyModel, Qt, pyqtSignal
from PyQt5.QtGui import QColor

from engine.runs.notes import LONGEST_NAME
from engine.runs.summary import Summary
from gui.presenters.runs import COLUMNS, PLACES, STAR, found
from gui.style.theme import Theme
from gui.widgets.plain import tooltip

_NONE = QModelIndex()


class RunsModel(QAbstractTableModel):
    """The runs, a row each.

    Attributes:
        runs: in the order in which they came.
    """

    renamed = pyqtSignal(object, str)
    """The user gave this run (a ``Summary``) another name."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        """Make an empty table; ``show`` fills it."""
        super().__init__(parent)
        self.runs: list[Summary] = []
        self._theme = theme

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme

    def show(self, runs: Sequence[Summary]) -> None:
        """Show ``runs``; rows that stay keep their selection, and only what changed is painted anew."""
        new = {run.path: run for run in runs}
        for row in reversed(range(len(self.runs))):
            if self.runs[row].path not in new:
                self.beginRemoveRows(_NONE, row, row)
                del self.runs[row]
                self.endRemoveRows()
        for row, run in enumerate(self.runs):
            self._replace(row, new.pop(run.path))
        if new:
            self.beginInsertRows(_NONE, len(self.runs), len(self.runs) + len(new) - 1)
            self.runs += new.values()
            self.endInsertRows()

    def change(self, path: str, change: Callable[[Summary], Summary]) -> None:
        """Change the row of the run in ``path``, if it is there."""
        for row, run in enumerate(self.runs):
            if run.path == path:
                self._replace(row, change(run))

    def _replace(self, row: int, run: Summary) -> None:
        if run != self.runs[row]:
            self.runs[row] = run
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))

    # --- what Qt asks ---------------------------------------------------------------------------------

    def rowCount(self, parent: QModelIndex = _NONE) -> int:
        """Return the number of runs."""
        return 0 if parent.isValid() else len(self.runs)

    def columnCount(self, parent: QModelIndex = _NONE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def flags(self, index: QModelIndex) -> Qt.ItemFlags:
        """Let names be edited in place."""
        flags = super().flags(index)
        return flags | Qt.ItemIsEditable if index.column() == PLACES["title"] else flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.DisplayRole) -> object:
        """Return what stands above a column."""
        if orientation == Qt.Horizontal and section < len(COLUMNS):
            column = COLUMNS[section]
            if role == Qt.DisplayRole:
                return column.title
            if role == Qt.ToolTipRole:
                return column.help
            if role == Qt.TextAlignmentRole:
                return _alignment(section)
        return None

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> object:
        """Return what stands in a cell, in words, colours and alignment."""
        if not index.isValid():
            return None
        run, place = self.runs[index.row()], index.column()
        text = COLUMNS[place].text(run)
        if role == Qt.DisplayRole:
            return text
        if role == Qt.EditRole:
            return run.title or run.name
        if role == Qt.TextAlignmentRole:
            return _alignment(place)
        if role == Qt.ToolTipRole:
            return tooltip(f"{text}\n{run.name}" if place == PLACES["title"] and run.title else text)
        if role == Qt.AccessibleTextRole and place == PLACES["star"]:
            return "star" if run.star else "no star"
        if role == Qt.ForegroundRole and place == PLACES["star"]:
            return QColor(self._theme.warn if run.star else self._theme.muted)
        if role == Qt.ForegroundRole and place == PLACES["state"] and run.state == "failed":
            return QColor(self._theme.bad)
        return None

    def setData(self, index: QModelIndex, value: object, role: int = Qt.EditRole) -> bool:
        """Take a name that was edited; writing it is others' affair."""
        run, name = self.runs[index.row()], " ".join(str(value).split())
        if role != Qt.EditRole or name == run.title or (name == run.name and not run.title):
            return False
        self.renamed.emit(run, "" if name == run.name else name[:LONGEST_NAME])
        return True


class RunsFilter(QSortFilterProxyModel):
    """The runs that are looked for, in the order of one column."""

    def __init__(self, parent: QObject) -> None:
        """Let all runs through."""
        super().__init__(parent)
        self._wanted, self._sweep = "", ""
        self.setDynamicSortFilter(True)

    def look_for(self, words: str) -> None:
        """Show only runs in whose row each of ``words`` stands."""
        self._wanted = words
        self.invalidateFilter()

    def look_at(self, sweep: str) -> None:
        """Show only the trials of a sweep; "" for all runs."""
        self._sweep = sweep
        self.invalidateFilter()

    def filterAcceptsRow(self, row: int, parent: QModelIndex) -> bool:
        """Return whether a run is looked for."""
        run = self._model.runs[row]
        of_sweep = not self._sweep or run.sweep == self._sweep
        return of_sweep and (not self._wanted or found(run, self._wanted))

    def lessThan(self, left: QModelIndex, right: QModelIndex) -> bool:
        """Compare two runs by a column; those that are equal by when they began."""
        order = COLUMNS[left.column()].order
        one, other = self._model.runs[left.row()], self._model.runs[right.row()]
        return bool((order(one), one.created, one.name) < (order(other), other.created, other.name))

    @property
    def _model(self) -> RunsModel:
        model = self.sourceModel()
        assert isinstance(model, RunsModel)  # noqa: S101 - for the type checker
        return model


def _alignment(place: int) -> int:
    column = COLUMNS[place]
    if column.title == STAR:
        return int(Qt.AlignCenter)
    return int((Qt.AlignRight if column.number else Qt.AlignLeft) | Qt.AlignVCenter)
