"""What the Network view's scene is made of."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import QColor, QPainter, QPen, QPolygonF
from PyQt5.QtWidgets import QGraphicsItem, QGraphicsScene, QStyleOptionGraphicsItem, QWidget

from engine.look.colour import figure
from engine.types import Bytes
from gui.run.moment import Moment
from gui.style.theme import BODY, SMALL, Theme, font
from gui.views.network_plan import INPUT, Layout, Part
from gui.widgets.image_legend import LegendItem
from gui.widgets.mosaic import MosaicItem, colour_table, map_table, signed_table


class PartItems:
    """A mosaic with its legend.

    Attributes:
        part: what it shows.
        rect: where the mosaic is in the scene.
        dirty: the newest moment is not rendered yet.
    """

    def __init__(self, part: Part, theme: Theme, *, rgb: bool) -> None:
        """Make both, still empty."""
        self.part = part
        self.mosaic = MosaicItem(part.fit)
        self.mosaic.setPos(part.x, part.y)
        self.rect = QRectF(part.x, part.y, *part.fit.size)
        self.legend = LegendItem(part.width)
        self.legend.setPos(part.x, part.legend)
        self.legend.setVisible(not rgb)
        self.dirty = False
        self._image: Bytes | None = None
        if part.layer == INPUT or part.colour:
            table = colour_table("grey", theme.panel)
        else:
            table = signed_table(theme) if part.kernels else map_table(theme)
        self.mosaic.set_table(table)
        self.legend.set_colours(table, theme.muted)

    def add_to(self, scene: QGraphicsScene) -> None:
        """Put both into ``scene``."""
        scene.addItem(self.mosaic)
        scene.addItem(self.legend)

    def fill(self, moment: Moment, *, own: bool) -> None:
        """Show what ``moment`` says of this part; keep what is shown if it says nothing."""
        self.dirty = False
        part = self.part
        if part.layer == INPUT:
            image, grid = moment.image, part.fit.grid
            if image is None or image is self._image:  # it stays while the network learns
                return
            if image.shape[1:] == (grid.height, grid.width):
                self._image = image
                self.mosaic.show_picture(image)
                self.legend.set_texts("0", "255")
            return
        if part.kernels:
            network = moment.network
            values = network.params[part.layer][network.spec.layers[part.layer].kernels]
        elif moment.maps:
            values = moment.maps[part.layer]
        else:
            return
        # A vector is many maps of one value each: scaled one by one they would all look the same.
        own = own and part.fit.grid.height * part.fit.grid.width > 1
        if part.colour:
            self.mosaic.show_kernels(part.tiles(values), own=own)
        else:
            self.mosaic.show_tiles(part.tiles(values), signed=part.kernels, own=own)
        scale = self.mosaic.scale_shown
        if scale is None:
            self.legend.set_texts("−max" if part.kernels else "min", "max")
        else:
            self.legend.set_texts(figure(scale.low), figure(scale.high))


class Scaffold(QGraphicsItem):
    """What does not change with training: titles, shapes, arrows; and the frame of the keyboard."""

    def __init__(self, layout: Layout, theme: Theme) -> None:
        """Draw the scaffold of ``layout``."""
        super().__init__()
        self._layout = layout
        self._theme = theme
        self._mark = QRectF()
        self._truth = ""
        self.setFlag(QGraphicsItem.ItemUsesExtendedStyleOption)  # to be told what is repainted

    def set_truth(self, name: str) -> None:
        """Say which class the image really has; nothing if that is not known."""
        if name != self._truth:
            self._truth = name
            self.update()

    def set_mark(self, rect: QRectF) -> None:
        """Draw a frame round ``rect``; none if it is empty."""
        if rect != self._mark:
            self._mark = rect
            self.update()

    def boundingRect(self) -> QRectF:
        """Return the whole picture."""
        return QRectF(0, 0, self._layout.width, self._layout.height)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw what lies in the part that is repainted."""
        exposed = option.exposedRect
        form = self._layout.form
        if exposed.top() < form.margin + form.header:
            for column in self._layout.columns:
                if column.x < exposed.right() and column.x + column.width > exposed.left():
                    self._header(painter, column.x, column.title, column.notes)
            x, _, _, _ = self._layout.bars
            truth = f"true class: “{self._truth}”" if self._truth else "class not known"
            notes = ("of each class", truth)
            self._header(painter, x, "probabilities", notes)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.muted), 1.25))
        for column in self._layout.columns:
            right = column.x + column.width
            if right < exposed.right() and right + form.space > exposed.left():
                self._arrow(painter, column.x + column.width)
        if not self._mark.isEmpty():
            painter.setPen(QPen(QColor(self._theme.accent), 2))
            painter.setBrush(Qt.NoBrush)
            painter.drawRoundedRect(self._mark.adjusted(-4, -4, 4, 4), 3, 3)

    def _header(self, painter: QPainter, x: int, title: str, notes: tuple[str, str]) -> None:
        form = self._layout.form
        painter.setPen(QColor(self._theme.text))
        painter.setFont(font(SMALL if form.small else BODY, strong=True))
        top = form.margin + (9 if form.small else 11)
        painter.drawText(QPointF(x, top), title)
        painter.setPen(QColor(self._theme.muted))
        painter.setFont(font(SMALL))
        for line, note in enumerate(notes):
            painter.drawText(QPointF(x, top + (14 if form.small else 16) + 14 * line), note)

    def _arrow(self, painter: QPainter, x: int) -> None:
        y, size = self._layout.axis, 4 if self._layout.form.small else 5
        tip = QPointF(x + self._layout.form.space / 2 + 3, y)
        painter.drawPolyline(QPolygonF([tip + QPointF(-size, -size), tip, tip + QPointF(-size, size)]))
