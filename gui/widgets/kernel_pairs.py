"""Kernels, and below each of them what the loss asks of it: its gradient."""

from __future__ import annotations

import math

import numpy as np
from PyQt5.QtCore import QPointF, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PyQt5.QtWidgets import QSizePolicy, QWidget

from engine.look.colour import codes, figure, layer_scale
from engine.look.tables import colour_table
from engine.types import Array
from gui.style.theme import SMALL, Theme, font
from gui.widgets.qimages import from_pixels

_GAP, _HEAD = 6, 18


class KernelPairs(QWidget):
    """Pairs of pictures: the kernel above, its gradient below; each kind has one scale about zero."""

    pointed = pyqtSignal(str)
    """What is under the mouse, in words; empty for nothing."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make it empty."""
        super().__init__(parent)
        self._theme = theme
        self.kernels: Array | None = None
        self.gradients: Array | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)
        self.setAccessibleName("Kernels and their gradients")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which kernels can be told apart."""
        return QSize(140, 48)

    def show_pairs(self, kernels: Array | None, gradients: Array | None) -> None:
        """Show kernels and gradients, ``(K, h, w)`` each."""
        self.kernels, self.gradients = kernels, gradients
        self.update()

    def places(self, number: int) -> tuple[QRect, QRect]:
        """Return where a kernel and its gradient lie."""
        count = 1 if self.kernels is None else max(1, len(self.kernels))
        width, height = max(20, self.width()), max(20, self.height() - _HEAD)
        columns = max(1, min(count, math.ceil(math.sqrt(2 * count * width / height))))
        rows = -(-count // columns)
        side = max(5, min(width // columns - _GAP, (height // rows - _GAP) // 2 - 1))
        row, column = divmod(number, columns)
        x, y = column * (side + _GAP), _HEAD + row * (2 * side + 2 + _GAP)
        return QRect(x, y, side, side), QRect(x, y + side + 2, side, side)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the mouse."""
        if self.kernels is None or self.gradients is None:
            return
        _, height, width = self.kernels.shape
        for number in range(len(self.kernels)):
            for place in self.places(number):
                if place.contains(event.pos()):
                    inside = QPointF(event.pos() - place.topLeft())
                    row = min(height - 1, int(height * inside.y() / place.height()))
                    column = min(width - 1, int(width * inside.x() / place.width()))
                    weight, slope = (
                        float(each[number, row, column]) for each in (self.kernels, self.gradients)
                    )
                    self.pointed.emit(
                        f"Kernel {number + 1}, row {row + 1}, column {column + 1}: weight {figure(weight)}, "
                        f"gradient {figure(slope)}"
                    )
                    return
        self.pointed.emit("")

    def leaveEvent(self, event: object) -> None:
        """Say nothing any more."""
        self.pointed.emit("")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint all pairs."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.panel))
        if self.kernels is None or self.gradients is None:
            return
        table = colour_table(self._theme.diverging, self._theme.panel)
        scales = [layer_scale(each, signed=True) for each in (self.kernels, self.gradients)]
        painter.setFont(font(SMALL))
        painter.setPen(QColor(self._theme.muted))
        weights, slopes = (figure(scale.high) for scale in scales)
        words = f"kernels to \N{PLUS-MINUS SIGN}{weights}; below, gradients to \N{PLUS-MINUS SIGN}{slopes}"
        painter.drawText(QRectF(0, 0, self.width(), _HEAD), int(Qt.AlignLeft | Qt.AlignTop), words)
        for side, values in enumerate((self.kernels, self.gradients)):
            for number, code in enumerate(codes(values, scales[side], signed=True)):
                painter.drawImage(self.places(number)[side], from_pixels(np.ascontiguousarray(table[code])))
