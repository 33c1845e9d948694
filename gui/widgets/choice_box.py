"""A box to choose one of a few things; every list of choices in the window looks like this one."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QModelIndex, QSize, Qt
from PyQt5.QtGui import QPainter, QPaintEvent, QPalette
from PyQt5.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QStylePainter,
    QWidget,
)

from gui.widgets.wheel import guard_wheel

_Flags = Qt.MatchFlags | Qt.MatchFlag
_FRAME = 8
"""Width of the list's frame and padding on both sides, in pixels."""
_ICON = 20
"""Room for more than the letters, in pixels: as much as Qt leaves for an icon."""
_MAKES_A_LIST = (QEvent.FontChange, QEvent.StyleChange)
"""What Qt would tell the list, which it makes for that."""


class _Rows(QStyledItemDelegate):
    """Entries that obey the style sheet, as those of Qt's own delegate do not, and lines between them."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Return little height for the line between two groups of entries."""
        size = super().sizeHint(option, index)
        return QSize(size.width(), 7) if _is_line(index) else size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw an entry or a line."""
        if not _is_line(index):
            super().paint(painter, option, index)
            return
        painter.setPen(option.palette.color(QPalette.Disabled, QPalette.Text))
        row = option.rect.adjusted(8, 0, -8, 0)
        painter.drawLine(row.left(), row.center().y(), row.right(), row.center().y())


def _is_line(index: QModelIndex) -> bool:
    return bool(index.data(Qt.AccessibleDescriptionRole) == "separator")  # as Qt marks them


class ChoiceBox(QComboBox):
    """A combo box whose list is as wide as its longest entry, however narrow the box is.

    Its list, of eight widgets, is made when it is first opened. Qt would make it for every change of the
    font, and for every rule of how wide the box is, so both are seen to here.
    """

    def __init__(
        self, name: str, tip: str = "", *, letters: int | None = None, parent: QWidget | None = None
    ) -> None:
        """Make a box without entries.

        Args:
            name: what is chosen, for those who hear it.
            tip: the same as a sentence, for those who point at it.
            letters: how many letters of an entry the box has room for: 0 leaves its width to its
                place, None makes it as wide as its longest entry.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self._letters = letters
        if letters == 0:
            self.setSizePolicy(QSizePolicy.Ignored, QSizePolicy.Fixed)
        guard_wheel(self)

    def findData(self, data: object, role: int = Qt.UserRole, flags: _Flags = Qt.MatchExactly) -> int:
        """Return the number of the entry that stands for ``data``, or -1; Qt's own knows no Python values."""
        return next((i for i in range(self.count()) if self.itemData(i, role) == data), -1)

    def sizeHint(self) -> QSize:
        """Return room for the entries; Qt's own figure is up to two pixels short under a style sheet."""
        return self.minimumSizeHint() + QSize(4, 0)

    def minimumSizeHint(self) -> QSize:
        """Return room for the longest entry, or for as many letters as were asked for."""
        metrics, option = self.fontMetrics(), QStyleOptionComboBox()
        self.initStyleOption(option)
        if self._letters is None:
            words = [self.itemText(i) for i in range(self.count())] or ["x" * 7]
            wide = max(metrics.boundingRect(each).width() for each in words)
        else:
            wide = self._letters and self._letters * metrics.horizontalAdvance("X") + _ICON
        room = QSize(wide, max(metrics.height(), 14 if self._letters is None else 16) + 2)
        return self.style().sizeFromContents(QStyle.CT_ComboBox, option, room, self)

    def showPopup(self) -> None:
        """Open the list, which is made only now."""
        if not isinstance(self.itemDelegate(), _Rows):
            self.setItemDelegate(_Rows(self))
            self.view().setFont(self.font())
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + _FRAME)
        super().showPopup()

    def changeEvent(self, event: QEvent) -> None:
        """Take another font or style, and make no list for it."""
        if event.type() in _MAKES_A_LIST and self.findChild(QAbstractItemView) is None:
            QWidget.changeEvent(self, event)
        else:
            super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the box; an entry that is longer than the box ends in dots instead of half a letter."""
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(QStyle.CC_ComboBox, option, QStyle.SC_ComboBoxEditField, self)
        option.currentText = self.fontMetrics().elidedText(option.currentText, Qt.ElideRight, field.width())
        painter.drawComplexControl(QStyle.CC_ComboBox, option)
        painter.drawControl(QStyle.CE_ComboBoxLabel, option)
