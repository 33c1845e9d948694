"""The editor of a network's layers: what each gives and costs is shown while one edits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QColor, QKeySequence
from PyQt5.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QShortcut,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.formatting import counted
from engine.layers import LAYERS
from engine.model.spec import PRESETS, NetworkSpec, preset
from gui.presenters.layer_list import LayerList, Row, size
from gui.style.theme import GRID, Theme
from gui.widgets.in_row import in_column, in_row
from gui.widgets.option_form import PartForm
from gui.widgets.plain import Label, tooltip

if TYPE_CHECKING:
    from engine.layers.base import Layer

COLUMNS = ("", "Layer", "Settings", "Output", "Parameters")


class LayerEditor(QDialog):
    """Adds, removes, moves and configures layers; ``Apply`` needs a network that can be built."""

    applied = pyqtSignal(object)
    """The new NetworkSpec."""

    def __init__(self, spec: NetworkSpec, theme: Theme, parent: QWidget | None = None) -> None:
        """Edit a copy of ``spec``, which keeps its input shape and number of classes."""
        super().__init__(parent)
        self.setWindowTitle("Layers")
        self.resize(800, 560)
        self.model = LayerList(spec, spec.shapes()[-1][0])
        self._theme = theme
        self._form: PartForm | None = None
        self.about = Label(
            f"Images of {size(spec.in_shape)} enter at the top; the last layer gives one number for each of "
            f"{self.model.classes} classes."
        )
        self.about.setObjectName("about")
        self.about.setWordWrap(True)
        self._build_table()
        self._build_side()
        self.problem = Label()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.total = Label()
        self.total.setObjectName("caption")
        self.apply = QPushButton("Apply")
        self.apply.setObjectName("primary")
        self.apply.clicked.connect(lambda _checked: self._apply())
        self.cancel = QPushButton("Cancel")
        self.cancel.clicked.connect(lambda _checked: self.reject())
        body = QHBoxLayout()
        body.setSpacing(2 * GRID)
        body.addWidget(self.table, 1)
        body.addWidget(self.side)
        foot = in_row(self.total, None, self.cancel, self.apply)
        in_column(self, self.about, body, self.problem, foot, tall=(body,))
        for keys, action in (
            ("Ctrl+Z", self.model.undo),
            ("Delete", self.model.remove),
            ("Alt+Up", lambda: self.model.move(-1)),
            ("Alt+Down", lambda: self.model.move(1)),
            ("Ctrl+D", self.model.duplicate),
        ):
            shortcut = QShortcut(QKeySequence(keys), self.table if keys == "Delete" else self)
            shortcut.setContext(Qt.WidgetShortcut if keys == "Delete" else Qt.WindowShortcut)
            shortcut.activated.connect(lambda action=action: self._do(action))
        # Enter finishes a field; it must not press a button that happens to be the first one.
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        self.refresh()

    def _build_table(self) -> None:
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setHorizontalHeaderLabels(COLUMNS)
        self.table.setAccessibleName("Layers, from input to output")
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(26)
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.Stretch)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignLeft | Qt.AlignVCenter)
        self.table.itemSelectionChanged.connect(self._selected)

    def _build_side(self) -> None:
        self.side = QWidget()
        self.side.setFixedWidth(240)
        self.add = QPushButton("&Add layer")
        self.add.setToolTip("Insert a layer after the selected one")
        kinds = QMenu(self.add)
        for kind, cls in LAYERS.items():
            kinds.addAction(cls.title or kind).triggered.connect(
                lambda _checked=False, kind=kind: self._do(lambda: self.model.add(kind))
            )
        self.add.setMenu(kinds)
        self.duplicate = self._button("D&uplicate", "Insert a copy after it (Ctrl+D)", self.model.duplicate)
        self.remove = self._button("&Remove", "Take the selected layer away (Delete)", self.model.remove)
        self.up = self._button("Move u&p", "Towards the input (Alt+Up)", lambda: self.model.move(-1))
        self.down = self._button("Move do&wn", "Towards the output (Alt+Down)", lambda: self.model.move(1))
        self.undo = self._button("Und&o", "Take the last change back (Ctrl+Z)", self.model.undo)
        self.reset = QPushButton("R&eset to")
        self.reset.setToolTip("Take the layers of a shipped network")
        presets = QMenu(self.reset)
        for name, about in PRESETS.items():
            action = presets.addAction(name)
            action.setToolTip(about)
            action.triggered.connect(lambda _checked=False, name=name: self._do(lambda: self._reset(name)))
        presets.setToolTipsVisible(True)
        self.reset.setMenu(presets)
        self.heading = Label()
        self.heading.setObjectName("heading")
        self.heading.setWordWrap(True)
        self.error = Label()
        self.error.setObjectName("problem")
        self.error.setWordWrap(True)
        self._side_column = QVBoxLayout(self.side)
        self._side_column.setContentsMargins(0, 0, 0, 0)
        self._side_column.setSpacing(GRID)
        for left, right in ((self.add, self.duplicate), (self.up, self.down), (self.remove, self.undo)):
            row = QHBoxLayout()
            row.addWidget(left)
            row.addWidget(right)
            self._side_column.addLayout(row)
        self._side_column.addWidget(self.reset)
        self._side_column.addSpacing(GRID)
        self._side_column.addWidget(self.heading)
        self._side_column.addWidget(self.error)
        self._side_column.addStretch(1)

    def _button(self, text: str, tip: str, action: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.clicked.connect(lambda _checked: self._do(action))
        return button

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.refresh()

    def _reset(self, name: str) -> None:
        self.model.replace_all(preset(name, self.model.spec.in_shape, self.model.classes))

    def _do(self, action: Callable[[], None]) -> None:
        action()
        self.refresh()

    def _selected(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        if rows and rows[0].row() != self.model.selected:
            self.model.select(rows[0].row())
            self._show_layer()
            self._show_state()

    def _configure(self, layer: Layer) -> None:
        self.model.change(layer)
        self._show_table()
        self._show_state()

    # --- what is shown ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show everything anew."""
        self._show_table()
        self._show_layer()
        self._show_state()

    def _show_table(self) -> None:
        rows = self.model.rows()
        self.table.blockSignals(True)
        self.table.setRowCount(len(rows))
        for index, row in enumerate(rows):
            self._show_row(index, row)
        self.table.selectRow(self.model.selected)
        self.table.blockSignals(False)

    def _show_row(self, index: int, row: Row) -> None:
        output = "does not fit" if row.error else row.shape or "–"
        texts = (str(row.number), row.title, row.settings, output, row.parameters)
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            if column == 4:
                item.setTextAlignment(int(Qt.AlignRight | Qt.AlignVCenter))
            if column == 0:
                item.setForeground(QColor(self._theme.muted))
            if row.error:
                item.setToolTip(tooltip(row.error))
                if column == 3:
                    item.setForeground(QColor(self._theme.bad))
            self.table.setItem(index, column, item)

    def _show_layer(self) -> None:
        """Show the options of the layer in hand."""
        if self._form is not None:
            self._side_column.removeWidget(self._form)
            self._form.hide()
            self._form.deleteLater()
            self._form = None
        layer = self.model.layer
        if layer is None:
            self.heading.setText("No layer: add one.")
            return
        self.heading.setText(f"{self.model.selected + 1}  {layer.title or layer.type_name}")
        if layer.options():
            self._form = PartForm(layer)
            self._form.changed.connect(self._configure)
            self._form.form.problems_changed.connect(self._show_state)
            self._side_column.insertWidget(self._side_column.indexOf(self.error), self._form)

    def _show_state(self) -> None:
        """Show what is wrong, what it costs, and which buttons make sense."""
        rows, selected = self.model.rows(), self.model.selected
        here = rows[selected].error if 0 <= selected < len(rows) else ""
        self.error.setText(f"This layer does not fit: {here.rstrip('.')}." if here else "")
        self.error.setVisible(bool(here))
        open_problems = list(self._form.form.problems.values()) if self._form is not None else []
        problem = self.model.problem or (open_problems[0] if open_problems else "")
        self.problem.setText("" if here else problem)
        self.total.setText(f"{counted(self.model.parameters, 'parameter')} in {counted(len(rows), 'layer')}")
        self.apply.setEnabled(not problem)
        self.apply.setToolTip(tooltip(problem or "Use this network"))
        for button in (self.duplicate, self.remove):
            button.setEnabled(self.model.layer is not None)
        self.up.setEnabled(selected > 0)
        self.down.setEnabled(0 <= selected < len(rows) - 1)
        self.undo.setEnabled(self.model.can_undo)

    def _apply(self) -> None:
        self.applied.emit(self.model.result())
        self.accept()
