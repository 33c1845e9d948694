"""The dialog that takes in a model of another program: what was understood, and what its file leaves open."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from engine.errors import EngineError
from engine.exchange import outputs_of, read_any
from engine.exchange.imported import Imported, described
from engine.exchange.input_range import Suggestion, fits, sets_at_hand, suggest
from engine.model.model_file import Model
from engine.model.reference import Opened
from engine.task import Task
from gui.presenters.import_model import Choice, choices, judged, misnamed, names_in
from gui.run.context import AppContext
from gui.run.runner import Runner
from gui.style.theme import GRID
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.in_row import in_column
from gui.widgets.plain import Label
from gui.widgets.progress import ProgressBar


class ImportDialog(QDialog):
    """Reads a file beside the window and asks what it leaves open; one that says everything is taken at once.

    Attributes:
        imported: what was understood, once the file has been read.
        choices: the ranges that are offered for the pixels.
    """

    def __init__(self, context: AppContext, path: Path, parent: QWidget | None = None) -> None:
        """Make the dialog for the file ``path``; ``begin`` starts reading."""
        super().__init__(parent)
        self.setWindowTitle(f"Import {path.name}")
        self.setWindowModality(Qt.WindowModal)
        self.resize(600, 320)
        self.imported: Imported | None = None
        self.choices: list[Choice] = []
        self._context, self._path = context, path
        self._runner = Runner(self)
        self._build()

    def _build(self) -> None:
        self.facts, self.notes, self.how, self.problem = Label(), Label(), Label(), Label()
        for label, name in ((self.notes, "about"), (self.how, "note"), (self.problem, "problem")):
            label.setObjectName(name)
        for label in (self.facts, self.notes, self.how, self.problem):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextSelectableByMouse)
        self.output = ChoiceBox("Output", "Which of the outputs are the answers", letters=20)
        self.output.activated.connect(lambda _index: self._read())
        self.range = ChoiceBox("Pixels", "Which numbers the model expects for the pixels", letters=0)
        self.names = QLineEdit()
        self.names.setAccessibleName("Names of the classes")
        self.names.setToolTip("Names of the classes in the order of the model's answers, with commas between")
        self.names.textEdited.connect(self._judge)
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(2 * GRID)
        self._form.setVerticalSpacing(GRID)
        for title, field in (
            ("&Output", self.output),
            ("&Pixels", self.range),
            ("", self.how),
            ("&Classes", self.names),
        ):
            self._form.addRow(Label(title, buddy=field if title else None), field)
        self.bar = ProgressBar("Trying")
        self.bar.setRange(0, 0)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        self.take = QPushButton("&Import")
        self.take.setObjectName("primary")
        self.take.setDefault(True)
        self.take.clicked.connect(lambda _checked: self._take())
        foot = QHBoxLayout()
        foot.addWidget(self.bar, 1)
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(self.take)
        in_column(self, self.facts, self.notes, self._form, None, self.problem, foot)
        self._show_row(self.output, on=False)
        self._idle(False)

    def _show_row(self, field: QWidget, *, on: bool) -> None:
        label = self._form.labelForField(field)
        for part in (label, field):
            if part is not None:
                part.setVisible(on)

    def begin(self) -> None:
        """Read the file; the dialog opens if something is left to be asked."""
        path, hint = self._path, self._hint()

        def work(_task: Task) -> tuple[tuple[str, ...], Model | Imported]:
            names = outputs_of(path)
            return names, read_any(path, output=names[0] if len(names) > 1 else "", hint=hint)

        self._runner.ask(work, self._arrived, self._refused)

    def _hint(self) -> tuple[int, int] | None:
        dataset = self._context.bridge.dataset
        return None if dataset is None else (dataset.in_shape[1], dataset.in_shape[2])

    def _arrived(self, found: tuple[tuple[str, ...], Model | Imported]) -> None:
        names, read = found
        if isinstance(read, Model):
            self._add(read)
            return
        if len(names) > 1:
            self.output.addItems(names)
            self._show_row(self.output, on=True)
        self.open()
        self._try(read)

    def _refused(self, sentence: str) -> None:
        """Say why the file cannot be read: in the dialog if it is open, else in the window."""
        if self.isVisible():
            self._idle(False)
            self.bar.hide()
            self.problem.setText(sentence)
        else:
            self._context.notices.problem(sentence)
            self.reject()

    def _read(self) -> None:
        """Read the file again, for another output."""
        path, name, hint = self._path, self.output.currentText(), self._hint()
        self._idle(False)
        self.bar.show()
        self._runner.ask(lambda _task: read_any(path, output=name, hint=hint), self._try, self._refused)

    # --- what the pixels are ------------------------------------------------------------------------

    def _try(self, read: Model | Imported) -> None:
        """Show what was understood, and try the ranges on the data set at hand."""
        if isinstance(read, Model):  # cannot be: such a file has one answer
            self._add(read)
            return
        self.imported = read
        self.facts.setText(f"Understood: {described(read.network)}")
        self.notes.setText(" ".join(read.notes))
        self.notes.setVisible(bool(read.notes))
        self.problem.setText("")
        self.how.setText("Trying which pixels it expects\u2026")
        self._idle(False)
        self.bar.show()
        at_hand = self._context.bridge.dataset

        def work(task: Task) -> Suggestion:
            def stop() -> bool:
                task.check()
                return False

            if at_hand is not None and fits(read, at_hand):
                return suggest(read, [at_hand], stop)
            return suggest(read, sets_at_hand(read), stop)

        self._runner.ask(work, self._suggest, self._refused)

    def _suggest(self, suggestion: Suggestion) -> None:
        """Offer the ranges with their accuracies; the best one is chosen."""
        imported = self.imported
        if imported is None:
            return
        self.choices, start = choices(suggestion, imported)
        self.range.clear()
        self.range.addItems([choice.words for choice in self.choices])
        self.range.setCurrentIndex(start)
        self.how.setText(judged(suggestion))
        count = imported.network.classes
        self.names.setText(", ".join(suggestion.class_names() or [str(k) for k in range(count)]))
        self.bar.hide()
        self._idle(True)
        self._judge()
        needed = self.layout().totalHeightForWidth(self.width())
        self.resize(self.width(), max(self.height(), needed))  # a dialog does not grow by itself

    def _idle(self, on: bool) -> None:
        for part in (self.range, self.names, self.take):
            part.setEnabled(on)

    # --- taking it ----------------------------------------------------------------------------------

    def _judge(self) -> None:
        """Say what is wrong with the names."""
        if self.imported is not None:
            words = misnamed(names_in(self.names.text()), self.imported.network.classes)
            self.problem.setText(words)
            self.take.setEnabled(not words)

    def _take(self) -> None:
        """Make the model as it was chosen, and look at it."""
        choice = self.choices[self.range.currentIndex()]
        try:
            self._add(choice.reading.model(choice.given, names_in(self.names.text())))
        except EngineError as error:
            self.problem.setText(str(error))

    def _add(self, model: Model) -> None:
        self._context.models.add(Opened(self._path), self._path.stem, model)
        note = model.record.get("note")
        told = f" {note}" if isinstance(note, str) else ""
        self._context.notices.tell(f"Opened {self._path.name}; the Test panel answers with it.{told}")
        self.accept()

    def done(self, result: int) -> None:
        """Close; what is being tried is dropped."""
        self._runner.drop()
        super().done(result)
