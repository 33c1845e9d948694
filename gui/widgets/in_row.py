"""Widgets beside each other."""

from __future__ import annotations

from PyQt5.QtWidgets import QHBoxLayout, QWidget

from gui.style.theme import GRID


def in_row(*widgets: QWidget | None, wide: tuple[type[QWidget], ...] = ()) -> QHBoxLayout:
    """Return a row of widgets; None takes the room that is left over, as widgets of a ``wide`` class do."""
    row = QHBoxLayout()
    row.setSpacing(GRID)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget, 1 if isinstance(widget, wide) else 0)
    return row
