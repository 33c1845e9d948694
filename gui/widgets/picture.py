"""One picture with a caption, its pixels magnified by a whole number."""

from __future__ import annotations

from PyQt5.QtCore import QRect, QSize, Qt
from PyQt5.QtGui import QColor, QImage, QPainter, QPaintEvent
from PyQt5.QtWidgets import QSizePolicy, QWidget

from engine.types import Bytes
from gui.style.theme import SMALL, Theme, font
from gui.widgets.qimages import to_qimage

_CAPTION = 16


class Picture(QWidget):
    """A picture of pixels; its caption stands below it."""

    def __init__(self, theme: Theme, side: int, caption: str = "", parent: QWidget | None = None) -> None:
        """Make an empty picture that is at most ``side`` pixels wide and high."""
        super().__init__(parent)
        self._theme, self._wide, self._high = theme, side, side
        self.caption = caption
        self.picture: QImage | None = None
        self.setSizePolicy(QSizePolicy.Fixed, QSizePolicy.Fixed)
        self.setAccessibleName(caption)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def show_pixels(self, image: Bytes | None) -> None:
        """Show pixels, uint8 ``(C, H, W)``: three channels in colour, otherwise the first in grey."""
        self.show_picture(None if image is None else to_qimage(image))

    def show_picture(self, picture: QImage | None) -> None:
        """Show a picture, one pixel a value."""
        self.picture = picture
        self.update()

    def set_room(self, wide: int, high: int) -> None:
        """Give the picture other room, in pixels."""
        if (wide, high) != (self._wide, self._high):
            self._wide, self._high = wide, high
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Return the room for picture and caption."""
        return QSize(self._wide, self._high + (_CAPTION if self.caption else 0))

    def minimumSizeHint(self) -> QSize:
        """Return the same: pictures do not shrink."""
        return self.sizeHint()

    def place(self) -> QRect:
        """Return where the picture stands."""
        if self.picture is None:
            return QRect(0, 0, self._wide, self._high)
        width, height = self.picture.width(), self.picture.height()
        scale = min(self._wide // width, self._high // height)
        if scale:
            size = QSize(width * scale, height * scale)
        else:
            size = QSize(width, height).scaled(self._wide, self._high, Qt.KeepAspectRatio)
        left, top = (self._wide - size.width()) // 2, (self._high - size.height()) // 2
        return QRect(left, top, size.width(), size.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture and its caption."""
        painter = QPainter(self)
        if self.picture is None:
            painter.fillRect(self.place(), QColor(self._theme.raised))
        else:
            painter.drawImage(self.place(), self.picture)
        if self.caption:
            painter.setFont(font(SMALL))
            painter.setPen(QColor(self._theme.muted))
            below = QRect(0, self._high, self.width(), _CAPTION)
            painter.drawText(below, int(Qt.AlignHCenter | Qt.AlignVCenter), self.caption)
