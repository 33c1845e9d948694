"""The kernels of one layer in a picture, as large as its place allows."""

from __future__ import annotations

import numpy as np
from PyQt5.QtCore import QRect, QSize
from PyQt5.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PyQt5.QtWidgets import QSizePolicy, QWidget

from engine.look.colour import EMPTY, codes, layer_scale
from engine.look.mosaic import fit
from engine.types import Array
from gui.style.theme import Theme
from gui.widgets.mosaic import signed_table
from gui.widgets.qimages import from_codes, from_pixels

_MOST = 512
"""Kernels that are shown; of more the first ones."""


class KernelPicture(QWidget):
    """Kernels ``(filters, channels, h, w)`` side by side, on one scale about zero; in colour over RGB."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Show nothing; ``show_kernels`` fills the picture."""
        super().__init__(parent)
        self._theme = theme
        self._kernels: Array | None = None
        self._image = QImage()
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)
        self.setMinimumSize(96, 72)
        self.setAccessibleName("Kernels")

    @property
    def kernels(self) -> Array | None:
        """What is shown, ``(filters, channels, h, w)``."""
        return self._kernels

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self._draw()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(200, 140)

    def show_kernels(self, kernels: Array | None) -> None:
        """Show the kernels of a layer, ``(filters, channels, h, w)``; None for none."""
        self._kernels = kernels
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the room there is."""
        super().resizeEvent(event)
        self._draw()

    def _draw(self) -> None:
        self._image = QImage()
        if self._kernels is not None and self._kernels.size:
            filters, channels, height, width = self._kernels.shape
            room = (self.width(), self.height())
            scale = layer_scale(self._kernels, signed=True)
            coded = codes(self._kernels.reshape(-1, height, width), scale, signed=True)
            if channels == 3:
                made = fit(filters, (height, width), room, most=24)
                colours = coded.reshape(filters, 3, height, width)
                picture = np.stack([made.grid.arrange(colours[:, n]) for n in range(3)], axis=-1)
                between = made.grid.arrange(np.zeros((filters, height, width), np.uint8)) == EMPTY
                picture[between] = QColor(self._theme.panel).getRgb()[:3]
                image = from_pixels(picture)
            else:
                coded = coded[:_MOST]
                made = fit(len(coded), (height, width), room, block=min(channels, len(coded)), most=24)
                image = from_codes(made.grid.arrange(coded), signed_table(self._theme))
            self._image = image.scaled(image.width() * made.scale, image.height() * made.scale)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the kernels, from the left upper corner."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.panel))
        painter.drawImage(QRect(0, 0, self._image.width(), self._image.height()), self._image)
