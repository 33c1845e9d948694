"""Widgets beside and below each other."""

from __future__ import annotations

from PyQt5.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

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


def in_column(
    dialog: QWidget, *parts: QWidget | QLayout | None, tall: tuple[QWidget | QLayout, ...] = ()
) -> None:
    """Fill a dialog with ``parts`` below each other; None takes the room left over, as ``tall`` ones do."""
    column = QVBoxLayout(dialog)
    column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
    column.setSpacing(GRID)
    for part in parts:
        if part is None:
            column.addStretch(1)
        elif isinstance(part, QLayout):
            column.addLayout(part, int(part in tall))
        else:
            column.addWidget(part, int(part in tall))
