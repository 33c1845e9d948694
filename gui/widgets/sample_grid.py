"""A grid of very many images, of which only those in sight are painted."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PyQt5.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from engine.types import Labels
from gui.presenters.data_view import Part
from gui.style.theme import Theme
from gui.widgets.plain import show_tip
from gui.widgets.qimages import to_qimage

GAP = 4
LARGE = 56
"""Small images are magnified by a whole number to about this many pixels."""


class SampleGrid(QAbstractScrollArea):
    """Images in rows, magnified by a whole number; mouse and keyboard choose one of them.

    Attributes:
        shown: indices of the images, in the order in which they stand.
        current: place of the chosen one in ``shown``, or None.
    """

    chosen = pyqtSignal(int)
    """The user chose the image of this index."""
    hovered = pyqtSignal(int)
    """The mouse is over the image of this index; -1 when it is over none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty grid."""
        super().__init__(parent)
        self._theme = theme
        self._part: Part | None = None
        self.shown: Labels | None = None
        self.current: int | None = None
        self._under = -1
        self.setFrameShape(QFrame.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName("Images of the data set")
        self.setMinimumSize(160, 120)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.viewport().update()

    def show_images(self, part: Part, shown: Labels) -> None:
        """Show the images of ``part`` with the indices ``shown``, ``(n,)``, from the first one on."""
        self._part, self.shown, self.current, self._under = part, shown, None, -1
        self._measure()
        self.verticalScrollBar().setValue(0)
        self.viewport().update()

    # --- geometry -----------------------------------------------------------------------------------

    @property
    def cell(self) -> QSize:
        """Size of a magnified image, in pixels."""
        if self._part is None:
            return QSize(LARGE, LARGE)
        height, width = self._part.images.shape[2:]
        scale = max(1, round(LARGE / max(height, width)))
        return QSize(width * scale, height * scale)

    @property
    def across(self) -> int:
        """Images in a row."""
        return max(1, (self.viewport().width() - GAP) // (self.cell.width() + GAP))

    def _measure(self) -> None:
        count = len(self.shown) if self.shown is not None else 0
        pitch = self.cell.height() + GAP
        rows = -(-count // self.across)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, rows * pitch + GAP - self.viewport().height()))
        bar.setPageStep(max(pitch, self.viewport().height() - pitch))
        bar.setSingleStep(pitch)

    def rect_of(self, place: int) -> QRect:
        """Return where the image at ``place`` of the order stands in the viewport."""
        row, column = divmod(place, self.across)
        cell = self.cell
        top = GAP + row * (cell.height() + GAP) - self.verticalScrollBar().value()
        return QRect(QPoint(GAP + column * (cell.width() + GAP), top), cell)

    def place_at(self, position: QPoint) -> int | None:
        """Return the place in the order of the image under ``position``, if any."""
        if self.shown is None:
            return None
        cell = self.cell
        column, x = divmod(position.x() - GAP, cell.width() + GAP)
        row, y = divmod(position.y() - GAP + self.verticalScrollBar().value(), cell.height() + GAP)
        place = row * self.across + column
        inside = 0 <= column < self.across and x < cell.width() and y < cell.height()
        return place if inside and 0 <= place < len(self.shown) else None

    # --- painting -----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the images in sight."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(self._theme.panel))
        if self._part is None or self.shown is None:
            return
        pitch = self.cell.height() + GAP
        first = max(0, (self.verticalScrollBar().value() - GAP) // pitch) * self.across
        last = first + (self.viewport().height() // pitch + 2) * self.across
        for place in range(first, min(last, len(self.shown))):
            rect = self.rect_of(place)
            painter.drawImage(rect, to_qimage(self._part.images[int(self.shown[place])]))
        if self.current is not None:
            painter.setPen(QPen(QColor(self._theme.accent), 2))
            painter.drawRect(self.rect_of(self.current).adjusted(-2, -2, 2, 2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange anew, with the same image at the top."""
        before = event.oldSize().width()
        pitch = self.cell.height() + GAP
        row = self.verticalScrollBar().value() // pitch
        old = max(1, (before - GAP) // (self.cell.width() + GAP)) if before > 0 else self.across
        self._measure()
        self.verticalScrollBar().setValue(row * old // self.across * pitch)
        super().resizeEvent(event)

    def scrollContentsBy(self, _across: int, _down: int) -> None:
        """Paint what has come into sight."""
        self.viewport().update()

    # --- mouse and keyboard ---------------------------------------------------------------------------

    def choose(self, place: int) -> None:
        """Choose the image at ``place`` of the order, bring it into sight and tell."""
        if self.shown is None or not len(self.shown):
            return
        self.current = min(max(place, 0), len(self.shown) - 1)
        rect, bar = self.rect_of(self.current), self.verticalScrollBar()
        if rect.top() < GAP:
            bar.setValue(bar.value() + rect.top() - GAP)
        elif rect.bottom() >= self.viewport().height() - GAP:
            bar.setValue(bar.value() + rect.bottom() + 1 - self.viewport().height() + GAP)
        self.viewport().update()
        self.chosen.emit(int(self.shown[self.current]))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the image under the mouse."""
        place = self.place_at(event.pos())
        if place is not None and event.button() == Qt.LeftButton:
            self.choose(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which image is under the mouse."""
        place = self.place_at(event.pos())
        index = int(self.shown[place]) if place is not None and self.shown is not None else -1
        if index != self._under:
            self._under = index
            self.hovered.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice with the arrows, by pages, and to both ends."""
        pitch = self.cell.height() + GAP
        page = max(1, self.viewport().height() // pitch) * self.across
        here = self.current if self.current is not None else -1
        steps: dict[int, int] = {
            Qt.Key_Left: here - 1,
            Qt.Key_Right: here + 1,
            Qt.Key_Up: here - self.across,
            Qt.Key_Down: here + self.across,
            Qt.Key_PageUp: here - page,
            Qt.Key_PageDown: here + page,
            Qt.Key_Home: 0,
            Qt.Key_End: len(self.shown) - 1 if self.shown is not None else 0,
        }
        if event.key() not in steps:
            super().keyPressEvent(event)
            return
        self.choose(steps[event.key()])

    def viewportEvent(self, event: QEvent) -> bool:
        """Answer the mouse at rest with what the image is."""
        if event.type() == QEvent.ToolTip and isinstance(event, QHelpEvent):
            place = self.place_at(event.pos())
            if place is None or self._part is None or self.shown is None:
                QToolTip.hideText()
            else:
                show_tip(event.globalPos(), self._part.words(int(self.shown[place])), self)
            return True
        if event.type() == QEvent.Leave and self._under >= 0:
            self._under = -1
            self.hovered.emit(-1)
        return bool(super().viewportEvent(event))
