"""How the docks lie in the window: the curves above the network, or all views tiled in two rows."""

from __future__ import annotations

from itertools import pairwise

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QMainWindow

from gui.window.dock import Dock

LAYOUT_VERSION = 2
"""Of what Qt remembers of the docks; an arrangement of another version is not restored."""
SIDE, NARROW_SIDE = 264, 246
"""Width of the panels beside the views, in pixels; the second one in a window narrower than ``WIDE``."""
WIDE = 1400
BOTH = 600
"""A lower window has no room for curves and network above each other; they are tabs there."""
CURVES, LOW_CURVES = 0.34, 0.38
"""Share of the height that the curves get above the network; the second one in a low window."""
ROOMY = 900
"""A window that is not so high is low."""
THREE = 1700
"""A narrower window has room for two views beside each other, not for three."""
SETTINGS = {2: 1440, 3: 1960}
"""By the number of views beside each other: a narrower window has no room for the settings, too."""


class Arrangement:
    """Places the docks of a window: settings left, views in the middle, the Test panel right."""

    def __init__(self, window: QMainWindow, docks: dict[str, Dock], views: tuple[str, ...]) -> None:
        """Arrange ``docks`` of ``window``; ``views`` are the keys of those in the middle."""
        self._window, self._docks = window, docks
        self._views = [docks[key] for key in views]
        self.tiled = False

    def place(self, *, tiled: bool) -> None:
        """Put every dock in its first place: the curves above the other views, or all views tiled."""
        self.tiled = tiled
        window, docks, views = self._window, self._docks, self._views
        for dock in docks.values():
            if dock.isFloating():  # it lays the window out anew even where that changes nothing
                dock.setFloating(False)
            window.removeDockWidget(dock)
            window.addDockWidget(Qt.LeftDockWidgetArea, dock)
        window.splitDockWidget(docks["experiment"], views[0], Qt.Horizontal)
        window.splitDockWidget(views[0], docks["pad"], Qt.Horizontal)
        if tiled:
            self._tile()
        else:
            if self._high():
                window.splitDockWidget(views[0], views[1], Qt.Vertical)
            else:
                window.tabifyDockWidget(views[0], views[1])
            for dock in views[2:]:
                window.tabifyDockWidget(views[1], dock)
        roomy = not tiled or window.width() >= SETTINGS[self._columns()]
        for dock in docks.values():
            dock.setVisible(dock is not docks["experiment"] or roomy)
        for dock in views[:1] if tiled else views[:2]:
            dock.raise_()
        self.proportion()

    def proportion(self) -> None:
        """Give the panels at the sides what they need, and the views the rest."""
        window, docks = self._window, self._docks
        upper, lower = self._rows()
        side = SIDE if window.width() >= WIDE else NARROW_SIDE
        for row in (upper, lower) if self.tiled else (upper[:1],):
            shown = row[: self._columns()]
            sides = [dock for dock in (docks["experiment"], docks["pad"]) if dock.isVisibleTo(window)]
            middle = max(320, window.width() - len(sides) * side) // len(shown)
            sizes = [*[side] * len(sides), *[middle] * len(shown)]
            window.resizeDocks([*sides, *shown], sizes, Qt.Horizontal)
        if self.tiled:
            window.resizeDocks([upper[0], lower[0]], [window.height() // 2] * 2, Qt.Vertical)
        elif self._high():
            curves = round((CURVES if window.height() >= ROOMY else LOW_CURVES) * window.height())
            window.resizeDocks(self._views[:2], [curves, window.height() - curves], Qt.Vertical)

    def _tile(self) -> None:
        """Put the views in two rows; those for which there is no room lie behind the last one."""
        window = self._window
        upper, lower = self._rows()
        window.splitDockWidget(upper[0], lower[0], Qt.Vertical)
        for row in (upper, lower):
            for number, (left, right) in enumerate(pairwise(row), 2):
                if number <= self._columns():
                    window.splitDockWidget(left, right, Qt.Horizontal)
                else:
                    window.tabifyDockWidget(left, right)
                    left.raise_()

    def _high(self) -> bool:
        """Return whether curves and network have room above each other."""
        return self._window.height() >= BOTH

    def _columns(self) -> int:
        """Return how many views have room beside each other."""
        return 3 if self._window.width() >= THREE else 2

    def _rows(self) -> tuple[list[Dock], list[Dock]]:
        """Return the views as they are tiled: in two rows, every other one below.

        Those for which there is no room go to the upper row, so that tabs take height from one row alone.
        """
        seen = 2 * self._columns()
        return self._views[:seen:2] + self._views[seen:], self._views[1:seen:2]
