"""The look of the window, which changes part by part, so that nothing the user does is held up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PyQt5.QtCore import QChildEvent, QEvent, QObject, Qt, QTimer
from PyQt5.QtWidgets import QApplication, QMainWindow, QToolBar, QWidget

from gui.style.theme import Theme, palette, style_sheet

_FRAME = """
QMainWindow::separator { background: palette(window); width: 6px; height: 6px; }
QMainWindow::separator:hover { background: palette(highlight); }
"""
"""The style sheet of the window itself: it never changes, or all that is in the window would be polished."""


class Look(QObject):
    """Gives each part of a window its style sheet: docks, bars, and dialogs above it, also those to come.

    One style sheet for the whole application takes 0.4 s to change, in one go.
    """

    def __init__(self, window: QMainWindow) -> None:
        """Take over the look of ``window``, which has no theme before the first ``change``."""
        super().__init__(window)
        self._window = window
        self._sheet = ""
        self._steps: list[Callable[[], object]] = []
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._step)
        window.setStyleSheet(_FRAME)
        window.installEventFilter(self)

    @property
    def changing(self) -> bool:
        """Whether some parts still have the look of before."""
        return bool(self._steps)

    def change(self, theme: Theme, colours: Sequence[Callable[[], object]], *, now: bool = False) -> None:
        """Give everything the look of ``theme``, first what is in sight.

        Args:
            theme: the new one.
            colours: gives what the style sheet does not reach its colours.
            now: do it before this returns, instead of one part in each turn of the event loop.
        """
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setPalette(palette(theme))
        before, self._sheet = self._sheet, style_sheet(theme)
        style = self._window.style()
        if style is not None:  # lets it read the palette again
            style.unpolish(self._window)
            style.polish(self._window)
        children = self._window.findChildren(QWidget, options=Qt.FindDirectChildrenOnly)
        children.sort(key=lambda child: child.visibleRegion().isEmpty())
        old = {child for child in children if child.styleSheet() in ("", before)}
        self._steps = [
            *(lambda child=child: self._dress(child) for child in children if child in old),
            *colours,
        ]
        if now:
            while self._steps:
                self._step()
        else:
            self._timer.start()

    def eventFilter(self, _window: QObject, event: QEvent) -> bool:
        """Dress what has come to the window, such as a dialog or a bar of tabs."""
        if event.type() == QEvent.Show:  # what was laid out only now has lost the look of its buttons
            bars = self._window.findChildren(QToolBar, options=Qt.FindDirectChildrenOnly)
            self._steps += [partial(self._dress, bar) for bar in bars]
            self._timer.start()
        if event.type() == QEvent.ChildPolished and isinstance(event, QChildEvent):
            child = event.child()
            if isinstance(child, QWidget) and not child.styleSheet():
                child.setStyleSheet(self._sheet)
        return False

    def _dress(self, child: QWidget) -> None:
        if child.parent() is self._window:  # a dialog may have gone meanwhile
            if child.styleSheet() == self._sheet:  # which would change nothing
                child.setStyleSheet("")
            child.setStyleSheet(self._sheet)

    def _step(self) -> None:
        step = self._steps.pop(0)
        if not self._steps:
            self._timer.stop()
        step()
