"""How the run goes, live: its curves, or its health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtGui import QShowEvent
from PyQt5.QtWidgets import QWidget

from gui.run.context import AppContext
from gui.run.view import View
from gui.run.wants import Wants
from gui.style.theme import Theme
from gui.widgets.image_empty import EmptyState
from gui.widgets.one_page import OnePage
from gui.widgets.waiting import Waiting

if TYPE_CHECKING:
    from gui.views.health.page import HealthPage
    from gui.views.learn_curves import CurvesPage

_EMPTY, _CURVES, _HEALTH = range(3)
_NARROWEST = 400
"""The curves have room in so many pixels; the view asks for them before they are there."""


class LearnView(View):
    """A page that says what will be seen, from the first step on the curves, and the health of the run."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the view; its pages are made when they are first seen."""
        super().__init__(context, theme, parent)
        self._theme = theme
        self.empty = EmptyState(
            "The curves will be drawn here",
            "Loss and accuracy of every step, and of the validation, from the first step of the training on.",
            "Start training",
        )
        self._curves: Waiting[CurvesPage] = Waiting(self._make_curves)
        self._curves.setMinimumWidth(_NARROWEST)
        self._health: Waiting[HealthPage] = Waiting(self._make_health)
        self._stack = OnePage.filling(self, self.empty, self._curves, self._health)
        self.empty.acted.connect(context.bridge.play)
        moments = context.moments
        moments.run_changed.connect(lambda _run: self._begin())
        moments.history_grew.connect(self._look)
        moments.validated.connect(lambda _row: self._look())

    def _make_curves(self) -> CurvesPage:
        from gui.views.learn_curves import CurvesPage  # with pyqtgraph, which no start waits for

        made = CurvesPage(self._context, self._theme)
        made.health_wanted.connect(lambda: self.turn_to(health=True))
        self.setFocusProxy(made)
        return made

    def _make_health(self) -> HealthPage:
        from gui.views.health.page import HealthPage  # most starts do without

        made = HealthPage(self._context, self._theme)
        made.remedy_wanted.connect(lambda remedy: self.settings_wanted.emit(remedy.changes))
        made.left.connect(lambda: self.turn_to(health=False))
        return made

    @property
    def curves(self) -> CurvesPage:
        """The curves; made when they are first asked for."""
        return self._curves.widget

    @property
    def health(self) -> HealthPage:
        """The health of the run; made when it is first asked for."""
        return self._health.widget

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        for page in (self._curves.made, self._health.made):
            if page is not None:
                page.set_theme(theme)

    def wants(self) -> Wants:
        """Ask for the network while its health is looked at."""
        return Wants(kernels=self._health.isVisible())

    def showEvent(self, event: QShowEvent) -> None:
        """Show the curves if they have begun meanwhile."""
        super().showEvent(event)
        self._look()

    def _begin(self) -> None:
        self._stack.setCurrentIndex(_EMPTY)
        self._look()

    def _look(self) -> None:
        """Show the curves once there is a step to show."""
        if self._stack.currentIndex() == _EMPTY and self.isVisible():
            self.turn_to(health=False)

    def turn_to(self, *, health: bool) -> None:
        """Show the health of the run, or its curves; before the first step there is neither."""
        if self._context.moments.steps:
            self._stack.setCurrentIndex(_HEALTH if health else _CURVES)
