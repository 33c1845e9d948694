"""The picture of the whole network under mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt5.QtCore import QEvent, QPointF, Qt, pyqtSignal
from PyQt5.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PyQt5.QtWidgets import QWidget

from engine.look.mosaic import Cell
from gui.run.moment import Moment
from gui.style.theme import Theme
from gui.views.network_outlines import LAYERS, STEPS
from gui.views.network_picture import NetworkPicture
from gui.views.network_plan import Part
from gui.views.network_words import reading, title_of

ZOOMS = (0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
"""Height of the picture in heights of the view."""


class NetworkCanvas(NetworkPicture):
    """Says what is pointed at; chooses, enlarges, inspects and zooms."""

    hovered = pyqtSignal(str)
    """What is under the mouse, in words; empty when nothing is."""
    enlarge = pyqtSignal(object)
    """The user wants to see this ``Part`` large."""
    pointed = pyqtSignal(object, object)
    """The ``Part`` and the ``Cell`` under the mouse, while values are inspected; None where nothing is."""
    picked = pyqtSignal(object, object)
    """A ``Part`` and the ``Cell`` that was clicked, while values are inspected."""
    stepped = pyqtSignal(int, int, int)
    """The keyboard goes so many maps, rows and columns on, while values are inspected."""
    class_picked = pyqtSignal(int)
    """The bar of a class was clicked."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty canvas; ``set_spec`` and ``show_moment`` fill it."""
        super().__init__(theme, parent)
        self._mouse: QPointF | None = None
        self.inspecting = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.StrongFocus)
        self.setAccessibleDescription(
            "Arrow keys choose a mosaic, Enter enlarges it, plus and minus zoom. While values are inspected, "
            "arrow keys go from value to value, Page Up and Page Down from map to map, Ctrl with Left and "
            "Right from layer to layer."
        )
        self.bars.clicked.connect(self.class_picked)

    def show_moment(self, moment: Moment) -> None:
        """Fill the mosaics, and say what the value under the mouse has become."""
        super().show_moment(moment)
        self._tell()

    def zoom_by(self, steps: int) -> None:
        """Go this many steps up or down in ``ZOOMS``."""
        place = ZOOMS.index(self.zoom) + steps
        self.set_zoom(ZOOMS[min(max(place, 0), len(ZOOMS) - 1)])

    # --- what is pointed at -----------------------------------------------------------------------

    def part_at(self, position: QPointF) -> int | None:
        """Return the number of the mosaic at a place of the scene."""
        return next((i for i, items in enumerate(self.items_shown) if items.rect.contains(position)), None)

    def title_of(self, part: Part) -> str:
        """Return the title of the layer that ``part`` belongs to."""
        return title_of(self.spec, part.layer) if self.spec is not None else ""

    def text_at(self, position: QPointF) -> str:
        """Say what lies at a place of the scene: layer, map, row, column, value and scale."""
        number = self.part_at(position)
        if number is None or self.spec is None or self.layout_shown is None:
            return ""
        items = self.items_shown[number]
        part, tiles = items.part, items.mosaic.tiles
        return reading(self.spec, self._names, part, tiles, items.mosaic.cell_at(position))

    def _tell(self) -> None:
        if self._mouse is not None:
            self.hovered.emit(self.text_at(self._mouse))

    def _cell_at(self, position: QPointF) -> tuple[Part | None, Cell | None]:
        number = self.part_at(position)
        if number is None:
            return None, None
        items = self.items_shown[number]
        return items.part, items.mosaic.cell_at(position)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the mouse."""
        super().mouseMoveEvent(event)
        self._mouse = self.mapToScene(event.pos())
        over = self.part_at(self._mouse) is not None
        self.viewport().setCursor(Qt.PointingHandCursor if over else Qt.ArrowCursor)
        self._tell()
        if self.inspecting:
            self.pointed.emit(*self._cell_at(self._mouse))

    def leaveEvent(self, event: QEvent) -> None:
        """Say nothing any more."""
        super().leaveEvent(event)
        self._mouse = None
        self.hovered.emit("")
        if self.inspecting:
            self.pointed.emit(None, None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Enlarge what was clicked, or inspect it."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.LeftButton:
            position = self.mapToScene(event.pos())
            number = self.part_at(position)
            if number is not None and self.inspecting:
                self.selected = number
                self.picked.emit(*self._cell_at(position))
            elif number is not None:
                self.select(number)
                self.enlarge.emit(self.items_shown[number].part)

    # --- the keyboard and the wheel ---------------------------------------------------------------

    def select(self, number: int) -> None:
        """Choose a mosaic and bring it into sight."""
        if self.items_shown:
            self.selected = min(max(number, 0), len(self.items_shown) - 1)
            self.ensureVisible(self.items_shown[self.selected].rect, 40, 24)
            self._mark()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose, enlarge and zoom."""
        last = len(self.items_shown) - 1
        now = self.selected if self.selected is not None else -1
        actions: dict[int, Callable[[], None]] = {
            Qt.Key_Right: lambda: self.select(now + 1),
            Qt.Key_Left: lambda: self.select(now - 1),
            Qt.Key_Home: lambda: self.select(0),
            Qt.Key_End: lambda: self.select(last),
            Qt.Key_Plus: lambda: self.zoom_by(1),
            Qt.Key_Equal: lambda: self.zoom_by(1),
            Qt.Key_Minus: lambda: self.zoom_by(-1),
            Qt.Key_0: lambda: self.set_zoom(1.0),
            Qt.Key_Return: self._enlarge_selected,
            Qt.Key_Enter: self._enlarge_selected,
        }
        across = LAYERS.get(event.key()) if event.modifiers() & Qt.ControlModifier else None
        if self.inspecting and across is not None:
            self._inspect_neighbour(across)
            return
        if self.inspecting:
            actions |= {key: partial(self.stepped.emit, *by) for key, by in STEPS.items()}
        action = actions.get(event.key())
        if action is not None and not event.modifiers() & (Qt.ControlModifier | Qt.AltModifier):
            action()
        else:
            super().keyPressEvent(event)

    def _inspect_neighbour(self, by: int) -> None:
        """Inspect the first value of the maps before or after those that are chosen."""
        maps = [number for number, items in enumerate(self.items_shown) if not items.part.kernels]
        if maps:
            at = next((i for i, number in enumerate(maps) if number >= (self.selected or 0)), len(maps) - 1)
            self.select(maps[min(max(at + by, 0), len(maps) - 1)])
            self.picked.emit(self.items_shown[self.selected or 0].part, Cell(0, 0, 0))

    def _enlarge_selected(self) -> None:
        if self.selected is not None:
            self.enlarge.emit(self.items_shown[self.selected].part)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll along the network; with Ctrl zoom, with Shift up and down."""
        delta = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.ControlModifier:
            self.zoom_by(1 if delta > 0 else -1)
        else:
            shift = bool(event.modifiers() & Qt.ShiftModifier)
            bar = self.verticalScrollBar() if shift else self.horizontalScrollBar()
            bar.setValue(bar.value() - delta)
        event.accept()
