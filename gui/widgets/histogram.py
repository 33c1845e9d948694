"""How often each pixel value occurs."""

from __future__ import annotations

import numpy as np
from PyQt5.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PyQt5.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PyQt5.QtWidgets import QSizePolicy, QWidget

from engine.formatting import grouped
from engine.types import Labels
from gui.style.theme import SMALL, Theme, font
from gui.widgets.plain import show_tip

_FOOT = 16
_CHANNELS = ("Red", "Green", "Blue")


class Histogram(QWidget):
    """Bars for the values 0 to 255; one outline a channel where there are three."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty histogram."""
        super().__init__(parent)
        self._theme = theme
        self.counts: Labels | None = None
        self.logarithmic = True
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Fixed)
        self.setAccessibleName("Histogram of the pixel values")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def show_counts(self, counts: Labels | None) -> None:
        """Show how often each value occurs, ``(C, 256)``."""
        self.counts = counts
        self.update()

    def set_logarithmic(self, on: bool) -> None:
        """Let the height of a bar grow with the logarithm of the count, or with the count."""
        self.logarithmic = on
        self.update()

    def sizeHint(self) -> QSize:
        """Return a height that shows steps of a few per cent."""
        return QSize(200, 96)

    def minimumSizeHint(self) -> QSize:
        """Return the same height."""
        return QSize(128, 96)

    def value_at(self, position: QPoint) -> int:
        """Return the pixel value whose bar is at ``position``."""
        return int(np.clip(256 * position.x() // max(1, self.width()), 0, 255))

    def event(self, event: QEvent) -> bool:
        """Answer the mouse at rest with the count of the value under it."""
        if event.type() == QEvent.ToolTip and isinstance(event, QHelpEvent):
            if self.counts is not None:
                value = self.value_at(event.pos())
                found = [grouped(int(count)) for count in self.counts[:, value]]
                named = (
                    found if len(found) != 3 else [f"{n} {c}" for n, c in zip(_CHANNELS, found, strict=True)]
                )
                show_tip(event.globalPos(), f"Value {value}: {', '.join(named)} pixels", self)
            return True
        return super().event(event)

    def heights(self, room: int) -> Labels:
        """Return the height of each bar in pixels, ``(C, 256)``; the highest is ``room``."""
        if self.counts is None:
            return np.zeros((1, 256), np.int64)
        values = np.log1p(self.counts) if self.logarithmic else self.counts.astype(np.float64)
        heights: Labels = np.rint(values * (room / max(values.max(), 1e-9))).astype(np.int64)
        return heights

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the bars and the figures at both ends."""
        painter = QPainter(self)
        room = self.height() - _FOOT
        painter.fillRect(QRect(0, room, self.width(), 1), QColor(self._theme.line))
        painter.setFont(font(SMALL))
        painter.setPen(QColor(self._theme.muted))
        foot = QRect(0, room + 2, self.width(), _FOOT - 2)
        for flag, text in ((Qt.AlignLeft, "0"), (Qt.AlignHCenter, "pixel value"), (Qt.AlignRight, "255")):
            painter.drawText(foot, int(flag | Qt.AlignVCenter), text)
        if self.counts is None:
            return
        heights = self.heights(room - 2)
        # Red, green and blue of the palette that colour-blind eyes tell apart.
        colours = (
            ("#d55e00", "#009e73", "#0072b2") if len(heights) == 3 else (self._theme.accent,) * len(heights)
        )
        for row, colour in zip(heights, colours, strict=True):
            shade = QColor(colour)
            shade.setAlpha(255 if len(heights) == 1 else 130)
            for value, height in enumerate(row.tolist()):
                left, right = value * self.width() // 256, (value + 1) * self.width() // 256
                painter.fillRect(QRect(left, room - height, max(1, right - left), height), shade)
