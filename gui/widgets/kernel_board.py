"""The kernels of a layer, of which one can be chosen, and its weights dragged."""

from __future__ import annotations

import math

import numpy as np
from PyQt5.QtCore import QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt5.QtWidgets import QSizePolicy, QWidget

from engine.look.colour import codes, figure, layer_scale
from engine.look.tables import colour_table
from engine.types import Array
from gui.presenters.breaking import kernel_tiles, weight_number
from gui.style.theme import GRID, Theme
from gui.widgets.qimages import from_pixels

_GAP = 4
_FULL_PIXELS = 120.0
"""Pixels that the mouse goes up to raise a weight by the largest one of the layer."""


class KernelBoard(QWidget):
    """Kernels above, the chosen one large below: a click chooses, a drag up or down changes a weight."""

    chosen = pyqtSignal(int)
    """The user chose this kernel."""
    dragged = pyqtSignal(int, float, bool)
    """A weight of the chosen kernel gets this value; whether it is the same drag as before."""
    switched = pyqtSignal(int)
    """The user wants this kernel off."""
    pointed = pyqtSignal(str)
    """What is under the mouse, in words; empty for nothing."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty board."""
        super().__init__(parent)
        self._theme = theme
        self.kernels: Array | None = None
        self.kernel, self.channel = 0, 0
        self._drag: tuple[int, float, int] | None = None
        self._moving = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.StrongFocus)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)
        self.setAccessibleName("Kernels of the layer")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which kernels can be told apart."""
        return QSize(180, 120)

    def show_kernels(self, kernels: Array) -> None:
        """Show the kernels ``(K, C, h, w)`` or ``(K, D)`` of a layer."""
        self.kernels = kernels
        self.kernel = min(self.kernel, len(kernels) - 1)
        self.channel = min(self.channel, kernels.shape[1] - 1) if kernels.ndim == 4 else 0
        self.update()

    def choose(self, kernel: int) -> None:
        """Show this kernel large."""
        self.kernel = kernel
        self.update()

    def show_channel(self, channel: int) -> None:
        """Show the weights for this input channel."""
        self.channel = channel
        self.update()

    # --- places -------------------------------------------------------------------------------------

    def _split(self) -> int:
        return round(0.5 * self.height())

    def tile(self, number: int) -> QRect:
        """Return where a kernel lies."""
        count = 0 if self.kernels is None else len(self.kernels)
        width, height = max(1, self.width()), max(1, self._split())
        columns = max(1, min(count, math.ceil(math.sqrt(count * width / height)))) if count else 1
        rows = -(-count // columns)
        side = max(6, min(width // columns, height // max(1, rows)) - _GAP)
        row, column = divmod(number, columns)
        return QRect(column * (side + _GAP), row * (side + _GAP), side, side)

    def large(self) -> QRect:
        """Return where the chosen kernel lies."""
        top = self._split() + GRID
        side = max(24, min(self.width(), self.height() - top - 2))
        return QRect(0, top, side, side)

    def weight_at(self, place: QPoint) -> int | None:
        """Return the number of the weight of the chosen kernel under ``place``, if any."""
        large = self.large()
        if self.kernels is None or not large.contains(place):
            return None
        shape = kernel_tiles(self.kernels[:1], self.channel).shape[1:]
        row = min(shape[0] - 1, shape[0] * (place.y() - large.top()) // large.height())
        column = min(shape[1] - 1, shape[1] * (place.x() - large.left()) // large.width())
        return weight_number(self.kernels, self.channel, row, column)

    # --- the user's hand ------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a kernel, or take hold of a weight."""
        if self.kernels is None or event.button() != Qt.LeftButton:
            return
        for number in range(len(self.kernels)):
            if self.tile(number).contains(event.pos()):
                self.choose(number)
                self.chosen.emit(number)
                return
        weight = self.weight_at(event.pos())
        if weight is not None:
            value = float(self.kernels[self.kernel].reshape(-1)[weight])
            self._drag, self._moving = (weight, value, event.pos().y()), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag a weight, or say what is under the mouse."""
        if self.kernels is None:
            return
        if self._drag is not None:
            weight, value, start = self._drag
            top = float(np.abs(self.kernels).max(initial=0.0)) or 1.0
            new = value + top * (start - event.pos().y()) / _FULL_PIXELS
            self.dragged.emit(weight, new, self._moving)
            self._moving = True
            self.pointed.emit(f"Weight {weight + 1}: {figure(new)}, it was {figure(value)}")
            return
        under = self.weight_at(event.pos())
        if under is None:
            self.pointed.emit("")
            return
        found = float(self.kernels[self.kernel].reshape(-1)[under])
        self.pointed.emit(f"Weight {under + 1}: {figure(found)}. Drag up or down to change it.")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Switch a kernel off."""
        if self.kernels is not None and self.tile(self.kernel).contains(event.pos()):
            self.switched.emit(self.kernel)

    def leaveEvent(self, event: object) -> None:
        """Say nothing any more."""
        self.pointed.emit("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the kernel before or after with the arrows; switch it off with Delete."""
        steps = {int(Qt.Key_Right): 1, int(Qt.Key_Left): -1}
        step = steps.get(event.key())
        if self.kernels is not None and step is not None:
            self.choose((self.kernel + step) % len(self.kernels))
            self.chosen.emit(self.kernel)
        elif self.kernels is not None and event.key() == Qt.Key_Delete:
            self.switched.emit(self.kernel)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint all kernels, and the chosen one large."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.panel))
        if self.kernels is None:
            return
        tiles = kernel_tiles(self.kernels, self.channel).astype(np.float32)
        found = codes(tiles, layer_scale(tiles, signed=True), signed=True)
        table = colour_table(self._theme.diverging, self._theme.panel)
        for number, tile in enumerate(found):
            place = self.tile(number)
            painter.drawImage(place, from_pixels(np.ascontiguousarray(table[tile])))
            if number == self.kernel:
                painter.setPen(QPen(QColor(self._theme.accent), 2))
                painter.drawRect(place.adjusted(-1, -1, 0, 0))
            if not self.kernels[number].any():
                painter.setPen(QPen(QColor(self._theme.bad), 2))
                painter.drawLine(place.topLeft(), place.bottomRight())
        painter.drawImage(self.large(), from_pixels(np.ascontiguousarray(table[found[self.kernel]])))
        painter.setPen(QColor(self._theme.line))
        painter.drawRect(self.large())
