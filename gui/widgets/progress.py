"""A thin bar that shows how far work is, or only that there is some."""

from __future__ import annotations

from PyQt5.QtCore import QRectF, Qt, QTimerEvent
from PyQt5.QtGui import QHideEvent, QPainter, QPaintEvent, QPalette, QShowEvent
from PyQt5.QtWidgets import QProgressBar, QWidget

_FRAME_MS = 80
_ROUND = 20
"""Frames in which the piece of a busy bar crosses it."""

_PIECE = 0.3


class ProgressBar(QProgressBar):
    """Without a figure; the range 0 to 0 stands for work of unknown length.

    Styles go on animating a bar that was of unknown length once, sixty times a second for as long as it is
    seen; this one draws itself, and moves only while it has to.
    """

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        """Make a bar; ``name`` says what it shows to those who cannot see it."""
        super().__init__(parent)
        self.setTextVisible(False)
        self.setAccessibleName(name)
        self._timer = 0
        self._frame = 0

    @property
    def busy(self) -> bool:
        """Whether nobody knows how long the work is."""
        return self.minimum() == self.maximum() == 0

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to move, if there is cause."""
        super().showEvent(event)
        self._keep_time()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop moving."""
        super().hideEvent(event)
        self._keep_time()

    def timerEvent(self, event: QTimerEvent) -> None:
        """Move on."""
        self._frame = (self._frame + 1) % _ROUND
        self._keep_time()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the part that is done, or a piece that moves."""
        self._keep_time()
        span = self.maximum() - self.minimum()
        done = (self.value() - self.minimum()) / span if span else 0.0
        start, length = (self._frame / _ROUND * (1 + _PIECE) - _PIECE, _PIECE) if self.busy else (0.0, done)
        whole = QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(Qt.NoPen)
        radius = min(3.0, whole.height() / 2)
        painter.setBrush(self.palette().brush(QPalette.AlternateBase))
        painter.drawRoundedRect(whole, radius, radius)
        painter.setBrush(self.palette().brush(QPalette.Highlight))
        left, right = max(0.0, start), min(1.0, start + length)
        if right > left:
            part = QRectF(whole.width() * left, 0, whole.width() * (right - left), whole.height())
            painter.drawRoundedRect(part, radius, radius)

    def _keep_time(self) -> None:
        moving = self.busy and self.isVisible()
        if moving and not self._timer:
            self._timer = self.startTimer(_FRAME_MS)
        elif not moving and self._timer:
            self.killTimer(self._timer)
            self._timer = 0
