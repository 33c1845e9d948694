"""Figures that change often, in a place that does not."""

from __future__ import annotations

from PyQt5.QtGui import QFont, QFontMetrics
from PyQt5.QtWidgets import QWidget

from gui.widgets.plain import Label


class Figures(Label):
    """A line of text of a fixed size, so that nothing is laid out anew when it says something else.

    When a label of any other kind changes, even to a text just as wide, Qt lays out everything up to the
    window. This one asks for more room only while its text is wider than what it was made for.
    """

    def __init__(self, widest: str, letters: QFont, text: str = "", parent: QWidget | None = None) -> None:
        """Have room for ``widest`` in ``letters``, and show ``text``."""
        super().__init__("", parent)
        self.setFont(letters)
        self._metrics = QFontMetrics(letters)
        self._least = 0
        self._least = self._make_room(widest)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show ``text``, one line."""
        if text != self.text():
            self._make_room(text)
            super().setText(text)

    def _make_room(self, text: str) -> int:
        width = max(self._least, self._metrics.horizontalAdvance(text))
        if width != self.maximumWidth():
            self.setFixedSize(width, self._metrics.height())
        return width
