"""Text from outside, shown letter by letter.

Qt takes whatever looks like HTML for HTML, in labels and in tooltips: the name of a class or a file could
make text large, hide it, or have a picture loaded. So every label of the window is a ``Label``, every
tooltip that is not a constant passes through ``tooltip`` or ``show_tip``, and a test holds the source to it.
"""

from __future__ import annotations

from typing import Any

from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtGui import QPainter, QPaintEvent
from PyQt5.QtWidgets import QLabel, QToolTip, QWidget

from engine.text import plain

_looks_rich: Any = Qt.mightBeRichText
"""Whether Qt would take a text for HTML; the stubs have it as a method."""


class Label(QLabel):
    """A label that interprets nothing: no markup, and no marks that change the direction of writing."""

    def __init__(
        self, text: str = "", parent: QWidget | None = None, *, buddy: QWidget | None = None
    ) -> None:
        """Show ``text``; an ampersand marks a shortcut to the ``buddy``, without which it is none."""
        super().__init__(parent)
        self.setTextFormat(Qt.PlainText)
        self.setText(text)
        if buddy is not None:
            self.setBuddy(buddy)

    def setText(self, text: str) -> None:
        """Show ``text``, whose lines are kept."""
        super().setText(_harmless(text))


class OneLine(Label):
    """A label that ends with an ellipsis where its place does; its tooltip has all of it."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        """Show ``text``, in as little room as there is."""
        super().__init__(text, parent)
        self.setMinimumWidth(1)

    def setText(self, text: str) -> None:
        """Show ``text``."""
        super().setText(text)
        self.setToolTip(tooltip(text))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint as much of the text as there is room for."""
        shown = self.fontMetrics().elidedText(self.text(), Qt.ElideRight, self.width())
        align = int(self.alignment())
        self.style().drawItemText(
            QPainter(self), self.rect(), align, self.palette(), self.isEnabled(), shown, self.foregroundRole()
        )


def _harmless(text: str) -> str:
    return "\n".join(plain(line) for line in text.split("\n"))


def tooltip(text: str) -> str:
    """Return ``text`` in the form in which a tooltip shows just these letters."""
    text = _harmless(text)
    if not _looks_rich(text):
        return text
    import html  # brings all entities that there are, and few texts need it

    return "<qt>" + html.escape(text).replace("\n", "<br>") + "</qt>"


def show_tip(place: QPoint, text: str, widget: QWidget) -> None:
    """Show ``text`` as the tooltip of ``widget`` at ``place`` on the screen; empty text hides it."""
    QToolTip.showText(place, tooltip(text), widget)
