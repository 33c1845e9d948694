"""The look of the window, which changes part by part, so that nothing the user does is held up."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from PyQt5 import sip
from PyQt5.QtCore import QChildEvent, QEvent, QObject, Qt, QTimer
from PyQt5.QtWidgets import QApplication, QMainWindow, QTabBar, QToolBar, QWidget

from gui.style.theme import Theme, palette, style_sheet
from gui.widgets.waiting import EMPTY

_HOLDERS = """
QMainWindow::separator { background: palette(window); width: 6px; height: 6px; }
QMainWindow::separator:hover { background: palette(highlight); }
QWidget#panel, QWidget#waiting { background: palette(base); }
QDockWidget { color: palette(mid); }
QDockWidget::title { background: palette(window); padding: 6px 8px; }
"""
"""Rules for the window and for what holds more than ``_MOST``: with colours of the palette, since these never
get another style sheet, or all that they hold would be polished in one go."""
_TURN = 0.015
"""Seconds after which no further piece is dressed in the same turn of the event loop."""
_MOST = 80
"""Widgets that are dressed in one go: several hundred take more than 0.1 s where others compute, too."""


class Look(QObject):
    """Gives each part of a window its style sheet: docks, bars, and dialogs above it, also those to come.

    The window begins with one style sheet for all, which costs least. Changing that one takes 0.4 s, in one
    go; so it stays, and with another theme each part gets its own.
    """

    def __init__(self, window: QMainWindow, theme: Theme) -> None:
        """Take over the look of ``window``, which holds nothing yet and begins with ``theme``."""
        super().__init__(window)
        self._window = window
        self._sheet = ""
        self._sheets: set[str] = set()
        self._steps: list[Callable[[], object]] = []
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._step)
        window.setStyleSheet(style_sheet(theme) + _HOLDERS)
        window.installEventFilter(self)

    @property
    def changing(self) -> bool:
        """Whether some parts still have the look of before."""
        return bool(self._steps)

    def change(self, theme: Theme, colours: Sequence[Callable[[], object]]) -> None:
        """Give everything the look of ``theme``, first what is in sight.

        Args:
            theme: the new one.
            colours: gives what the style sheet does not reach its colours.
        """
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setPalette(palette(theme))
        before, self._sheet = self._sheet, style_sheet(theme)
        self._sheets.add(self._sheet)
        _repolish(self._window)
        children = _children(self._window)
        children.sort(key=lambda child: child.visibleRegion().isEmpty())
        old = [child for child in children if child.styleSheet() in ("", before)]
        self._steps = [*(partial(self._take, child) for child in old), *colours]
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Dress what has come to the window, such as a dialog or a bar of tabs."""
        if event.type() == QEvent.Show and watched is self._window:
            # What was laid out only now has lost the look of its buttons.
            bars = self._window.findChildren(QToolBar, options=Qt.FindDirectChildrenOnly)
            self._steps += [partial(self._dress, bar) for bar in bars]
            self._timer.start()
        if event.type() == QEvent.Paint and isinstance(watched, QTabBar):
            watched.setDrawBase(False)  # what the style sheet says, Qt takes back when it lays docks out anew
        if event.type() == QEvent.ChildPolished and isinstance(event, QChildEvent):
            child = event.child()
            if isinstance(child, QTabBar):
                child.installEventFilter(self)
            if self._sheet and isinstance(child, QWidget) and not child.styleSheet():
                child.setStyleSheet(self._sheet)
        return False

    def _take(self, child: QWidget) -> None:
        """Dress ``child``, or if that is too much, the parts that it holds, one after the other."""
        if sip.isdeleted(child):
            return
        parts = _children(child)
        if not self._is_own(child):
            few = len(child.findChildren(QWidget)) <= _MOST and child.findChild(QWidget, EMPTY) is None
            # What has a style sheet of its own keeps it, and takes ours from what holds it.
            if few or not parts or any(self._is_own(part) and not _children(part) for part in parts):
                self._dress(child)
                return
        child.installEventFilter(self)  # once; a second time changes nothing
        _repolish(child)
        self._steps[:0] = [partial(self._take, part) for part in parts]

    def _is_own(self, widget: QWidget) -> bool:
        """Return whether somebody else has given ``widget`` its style sheet."""
        return widget.styleSheet() not in ("", *self._sheets)

    def _dress(self, piece: QWidget) -> None:
        if sip.isdeleted(piece) or piece.parent() is None:  # a dialog may have gone meanwhile
            return
        if piece.styleSheet() == self._sheet:  # which would change nothing
            piece.setStyleSheet("")
        piece.setStyleSheet(self._sheet)

    def _step(self) -> None:
        until = time.perf_counter() + _TURN
        while self._steps:
            self._steps.pop(0)()
            if time.perf_counter() > until:
                break
        if not self._steps:
            self._timer.stop()


def _children(widget: QWidget) -> list[QWidget]:
    """Return the widgets directly in ``widget``."""
    return widget.findChildren(QWidget, options=Qt.FindDirectChildrenOnly)


def _repolish(widget: QWidget) -> None:
    """Let the style of ``widget`` alone read the palette again."""
    style = widget.style()
    if style is not None:
        style.unpolish(widget)
        style.polish(widget)
