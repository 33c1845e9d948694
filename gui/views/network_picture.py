"""The picture of the whole network: a scene that scrolls from left to right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QRectF, QSize, Qt, QTimer
from PyQt5.QtGui import QFocusEvent, QResizeEvent, QShowEvent
from PyQt5.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from gui.run.moment import Moment
from gui.style.theme import Theme
from gui.views.network_fit import fitting
from gui.views.network_items import PartItems, Scaffold
from gui.views.network_outlines import Marks, Outlines
from gui.views.network_plan import INPUT, Layout
from gui.widgets.bars import ProbabilityBars

if TYPE_CHECKING:
    from engine.model.spec import NetworkSpec


class NetworkPicture(QGraphicsView):
    """Shows moments of a network; renders only mosaics that are in sight and have changed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty picture; ``set_spec`` and ``show_moment`` fill it."""
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
        self._scaffold: Scaffold | None = None
        self._outlines: Outlines | None = None
        self._marks = Marks()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._fit)
        self.setScene(QGraphicsScene(self))
        self.setFrameShape(QFrame.NoFrame)
        self.setAlignment(Qt.AlignLeft | Qt.AlignTop)
        self.setOptimizationFlag(QGraphicsView.DontAdjustForAntialiasing)
        self.setAccessibleName("Layers of the network")
        self.bars = ProbabilityBars(theme, self.viewport())
        self.bars.hide()
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
