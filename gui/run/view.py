"""The protocol of views and panels: all that the window, and whoever writes one, needs to know of them."""

from __future__ import annotations

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtGui import QHideEvent, QShowEvent
from PyQt5.QtWidgets import QWidget

from gui.run.context import AppContext
from gui.run.wants import Wants
from gui.style.theme import Theme


class View(QWidget):
    """What fills a dock of the window, which makes each in ``VIEWS`` and ``PANELS`` when it is first seen.

    What the window must know before is in its ``ViewSpec``. The class has ``set_theme`` if it paints, and
    ``wants`` if it shows a network. It computes nothing itself: numbers come from the engine, words from a
    presenter. What was told before it was made it has not heard: it begins with what ``context`` knows.
    """

    show_view = pyqtSignal(str)
    """The user wants to see the view with this key."""

    settings_wanted = pyqtSignal(object)
    """The user wants other settings of the run: their names and new values."""

    resume_wanted = pyqtSignal(object)
    """The user wants to go on with the run in this folder (a Path)."""

    publish_wanted = pyqtSignal(str, object)
    """The user wants a film, a report or the like (its action) of the run in this folder (a Path)."""

    race_wanted = pyqtSignal()
    """The user wants to set up a race."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the view with all its widgets; it fills itself later, when there is something to show."""
        super().__init__(parent)
        self.setObjectName("panel")
        self._context = context
        context.moments.add_watcher(self)

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for what is wanted at once."""
        super().showEvent(event)
        self._context.moments.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let nothing be worked out that nobody sees."""
        super().hideEvent(event)
        self._context.moments.refresh()

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of ``theme`` for what the style sheet does not reach: here nothing."""

    def wants(self) -> Wants:
        """Return what the view needs now, and of which network: nothing, unless it says otherwise."""
        return Wants()
