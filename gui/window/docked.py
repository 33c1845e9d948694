"""A window of docks, one for each view and panel, and how they lie."""

from __future__ import annotations

from functools import partial
from typing import TypeVar, cast

from PyQt5.QtCore import QByteArray, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QPaintEvent, QShowEvent
from PyQt5.QtWidgets import QMainWindow, QTabWidget

from gui.panels import PANELS
from gui.run.context import AppContext
from gui.run.view import View
from gui.run.view_spec import ViewSpec
from gui.state.settings import Settings
from gui.style.theme import Theme
from gui.views import VIEWS
from gui.window.arrangement import LAYOUT_VERSION, Arrangement
from gui.window.dock import Dock, Parts

P = TypeVar("P", bound=View)


class DockedWindow(QMainWindow):
    """Makes each view when it is first seen, and remembers where all of them lie.

    Attributes:
        context: what all views share.
        settings: what is remembered from start to start.
        theme: the colours.
        docks: the dock of each view and panel, by key.
        parts: the views and panels themselves, made when they are asked for.
    """

    stands = pyqtSignal()
    """It has been painted for the first time: what takes processors or the disk may begin."""
    part_made = pyqtSignal(object, object)
    """The ``View`` of this ``ViewSpec`` was made."""
    picture_wanted = pyqtSignal(str)
    """The user wants a picture of the view with this key."""
    tiled = pyqtSignal(bool)
    """All views lie beside each other now, or behind each other."""

    def __init__(self, context: AppContext, settings: Settings, theme: Theme) -> None:
        """Make the docks; ``restore`` arranges them."""
        super().__init__()
        self.context, self.settings, self.theme = context, settings, theme
        self.setDockNestingEnabled(True)
        self.setAnimated(False)  # views would be laid out anew for every picture of the movement
        self.setTabPosition(Qt.AllDockWidgetAreas, QTabWidget.North)
        self._placed = self._painted = False
        self.docks: dict[str, Dock] = {}
        self.parts = Parts(self.docks)
        for spec in (*PANELS, *VIEWS):
            self.docks[spec.key] = dock = Dock(spec, partial(self._make, spec), theme, self)
            dock.made.connect(partial(self.part_made.emit, spec))
            dock.picture_wanted.connect(partial(self.picture_wanted.emit, spec.key))
            self.addDockWidget(Qt.LeftDockWidgetArea, dock)
        self._arrangement = Arrangement(self, self.docks, tuple(view.key for view in VIEWS))

    def _make(self, spec: ViewSpec) -> View:
        """Make a view that is seen for the first time."""
        return spec.load()(self.context, self.theme)

    def part(self, kind: type[P]) -> P:
        """Return the view or panel of the class ``kind``."""
        return cast(P, next(self.parts[key] for key, dock in self.docks.items() if dock.spec.makes(kind)))

    def arrange(self) -> None:
        """Put every panel in its first place: settings left, views in the middle, pad right."""
        self._place(tiled=False)

    def tile(self, tiled: bool) -> None:
        """Show all views at once, or one behind the other."""
        self._place(tiled=tiled)

    def _place(self, *, tiled: bool) -> None:
        self._arrangement.place(tiled=tiled)
        self.tiled.emit(tiled)

    def restore(self) -> None:
        """Lie as the settings remember it, or as at first."""
        self.resize(1280, 800)
        self.arrange()
        if self.settings.geometry:
            self.restoreGeometry(QByteArray.fromHex(self.settings.geometry.encode()))
        if self.settings.layout:
            self.restoreState(QByteArray.fromHex(self.settings.layout.encode()), LAYOUT_VERSION)

    def remember_places(self) -> None:
        """Write how everything lies into the settings."""
        self.settings.geometry = bytes(self.saveGeometry().toHex()).decode()
        self.settings.layout = bytes(self.saveState(LAYOUT_VERSION).toHex()).decode()

    def show_part(self, key: str) -> None:
        """Bring the view or panel ``key`` to the front."""
        dock = self.docks[key]
        dock.show()
        dock.raise_()
        self.parts[key].setFocus()
        self.context.moments.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for pictures as soon as there is something to paint on."""
        super().showEvent(event)
        self.context.moments.refresh()
        if not self.settings.layout and not self._placed:
            self._placed = True
            self._place(tiled=self._arrangement.tiled)  # for the size that the screen left it
            # Qt shares the width out anew when it shows docks.
            QTimer.singleShot(0, self._proportion)

    def _proportion(self) -> None:
        self._arrangement.proportion()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell that the window stands, as soon as all that is in it is painted, too."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._stand)

    def _stand(self) -> None:  # a method of the window, so that it is not called when that is gone
        """Make what was put off, between events of the user, then tell that the window stands."""
        late = [dock for dock in self.docks.values() if dock.spec.late]
        steps = [step for dock in late for step in (dock.spec.load, dock.stop_waiting)]
        self._steps = iter([*steps, self.stands.emit])
        self._go_on()

    def _go_on(self) -> None:
        step = next(self._steps, None)
        if step is not None:
            step()
            QTimer.singleShot(0, self._go_on)
