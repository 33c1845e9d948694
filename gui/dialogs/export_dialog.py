"""The dialog that takes a model away: for PyTorch or as ONNX."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import (
    QApplication,
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from engine.errors import EngineError
from engine.exchange import EXPORTS, export_model
from engine.exchange.torch_file import layout
from engine.exchange.torch_text import torch_text
from engine.formatting import counted, grouped
from engine.model.model_file import Model
from gui.run.context import AppContext
from gui.style.theme import FIXED, GRID
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.in_row import in_column, in_row
from gui.widgets.plain import Label


class ExportDialog(QDialog):
    """Chooses a model and a form, shows the class and the layout, and writes the file.

    Attributes:
        model: the chosen model, or None if it cannot be had now.
    """

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        """Offer every model at hand; the one that is looked at is chosen."""
        super().__init__(parent)
        self.setWindowTitle("Export a model")
        self.setWindowModality(Qt.WindowModal)
        self.resize(800, 640)
        self._context = context
        self.model: Model | None = None
        self._build()
        self._choose()

    def _build(self) -> None:
        models = self._context.models
        self.which = ChoiceBox("Model", "Model to export", letters=20)
        for reference in models.references:
            self.which.addItem(models.title(reference), reference)
        self.which.setCurrentIndex(max(0, self.which.findData(models.current)))
        self.which.currentIndexChanged.connect(lambda _index: self._choose())
        self.facts = Label()
        self.facts.setObjectName("note")
        head = QHBoxLayout()
        head.setSpacing(GRID)
        label = Label("&Model", buddy=self.which)
        head.addWidget(label)
        head.addWidget(self.which)
        head.addWidget(self.facts, 1)
        self.forms = QButtonGroup(self)
        choices = QVBoxLayout()
        choices.setSpacing(GRID // 2)
        for number, export in enumerate(EXPORTS.values()):
            button = QRadioButton(export.title)
            about = Label(export.about)
            about.setObjectName("note")
            about.setContentsMargins(22, 0, 0, GRID // 2)
            self.forms.addButton(button, number)
            choices.addWidget(button)
            choices.addWidget(about)
        self.forms.button(0).setChecked(True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.NoWrap)
        self.text.setStyleSheet(f"font-family: {FIXED};")
        self.text.setAccessibleName("PyTorch class")
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels(["Name", "Shape", "Layer"])
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectRows)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeToContents)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.setAccessibleName("Arrays of the file for PyTorch")
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.text, "PyTorch class")
        self.tabs.addTab(self.table, "Layout of the weights")
        self.problem = Label()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.copy = QPushButton("&Copy the class")
        self.copy.setToolTip("Put the text of the PyTorch class on the clipboard")
        self.copy.clicked.connect(lambda _checked: self._copy())
        close = QPushButton("Close")
        close.clicked.connect(self.reject)
        self.save = QPushButton("&Save\u2026")
        self.save.setObjectName("primary")
        self.save.setDefault(True)
        self.save.clicked.connect(lambda _checked: self._save())
        foot = in_row(self.copy, None, close, self.save)
        in_column(self, head, choices, self.tabs, self.problem, foot, tall=(self.tabs,))

    @property
    def form(self) -> str:
        """The chosen form, a key of ``EXPORTS``."""
        return tuple(EXPORTS)[self.forms.checkedId()]

    def _choose(self) -> None:
        """Show the class and the layout of the chosen model, or why it cannot be had."""
        try:
            self.model = self._context.models.get(self.which.currentData())
        except EngineError as error:
            self.model = None
            self._say(str(error))
        else:
            self._say("")
        model = self.model
        for part in (self.save, self.copy, self.tabs):
            part.setEnabled(model is not None)
        self.text.setPlainText(torch_text(model) if model is not None else "")
        rows = layout(model) if model is not None else []
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            shape = "×".join(str(length) for length in row.shape) or "one number"
            for place, words in enumerate((row.name, shape, row.what)):
                self.table.setItem(number, place, QTableWidgetItem(words))
        if model is None:
            self.facts.setText("")
        else:
            weights, classes = grouped(model.network.vector.size), len(model.class_names)
            self.facts.setText(
                f"{weights} weights, {counted(classes, 'class', 'classes')}, takes {_size(model)}"
            )

    def _say(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.setVisible(bool(words))

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.text.toPlainText())

    def _save(self) -> None:
        """Ask where, write, and close; a problem is reported and keeps the dialog."""
        model, export = self.model, EXPORTS[self.form]
        if model is None:
            return
        suggestion = f"{self.which.currentText().lower().replace(' ', '-')}{export.suffix}"
        path = self._context.dialogs.save_file(
            "Export the model", suggestion, f"{export.title} (*{export.suffix})"
        )
        if path is None:
            return
        try:
            export_model(model, self.form, path)
        except EngineError as error:
            self._say(str(error))
            return
        self._context.notices.tell(f"Exported {self.which.currentText()} to {path}.")
        self.accept()


def _size(model: Model) -> str:
    channels, height, width = model.network.spec.in_shape
    return f"{width}×{height} pixels " + ("in colour" if channels == 3 else "in greyscale")
