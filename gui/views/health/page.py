"""How the layers do over the steps, and what is wrong with the run."""

from __future__ import annotations

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PyQt5.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.formatting import grouped
from engine.health import WARNINGS
from engine.health.measure import Health
from gui.presenters.health import QUANTITIES, layer_titles, lines, ridges
from gui.run.context import AppContext
from gui.state.selection import Sample
from gui.style.theme import GRID, Theme
from gui.views.health.findings import Findings
from gui.views.health.rate_page import RatePage
from gui.views.health.work import Looker, Seen
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.kernel_pairs import KernelPairs
from gui.widgets.one_page import OnePage
from gui.widgets.readout import Readout
from gui.widgets.ridgelines import LayerLines, Ridgelines

_NARROW = 560
_HINT = "Measured at recorded steps with a few training images of each class. Point at a curve to read it."


class HealthPage(QWidget):
    """Ridgelines or figures of the layers on the left, findings on the right.

    Attributes:
        looker: does the looking.
    """

    remedy_wanted = pyqtSignal(object)
    """The user wants to try this ``Remedy``."""

    left = pyqtSignal()
    """The user wants to see the curves again."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty page; it looks while it is visible."""
        super().__init__(parent)
        self._context = context
        self._moments: tuple[Health, ...] = ()
        self.looker = Looker(context.moments, self)
        self.quantity = ChoiceBox("What is shown", "What is shown of the layers over the steps.", letters=14)
        self.quantity.addItems([each.title for each in QUANTITIES])
        self.quantity.insertSeparator(len(QUANTITIES))
        self.quantity.addItem("Learning rate test")
        self.layer = ChoiceBox("Layer", "The layer whose values are shown.", letters=16)
        self.close_button = QPushButton("&Curves")
        self.close_button.setToolTip("Back to loss and accuracy")
        self.ridges, self.lines, self.rate = Ridgelines(theme), LayerLines(theme), RatePage(context, theme)
        self.pairs = KernelPairs(theme)
        self.findings = Findings()
        self.readout = Readout(_HINT, lines=1, narrow=470)
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addWidget(self.quantity)
        top.addWidget(self.layer)
        top.addStretch(1)
        top.addWidget(self.close_button)
        plots = QWidget()
        self._plots = OnePage(plots)
        for page in (self.ridges, self.lines, self.rate, self.pairs):
            self._plots.addWidget(page)
        self._middle = QBoxLayout(QBoxLayout.LeftToRight)
        self._middle.setSpacing(2 * GRID)
        self._middle.addWidget(plots, 3)
        self._middle.addWidget(self.findings, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(top)
        column.addLayout(self._middle, 1)
        column.addWidget(self.readout)
        self.findings.show_findings([], "The run is looked at as soon as it has taken a step.")
        self.quantity.currentIndexChanged.connect(lambda _index: self._draw())
        self.layer.currentIndexChanged.connect(lambda _index: self._draw())
        for plot in (self.ridges, self.lines, self.pairs):
            plot.pointed.connect(lambda text: self.readout.setText(text or self._about()))
        self.close_button.clicked.connect(lambda _checked: self.left.emit())
        self.findings.applied.connect(self.remedy_wanted)
        self.rate.remedy_wanted.connect(self.remedy_wanted)
        self.findings.shown.connect(self._show_image)
        self.looker.seen.connect(self._show)
        self.looker.failed.connect(lambda text: self.findings.show_findings([], text))
        moments = context.moments
        moments.run_changed.connect(lambda _run: self._begin())
        moments.moved.connect(lambda _moment: self._look())
        context.bridge.state_changed.connect(lambda *_: self._look())

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for part in (self.ridges, self.lines, self.rate, self.pairs):
            part.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        """Look again."""
        super().showEvent(event)
        self._context.moments.refresh()
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop looking."""
        super().hideEvent(event)
        self.looker.drop()
        self._context.moments.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the findings below where there is no room beside."""
        super().resizeEvent(event)
        below = self.width() < _NARROW
        self._middle.setDirection(QBoxLayout.TopToBottom if below else QBoxLayout.LeftToRight)

    def _look(self) -> None:
        if self.isVisible() and self._context.moments.steps:
            self.looker.ask(self.isVisible)

    def _begin(self) -> None:
        self.looker.begin()
        self._moments = ()
        self.findings.show_findings([], "The run is looked at as soon as it has taken a step.")
        self._draw()

    def _show(self, seen: Seen) -> None:
        self._moments = seen.evidence.moments
        count, step = len(WARNINGS), grouped(seen.evidence.step)
        words = f"{len(seen.found)} of {count} warnings at step {step}."
        if not seen.found:
            words = f"Nothing is wrong at step {step}, as far as {count} warnings can see."
        self.findings.show_findings(seen.found, words)
        self._draw()

    def _about(self) -> str:
        index = self.quantity.currentIndex()
        return QUANTITIES[index].about if index < len(QUANTITIES) else ""

    def _draw(self) -> None:
        self.readout.setText(self._about())
        self.readout.setVisible(bool(self._about()))
        if self.quantity.currentIndex() >= len(QUANTITIES):
            self.layer.hide()
            self._plots.setCurrentWidget(self.rate)
            return
        quantity = QUANTITIES[self.quantity.currentIndex()]
        titles = layer_titles(self._moments, quantity)
        self.layer.setVisible(quantity.histogram is not None)
        known = [(self.layer.itemData(row), self.layer.itemText(row)) for row in range(self.layer.count())]
        if quantity.histogram is not None and known != titles:
            chosen = self.layer.currentData()
            blocked = self.layer.blockSignals(True)
            self.layer.clear()
            for index, title in titles:
                self.layer.addItem(title, index)
            self.layer.setCurrentIndex(max(0, self.layer.findData(chosen)))
            self.layer.blockSignals(blocked)
        layer = self.layer.currentData()
        if quantity.pictures:
            shown = self._moments[-1].layers[layer] if self._moments and layer is not None else None
            pair = (None, None) if shown is None else (shown.kernels, shown.kernel_gradients)
            self.pairs.show_pairs(*pair)
            self._plots.setCurrentWidget(self.pairs)
        elif quantity.histogram is not None:
            self.ridges.show_ridges(*ridges(self._moments, quantity, -1 if layer is None else layer))
            self._plots.setCurrentWidget(self.ridges)
        else:
            self.lines.show_lines(lines(self._moments, quantity), quantity)
            self._plots.setCurrentWidget(self.lines)

    def _show_image(self, index: int) -> None:
        """Make a training image the one that all views look at."""
        dataset = self._context.moments.dataset
        if dataset is not None:
            label = int(dataset.train_labels[index])
            self._context.selection.choose(
                Sample(dataset.train_images[index], f"training image {index}", label, None)
            )
