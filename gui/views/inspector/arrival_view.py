"""How the gradient that arrived at a value of one image came about, traced back to the loss."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QVBoxLayout, QWidget

from engine.arithmetic.arrival import Arrivals, explain_arrival
from engine.arithmetic.passes import Place
from gui.presenters.arithmetic import Row, closing_rows, crumb, exact, place_words
from gui.style.theme import GRID, Theme
from gui.views.inspector.trail import Trail, Visits
from gui.views.inspector.working_view import WorkingView
from gui.widgets.plain import Label


class ArrivalView(QWidget):
    """One or two calculations: in front of a residual block a gradient comes back two ways."""

    left = pyqtSignal()
    """The user wants to go back to the weight."""

    def __init__(self, theme: Theme) -> None:
        """Make an empty view."""
        super().__init__()
        self.arrived: Arrivals | None = None
        self._names: tuple[str, ...] = ()
        self.visits: Visits[Place] = Visits()
        self.trail = Trail()
        self.name = Label()
        self.name.setWordWrap(True)
        words = ("gradients", "weights", "products")
        self.views = [WorkingView(theme, words) for _ in range(2)]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.trail)
        column.addWidget(self.name)
        for view in self.views:
            column.addWidget(view, 1)
            view.followed.connect(self.go)
        column.addStretch(0)
        self.trail.moved.connect(self._move)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for view in self.views:
            view.set_theme(theme)

    def show_arrivals(self, arrived: Arrivals, place: Place, names: Sequence[str]) -> None:
        """Begin at a value of another image, or of the same one."""
        self.arrived, self._names = arrived, tuple(names)
        self.visits.clear()
        self.go(place)

    def go(self, place: Place) -> None:
        """Explain the gradient at ``place``."""
        self.visits.visit(place)
        self._show()

    def _move(self, by: int) -> None:
        if self.visits.go(by):
            self._show()
        elif by < 0:
            self.left.emit()

    def _show(self) -> None:
        arrived, place = self.arrived, self.visits.here
        if arrived is None or place is None:
            return
        steps = arrived.found.steps
        self.trail.show_visits(self.visits, lambda item: (crumb(steps, item), place_words(steps, item)))
        self.trail.back.setEnabled(True)  # at the beginning it leads back to the weight
        where = place_words(steps, place, self._names)
        self.name.setText(f"Gradient of the loss of image {arrived.image + 1} · {where}")
        workings = explain_arrival(arrived, place)
        for number, view in enumerate(self.views):
            view.setVisible(number < len(workings))
            if number < len(workings):
                working = workings[number]
                more = closing_rows(working, "gradient in the step")
                if len(workings) > 1:
                    more = [] if number == 0 else [Row(("both ways together", exact(arrived.delta(place))))]
                view.show_working(steps, working, self._names, more)
