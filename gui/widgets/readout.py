"""The line below a view that says what is pointed at, or how to point."""

from __future__ import annotations

from PyQt5.QtCore import QRect, Qt
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QWidget

from gui.style.theme import SMALL, font
from gui.widgets.plain import Label


class Readout(Label):
    """Words that change under the mouse, in a place whose height does not."""

    def __init__(self, text: str, *, lines: int, narrow: int, parent: QWidget | None = None) -> None:
        """Show ``text`` in ``lines`` lines, in one more where it is narrower than ``narrow`` pixels.

        In a very narrow place there are as many as ``text`` needs.
        """
        super().__init__(text, parent)
        self.setObjectName("note")
        self.setFont(font(SMALL))
        self.setWordWrap(True)
        self.setMinimumWidth(1)
        self._lines, self._narrow, self._first = lines, narrow, text
        self._keep()

    def set_lines(self, lines: int, first: str) -> None:
        """Take ``lines`` lines from now on, in which ``first`` has room."""
        if lines != self._lines:
            self._lines, self._first = lines, first
            self._keep()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the height that goes with the width."""
        super().resizeEvent(event)
        self._keep()

    def _keep(self) -> None:
        lines, metrics = self._lines + (self.width() < self._narrow), self.fontMetrics()
        room = QRect(0, 0, max(1, self.width()), 10_000)
        needed = metrics.boundingRect(room, Qt.TextWordWrap, self._first).height() if self.isVisible() else 0
        self.setFixedHeight(max(lines * metrics.lineSpacing(), needed) + 2)
