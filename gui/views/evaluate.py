"""How good the network is on images it has not learnt from, and where it errs."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.formatting import percent, share
from engine.session.messages import State
from engine.training.metrics import Metrics
from engine.training.rejection import Rejection
from gui.presenters.evaluate import Choice, Entry, choice_words, entries, evaluating, gallery_title, scope
from gui.run.context import AppContext
from gui.run.moment import Judged
from gui.run.saving import save_figures, save_picture
from gui.run.view import View
from gui.run.wants import Wants
from gui.state.selection import Sample
from gui.style.theme import GRID, Theme
from gui.views.evaluate_classes import ClassPage
from gui.views.evaluate_picture import evaluation_picture
from gui.views.evaluate_rejection import RejectionPage
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.confusion_matrix import ConfusionMatrix
from gui.widgets.image_empty import EmptyState
from gui.widgets.image_gallery import Gallery
from gui.widgets.one_page import OnePage
from gui.widgets.plain import Label, tooltip
from gui.widgets.reliability import ReliabilityDiagram

_HINT = "Click a cell to see its images, click an image to see it in the network."

_NARROW, _TWO = 600, 460
"""Below the first width, in pixels, the gallery is put below the matrix, below the second in its place."""
_WITH_NOTE = 300
"""In a lower place, in pixels, the images need the room of the words above them."""


class EvaluateView(View):
    """Accuracy on the test images, confusion matrix, and the images behind each of its cells."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the view; it fills itself when evaluations come."""
        super().__init__(context, theme, parent)
        self._shown: Judged | None = None
        self._waiting, self._scope = False, ""
        self.choice: Choice | None = None
        self._one = False
        self._theme = theme
        self.metrics: Metrics | None = None
        self.accuracy = Label()
        self.accuracy.setStyleSheet("font-size: 28px; font-weight: 500;")
        self.accuracy.setAccessibleName("Accuracy on the test images")
        self.accuracy.setToolTip("Share of the test images that the network predicts correctly")
        self.scope = Label()
        self.scope.setObjectName("note")
        self.scope.setMinimumWidth(1)
        self.scope.setWordWrap(True)
        tip = "What stands in the cells. Colours of mistakes are on a logarithmic scale."
        self.cells = ChoiceBox("What the cells show", tip, letters=12)
        self.cells.addItems(["Number of images", "% of true class", "Each class", "Calibration", "Doubt"])
        self.matrix = ConfusionMatrix(theme)
        self.classes = ClassPage(theme)
        self.reliability = ReliabilityDiagram(theme)
        self.rejection = RejectionPage(theme)
        self.save = QPushButton("Sa&ve")
        self.save.setToolTip("Save what is known of each class: all figures as CSV, or a picture as PNG.")
        menu = QMenu(self)
        self.csv_action = menu.addAction("Figures as &CSV\N{HORIZONTAL ELLIPSIS}", self._save_figures)
        self.png_action = menu.addAction("Picture as &PNG\N{HORIZONTAL ELLIPSIS}", self._save_picture)
        self.save.setMenu(menu)
        self.heading = Label()
        self.heading.setObjectName("heading")
        self.heading.setWordWrap(True)
        self.note = Label()
        self.note.setObjectName("note")
        self.note.setWordWrap(True)
        self.back = QPushButton("&Back")
        self.back.setToolTip("Back to the worst mistakes")
        self.gallery = Gallery(theme, self._describe)
        self.readout = Label(_HINT)
        self.readout.setObjectName("note")
        self.readout.setMinimumWidth(1)
        self.empty = EmptyState(
            "The test images will be judged here",
            "Accuracy, confused classes, and the worst mistakes. The network is evaluated again and "
            "again while this view is open, also while training is paused.",
            "Start training",
        )
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addWidget(self.accuracy)
        top.addWidget(self.scope, 1, Qt.AlignBottom)
        top.addWidget(self.cells, 0, Qt.AlignVCenter)
        top.addWidget(self.save, 0, Qt.AlignVCenter)
        self._left = QWidget()
        self._pages = OnePage(self._left)
        for page in (self.matrix, self.classes, self.reliability, self.rejection):
            self._pages.addWidget(page)
        self._side = QWidget()
        right = QVBoxLayout(self._side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(GRID // 2)
        right.addWidget(self.heading)
        right.addWidget(self.note)
        right.addWidget(self.back, 0, Qt.AlignLeft)
        right.addWidget(self.gallery, 1)
        self._middle = QBoxLayout(QBoxLayout.LeftToRight)
        self._middle.setSpacing(2 * GRID)
        self._middle.addWidget(self._left, 3)
        self._middle.addWidget(self._side, 2)
        full = QWidget()
        inner = QVBoxLayout(full)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(GRID)
        inner.addLayout(top)
        inner.addLayout(self._middle, 1)
        inner.addWidget(self.readout)
        self._stack = OnePage.filling(self, self.empty, full)

    def _connect(self) -> None:
        moments = self._context.moments
        moments.run_changed.connect(lambda _run: self._run_changed())
        moments.judged.connect(self._evaluated)
        moments.judging.connect(self._say_how_far)
        bridge = self._context.bridge
        self.empty.acted.connect(bridge.play)
        bridge.state_changed.connect(lambda state, _words: self._offer(state))
        self.cells.currentIndexChanged.connect(self._turn_page)
        for page in (self.matrix, self.classes):
            page.chosen.connect(self.choose)
        for hovered in (self.matrix.hovered, self.reliability.pointed):
            hovered.connect(lambda text: self.readout.setText(text or _HINT))
        for signal in (self.matrix.back, self.gallery.back, self.back.clicked):
            signal.connect(lambda *_: self.choose(None))
        self.gallery.chosen.connect(self._send)
        self.gallery.left.connect(self._catch_up)

    def _offer(self, state: State) -> None:
        """Offer to start where nothing trains yet; the first evaluation of what does will come."""
        self.empty.button.setVisible(state is not State.RUNNING)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        for part in (self.matrix, self.classes, self.reliability, self.rejection, self.gallery):
            part.set_theme(theme)

    def wants(self) -> Wants:
        """Ask for evaluations while visible."""
        return Wants(evaluate=True, of=self._context.moments.subject) if self.isVisible() else Wants()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the gallery below the matrix where there is no room beside it, or in its place."""
        super().resizeEvent(event)
        below = self.width() < _NARROW <= self.height() + 120
        self._middle.setDirection(QBoxLayout.TopToBottom if below else QBoxLayout.LeftToRight)
        self._one = self.width() < _TWO and not below
        self._share_room()

    def _share_room(self) -> None:
        """Show matrix and images, or in a small place the images of a chosen cell in place of the matrix."""
        self._left.setVisible(not self._one or self.choice is None)
        self.save.setVisible(self.width() >= _TWO)
        self._side.setVisible(not self._one or self.choice is not None)
        self.note.setVisible(bool(self.note.text()) and self.height() >= _WITH_NOTE)

    # --- what comes of the network --------------------------------------------------------------

    def _run_changed(self) -> None:
        """Forget everything about the run before."""
        self._shown, self.choice, self.metrics = None, None, None
        self._waiting, self._scope = False, ""
        self._stack.setCurrentIndex(0)

    def _evaluated(self, done: Judged) -> None:
        dataset, evaluation = done.dataset, done.evaluation
        if len(dataset.test_images) != evaluation.total or not len(evaluation.indices):
            return
        self._shown = done
        self.accuracy.setText(share(evaluation.accuracy, 2))
        self._scope = scope(evaluation, done.step)
        self.scope.setText(self._scope)
        self.matrix.show_counts(evaluation.confusion, dataset.class_names)
        self.metrics = Metrics.of(evaluation, dataset.class_names)
        self.classes.show_metrics(self.metrics)
        self.reliability.show_diagram(self.metrics.reliability)
        self.rejection.show_rejection(Rejection.of(evaluation))
        self._stack.setCurrentIndex(1)
        # Nothing moves under the mouse: images change again once it has left.
        self._waiting = self.gallery.viewport().underMouse() and bool(self.gallery.entries_model.entries)
        if not self._waiting:
            self._fill()

    def _say_how_far(self, done: float) -> None:
        """Say that another step is being evaluated, while what is shown is still of the one before."""
        step = self._context.moments.travel.at
        self.scope.setText(
            f"{evaluating(step, done)}; shown: {self._scope}" if self._scope else evaluating(step, done)
        )

    def _catch_up(self) -> None:
        if self._waiting:
            self._waiting = False
            self._fill()

    def _fill(self) -> None:
        """Show the images of the chosen cell, or the worst mistakes."""
        if self._shown is None:
            return
        dataset, evaluation, damage = self._shown.dataset, self._shown.evaluation, self._shown.damage
        heading, note = gallery_title(evaluation, dataset.class_names, self.choice)
        self.heading.setText(heading)
        self.note.setText(note)
        self.heading.setToolTip(tooltip(note))
        self._share_room()
        self.back.setVisible(self.choice is not None)
        self.gallery.set_images(dataset.test_images, dataset.class_names, damage.images)
        self.gallery.show_entries(entries(evaluation, self.choice))

    # --- what the user does -----------------------------------------------------------------------

    def _turn_page(self, index: int) -> None:
        """Show counts or shares in the matrix, the figures of each class, the calibration, or the doubt."""
        self._pages.setCurrentIndex(max(0, index - 1))
        if index < 2:
            self.matrix.set_as_share(index == 1)

    def _save_figures(self) -> None:
        if self.metrics is not None and self.rejection.found is not None:
            figures = self.metrics.csv() + "\n" + self.rejection.found.csv()
            save_figures(self._context, "Save the figures of each class", "evaluation.csv", figures)

    def _save_picture(self) -> None:
        if self.metrics is not None and self.rejection.found is not None:
            found, limit = self.rejection.found, self.rejection.limit
            picture = evaluation_picture(self._theme, self.metrics, found, limit)
            save_picture(self._context, "Save the evaluation as a picture", "evaluation.png", picture)

    def choose(self, choice: Choice | None) -> None:
        """Show the images of a cell of the matrix; None goes back to the worst mistakes."""
        self.choice = choice
        self.matrix.set_choice(choice)
        self._fill()
        self.gallery.scrollToTop()

    def _describe(self, entry: Entry) -> str:
        if self._shown is None:
            return ""
        words = choice_words(self._shown.dataset.class_names, Choice(entry.label, entry.predicted))
        return f"Test image {entry.index}: {words}, {percent(entry.confidence)} sure"

    def _send(self, entry: Entry) -> None:
        """Make an image the one that all views look at, and ask for the Network view."""
        if self._shown is not None:
            self._context.selection.choose(Sample.of_test(self._shown.dataset, entry.index))
            self.show_view.emit("network")
