"""The line below a view that says what is pointed at, or how to point."""

from __future__ import annotations

from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QWidget

from gui.style.theme import SMALL, font
from gui.widgets.plain import Label


class Readout(Label):
    """Words that change under the mouse, in a place whose height does not."""

    def __init__(self, text: str, *, lines: int, narrow: int, parent: QWidget | None = None) -> None:
        """Show ``text`` in ``lines`` lines, and in one more where it is narrower than ``narrow`` pixels."""
        super().__init__(text, parent)
        self.setObjectName("note")
        self.setFont(font(SMALL))
        self.setWordWrap(True)
        self.setMinimumWidth(1)
        self._lines, self._narrow = lines, narrow
        self._keep()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the height that goes with the width."""
        super().resizeEvent(event)
        self._keep()

    def _keep(self) -> None:
        lines = self._lines + (self.width() < self._narrow)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 2)
