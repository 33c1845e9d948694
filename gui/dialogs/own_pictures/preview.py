"""The preview: a few pictures of each class as they are, and below each what the network would see."""

from __future__ import annotations

import numpy as np
from PyQt5.QtCore import QEvent, QRect, QSize, Qt
from PyQt5.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent
from PyQt5.QtWidgets import QFrame, QScrollArea, QSizePolicy, QToolTip, QWidget

from engine.formatting import counted
from gui.presenters.own_pictures import OwnPictures, Pair, magnification
from gui.style.theme import BODY, GRID, SMALL, Theme, font
from gui.widgets.plain import show_tip
from gui.widgets.qimages import from_pixels, to_qimage

_ORIGINAL = 56
"""Height of a picture as it is."""
_HEAD = 24
_LABELS = 72
"""Width of the words at the left."""


class PreviewSheet(QWidget):
    """Paints the pairs of picture and image; only what is to be seen of it."""

    def __init__(self, state: OwnPictures, theme: Theme) -> None:
        """Show ``state``, which is asked again at each ``refresh``."""
        super().__init__()
        self._state, self._theme = state, theme
        self._originals: dict[int, QImage] = {}
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Fixed)
        self.setAccessibleName("Pictures of each class, and what the network would see of them")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def refresh(self, *, anew: bool) -> None:
        """Paint again; with ``anew``, other pictures."""
        if anew:
            self._originals.clear()
        self.setFixedHeight(max(1, len(self._labels()) * self._row()))
        self.update()

    def place(self, row: int, column: int) -> QRect:
        """Return where the image ``column`` of the class in ``row`` is painted."""
        side = self._side()
        top = row * self._row() + _HEAD + _ORIGINAL + GRID // 2
        cell = self._cell()
        return QRect(_LABELS + column * cell.width() + (cell.width() - GRID - side) // 2, top, side, side)

    def _labels(self) -> list[int]:
        found = self._state.found
        return [] if found is None else [label for label, some in enumerate(found.samples) if some]

    def _side(self) -> int:
        size = self._state.options.size
        return size * magnification(size)

    def _cell(self) -> QSize:
        return QSize(max(self._side(), 64) + GRID, _ORIGINAL + GRID // 2 + self._side())

    def _row(self) -> int:
        return _HEAD + self._cell().height() + 2 * GRID

    def _columns(self) -> int:
        return max(1, (self.width() - _LABELS) // self._cell().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows that are to be seen."""
        found = self._state.found
        if found is None:
            return
        painter = QPainter(self)
        for row, label in enumerate(self._labels()):
            top = row * self._row()
            if top > event.rect().bottom() or top + self._row() < event.rect().top():
                continue
            painter.setFont(font(BODY, strong=True))
            painter.setPen(QColor(self._theme.text))
            room = QRect(0, top, self.width(), _HEAD)
            name = painter.fontMetrics().elidedText(found.class_names[label], Qt.ElideRight, room.width())
            painter.drawText(room, Qt.AlignVCenter, name)
            painter.setFont(font(SMALL))
            painter.setPen(QColor(self._theme.muted))
            image = self.place(row, 0)
            painter.drawText(QRect(0, top + _HEAD, _LABELS - GRID, _ORIGINAL), Qt.AlignVCenter, "Picture")
            size = self._state.options.size
            painter.drawText(
                QRect(0, image.top(), _LABELS - GRID, image.height()),
                Qt.AlignVCenter,
                f"Network\n{size} \N{MULTIPLICATION SIGN} {size}",
            )
            for column, pair in enumerate(self._state.pairs(label)[: self._columns()]):
                self._paint_pair(painter, self.place(row, column), pair)

    def _paint_pair(self, painter: QPainter, place: QRect, pair: Pair) -> None:
        original = self._originals.get(id(pair.picture))
        if original is None:
            original = self._originals[id(pair.picture)] = from_pixels(np.asarray(pair.picture))
        room = QSize(self._cell().width() - GRID, _ORIGINAL)
        size = original.size().scaled(room, Qt.KeepAspectRatio)
        size = QSize(max(1, size.width()), max(1, size.height()))
        left = place.center().x() - size.width() // 2
        bottom = place.top() - GRID // 2
        painter.setRenderHint(QPainter.SmoothPixmapTransform, True)
        painter.drawImage(QRect(left, bottom - size.height(), size.width(), size.height()), original)
        painter.setRenderHint(QPainter.SmoothPixmapTransform, False)
        painter.drawImage(place, to_qimage(pair.image))

    def pair_at(self, x: int, y: int) -> Pair | None:
        """Return the pair under a place of the sheet."""
        row, cell = y // self._row(), self._cell()
        labels = self._labels()
        column = (x - _LABELS) // cell.width()
        if not 0 <= row < len(labels) or not 0 <= column < self._columns() or y % self._row() < _HEAD:
            return None
        pairs = self._state.pairs(labels[row])
        return pairs[column] if column < len(pairs) else None

    def event(self, event: QEvent) -> bool:
        """Say the name of the picture under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.ToolTip:
            pair = self.pair_at(event.x(), event.y())
            if pair is None:
                QToolTip.hideText()
            else:
                show_tip(event.globalPos(), pair.name, self)
            return True
        return bool(super().event(event))


class Preview(QScrollArea):
    """The sheet in a frame that scrolls, by mouse and by keyboard."""

    def __init__(self, state: OwnPictures, theme: Theme) -> None:
        """Show the pictures of ``state``."""
        super().__init__()
        self.sheet = PreviewSheet(state, theme)
        self.setWidget(self.sheet)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.StrongFocus)
        self.setAccessibleName("Preview")

    def describe(self, state: OwnPictures) -> None:
        """Tell those who listen what is shown."""
        found = state.found
        if found is not None:
            shown = sum(bool(some) for some in found.samples)
            self.setAccessibleDescription(
                f"A few pictures of {counted(shown, 'class', 'classes')}, "
                f"at {state.options.size} by {state.options.size} pixels"
            )
