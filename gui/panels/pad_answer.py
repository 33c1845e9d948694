"""What the network gets and what it says: the very image beside the answer in words."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PyQt5.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PyQt5.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from engine.recognise.judge import Answer
from engine.types import Bytes
from gui.style.theme import GRID, HEADLINE, Theme, font
from gui.widgets.plain import Label, show_tip
from gui.widgets.qimages import to_qimage

LARGEST = 96
"""Width and height that the image is magnified to, at most, in whole numbers."""
USUAL = (1, 28, 28)
"""Shape of the image while there is none."""


class Preview(QWidget):
    """The very image that the network gets, each pixel a whole number of pixels wide."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Show an empty image."""
        super().__init__(parent)
        self.image: Bytes | None = None
        self._theme = theme
        self.show_image(None)
        self.setAccessibleName("What the network gets")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours around the image."""
        self._theme = theme
        self.update()

    def show_image(self, image: Bytes | None) -> None:
        """Show ``image``, uint8 ``(C, H, W)``, or nothing."""
        self.image = image
        _, height, width = image.shape if image is not None else USUAL
        self.zoom = max(1, LARGEST // max(height, width))
        self.setFixedSize(width * self.zoom, height * self.zoom)
        self.update()

    def pixel_at(self, position: QPoint) -> tuple[int, int] | None:
        """Return the row and column under ``position``, if any."""
        row, column = position.y() // self.zoom, position.x() // self.zoom
        return (row, column) if self.rect().contains(position) else None

    def event(self, event: QEvent) -> bool:
        """Answer the mouse at rest with the pixel under it."""
        if event.type() == QEvent.ToolTip and isinstance(event, QHelpEvent):
            text = "What the network gets, in the form of its training images."
            place = self.pixel_at(event.pos())
            if self.image is not None and place is not None:
                values = ", ".join(str(value) for value in self.image[:, place[0], place[1]])
                text += f"\nRow {place[0]}, column {place[1]}: {values} of 255"
            show_tip(event.globalPos(), text, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the image with whole, unsmoothed pixels."""
        painter = QPainter(self)
        if self.image is None:
            painter.fillRect(self.rect(), QColor(self._theme.raised))
            return
        painter.drawImage(QRect(0, 0, self.width(), self.height()), to_qimage(self.image))


class AnswerCard(QWidget):
    """The preview and, beside it, the answer in words."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Show no answer."""
        super().__init__(parent)
        self.preview = Preview(theme)
        self.headline = Label()
        self.headline.setObjectName("heading")
        self.headline.setFont(font(HEADLINE, strong=True))
        self.headline.setWordWrap(True)
        self.note = Label()
        self.note.setObjectName("note")
        self.note.setWordWrap(True)
        self.caption = Label()
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
        return QSize(200, LARGEST)

    def minimumSizeHint(self) -> QSize:
        """Return the same height; the words may be narrow."""
        return QSize(LARGEST + 80, LARGEST)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.preview.set_theme(theme)

    def show_answer(self, image: Bytes | None, answer: Answer, caption: str) -> None:
        """Show what the network gets, ``(C, H, W)``, what it says, and which network it is."""
        self.preview.show_image(image)
        for label, text in (
            (self.headline, answer.headline),
            (self.note, answer.note),
            (self.caption, caption),
        ):
            if label.text() != text:
                label.setText(text)
