"""The dialog of My examples: edit them, export them, let the network learn them, take that back."""

from __future__ import annotations

import time
from collections.abc import Callable

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QDialog, QPushButton, QWidget

from engine.data.dataset import Dataset
from engine.errors import EngineError
from engine.formatting import counted
from engine.model.model_file import Model
from engine.model.reference import THE_RUN, Reference, TaughtModel
from engine.task import Progress, Task
from engine.teaching.examples import Examples
from engine.teaching.fine_tune import Taught, dataset_for, fine_tune
from gui.dialogs.teach.models import is_taught, keep_taught, take_back
from gui.dialogs.teach.result import ResultTable
from gui.dialogs.teach.table import ExampleTable
from gui.presenters.teach import IN_TRAINING, REPLAY, how_many, progress_line
from gui.run.context import AppContext
from gui.run.runner import Runner
from gui.style.theme import GRID, Theme
from gui.widgets.in_row import in_column, in_row
from gui.widgets.plain import Label
from gui.widgets.progress import ProgressBar


class TeachDialog(QDialog):
    """Lets a network learn my examples and shows what came of it; no thread outlives it.

    Attributes:
        taught: what the last teaching gave and is not kept yet.
    """

    changed = pyqtSignal()
    """There are other examples."""

    def __init__(
        self, context: AppContext, theme: Theme, reference: Reference, parent: QWidget | None = None
    ) -> None:
        """Show the examples for a model of the registry; raises ModelFileError if there is none."""
        super().__init__(parent)
        self.setWindowTitle("My examples")
        self.setWindowModality(Qt.WindowModal)
        self.resize(640, 620)
        self.taught: Taught | None = None
        self._context, self._reference, self._model = context, reference, context.models.get(reference)
        self._store = Examples(self._model.network.spec.in_shape, self._model.class_names)
        self._dataset: Dataset | None = context.moments.dataset if reference == THE_RUN else None
        self._runner = Runner(self)
        self._build()
        self.set_theme(theme)
        self._reload()

    def _build(self) -> None:
        self.about = Label(REPLAY + (IN_TRAINING if self._reference == THE_RUN else ""))
        self.about.setObjectName("about")
        self.about.setWordWrap(True)
        self.empty = Label(
            "Correct an answer in the Test panel: choose what the picture is, then \u201cAdd\u201d. "
            "It will be here, and the network can learn it."
        )
        self.empty.setObjectName("about")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignCenter)
        self.table = ExampleTable(self._model.class_names)
        self.table.relabelled.connect(lambda key, label: self._edit(lambda: self._store.relabel(key, label)))
        self.table.removed.connect(self._remove)
        self.table.itemSelectionChanged.connect(self._refresh)
        self.count = Label()
        self.count.setObjectName("caption")
        self.remove = _button("&Remove", "Take the selected examples away (Delete)")
        self.remove.clicked.connect(lambda: self._remove(self.table.selected()))
        self.export = _button("&Export IDX\u2026", "Write images and labels in the format of MNIST")
        self.export.clicked.connect(self._export)
        self.bar = ProgressBar("Teaching")
        self.bar.setFixedHeight(GRID)
        self.words = Label()
        self.words.setObjectName("caption")
        self.problem = Label()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.problem.setTextInteractionFlags(Qt.TextSelectableByMouse)
        self.outcome = ResultTable()
        self.back = _button("&Take it back", "Go back to the network as it was before it was taught")
        self.back.clicked.connect(self._take_back)
        self.keep = _button("&Keep", "Keep the taught network and use it from now on")
        self.keep.setObjectName("primary")
        self.keep.clicked.connect(self._keep)
        self.learn = _button("&Learn", "Let a copy of the network learn these examples")
        self.learn.setObjectName("primary")
        self.learn.clicked.connect(self._learn)
        self.close_button = _button("&Close", "")
        self.close_button.clicked.connect(self._leave)
        below = in_row(self.count, None, self.remove, self.export)
        said = (self.outcome, self.problem, self.bar, self.words)
        foot = in_row(self.back, None, self.close_button, self.keep, self.learn)
        in_column(self, self.about, self.table, self.empty, below, *said, foot, tall=(self.table, self.empty))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``; the style sheet does the rest."""
        self.outcome.set_theme(theme)

    # --- the examples -----------------------------------------------------------------------------

    def _reload(self) -> None:
        try:
            examples = self._store.all()
        except EngineError as error:
            self._context.notices.problem(str(error))
            examples = ()
        self.table.show_examples(examples)
        self.table.setVisible(bool(examples))
        self.empty.setVisible(not examples)
        self.count.setText(how_many(len(examples)) + " of mine")
        self._refresh()

    def _edit(self, change: Callable[[], None]) -> None:
        try:
            change()
        except EngineError as error:
            self._context.notices.problem(str(error))
        self._reload()
        self.changed.emit()

    def _remove(self, keys: list[str]) -> None:
        if not self._runner.busy:
            self._edit(lambda: self._store.remove(*keys))

    def _export(self) -> None:
        folder = self._context.dialogs.open_folder("Folder for the IDX files")
        if folder is None:
            return
        try:
            paths = self._store.export(folder)
        except EngineError as error:
            self._show_problem(str(error))
        else:
            self.words.setText(f"Written: {paths[0].name} and {paths[1].name} in {folder}.")

    # --- teaching ---------------------------------------------------------------------------------

    def _learn(self) -> None:
        try:
            images, labels = self._store.arrays()
        except EngineError as error:
            self._show_problem(str(error))
            return
        model, dataset, begun = self._model, self._dataset, time.monotonic()

        def work(task: Task) -> Taught:
            return fine_tune(model, images, labels, dataset or dataset_for(model), task)

        self._discard()
        self._show_problem("")
        self._runner.ask(
            work,
            lambda taught: self._learnt(taught, time.monotonic() - begun),
            self._failed,
            moved=lambda progress: self._moved(progress, time.monotonic() - begun),
            cancelled=lambda: self._ended("Stopped; nothing has changed."),
        )
        self.bar.setRange(0, 0)
        self.words.setText("Reading the original images\u2026")
        self._refresh()

    def _moved(self, progress: Progress, seconds: float) -> None:
        self.bar.setRange(0, int(progress.total))
        self.bar.setValue(int(progress.done))
        self.words.setText(progress_line(progress, seconds))

    def _learnt(self, taught: Taught, seconds: float) -> None:
        self.taught = taught
        self.outcome.show_taught(taught)
        self._ended(f"Learnt in {counted(taught.steps, 'step')}, {seconds:.0f} s. Keep it, or take it back.")

    def _failed(self, sentence: str) -> None:
        self._show_problem(sentence)
        self._ended("")

    def _ended(self, words: str) -> None:
        self.words.setText(words)
        self._refresh()

    def _keep(self) -> None:
        if self.taught is None:
            return
        try:
            kept = keep_taught(self._context, self.taught.model, self._reference)
        except EngineError as error:
            self._show_problem(str(error))
            return
        self.taught = None
        self._use(TaughtModel(kept.key), kept.model)
        self.words.setText(f"Kept as \u201c{kept.title}\u201d, which answers from now on.")

    def _take_back(self) -> None:
        if self.taught is not None:
            self._discard()
            self.words.setText("Taken back; the network is as it was.")
            self._refresh()
            return
        try:
            origin = take_back(self._context, self._reference)
            self._use(origin, self._context.models.get(origin))
        except EngineError as error:
            self._show_problem(str(error))
            return
        self.outcome.hide()
        self.words.setText(f"Taken back; \u201c{self._context.models.title(origin)}\u201d answers again.")

    def _use(self, reference: Reference, model: Model) -> None:
        self._reference, self._model = reference, model
        self._refresh()

    def _discard(self) -> None:
        self.taught = None
        self.outcome.hide()

    def _show_problem(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self._refresh()

    def _refresh(self) -> None:
        busy, any_ = self._runner.busy, self.table.rowCount() > 0
        self.table.setEnabled(not busy)
        self.remove.setEnabled(not busy and bool(self.table.selected()))
        self.export.setEnabled(not busy and any_)
        self.learn.setEnabled(not busy and any_)
        self.learn.setVisible(self.taught is None)
        self.keep.setVisible(self.taught is not None)
        self.back.setVisible(not busy and (self.taught is not None or is_taught(self._reference)))
        self.bar.setVisible(busy)
        self.problem.setVisible(bool(self.problem.text()))
        self.close_button.setText("&Cancel" if busy else "&Close")

    def _leave(self) -> None:
        if self._runner.busy:
            self.words.setText("Stopping\u2026")
            self._runner.cancel()
        else:
            self.reject()

    def done(self, result: int) -> None:
        """Close; teaching is stopped first."""
        self._runner.drop()
        self._ended("")
        super().done(result)


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)  # Enter ends the editing of a class; it must not press a button
    button.setToolTip(tip)
    return button
