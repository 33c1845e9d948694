"""How one value of the network came about."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from engine.arithmetic.output import explain_output
from engine.arithmetic.passes import Pass, Place
from engine.arithmetic.working import Working
from engine.data.preprocess import Preprocessing
from engine.types import Bytes
from gui.presenters.arithmetic import Row, closing_rows, exact, place_words, step_title
from gui.style.theme import GRID, Theme
from gui.views.inspector.trail import Trail
from gui.views.inspector.working_view import WorkingView
from gui.widgets.plain import Label

HINT = (
    "Point at a value of any map: here stands which numbers made it, and everything that it depends on is "
    "outlined. Click to keep a value; then the arrow keys go to its neighbours, Page Up and Page Down to the "
    "next map, Ctrl with Left and Right to the next layer. Names in colour are values that are explained in "
    "turn, back to the pixel."
)


class OutputPage(QWidget):
    """The calculation of the value that is pointed at, and the way to it.

    Attributes:
        working: the calculation that is shown.
    """

    followed = pyqtSignal(object)
    """The user wants to see how an operand came about (its ``Place``)."""
    weight_followed = pyqtSignal(object)
    """The user wants to see what became of a weight (cell of the window: channel, row, column)."""

    def __init__(self, theme: Theme) -> None:
        """Make an empty page."""
        super().__init__()
        self.working: Working | None = None
        self.trail = Trail()
        self.name = Label(HINT)
        self.name.setWordWrap(True)
        self.name.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Maximum)
        self.trail.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Fixed)
        self.view = WorkingView(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.trail)
        column.addWidget(self.name)
        column.addWidget(self.view, 1)
        column.addStretch(0)
        self.view.followed.connect(self.followed)
        self.view.weight_followed.connect(self.weight_followed)
        self.view.hide()

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.view.set_theme(theme)

    def show_nothing(self, words: str = HINT) -> None:
        """Say how to begin, or why there is nothing to show."""
        self.working = None
        self.name.setText(words)
        self.name.setObjectName("note")
        self.view.hide()

    def show_place(
        self, found: Pass, place: Place, image: Bytes, preprocessing: Preprocessing, names: Sequence[str]
    ) -> None:
        """Show how the value at ``place`` came about when ``image``, ``(C, H, W)``, went through."""
        working = self.working = explain_output(found, place, image, preprocessing)
        self.name.setText(place_words(found.steps, place, names))
        more = closing_rows(working, "value in the picture")
        if working.following is not None:
            then = working.following
            title = step_title(found.steps, then.step).rpartition(", ")[2]
            more.append(Row((f"then {title}", exact(found.value(then))), then))
        self.view.show_working(found.steps, working, names, more)
        self.view.show()
