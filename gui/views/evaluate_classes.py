"""Precision, recall and F1 of each class, and the most frequent confusions."""

from __future__ import annotations

from PyQt5.QtCore import QSize, pyqtSignal
from PyQt5.QtWidgets import QVBoxLayout, QWidget

from engine.training.metrics import Metrics
from gui.presenters.evaluate import Choice
from gui.presenters.metrics import CLASS_COLUMNS, CONFUSION_COLUMNS, class_rows, confusion_rows
from gui.style.theme import GRID, Theme
from gui.widgets.rows_table import RowsTable


class ClassPage(QWidget):
    """Two tables; a row of either leads to its images."""

    chosen = pyqtSignal(object)
    """The user wants to see the images of this ``Choice``."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make empty tables."""
        super().__init__(parent)
        self.classes = RowsTable(theme, "Figures of each class", len(CLASS_COLUMNS))
        self.classes.set_columns(CLASS_COLUMNS)
        self.classes.setToolTip(
            "Precision: how many of the answers of a class are right. Recall: how many of its images are "
            "found. F1: their harmonic mean. Macro average: the mean over the classes."
        )
        self.confusions = RowsTable(theme, "Most frequent confusions", len(CONFUSION_COLUMNS))
        self.confusions.set_columns(CONFUSION_COLUMNS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.classes, 3)
        column.addWidget(self.confusions, 2)
        for table in (self.classes, self.confusions):
            table.followed.connect(self._follow)

    def minimumSizeHint(self) -> QSize:
        """Return the room of a few rows."""
        return QSize(200, 120)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.classes.set_theme(theme)
        self.confusions.set_theme(theme)

    def show_metrics(self, metrics: Metrics) -> None:
        """Show other figures."""
        self.classes.show_rows(class_rows(metrics))
        self.confusions.show_rows(confusion_rows(metrics))

    def _follow(self, target: object) -> None:
        if isinstance(target, Choice):
            self.chosen.emit(target)
