"""The picture of the whole network: a scene that scrolls from left to right."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt5.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PyQt5.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from engine.look.mosaic import Cell
from engine.model.spec import NetworkSpec
from gui.run.moment import Moment
from gui.style.theme import Theme
from gui.views.network_fit import fitting
from gui.views.network_items import PartItems, Scaffold
from gui.views.network_outlines import LAYERS, STEPS, Marks, Outlines
from gui.views.network_plan import INPUT, Layout, Part
from gui.views.network_words import reading, title_of
from gui.widgets.bars import ProbabilityBars

ZOOMS = (0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
"""Height of the picture in heights of the view."""


class NetworkCanvas(QGraphicsView):
    """Shows moments of a network; renders only mosaics that are in sight and have changed."""

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
        super().__init__(parent)
        self._theme = theme
        self.spec: NetworkSpec | None = None
        self.layout_shown: Layout | None = None
        self.items_shown: list[PartItems] = []
        self._fitted = QSize()  # that the picture was built for; none while it is not built
        self.own = False
        self.full = False
        self.zoom = 1.0
        self.selected: int | None = None
        self.moment: Moment | None = None
        self._names: tuple[str, ...] = ()
        self._truth = ""
        self._mouse: QPointF | None = None
        self._scaffold: Scaffold | None = None
        self._outlines: Outlines | None = None
        self._marks = Marks()
        self.inspecting = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._fit)
        self.setScene(QGraphicsScene(self))
        self.setFrameShape(QFrame.NoFrame)
        self.setAlignment(Qt.AlignLeft | Qt.AlignTop)
        self.setOptimizationFlag(QGraphicsView.DontAdjustForAntialiasing)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.StrongFocus)
        self.setAccessibleName("Layers of the network")
        self.setAccessibleDescription(
            "Arrow keys choose a mosaic, Enter enlarges it, plus and minus zoom. While values are inspected, "
            "arrow keys go from value to value, Page Up and Page Down from map to map, Ctrl with Left and "
            "Right from layer to layer."
        )
        self.bars = ProbabilityBars(theme, self.viewport())
        self.bars.hide()
        self.bars.clicked.connect(self.class_picked)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.valueChanged.connect(self._scrolled)
        self.set_theme(theme)

    # --- what is shown ----------------------------------------------------------------------------

    def set_spec(self, spec: NetworkSpec | None, names: tuple[str, ...]) -> None:
        """Show another network (or none), with these class names; nothing is filled in yet."""
        if spec == self.spec and names == self._names:
            return
        self.spec, self._names, self.moment, self.selected = spec, names, None, None
        self._build()

    def show_moment(self, moment: Moment) -> None:
        """Fill the mosaics; ``moment.network`` must have the network of ``set_spec``."""
        self.moment = moment
        for item in self.items_shown:
            item.dirty = True
        if moment.probabilities is not None:
            self.bars.show_values(self._names, moment.probabilities, top=int(moment.probabilities.argmax()))
        self._render()
        self._tell()

    def set_truth(self, name: str) -> None:
        """Say which class the image really has; nothing if that is not known."""
        self._truth = name
        if self._scaffold is not None:
            self._scaffold.set_truth(name)

    def show_marks(self, marks: Marks) -> None:
        """Outline what a value depends on."""
        self._marks = marks
        if self._outlines is not None and self.spec is not None:
            self._outlines.show_marks(marks, self.items_shown, self.spec)

    def set_own(self, own: bool) -> None:
        """Scale each map by itself, or all maps of a layer together."""
        self.own = own
        if self.moment is not None:
            self.show_moment(self.moment)

    def set_full(self, full: bool) -> None:
        """Show every layer with room for its maps, to be scrolled, or as much as fits at once."""
        if full != self.full:
            self.full = full
            self._build()

    def set_zoom(self, zoom: float) -> None:
        """Make the picture ``zoom`` times as high as the view."""
        if zoom != self.zoom:
            self.zoom = zoom
            self._build()

    def zoom_by(self, steps: int) -> None:
        """Go this many steps up or down in ``ZOOMS``."""
        place = ZOOMS.index(self.zoom) + steps
        self.set_zoom(ZOOMS[min(max(place, 0), len(ZOOMS) - 1)])

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.setStyleSheet(f"QGraphicsView {{ background: {theme.panel}; border: 0; }}")
        self.bars.set_theme(theme)
        self._build()

    def _build(self) -> None:
        """Place everything anew, as soon as it is in sight; the last moment fills it."""
        scene = self.scene()
        scene.clear()
        self.items_shown, self._scaffold, self.layout_shown, self._fitted = [], None, None, QSize()
        self._outlines = None
        self.bars.setVisible(self.spec is not None)
        if self.spec is None or not self.isVisible():
            return
        self._fitted = self.size()
        layout = fitting(self.spec, self._names, self.size(), self.zoom, full=self.full)
        self.layout_shown = layout
        # The picture is as high as the view; a second bar would only take room from it.
        never, needed = Qt.ScrollBarAlwaysOff, Qt.ScrollBarAsNeeded
        self.setVerticalScrollBarPolicy(needed if layout.height > self.height() else never)
        self.setHorizontalScrollBarPolicy(needed if layout.width > self.width() else never)
        scene.setSceneRect(0, 0, layout.width, layout.height)
        self._scaffold = Scaffold(layout, self._theme)
        self._scaffold.set_truth(self._truth)
        scene.addItem(self._scaffold)
        for part in layout.parts:
            items = PartItems(part, self._theme, rgb=part.layer == INPUT and self.spec.in_shape[0] == 3)
            items.add_to(scene)
            self.items_shown.append(items)
        self.bars.resize(layout.bars[2], layout.bars[3])
        self.bars.show_values(self._names, None)
        self._outlines = Outlines(self._theme)
        scene.addItem(self._outlines)
        self.show_marks(self._marks)
        self._mark()
        self._place_bars()
        if self.moment is not None:
            self.show_moment(self.moment)

    def _render(self) -> None:
        moment = self.moment
        if moment is None:
            return
        sight = self.mapToScene(self.viewport().rect()).boundingRect()
        for items in self.items_shown:
            if items.dirty and items.rect.intersects(sight):
                items.fill(moment, own=self.own)

    def _scrolled(self) -> None:
        self._render()
        self._place_bars()

    def _place_bars(self) -> None:
        if self.layout_shown is not None:
            x, y, _, _ = self.layout_shown.bars
            self.bars.move(self.mapFromScene(x, y))

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

    def _mark(self) -> None:
        """Draw the frame round the chosen mosaic, while the keyboard is here."""
        if self._scaffold is not None:
            shown = self.selected is not None and self.hasFocus()
            self._scaffold.set_mark(self.items_shown[self.selected or 0].rect if shown else QRectF())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which mosaic is chosen."""
        super().focusInEvent(event)
        if self.selected is None and self.items_shown:
            self.selected = 0
        self._mark()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide which mosaic is chosen."""
        super().focusOutEvent(event)
        self._mark()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the picture to the new size, once for all the sizes that one arrangement passes through."""
        super().resizeEvent(event)
        self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Fit the picture to the size that it has got meanwhile."""
        super().showEvent(event)
        self._soon.start()

    def _fit(self) -> None:
        if self.isVisible() and self.size() != self._fitted:
            self._build()
