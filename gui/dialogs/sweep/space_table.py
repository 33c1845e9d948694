"""The settings that a sweep varies, a row each."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.errors import ConfigError
from engine.sweeps.space import Dimension
from gui.presenters.axes import title_of
from gui.presenters.sweep import EXAMPLE, HOW, VALUES, Row, to_dimension, to_row
from gui.style.theme import GRID
from gui.widgets.choice_box import ChoiceBox


class SpaceTable(QWidget):
    """Rows of a setting, how it is varied, and its values; what a row cannot say stays as it was opened."""

    changed = pyqtSignal()
    """Something else is varied."""

    def __init__(self, settings: Sequence[str], parent: QWidget | None = None) -> None:
        """Offer these settings; begins without rows."""
        super().__init__(parent)
        self._settings = list(settings)
        self._kept: list[Dimension] = []
        self.rows: list[tuple[ChoiceBox, ChoiceBox, QLineEdit, QToolButton]] = []
        self.add = QPushButton("&Vary another setting")
        self.add.clicked.connect(lambda _checked: self._add_next())
        inside = QWidget()
        self._pile = QVBoxLayout(inside)
        self._pile.setContentsMargins(0, 0, 0, 0)
        self._pile.setSpacing(GRID // 2)
        self._pile.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.NoFrame)
        self._scroll.setWidget(inside)
        self._scroll.setMinimumHeight(112)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self._scroll, 1)
        column.addWidget(self.add)

    def show_space(self, space: Sequence[Dimension]) -> None:
        """Show what is varied."""
        for widgets in list(self.rows):
            self._remove(widgets)
        self._kept = []
        for each in space:
            row = to_row(each)
            if row is None:
                self._kept.append(each)
            else:
                self.add_row(row)

    @property
    def kept(self) -> list[str]:
        """The settings whose values no row can say."""
        return [each.setting for each in self._kept]

    def space(self) -> tuple[Dimension, ...]:
        """Return what is varied; raises ConfigError."""
        found = [*(to_dimension(row) for row in self.said()), *self._kept]
        names = [each.setting for each in found]
        for name in names:
            if names.count(name) > 1:
                raise ConfigError(f"{name} is varied twice; allowed is once.")
        return tuple(found)

    def said(self) -> list[Row]:
        """Return what stands in the rows."""
        return [
            Row(setting.currentData(), how.currentData(), values.text())
            for setting, how, values, _ in self.rows
        ]

    def add_row(self, row: Row) -> None:
        """Add a row."""
        setting = ChoiceBox("Setting", "Which setting is varied", letters=16)
        for name in [*self._settings, *([] if row.setting in self._settings else [row.setting])]:
            setting.addItem(title_of(name), name)
        setting.setCurrentIndex(setting.findData(row.setting))
        how = ChoiceBox("How it is varied", "How its values are chosen")
        for key, title in HOW.items():
            how.addItem(title, key)
        how.setCurrentIndex(how.findData(row.how))
        values = QLineEdit(row.text)
        values.setAccessibleName(f"Values of {title_of(row.setting)}")
        values.setPlaceholderText(EXAMPLE[row.how])
        remove = QToolButton()
        remove.setText("\N{MULTIPLICATION SIGN}")
        remove.setToolTip("Vary this setting no more")
        remove.setAccessibleName(f"Remove {title_of(row.setting)}")
        widgets = (setting, how, values, remove)
        line = QWidget()
        across = QHBoxLayout(line)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(GRID)
        before: QWidget = self.rows[-1][-1] if self.rows else self._scroll
        for widget, stretch in zip(widgets, (2, 0, 3, 0), strict=True):
            across.addWidget(widget, stretch)
        self._pile.insertWidget(len(self.rows), line)
        for widget in widgets:  # the Tab key goes through the rows from above, wherever they were made
            QWidget.setTabOrder(before, widget)
            before = widget
        self.rows.append(widgets)
        setting.activated.connect(lambda _index: self.changed.emit())
        how.activated.connect(lambda _index: values.setPlaceholderText(EXAMPLE[how.currentData()]))
        how.activated.connect(lambda _index: self.changed.emit())
        values.textEdited.connect(lambda _text: self.changed.emit())
        remove.clicked.connect(lambda _checked: self._take_away(widgets))

    def _add_next(self) -> None:
        taken = {row.setting for row in self.said()}
        name = next((name for name in self._settings if name not in taken), self._settings[0])
        self.add_row(Row(name, VALUES, ""))
        self.rows[-1][0].setFocus()
        self.changed.emit()

    def _take_away(self, row: tuple[ChoiceBox, ChoiceBox, QLineEdit, QToolButton]) -> None:
        self._remove(row)
        self.changed.emit()

    def _remove(self, row: tuple[ChoiceBox, ChoiceBox, QLineEdit, QToolButton]) -> None:
        self.rows.remove(row)
        line = row[0].parentWidget()
        self._pile.removeWidget(line)
        line.hide()
        line.deleteLater()
