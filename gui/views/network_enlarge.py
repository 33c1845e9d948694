"""One mosaic of the network, large and live, with a single map of it beside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PyQt5.QtCore import QPointF, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QKeyEvent, QMouseEvent, QPen, QResizeEvent, QShowEvent
from PyQt5.QtWidgets import (
    QDialog,
    QFrame,
    QGraphicsRectItem,
    QGraphicsScene,
    QGraphicsView,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from engine.look.colour import figure
from engine.look.mosaic import fit
from gui.run.moment import Moment
from gui.style.theme import GRID, Theme
from gui.views.network_items import PartItems
from gui.views.network_map import SIDE, MapView
from gui.views.network_plan import INPUT, Part
from gui.views.network_words import describe
from gui.widgets.plain import Label

if TYPE_CHECKING:
    from engine.model.spec import NetworkSpec

_MOST = 64
"""Highest magnification."""


class MosaicView(QGraphicsView):
    """A scene that tells where it is clicked and when it has another size."""

    clicked = pyqtSignal(QPointF)
    resized = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty view that leaves the keyboard to the dialog."""
        super().__init__(parent)
        self.setScene(QGraphicsScene(self))
        self.setFrameShape(QFrame.NoFrame)
        self.setFocusPolicy(Qt.NoFocus)
        self.setMinimumSize(200, 200)
        self.viewport().setCursor(Qt.PointingHandCursor)
        self.setAccessibleName("Mosaic")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell the place."""
        if event.button() == Qt.LeftButton:
            self.clicked.emit(self.mapToScene(event.pos()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell that there is more or less room."""
        super().resizeEvent(event)
        self.resized.emit()


class EnlargeDialog(QDialog):
    """Shows one ``Part``; arrow keys choose a map, Page Up and Down another mosaic, Esc closes.

    Attributes:
        index: the map that is chosen.
    """

    stepped = pyqtSignal(int)
    """The user wants the mosaic before (-1) or after (1)."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty dialog that does not block the window."""
        super().__init__(parent)
        self.index = 0
        self._theme = theme
        self._spec: NetworkSpec | None = None
        self._part: Part | None = None
        self._items: PartItems | None = None
        self._moment: Moment | None = None
        self._own = False
        self._frame: QGraphicsRectItem | None = None
        self.view = MosaicView()
        self.map = MapView()
        self.name = Label()
        self.name.setObjectName("heading")
        self.numbers = Label()
        self.numbers.setAccessibleName("Values of the chosen map")
        keys = Label("Arrow keys choose a map, Page Up and Page Down another layer, Esc closes.")
        keys.setObjectName("note")
        keys.setWordWrap(True)
        box = QWidget()
        box.setFixedWidth(SIDE)
        side = QVBoxLayout(box)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(GRID)
        for widget in (self.name, self.map, self.numbers):
            side.addWidget(widget)
        side.addStretch(1)
        side.addWidget(keys)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        row.setSpacing(3 * GRID)
        row.addWidget(self.view, 1)
        row.addWidget(box)
        self.view.clicked.connect(self._clicked)
        self.view.resized.connect(self._build)
        self.resize(920, 560)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.setStyleSheet(f"EnlargeDialog, QGraphicsView {{ background: {theme.panel}; border: 0; }}")
        self._build()

    def show_part(self, spec: NetworkSpec, part: Part, title: str) -> None:
        """Show another mosaic, or the same one; ``show_moment`` fills it."""
        if part != self._part or spec != self._spec:
            self.index = 0
        self._spec, self._part = spec, part
        layer = "" if part.layer == INPUT else f"Layer {part.layer + 1}, {title}: "
        self.setWindowTitle(layer + ("weights" if part.kernels else "outputs" if layer else "input image"))
        self._build()

    def show_moment(self, moment: Moment, *, own: bool) -> None:
        """Show the newest values; with ``own``, each map on its own scale. Another network closes this."""
        if moment.network.spec != self._spec:
            self.close()
            return
        self._moment, self._own = moment, own
        if self._items is not None and self.isVisible():
            self._items.fill(moment, own=own)
            self._show_map()

    def choose(self, index: int) -> None:
        """Choose the map ``index`` of the mosaic."""
        if self._part is not None and 0 <= index < self._part.fit.grid.count:
            self.index = index
            self._show_map()

    def _build(self) -> None:
        """Arrange the mosaic anew for the room there is."""
        part = self._part
        if part is None:
            return
        grid, room = part.fit.grid, self.view.viewport().size()
        fitted = fit(
            grid.count,
            (grid.height, grid.width),
            (room.width() - 8, room.height() - 40),
            block=part.block,
            gap=grid.gap,
            most=_MOST,
        )
        width, height = fitted.size
        large = replace(part, fit=fitted, x=4, y=4, width=max(96, width), legend=height + 14)
        scene = self.view.scene()
        scene.clear()
        self._items = PartItems(large, self._theme, rgb=False)
        self._items.add_to(scene)
        self._frame = scene.addRect(0, 0, 0, 0, QPen(QColor(self._theme.accent), 2))
        scene.setSceneRect(0, 0, max(96, width) + 8, height + 36)
        if self._moment is not None:
            self.show_moment(self._moment, own=self._own)

    def _show_map(self) -> None:
        items, spec = self._items, self._spec
        if items is None or spec is None or self._frame is None or items.mosaic.tiles is None:
            return
        tiles = items.mosaic.tiles
        index = min(self.index, len(tiles) - 1)
        values = tiles[index]
        rect = items.mosaic.tile_rect(index)
        self._frame.setRect(rect.adjusted(-1, -1, 1, 1))
        self.map.show_map(values, items.mosaic.tile_picture(index))
        is_input = items.part.layer == INPUT
        self.name.setText("Input image" if is_input else describe(spec, items.part, index).capitalize())
        self.numbers.setText(
            f"lowest {figure(float(values.min()))}\nhighest {figure(float(values.max()))}\n"
            f"mean {figure(float(values.mean()))}"
            if values.size > 1
            else f"value {figure(float(values.flat[0]))}"
        )

    def _clicked(self, position: QPointF) -> None:
        if self._items is not None:
            cell = self._items.mosaic.cell_at(position)
            if cell is not None:
                self.choose(cell.index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose another map or another mosaic."""
        if self._items is None:
            return
        across = self._items.part.fit.grid.across
        moves: dict[int, int] = {Qt.Key_Left: -1, Qt.Key_Right: 1, Qt.Key_Up: -across, Qt.Key_Down: across}
        pages: dict[int, int] = {Qt.Key_PageUp: -1, Qt.Key_PageDown: 1}
        if event.key() in moves:
            self.choose(self.index + moves[event.key()])
            if self._frame is not None:
                self.view.ensureVisible(self._frame)
        elif event.key() in pages:
            self.stepped.emit(pages[event.key()])
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Fill the mosaic, which is left alone while hidden."""
        super().showEvent(event)
        self._build()
