"""A gallery of images with captions, painted by one delegate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from PyQt5.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPoint,
    QRect,
    QSize,
    Qt,
    pyqtSignal,
)
from PyQt5.QtGui import QColor, QKeyEvent, QPainter
from PyQt5.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.formatting import percent
from engine.types import Bytes
from gui.style.theme import BODY, GRID, SMALL, Theme, font
from gui.widgets.plain import tooltip
from gui.widgets.qimages import to_qimage

_TEXT = 34
"""Height of the two lines below an image."""


class GalleryModel(QAbstractListModel):
    """The entries of the gallery."""

    def __init__(self, describe: Callable[[Any], str], parent: QObject) -> None:
        """Make an empty model; ``describe`` says in words what an entry is."""
        super().__init__(parent)
        self.entries: list[Any] = []
        self._describe = describe

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of images."""
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> object:
        """Return the words for people who listen or wait for a tooltip."""
        if role == Qt.ToolTipRole and index.isValid():
            return tooltip(self._describe(self.entries[index.row()]))
        if role == Qt.AccessibleTextRole and index.isValid():
            return self._describe(self.entries[index.row()])
        return None

    def show(self, entries: Sequence[Any]) -> None:
        """Show other entries; places that stay keep the selection and the scroll position."""
        new = list(entries)
        if new == self.entries:
            return
        before, after = len(self.entries), len(new)
        if after < before:
            self.beginRemoveRows(QModelIndex(), after, before - 1)
            self.entries = new
            self.endRemoveRows()
        elif after > before:
            self.beginInsertRows(QModelIndex(), before, after - 1)
            self.entries = new
            self.endInsertRows()
        else:
            self.entries = new
        if new:
            self.dataChanged.emit(self.index(0), self.index(len(new) - 1))


class _Delegate(QStyledItemDelegate):
    """Paints an image and its caption."""

    def __init__(self, gallery: Gallery) -> None:
        super().__init__(gallery)
        self._gallery = gallery

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return self._gallery.item_size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        self._gallery.paint_entry(painter, option.rect, index.row(), int(option.state))


class Gallery(QListView):
    """Images in rows, magnified by a whole number; the keyboard and the mouse choose one."""

    chosen = pyqtSignal(object)
    """The user chose this entry."""
    left = pyqtSignal()
    """The mouse is no longer over the gallery."""
    back = pyqtSignal()
    """The user pressed Backspace."""

    side: ClassVar[int] = 64
    """Small images are magnified by a whole number to at most this many pixels."""

    def __init__(
        self,
        theme: Theme,
        describe: Callable[[Any], str],
        caption: Callable[[Any], tuple[str, str]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Make an empty gallery.

        Args:
            theme: its colours.
            describe: says in words what an entry is.
            caption: the two lines below an image; None for the classes and how sure the network is.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._caption = caption or self._usual_caption
        self.item_size = QSize(72, 72 + _TEXT)
        self.entries_model = GalleryModel(describe, self)
        self._theme = theme
        self._images: Bytes | None = None
        self._names: tuple[str, ...] = ()
        self._change: Callable[[Bytes], Bytes] | None = None
        self._scale = 2
        self.setModel(self.entries_model)
        self.setItemDelegate(_Delegate(self))
        self.setViewMode(QListView.IconMode)
        self.setResizeMode(QListView.Adjust)
        self.setMovement(QListView.Static)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollPerPixel)
        self.setAccessibleName("Gallery of test images")
        self.clicked.connect(self._choose)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.viewport().update()

    def set_images(
        self, images: Bytes, names: Sequence[str], change: Callable[[Bytes], Bytes] | None = None
    ) -> None:
        """Show entries of ``images``, uint8 ``(N, C, H, W)``, whose classes have these names.

        Args:
            images: of all entries.
            names: of the classes.
            change: what is done to each image before it is shown.
        """
        self._images, self._names, self._change = images, tuple(names), change
        height, width = images.shape[2:]
        self._scale = max(1, self.side // max(height, width))
        longest = max((len(name) for name in names), default=1)
        wide = max(width * self._scale, 64 if longest <= 2 else 112)
        self.item_size = QSize(wide + GRID, height * self._scale + _TEXT + GRID)
        self.scheduleDelayedItemsLayout()

    def show_entries(self, entries: Sequence[Any]) -> None:
        """Show these entries: ``Entry``, or what a gallery of another kind captions, with an ``index``."""
        self.entries_model.show(entries)

    def paint_entry(self, painter: QPainter, rect: QRect, row: int, state: int) -> None:
        """Paint the entry ``row`` into ``rect``."""
        if self._images is None or row >= len(self.entries_model.entries):
            return
        entry = self.entries_model.entries[row]
        image = self._images[entry.index : entry.index + 1]
        picture = to_qimage((self._change(image) if self._change is not None else image)[0])
        width, height = picture.width() * self._scale, picture.height() * self._scale
        left, top = rect.left() + (rect.width() - width) // 2, rect.top() + GRID // 2
        painter.drawImage(QRect(left, top, width, height), picture)
        framed = bool(state & int(QStyle.State_MouseOver)) or (
            bool(state & int(QStyle.State_Selected)) and self.hasFocus()
        )
        if framed:
            painter.setPen(QColor(self._theme.accent))
            painter.drawRect(left - 2, top - 2, width + 3, height + 3)
        box = self.box(entry)
        if box is not None:
            scale = self._scale
            corner = QPoint(left + box.left() * scale, top + box.top() * scale)
            inside = QRect(corner, box.size() * scale)
            painter.setPen(Qt.black)
            painter.drawRect(inside.adjusted(-1, -1, 0, 0))
            painter.setPen(Qt.white)
            painter.drawRect(inside.adjusted(0, 0, -1, -1))
        words, below = self._caption(entry)
        line = QRect(rect.left(), top + height + 2, rect.width(), 16)
        painter.setPen(QColor(self._theme.text))
        painter.setFont(font(BODY if len(words) < 8 else SMALL))
        painter.drawText(line, int(Qt.AlignCenter), words)
        painter.setPen(QColor(self._theme.muted))
        painter.setFont(font(SMALL))
        painter.drawText(line.translated(0, 15), int(Qt.AlignCenter), below)

    def _usual_caption(self, entry: Any) -> tuple[str, str]:
        right, names = entry.label == entry.predicted, self._names
        words = names[entry.label] if right else f"{names[entry.label]} → {names[entry.predicted]}"
        return words, percent(entry.confidence)

    def box(self, entry: Any) -> QRect | None:
        """Return the pixels of an entry's image that are framed, if any: here none."""
        return None

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.entries_model.entries[index.row()])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with Enter, go back with Backspace; the list does the rest."""
        if event.key() in (Qt.Key_Return, Qt.Key_Enter):
            self._choose(self.currentIndex())
        elif event.key() == Qt.Key_Backspace:
            self.back.emit()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that the gallery may change again."""
        super().leaveEvent(event)
        self.left.emit()
