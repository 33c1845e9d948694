"""The window in which recorded runs are compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QCloseEvent, QResizeEvent
from PyQt5.QtWidgets import QDialog, QHBoxLayout, QSlider, QTabWidget, QVBoxLayout, QWidget

from engine.formatting import grouped
from engine.runs.summary import Summary
from gui.dialogs.compare.answers import AnswersPage
from gui.dialogs.compare.curves import CurvesPage
from gui.dialogs.compare.networks import Models, NetworksPage
from gui.dialogs.compare.settings import SettingsPage
from gui.presenters.compare import Comparison
from gui.presenters.runs import name_of
from gui.run.context import AppContext
from gui.run.runner import Runner
from gui.style.theme import GRID, Theme
from gui.widgets.plain import Label, tooltip


class CompareDialog(QDialog):
    """Curves, settings, networks and answers of some runs; the main window stays usable beside it.

    Attributes:
        comparison: what was read, or None until then.
    """

    def __init__(
        self, context: AppContext, theme: Theme, runs: Sequence[Summary], parent: QWidget | None = None
    ) -> None:
        """Read ``runs`` beside the window and show them."""
        super().__init__(parent)
        self.setWindowTitle("Compare runs")
        self.setWindowFlag(Qt.WindowMaximizeButtonHint)
        self.setWindowFlag(Qt.WindowContextHelpButtonHint, False)
        self.setAttribute(Qt.WA_DeleteOnClose)
        self.setObjectName("panel")
        self.resize(980, 640)
        self.comparison: Comparison | None = None
        self._runner = Runner(self)
        models = Models()
        self.words = Label("Reading the runs\N{HORIZONTAL ELLIPSIS}")
        self.words.setObjectName("note")
        self.words.setWordWrap(True)
        self.names: list[Label] = []
        self._head = QHBoxLayout()
        self._head.setSpacing(2 * GRID)
        self._head.addStretch(1)
        self.curves = CurvesPage(theme)
        self.settings = SettingsPage(theme)
        self.networks = NetworksPage(context, theme, models)
        self.answers = AnswersPage(context, theme, models)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for title, page in (
            ("Curves", self.curves),
            ("Settings", self.settings),
            ("Kernels and answer", self.networks),
            ("Disagreements", self.answers),
        ):
            self.tabs.addTab(page, title)
        self.slider = QSlider(Qt.Horizontal)
        self.slider.setAccessibleName("Step")
        self.slider.setToolTip("The step at which the networks are looked at; arrow keys move it")
        self.step = Label()
        self.step.setMinimumWidth(110)
        self._step_row = QWidget()
        row = QHBoxLayout(self._step_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(Label("Step"))
        row.addWidget(self.slider, 1)
        row.addWidget(self.step)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.setSpacing(GRID)
        column.addLayout(self._head)
        column.addWidget(self.words)
        column.addWidget(self.tabs, 1)
        column.addWidget(self._step_row)
        self.tabs.setEnabled(False)
        self.tabs.currentChanged.connect(lambda _index: self._show_row())
        self.slider.valueChanged.connect(lambda _place: self._move())
        self._show_row()
        wanted = [(name_of(run), Path(run.path)) for run in runs]
        self._runner.ask(lambda _task: Comparison.of(wanted), self._show, self.words.setText)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for page in (self.curves, self.settings, self.networks, self.answers):
            page.set_theme(theme)
        self._colour_names()

    def _show(self, comparison: Comparison) -> None:
        self.comparison = comparison
        sides = comparison.sides
        for number, side in enumerate(sides):
            name = Label()
            name.setToolTip(tooltip(f"{side.title}\n{side.folder.path}"))
            name.setMinimumWidth(1)
            self.names.append(name)
            self._head.insertWidget(number, name)
        self.words.setText(comparison.notices[0] if comparison.notices else "")
        self.words.setVisible(bool(comparison.notices))
        self.words.setToolTip(tooltip("\n".join(comparison.notices)))
        self._colour_names()
        self._fit_names()
        self.curves.show_sides(sides)
        self.settings.show_rows(sides, comparison.settings)
        self.networks.show_sides(sides)
        self.answers.show_sides(sides)
        self.tabs.setEnabled(True)
        self.slider.setRange(0, max(0, len(comparison.steps) - 1))
        self.slider.setPageStep(max(1, len(comparison.steps) // 10))
        self.slider.setValue(self.slider.maximum())
        self._move()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let names of runs lose their middle where there is no room for all of them."""
        super().resizeEvent(event)
        self._fit_names()

    def _fit_names(self) -> None:
        if self.comparison is None or not self.names:
            return
        room = (self.width() - 4 * GRID) // len(self.names) - 2 * GRID
        for name, side in zip(self.names, self.comparison.sides, strict=True):
            name.setText(name.fontMetrics().elidedText(side.title, Qt.ElideMiddle, room))

    def _colour_names(self) -> None:
        """Write each name in the colour of its curves."""
        for number, name in enumerate(self.names):
            name.setStyleSheet(f"color: {self.curves.colour(number)}; font-weight: 500;")

    def _move(self) -> None:
        """Look at the networks at the step of the slider."""
        if self.comparison is not None and self.comparison.steps:
            step = self.comparison.steps[self.slider.value()]
            self.step.setText(f"{grouped(step)} of {grouped(self.comparison.steps[-1])}")
            self.networks.show_step(step)
            self.answers.show_step(step)

    def _show_row(self) -> None:
        self._step_row.setVisible(self.tabs.currentWidget() in (self.networks, self.answers))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let no work go on for a window that is closed."""
        for runner in self.findChildren(Runner):
            runner.drop()
        super().closeEvent(event)
