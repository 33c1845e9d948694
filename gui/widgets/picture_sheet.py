"""A picture fitted to the sheet, what was found on it, and a crop that is dragged with the mouse."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt5.QtWidgets import QSizePolicy, QWidget

from engine.types import Bytes
from gui.style.theme import Theme
from gui.widgets.outlines import paint_outlines
from gui.widgets.qimages import from_pixels

_LEAST_DRAG = 6
"""A shorter movement of the mouse, in its pixels, is a click."""

Rectangle = tuple[int, int, int, int]


class PictureSheet(QWidget):
    """Shows one picture; dragging chooses a crop, a click chooses one of the things found."""

    cropped = pyqtSignal(object)
    """The user chose a part: (left, top, right, bottom) in the picture's pixels."""
    picked = pyqtSignal(int)
    """The user chose one of the outlines."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Show nothing; ``show_picture`` fills the sheet."""
        super().__init__(parent)
        self._theme = theme
        self._image: QImage | None = None
        self._boxes: tuple[Rectangle, ...] = ()
        self._names: tuple[str, ...] = ()
        self._chosen = 0
        self.crop: Rectangle | None = None
        self.square = False
        """Whether crops are square."""
        self._began: QPointF | None = None
        self._drag: QRectF | None = None
        self.setFocusPolicy(Qt.StrongFocus)
        self.setCursor(Qt.CrossCursor)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)
        self.setMinimumSize(96, 96)
        self.setAccessibleName("Picture")
        self.setToolTip("Drag to choose a part; Escape takes the whole picture again.")

    def sizeHint(self) -> QSize:
        """Return the size of the drawing sheet, whose place this takes."""
        return QSize(280, 280)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours around the picture."""
        self._theme = theme
        self.update()

    def show_picture(self, pixels: Bytes) -> None:
        """Show uint8 ``(H, W, 3)``, with nothing found and no crop."""
        self._image = from_pixels(pixels)
        self._boxes, self._names, self.crop, self._drag = (), (), None, None
        self.update()

    def show_found(self, boxes: Sequence[Rectangle], names: Sequence[str], chosen: int) -> None:
        """Outline what was found, each with its name; ``chosen`` is looked at."""
        self._boxes, self._names, self._chosen = tuple(boxes), tuple(names), chosen
        self.update()

    def set_crop(self, crop: Rectangle | None) -> None:
        """Stress a part of the picture, or none."""
        self.crop = crop
        self.update()

    # --- places ------------------------------------------------------------------------------------

    def _place(self) -> QRectF:
        """Return where the picture is painted."""
        if self._image is None:
            return QRectF()
        width, height = self._image.width(), self._image.height()
        scale = min(self.width() / width, self.height() / height)
        left, top = (self.width() - scale * width) / 2, (self.height() - scale * height) / 2
        return QRectF(left, top, scale * width, scale * height)

    def to_widget(self, box: Rectangle) -> QRectF:
        """Return where a part of the picture is painted."""
        place = self._place()
        scale = place.width() / max(1, self._image.width()) if self._image is not None else 1.0
        left, top, right, bottom = box
        return QRectF(
            place.left() + scale * left,
            place.top() + scale * top,
            scale * (right - left),
            scale * (bottom - top),
        )

    def _to_picture(self, part: QRectF) -> Rectangle | None:
        if self._image is None:
            return None
        place = self._place()
        part = part.intersected(place)
        scale = self._image.width() / place.width()
        left, top = round((part.left() - place.left()) * scale), round((part.top() - place.top()) * scale)
        right = min(self._image.width(), round((part.right() - place.left()) * scale))
        bottom = min(self._image.height(), round((part.bottom() - place.top()) * scale))
        if self.square:
            side = min(right - left, bottom - top)
            right, bottom = left + side, top + side
        return (left, top, right, bottom) if right > left and bottom > top else None

    # --- events --------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a crop, or a click."""
        if event.button() == Qt.LeftButton and self._image is not None:
            self._began, self._drag = event.localPos(), None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the crop up."""
        if self._began is None:
            return
        across, down = event.localPos().x() - self._began.x(), event.localPos().y() - self._began.y()
        if self.square:
            side = max(abs(across), abs(down))
            across, down = (side if across >= 0 else -side), (side if down >= 0 else -side)
        if max(abs(across), abs(down)) >= _LEAST_DRAG:
            self._drag = QRectF(self._began, self._began + QPointF(across, down)).normalized()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the crop, or choose what was clicked."""
        if self._began is None or event.button() != Qt.LeftButton:
            return
        self.mouseMoveEvent(event)
        drag, self._began, self._drag = self._drag, None, None
        self.update()
        if drag is None:
            for number, box in enumerate(self._boxes):
                if self.to_widget(box).contains(event.localPos()):
                    self.picked.emit(number)
                    return
            return
        crop = self._to_picture(drag)
        if crop is not None:
            self.cropped.emit(crop)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the whole picture again with Escape, and go from one thing found to the next."""
        steps: dict[int, int] = {Qt.Key_Left: -1, Qt.Key_Right: 1}
        if event.key() == Qt.Key_Escape and self.crop is not None:
            self.cropped.emit(None)
        elif event.key() in steps and self._boxes:
            self.picked.emit((self._chosen + steps[event.key()]) % len(self._boxes))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, a veil over what lies outside of the crop, and the outlines."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.raised))
        if self._image is not None:
            painter.setRenderHint(QPainter.SmoothPixmapTransform)
            painter.drawImage(self._place(), self._image)
        part = self._drag if self._drag is not None else self.to_widget(self.crop) if self.crop else None
        if part is not None:
            veil = QColor(self._theme.panel)
            veil.setAlpha(170)
            x, y, right, bottom = part.left(), part.top(), part.right(), part.bottom()
            for outside in (
                QRectF(0, 0, self.width(), y),
                QRectF(0, bottom, self.width(), self.height() - bottom),
                QRectF(0, y, x, bottom - y),
                QRectF(right, y, self.width() - right, bottom - y),
            ):
                painter.fillRect(outside, veil)
            painter.setPen(QPen(QColor(self._theme.accent), 1))
            painter.drawRect(part)
        if len(self._boxes) > 1:
            boxes = [self.to_widget(box) for box in self._boxes]
            paint_outlines(painter, boxes, self._names, self._chosen, self._theme)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
