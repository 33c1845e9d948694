"""Menus and toolbar, made of the list of actions."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QSize, Qt
from PyQt5.QtGui import QIcon, QKeySequence
from PyQt5.QtWidgets import QAction, QMainWindow, QMenu, QToolBar, QToolButton, QWidget

from gui.style.icons import icon
from gui.style.theme import Theme
from gui.window.action_list import ACTIONS

_SPACE = 6
"""Between two buttons, on the safe side."""


class Actions:
    """The actions as Qt objects, in menus and on a toolbar."""

    def __init__(self, window: QMainWindow, handlers: dict[str, Callable[[], object]], theme: Theme) -> None:
        """Build menus and toolbar of ``window``; ``handlers`` says what each action does."""
        self.by_key: dict[str, QAction] = {}
        self.menus: dict[str, QMenu] = {}
        self.toolbar = QToolBar("Toolbar")
        self.toolbar.setObjectName("toolbar")
        self.toolbar.setMovable(False)
        self.toolbar.setIconSize(QSize(16, 16))
        self.toolbar.setToolButtonStyle(Qt.ToolButtonTextBesideIcon)
        self.toolbar.setContextMenuPolicy(Qt.PreventContextMenu)
        for spec in ACTIONS:
            action = QAction(spec.text, window)
            action.setCheckable(spec.checkable)
            if spec.shortcut:
                action.setShortcut(QKeySequence(spec.shortcut))
            keys = f" ({spec.shortcut})" if spec.shortcut and "(" not in spec.help else ""
            action.setToolTip(spec.help + keys)
            action.setStatusTip("")
            handler = handlers[spec.key]
            action.triggered.connect(lambda _checked=False, call=handler: call())
            self.by_key[spec.key] = action
            if spec.menu not in self.menus:
                self.menus[spec.menu] = window.menuBar().addMenu(spec.menu)
            if spec.first:
                self.menus[spec.menu].addSeparator()
            self.menus[spec.menu].addAction(action)
            if spec.toolbar:
                self.toolbar.addAction(action)
        start = self.toolbar.widgetForAction(self.by_key["toggle"])
        if isinstance(start, QToolButton):
            start.setObjectName("start")
            start.setMinimumWidth(88)
        window.addToolBar(Qt.TopToolBarArea, self.toolbar)
        self.set_theme(theme)

    def add_right(self, *widgets: QWidget) -> None:
        """Put ``widgets`` on the toolbar, after the buttons."""
        for widget in widgets:
            self.toolbar.addWidget(widget)

    def fit(self, width: int, beside: int) -> None:
        """Leave out the words of buttons for which a bar of this width has no room.

        Args:
            width: of the window.
            beside: what the widgets on the right take of it.
        """
        found = [self.toolbar.widgetForAction(self.by_key[spec.key]) for spec in ACTIONS if spec.toolbar]
        buttons = [button for button in found if isinstance(button, QToolButton)]
        for shown in range(len(buttons), 0, -1):
            for number, button in enumerate(buttons):
                words = number < shown
                button.setToolButtonStyle(Qt.ToolButtonTextBesideIcon if words else Qt.ToolButtonIconOnly)
            if sum(button.sizeHint().width() + _SPACE for button in buttons) + beside <= width:
                return

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the colours of ``theme``."""
        self._theme = theme
        self._drawn: Theme | None = None  # the theme of the first button's icon
        for spec in ACTIONS:
            if spec.icon:
                self.by_key[spec.key].setIcon(self._icon(spec.icon))
        self.by_key["theme"].setChecked(theme.dark)

    def show_running(self, running: bool, begun: bool) -> None:
        """Make the first button say what it would do now."""
        action = self.by_key["toggle"]
        text = "&Pause" if running else "&Resume" if begun else "&Start"
        if action.text() == text and self._drawn is self._theme:
            return
        self._drawn = self._theme
        action.setText(text)
        action.setIcon(self._icon("pause" if running else "play"))

    def _icon(self, name: str) -> QIcon:
        colour = self._theme.on_accent if name in ("play", "pause") else self._theme.text
        return icon(name, colour, self._theme.muted)
