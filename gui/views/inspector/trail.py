"""The way that led to what is explained: back, forward, and the last values on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gui.style.theme import GRID, SMALL, font
from gui.widgets.plain import tooltip

T = TypeVar("T")
_SHOWN = 3
"""Earlier values that have a button of their own."""
_MOST = 200
"""Values that are remembered."""


class Visits(Generic[T]):
    """What was visited, and where one stands in it."""

    def __init__(self) -> None:
        """Begin nowhere."""
        self.items: list[T] = []
        self.at = -1

    @property
    def here(self) -> T | None:
        """What is visited now."""
        return self.items[self.at] if self.items else None

    def visit(self, item: T) -> None:
        """Go on to ``item``; what lay ahead is forgotten."""
        if item != self.here:
            self.items = [*self.items[: self.at + 1], item][-_MOST:]
            self.at = len(self.items) - 1

    def replace(self, item: T) -> None:
        """Be at ``item`` instead of where one stands."""
        if self.items:
            self.items[self.at] = item
        else:
            self.visit(item)

    def go(self, by: int) -> bool:
        """Go back or forward; returns whether there was a way."""
        if 0 <= self.at + by < len(self.items):
            self.at += by
            return True
        return False

    def clear(self) -> None:
        """Forget everything."""
        self.items, self.at = [], -1


class Trail(QWidget):
    """Buttons for back and forward, and for the last values before the present one."""

    moved = pyqtSignal(int)
    """The user wants to go back (negative) or forward by so many."""

    def __init__(self) -> None:
        """Make it, with nowhere to go."""
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        self.back, self.forward = QToolButton(), QToolButton()
        for button, text, name, keys, by in (
            (self.back, "←", "Back", "Alt+Left", -1),
            (self.forward, "→", "Forward", "Alt+Right", 1),
        ):
            button.setText(text)
            button.setAccessibleName(name)
            button.setToolTip(tooltip(f"{name} ({keys})"))
            button.setShortcut(keys)
            button.clicked.connect(lambda _checked, by=by: self.moved.emit(by))
            row.addWidget(button)
        self.crumbs = [QToolButton() for _ in range(_SHOWN)]
        for number, button in enumerate(self.crumbs):
            button.setFont(font(SMALL))
            button.setAutoRaise(True)
            button.clicked.connect(lambda _checked, by=number - _SHOWN: self.moved.emit(by))
            row.addWidget(button)
        row.addStretch(1)

    def show_visits(self, visits: Visits[T], words: Callable[[T], tuple[str, str]]) -> None:
        """Show where one came from; ``words`` gives a short and a long name of each value."""
        self.back.setEnabled(visits.at > 0)
        self.forward.setEnabled(visits.at + 1 < len(visits.items))
        for number, button in enumerate(self.crumbs):
            place = visits.at + number - _SHOWN
            button.setVisible(place >= 0)
            if place >= 0:
                brief, long = words(visits.items[place])
                button.setText(f"{brief} ›")
                button.setAccessibleName(f"Back to {long}")
                button.setToolTip(tooltip(f"Back to {long}"))
