"""One training step taken apart: the gradient of one weight, its terms, the optimiser, the new weight."""

from __future__ import annotations

from dataclasses import replace

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtGui import QHideEvent, QShowEvent
from PyQt5.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from engine.arithmetic.arrival import Arrivals, arrivals
from engine.arithmetic.gradient import Check, check
from engine.arithmetic.passes import Weight
from engine.arithmetic.recorded import recorded_step
from engine.data.dataset import Dataset
from engine.formatting import counted, grouped
from engine.task import Task
from engine.training.replay import StepStart
from gui.presenters.update import (
    Arrival,
    gradient_rows,
    image_rows,
    running_rows,
    term_rows,
    update_rows,
)
from gui.run.run import Run
from gui.run.work_bar import WorkBar
from gui.style.theme import GRID, Theme
from gui.views.inspector.arrival_view import ArrivalView
from gui.views.inspector.update_work import Answer, LookedAt, answer_of
from gui.views.inspector.weight_chooser import WeightChooser
from gui.widgets.plain import Label, tooltip
from gui.widgets.rows_table import RowsTable

_PLACES, _IMAGES = 0, 1
_TERM_HEADS = ("image (place)", "gradient", "value", "product")
_IMAGE_HEADS = ("image", "", "", "adds")


class UpdatePage(QWidget):
    """Takes the newest step of the run apart, or one that is kept while the training goes on."""

    updated = pyqtSignal(object)
    """The ``OneUpdate`` that is shown, or None."""
    wanted = pyqtSignal()
    """The page has come into sight, or left it: another thing is wanted of the session."""

    def __init__(self, theme: Theme) -> None:
        """Make an empty page."""
        super().__init__()
        self._newest: tuple[StepStart, Dataset] | None = None
        self._step: LookedAt | None = None
        self.answer: Answer | None = None
        self._recorded: tuple[int, int] | None = None
        self.words = Label()
        self.words.setWordWrap(True)
        self.words.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Maximum)
        self.newest = QPushButton("Newest step")
        self.newest.setToolTip("Take the newest step of the training apart, which goes on meanwhile")
        self.newest.clicked.connect(lambda _checked: self._take_newest())
        self.chooser = WeightChooser()
        self.bar = WorkBar()
        self.check = QPushButton("Check &it")
        self.check.setToolTip(
            tooltip(
                "Move this weight a little up and down, compute the loss of the same mini-batch both times,\n"
                "and compare the slope between the two with the gradient."
            )
        )
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.addTab("Largest terms")
        self.tabs.addTab("By image")
        self.tabs.setToolTip("The gradient is the sum of all terms, or of what each image adds")
        self.terms = RowsTable(theme, "Terms of the gradient, largest first", len(_TERM_HEADS))
        self.lines = RowsTable(theme, "From the gradient to the new weight", 2)
        self.terms.setToolTip(
            "The gradient of a weight is a sum. Each term: how much the loss of one image rises with an\n"
            "output that the weight has a part in, times the value that the weight is multiplied by there.\n"
            "Click a term to trace its gradient back to the loss."
        )
        self.lines.setToolTip(
            "From the gradient to the new weight: learning rate, what the optimiser remembered,\n"
            "its own lines of code with the numbers of this weight."
        )
        self.arrival = ArrivalView(theme)
        first = QWidget()
        inner = QVBoxLayout(first)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(GRID // 2)
        row = QHBoxLayout()
        row.addWidget(self.tabs, 1)
        row.addWidget(self.check)
        inner.addLayout(row)
        self.terms.setMinimumHeight(84)
        self.lines.setMinimumHeight(104)
        inner.addWidget(self.terms, 2)
        inner.addWidget(self.lines, 3)
        self.pages = QStackedWidget()
        self.pages.addWidget(first)
        self.pages.addWidget(self.arrival)
        self.head = QWidget()
        top = QVBoxLayout(self.head)
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(GRID // 2)
        top.addWidget(self.chooser)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        line = QHBoxLayout()
        line.addWidget(self.words, 1)
        line.addWidget(self.newest)
        column.addLayout(line)
        column.addWidget(self.head)
        column.addWidget(self.bar)
        column.addWidget(self.pages, 1)
        column.addStretch(0)
        self.chooser.chosen.connect(lambda _weight: self._ask())
        self.check.clicked.connect(lambda _checked: self._check())
        self.tabs.currentChanged.connect(lambda _index: self._fill_terms())
        self.terms.followed.connect(self._arrive)
        self.arrival.left.connect(lambda: self.pages.setCurrentIndex(0))
        # The gradient at a value belongs to no weight, and needs the room.
        self.pages.currentChanged.connect(lambda page: self.head.setVisible(page == 0))
        self.bar.failed.connect(self.words.setText)
        self.bar.cancelled.connect(lambda: self.words.setText("Cancelled. Choose a weight to begin again."))
        self.show_nothing("")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for widget in (self.terms, self.lines, self.arrival):
            widget.set_theme(theme)

    # --- which step -----------------------------------------------------------------------------------

    def show_nothing(self, why: str) -> None:
        """Show no step, and say ``why`` in a sentence."""
        self._newest = self._step = self.answer = self._recorded = None
        self.words.setText(why)
        for widget in (self.head, self.pages, self.newest):
            widget.setVisible(False)
        self.bar.drop()
        self.updated.emit(None)

    def show_start(self, start: StepStart, dataset: Dataset, *, follow: bool) -> None:
        """Offer a step of the training; with ``follow``, or if there is none yet, take it apart."""
        if self._recorded is not None:
            self._step = self._recorded = None
        self._offer(start, dataset, follow=follow)

    def _offer(self, start: StepStart, dataset: Dataset, *, follow: bool) -> None:
        self._newest = (start, dataset)
        shown = self._step
        same = shown is not None and _same(shown.start, start)
        self.newest.setVisible(not same and not follow)
        if shown is None or shown.start.config != start.config or (follow and not same):
            self._take_newest()

    def show_recorded(self, run: Run, dataset: Dataset, step: int) -> None:
        """Take the step apart that followed on ``step`` of a recorded run."""
        if self._recorded == (run.number, step):
            return
        self._recorded = (run.number, step)

        def work(task: Task) -> StepStart:
            task.check()
            return recorded_step(run.reader(), dataset, step)

        def done(start: StepStart) -> None:
            self._offer(start, dataset, follow=True)

        self.show_nothing("")
        self._recorded = (run.number, step)
        self.bar.ask("The step from the run's folder", work, done)

    def choose(self, weight: Weight) -> None:
        """Take the step apart for another weight."""
        self.chooser.show_weight(weight)
        self.pages.setCurrentIndex(0)

    def _take_newest(self) -> None:
        if self._newest is None:
            return
        start, dataset = self._newest
        self._step = LookedAt(start, dataset)
        self.newest.hide()
        self.head.show()
        self.pages.setCurrentIndex(0)
        self.chooser.set_network(start.config.network)
        self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for steps."""
        super().showEvent(event)
        self.wanted.emit()
        # What was being worked out when the page was left was dropped.
        if self._step is not None and (self.answer is None or self.answer.weight != self.chooser.weight):
            self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Ask for nothing more."""
        super().hideEvent(event)
        self.wanted.emit()

    # --- one weight -----------------------------------------------------------------------------------

    def _ask(self) -> None:
        step, weight = self._step, self.chooser.weight
        if step is None or weight is None or not self.isVisible():
            return
        is_statistic = self.chooser.is_statistic

        def work(task: Task) -> Answer:
            return answer_of(step, weight, task, is_statistic=is_statistic)

        self.bar.ask("Mini-batch, there and back", work, self._show)

    def _show(self, answer: Answer) -> None:
        self.answer, self._step = answer, answer.step
        start, taken = answer.step.start, answer.step.taken
        images = counted(len(start.batch.indices), "image")
        parts = counted(len(start.batch.micro_batches), "micro-batch", "micro-batches")
        loss = "" if taken is None else f", mean loss {taken.replay.loss:.4f}"
        self.words.setText(f"Step {grouped(start.batch.step)}: {images} in {parts}{loss}")
        self.pages.show()
        self._fill_terms()
        self._fill_lines()
        self.updated.emit(answer.update)

    def _fill_terms(self) -> None:
        answer = self.answer
        there = answer is not None and answer.terms is not None
        for widget in (self.terms, self.tabs, self.check):
            widget.setVisible(there)
        if answer is None or answer.terms is None or answer.step.taken is None:
            return
        batch, names = answer.step.start.batch, answer.step.dataset.class_names
        if self.tabs.currentIndex() == _IMAGES:
            self.terms.set_columns(_IMAGE_HEADS)
            self.terms.show_rows(image_rows(answer.terms, batch.images, batch.labels, names))
        else:
            self.terms.set_columns(_TERM_HEADS)
            self.terms.show_rows(term_rows(answer.terms, batch.labels, names))

    def _fill_lines(self) -> None:
        answer = self.answer
        if answer is None:
            return
        config = answer.step.start.config
        if answer.running is not None:
            self.lines.show_rows(running_rows(answer.running))
        elif answer.terms is not None and answer.update is not None:
            rows = gradient_rows(answer.terms, answer.update, answer.checked)
            rows += update_rows(answer.update, config.optimiser.title, config.schedule.title)
            self.lines.show_rows(rows)

    def _check(self) -> None:
        answer = self.answer
        if answer is None or answer.update is None:
            return
        start, weight, gradient = answer.step.start, answer.weight, answer.update.gradient

        def done(checked: Check) -> None:
            if self.answer is answer:
                self.answer = replace(answer, checked=checked)
                self._fill_lines()

        self.bar.ask("Loss with the weight moved", lambda task: check(start, weight, gradient, task), done)

    def _arrive(self, target: object) -> None:
        step = self._step
        if step is None or not isinstance(target, Arrival):
            return
        known = step.arrived

        def work(task: Task) -> Arrivals:
            same = known is not None and known.image == target.image
            return known if same and known is not None else arrivals(step.start, target.image, task)

        def done(arrived: Arrivals) -> None:
            if self._step is not None and self._step.start is step.start:
                self._step = replace(self._step, arrived=arrived)
                self.arrival.show_arrivals(arrived, target.place, step.dataset.class_names)
                self.pages.setCurrentIndex(1)

        self.bar.ask("Image, there and back", work, done)


def _same(one: StepStart, other: StepStart) -> bool:
    """Return whether both are the same step of the same run."""
    same_run = one.config == other.config and one.preprocessing == other.preprocessing
    return same_run and one.batch.step == other.batch.step and bool((one.weights == other.weights).all())
