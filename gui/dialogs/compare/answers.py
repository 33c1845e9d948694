"""Where the answers of two runs to the test images differ."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PyQt5.QtCore import Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QShowEvent
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.data.dataset import Dataset
from engine.formatting import grouped, percent, share
from engine.runs.compare import Answers, evaluations, shared_test_images
from engine.task import Progress, Task
from engine.training.evaluation import Evaluation
from engine.training.workers import Workers
from gui.dialogs.compare.networks import Models
from gui.presenters.compare import Disagreement, Side, change_words, disagreement_title, disagreements
from gui.presenters.evaluate import Choice, Entry
from gui.run.context import AppContext
from gui.run.runner import Runner
from gui.state.selection import Sample
from gui.style.theme import GRID, Theme
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.difference_matrix import DifferenceMatrix
from gui.widgets.image_gallery import Gallery
from gui.widgets.plain import Label
from gui.widgets.progress import ProgressBar

_CALM_MS = 300
"""A step must be looked at for so long before all test images are asked."""
_HINT = "Click a cell to see its images; click an image to see it in every view."

Key = tuple[int, int]
"""The number of a run and the kept step whose network was asked."""


class AnswersPage(QWidget):
    """The difference of two confusion matrices, and the images on which the two networks disagree."""

    asked = pyqtSignal()
    """All test images have been asked, or that has been given up."""

    def __init__(
        self, context: AppContext, theme: Theme, models: Models, parent: QWidget | None = None
    ) -> None:
        """Make an empty page; ``show_sides`` fills it."""
        super().__init__(parent)
        self._context, self._models = context, models
        self._sides: Sequence[Side] = ()
        self._step = 0
        self._results: dict[Key, Evaluation] = {}
        self._dataset: Dataset | None = None
        self.answers: Answers | None = None
        self._runner = Runner(self)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_CALM_MS)
        self._later.timeout.connect(self._ask)
        self.first = ChoiceBox("First run", letters=16)
        self.second = ChoiceBox("Second run", letters=16)
        self.accuracy = Label()
        self.accuracy.setMinimumWidth(1)
        self.bar = ProgressBar()
        self.bar.setFixedWidth(120)
        self.cancel = QPushButton("&Stop")
        self.again = QPushButton("&Ask the test images")
        self.matrix = DifferenceMatrix(theme)
        self.heading, self.note, self.readout = Label(), Label(), Label(_HINT)
        self.heading.setObjectName("heading")
        for label in (self.note, self.readout):
            label.setObjectName("note")
            label.setMinimumWidth(1)
        self.note.setWordWrap(True)
        self.back = QPushButton("All &disagreements")
        self.gallery = Gallery(theme, self._describe, self._caption)
        self._arrange()
        for box in (self.first, self.second):
            box.currentIndexChanged.connect(lambda _index: self._show_or_ask())
        self.cancel.clicked.connect(lambda _checked: self._runner.cancel())
        self.again.clicked.connect(lambda _checked: self._ask())
        self.matrix.chosen.connect(self.choose)
        self.matrix.hovered.connect(lambda words: self.readout.setText(words or _HINT))
        for signal in (self.matrix.back, self.gallery.back, self.back.clicked):
            signal.connect(lambda *_: self.choose(None))
        self.gallery.chosen.connect(self._send)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        minus = Label("\N{MINUS SIGN}")
        for widget in (self.second, minus, self.first):
            head.addWidget(widget)
        head.addWidget(self.accuracy, 1)
        for button in (self.bar, self.cancel, self.again):
            button.hide()
            head.addWidget(button)
        side = QVBoxLayout()
        side.setSpacing(GRID // 2)
        for part in (self.heading, self.note):
            side.addWidget(part)
        side.addWidget(self.back, 0, Qt.AlignLeft)
        side.addWidget(self.gallery, 1)
        self.back.hide()
        middle = QHBoxLayout()
        middle.setSpacing(2 * GRID)
        middle.addWidget(self.matrix, 3)
        middle.addLayout(side, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addLayout(middle, 1)
        column.addWidget(self.readout)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.matrix.set_theme(theme)
        self.gallery.set_theme(theme)

    def show_sides(self, sides: Sequence[Side]) -> None:
        """Compare these runs, the first two to begin with."""
        self._sides = sides
        for box in (self.first, self.second):
            box.blockSignals(True)
            box.addItems([side.title for side in sides])
            box.blockSignals(False)
        self.second.setCurrentIndex(min(1, len(sides) - 1))

    def show_step(self, step: int) -> None:
        """Ask the networks at ``step``, or at what each run has kept nearest to it."""
        self._step = step
        self._show_or_ask()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask when somebody looks."""
        super().showEvent(event)
        self._show_or_ask()

    # --- asking ---------------------------------------------------------------------------------------

    @property
    def _pair(self) -> tuple[Key, Key] | None:
        """Whose answers are compared; None if one has kept no weights."""
        keys = []
        for box in (self.first, self.second):
            number = box.currentIndex()
            kept = self._sides[number].at(self._step) if 0 <= number < len(self._sides) else None
            if kept is None:
                return None
            keys.append((number, kept))
        return keys[0], keys[1]

    def _show_or_ask(self) -> None:
        """Show what is known of the pair, or have it asked."""
        pair = self._pair
        self._runner.drop()
        self._working(on=False)
        if pair is None:
            self._nothing("One of these runs has kept no weights." if self._sides else "")
        elif all(key in self._results for key in pair):
            self._show(pair)
        elif self.isVisible():
            self._nothing("")
            self._later.start()

    def _ask(self) -> None:
        pair = self._pair
        if pair is None:
            return
        missing = [key for key in dict.fromkeys(pair) if key not in self._results]
        self._working(on=True)
        self._runner.ask(
            partial(self._evaluated, missing),
            partial(self._take, missing),
            self._failed,
            moved=self._moved,
            cancelled=self._stopped,
        )

    def _evaluated(self, keys: Sequence[Key], task: Task) -> tuple[Dataset, list[Evaluation]]:
        """Return the answers of networks; works beside the window."""
        sides = [self._sides[number] for number, _ in keys]
        dataset = shared_test_images([side.folder for side in self._sides])
        models = [self._models.at(side, step) for side, (_, step) in zip(sides, keys, strict=True)]
        with Workers(1) as workers:  # the run in training has the others
            return dataset, evaluations(models, dataset, workers, task)

    def _take(self, keys: Sequence[Key], found: tuple[Dataset, list[Evaluation]]) -> None:
        self._dataset, results = found
        self._results.update(zip(keys, results, strict=True))
        self._working(on=False)
        pair = self._pair
        if pair is not None and all(key in self._results for key in pair):
            self._show(pair)
        self.asked.emit()

    def _moved(self, progress: Progress) -> None:
        self.bar.setMaximum(max(1, round(progress.total)))
        self.bar.setValue(round(progress.done))
        self.readout.setText(f"{grouped(progress.done)} of {grouped(progress.total)} answers to test images")

    def _failed(self, sentence: str) -> None:
        self._working(on=False)
        self._nothing(sentence)
        self.asked.emit()

    def _stopped(self) -> None:
        self._working(on=False)
        self._nothing("Stopped.")
        self.again.show()
        self.asked.emit()

    def _working(self, *, on: bool) -> None:
        self.bar.setValue(0)
        for widget in (self.bar, self.cancel):
            widget.setVisible(on)
        self.again.hide()
        if not on:
            self.readout.setText(_HINT)

    # --- what is shown ----------------------------------------------------------------------------------

    def _nothing(self, words: str) -> None:
        self.answers = None
        self.heading.setText("")
        self.note.setText(words)
        self.accuracy.setText("")
        self.back.hide()
        self.gallery.show_entries([])
        self.matrix.show_counts(self.matrix.counts[:0, :0], ())

    def _show(self, pair: tuple[Key, Key]) -> None:
        dataset = self._dataset
        if dataset is None:
            return
        first, second = (self._results[key] for key in pair)
        self.answers = Answers(first, second)
        one, other = (self._sides[number].letter for number, _ in pair)
        self.accuracy.setText(
            f"{other} {share(second.accuracy, 2)}, {one} {share(first.accuracy, 2)} of the test images"
        )
        totals = first.confusion.sum(axis=1)
        self.matrix.show_difference(self.answers.difference, totals, dataset.class_names, (one, other))
        self.gallery.set_images(dataset.test_images, dataset.class_names)
        self.choose(None)

    def choose(self, choice: Choice | None) -> None:
        """Show the disagreements behind a cell; None goes back to all."""
        self.matrix.set_choice(choice)
        if self.answers is None or self._dataset is None:
            return
        one, other = self._letters
        heading, note = disagreement_title(self.answers, one, other)
        found = disagreements(self.answers, choice)
        if choice is not None:
            heading = change_words(self.answers.difference, self._dataset.class_names, choice, one, other)
            note = f"{grouped(len(found))} images on which just one of them says so"
        self.heading.setText(heading)
        self.note.setText(note)
        self.back.setVisible(choice is not None)
        self.gallery.show_entries(found)
        self.gallery.scrollToTop()

    @property
    def _letters(self) -> tuple[str, str]:
        one, other = (self._sides[box.currentIndex()].letter for box in (self.first, self.second))
        return one, other

    def _caption(self, entry: Entry) -> tuple[str, str]:
        """Return the two lines below an image: its class, and both answers."""
        if self._dataset is None or not isinstance(entry, Disagreement):
            return "", ""
        names, (one, other) = self._dataset.class_names, self._letters
        return names[entry.label], f"{one} {names[entry.predicted]}, {other} {names[entry.other]}"

    def _describe(self, entry: Entry) -> str:
        if self._dataset is None or not isinstance(entry, Disagreement):
            return ""
        names, (one, other) = self._dataset.class_names, self._letters
        return (
            f"Test image {entry.index}, “{names[entry.label]}”: {one} says “{names[entry.predicted]}”, "
            f"{percent(entry.confidence)} sure; {other} says “{names[entry.other]}”, "
            f"{percent(entry.other_confidence)} sure"
        )

    def _send(self, entry: Entry) -> None:
        """Make an image the one that all views look at."""
        dataset = self._dataset
        if dataset is not None:
            number = entry.index if dataset is self._context.bridge.dataset else None
            image = dataset.test_images[entry.index]
            self._context.selection.choose(Sample(image, f"test image {entry.index}", entry.label, number))
            self.readout.setText(self._describe(entry))
