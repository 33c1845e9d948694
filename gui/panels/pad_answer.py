"""What the network gets and what it says: the 28x28 preview beside the answer in words."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PyQt5.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent, qRgb
from PyQt5.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from engine.types import Bytes
from gui.presenters.pad import Answer
from gui.theme import GRID, HEADLINE, Theme, font

_GREYS = [qRgb(level, level, level) for level in range(256)]
PIXELS = 28


class Preview(QWidget):
    """The very image that the network gets, white on black, each pixel a whole number of pixels wide."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Show an empty image."""
        super().__init__(parent)
        self.image: Bytes | None = None
        self._theme = theme
        self.setFixedSize(PIXELS * 3, PIXELS * 3)
        self.setAccessibleName("What the network gets")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours around the image."""
        self._theme = theme
        self.update()

    def show_image(self, image: Bytes | None) -> None:
        """Show ``image``, uint8 ``(28, 28)``, or nothing."""
        self.image = image
        self.update()

    def pixel_at(self, position: QPoint) -> tuple[int, int] | None:
        """Return the row and column under ``position``, if any."""
        zoom = self.width() // PIXELS
        row, column = position.y() // zoom, position.x() // zoom
        return (row, column) if 0 <= row < PIXELS and 0 <= column < PIXELS else None

    def event(self, event: QEvent) -> bool:
        """Answer the mouse at rest with the pixel under it."""
        if event.type() == QEvent.ToolTip and isinstance(event, QHelpEvent):
            text = f"What the network gets: {PIXELS}x{PIXELS}, centred and scaled as its training images are."
            place = self.pixel_at(event.pos())
            if self.image is not None and place is not None:
                text += f"\nRow {place[0]}, column {place[1]}: {self.image[place]} of 255"
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the image with whole, unsmoothed pixels."""
        painter = QPainter(self)
        if self.image is None:
            painter.fillRect(self.rect(), QColor(self._theme.raised))
            return
        picture = QImage(self.image.tobytes(), PIXELS, PIXELS, PIXELS, QImage.Format_Indexed8)
        picture.setColorTable(_GREYS)
        painter.drawImage(QRect(0, 0, self.width(), self.height()), picture)


class AnswerCard(QWidget):
    """The preview and, beside it, the answer in words."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Show no answer."""
        super().__init__(parent)
        self.preview = Preview(theme)
        self.headline = QLabel()
        self.headline.setObjectName("heading")
        self.headline.setFont(font(HEADLINE, strong=True))
        self.headline.setWordWrap(True)
        self.note = QLabel()
        self.note.setObjectName("note")
        self.note.setWordWrap(True)
        self.caption = QLabel()
        self.caption.setObjectName("caption")
        self.caption.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.headline)
        words.addWidget(self.note)
        words.addStretch(1)
        words.addWidget(self.caption)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.preview, 0, Qt.AlignTop)
        row.addLayout(words, 1)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the preview's height: words must not push the panel about while one draws."""
        return QSize(200, self.preview.height())

    def minimumSizeHint(self) -> QSize:
        """Return the same height; the words may be narrow."""
        return QSize(self.preview.width() + 80, self.preview.height())

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.preview.set_theme(theme)

    def show_answer(self, image: Bytes | None, answer: Answer, caption: str) -> None:
        """Show what the network gets, what it says, and which network it is."""
        self.preview.show_image(image)
        for label, text in (
            (self.headline, answer.headline),
            (self.note, answer.note),
            (self.caption, caption),
        ):
            if label.text() != text:
                label.setText(text)
