"""The left side of the dialog: the options, the classes with their numbers, and what is doubtful."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QBrush, QColor
from PyQt5.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.data.pictures.options import PictureOptions
from engine.data.pictures.plan import ClassRow
from engine.formatting import grouped
from gui.dialogs.own_pictures.questions import Questions
from gui.presenters.own_pictures import OwnPictures
from gui.style.theme import GRID, Theme
from gui.widgets.option_form import LABEL_WIDTH, OptionForm, defaults_of
from gui.widgets.plain import Label, tooltip

_ROW = 24
_MOST_ROWS = 10
"""With more classes than this, their table scrolls."""
_COLUMNS = ("Class", "Train", "Test", "")


class ClassTable(QTableWidget):
    """The classes, how many pictures of each are to train and to test on, and a word of warning."""

    def __init__(self, theme: Theme) -> None:
        """Make an empty table."""
        super().__init__(0, len(_COLUMNS))
        self._theme = theme
        self._rows: tuple[ClassRow, ...] = ()
        for column, title in enumerate(_COLUMNS):
            self.setHorizontalHeaderItem(column, _cell(title, column))
        self.setAccessibleName("Classes with their numbers of pictures")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectRows)
        self.setSelectionMode(QAbstractItemView.SingleSelection)
        self.setEditTriggers(QAbstractItemView.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignLeft | Qt.AlignVCenter)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(QHeaderView.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.Stretch)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        rows, self._rows = self._rows, ()
        self.show_rows(rows)

    def show_rows(self, rows: tuple[ClassRow, ...]) -> None:
        """Show other numbers."""
        if rows == self._rows:
            return
        self._rows = rows
        self.setRowCount(len(rows))
        self.setFixedHeight(4 * GRID + _ROW * min(max(len(rows), 1), _MOST_ROWS))
        for index, row in enumerate(rows):
            words = (row.name, grouped(row.train), grouped(row.test), row.warning)
            for column, text in enumerate(words):
                item = _cell(text, column)
                item.setToolTip(tooltip(f"{row.name}: {row.warning}" if row.warning else row.name))
                if column == 3:
                    item.setForeground(QBrush(QColor(self._theme.warn)))
                self.setItem(index, column, item)


def _cell(text: str, column: int) -> QTableWidgetItem:
    """Return a cell; numbers stand at the right."""
    item = QTableWidgetItem(text)
    item.setTextAlignment(int((Qt.AlignRight if column in (1, 2) else Qt.AlignLeft) | Qt.AlignVCenter))
    return item


class OwnForm(QWidget):
    """Title, options, classes and warnings of ``OwnPictures``."""

    changed = pyqtSignal(bool)
    """Something was chosen; True if the images are other ones now."""
    answered = pyqtSignal(object)
    """A question was answered, so the pictures are to be looked through again with these ``Answers``."""

    def __init__(self, state: OwnPictures, theme: Theme) -> None:
        """Edit ``state``."""
        super().__init__()
        self._state = state
        self.title = QLineEdit()
        self.title.setMaxLength(80)
        self.title.setAccessibleName("Title of the data set")
        self.title.setToolTip("What the data set is called in the list of data sets.")
        label = Label("&Title", buddy=self.title)
        top = QGridLayout()
        top.setHorizontalSpacing(GRID)
        top.setColumnMinimumWidth(0, LABEL_WIDTH)
        top.addWidget(label, 0, 0)
        top.addWidget(self.title, 0, 1)
        self.questions = Questions(state)
        self.questions.answered.connect(self.answered)
        self.form = OptionForm(PictureOptions.options(), defaults_of(PictureOptions))
        self.classes = ClassTable(theme)
        self.warnings = Label()
        self.warnings.setWordWrap(True)
        self.warnings.setTextInteractionFlags(Qt.TextSelectableByMouse)
        self.warnings.setAccessibleName("What is doubtful")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        column.addLayout(top)
        column.addWidget(self.questions)
        column.addWidget(self.form)
        column.addWidget(self.warnings)
        column.addWidget(self.classes)
        column.addStretch(1)
        self.title.textEdited.connect(self._retitle)
        self.form.changed.connect(self._change)
        self.form.problems_changed.connect(lambda: self.changed.emit(False))
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.warnings.setStyleSheet(f"color: {theme.warn};")
        self.questions.set_theme(theme)
        self.classes.set_theme(theme)

    def refresh(self) -> None:
        """Show what ``state`` says."""
        state = self._state
        if self.title.text() != state.title:
            self.title.setText(state.title)
        # What is being typed and not allowed yet stays.
        values = {name: getattr(state.options, name) for name in PictureOptions.options()}
        self.form.set_values({name: v for name, v in values.items() if name not in self.form.problems})
        laid_down = state.found is not None and bool(state.found.tests)
        for name in ("test_share", "seed"):
            self.form.enable(name, not laid_down, "The pictures say themselves which are to test on.")
        self.classes.show_rows(() if state.plan is None else state.plan.rows)
        warnings = state.warnings()
        self.warnings.setText("\n".join(f"\N{BULLET} {warning}" for warning in warnings))
        self.warnings.setVisible(bool(warnings))

    def problems(self) -> tuple[str, ...]:
        """Return what is wrong with the fields."""
        return tuple(self.form.problems.values())

    def _retitle(self, text: str) -> None:
        self._state.title = text
        self.changed.emit(False)

    def _change(self, name: str, value: object) -> None:
        self._state.change(name, value)
        self.changed.emit(True)
