"""The settings of several runs side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QBrush, QColor
from PyQt5.QtWidgets import QCheckBox, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from engine.runs.compare import SettingRow
from engine.text import plain
from gui.presenters.compare import Side
from gui.style.theme import BODY, GRID, Theme, font
from gui.widgets.plain import tooltip

MARK = "\N{BLACK CIRCLE}"


class SettingsPage(QWidget):
    """A row a setting, a column a run; what differs has a mark, and comes first."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty table; ``show_rows`` fills it."""
        super().__init__(parent)
        self._theme = theme
        self._rows: Sequence[SettingRow] = ()
        self.only = QCheckBox("Only what &differs")
        self.table = QTableWidget()
        self.table.setEditTriggers(QTableWidget.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectRows)
        self.table.setShowGrid(False)
        self.table.setAccessibleName("Settings side by side")
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignLeft | Qt.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.only)
        column.addWidget(self.table, 1)
        self.only.toggled.connect(lambda _on: self._hide())

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self._mark()

    def show_rows(self, sides: Sequence[Side], rows: Sequence[SettingRow]) -> None:
        """Show the settings of ``sides``."""
        self._rows = rows
        table = self.table
        table.setColumnCount(1 + len(sides))
        table.setHorizontalHeaderLabels(["Setting", *(plain(side.title) for side in sides)])
        table.setRowCount(len(rows))
        for place, row in enumerate(rows):
            name = f"{MARK} {row.name}" if row.differs else f"    {row.name}"
            for column, text in enumerate((name, *row.values)):
                item = QTableWidgetItem(plain(text))
                item.setToolTip(tooltip(text))
                table.setItem(place, column, item)
        head = table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.Stretch)
        head.setSectionResizeMode(0, QHeaderView.ResizeToContents)
        self._mark()
        self._hide()

    def _mark(self) -> None:
        for place, row in enumerate(self._rows):
            for column in range(self.table.columnCount()):
                item = self.table.item(place, column)
                if item is not None:
                    item.setFont(font(BODY, strong=row.differs))
                    colour = self._theme.text if row.differs else self._theme.muted
                    item.setForeground(QBrush(QColor(colour)))

    def _hide(self) -> None:
        for place, row in enumerate(self._rows):
            self.table.setRowHidden(place, self.only.isChecked() and not row.differs)
