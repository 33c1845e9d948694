"""How many images there are of each class, as bars; a click shows the images of one class only."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PyQt5.QtWidgets import QSizePolicy, QWidget

from engine.formatting import grouped
from engine.types import Labels
from gui.style.theme import BODY, GRID, Theme, font

ROW = 22


class ClassCounts(QWidget):
    """The name, a bar and the number of images of each class.

    Attributes:
        choice: the class whose images are shown, or None for all.
    """

    chosen = pyqtSignal(object)
    """The user chose this class, or None for all."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make bars for no class."""
        super().__init__(parent)
        self._theme = theme
        self.names: tuple[str, ...] = ()
        self.counts: Labels | None = None
        self.choice: int | None = None
        self.setFocusPolicy(Qt.StrongFocus)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Fixed)
        self.setAccessibleName("Images of each class")
        self.setToolTip("Click a class to see its images only; click it again to see all.")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def show_counts(self, names: Sequence[str], counts: Labels) -> None:
        """Show the number of images of each class, ``(K,)``; all classes are chosen."""
        self.names, self.counts, self.choice = tuple(names), counts, None
        self.setAccessibleDescription(
            ", ".join(f"{name}: {grouped(int(count))}" for name, count in zip(names, counts, strict=True))
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return a row for each class."""
        return QSize(200, ROW * max(1, len(self.names)))

    def minimumSizeHint(self) -> QSize:
        """Return the same height; the bars may be short."""
        return QSize(140, self.sizeHint().height())

    def row_at(self, position: QPoint) -> int | None:
        """Return the class whose row is at ``position``, if any."""
        row = position.y() // ROW
        return row if 0 <= row < len(self.names) else None

    def choose(self, label: int | None) -> None:
        """Choose a class, or None for all, and tell."""
        if label != self.choice:
            self.choice = label
            self.update()
            self.chosen.emit(label)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the class under the mouse, or all if it was chosen."""
        row = self.row_at(event.pos())
        if row is not None and event.button() == Qt.LeftButton:
            self.choose(None if row == self.choice else row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice with the arrows; Escape shows all."""
        count = len(self.names)
        if event.key() in (Qt.Key_Up, Qt.Key_Down) and count:
            step = 1 if event.key() == Qt.Key_Down else -1
            start = self.choice if self.choice is not None else (-1 if step > 0 else count)
            self.choose(min(max(start + step, 0), count - 1))
        elif event.key() == Qt.Key_Escape and self.choice is not None:
            self.choose(None)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint all rows."""
        painter = QPainter(self)
        if self.counts is None or not len(self.counts):
            return
        plain, strong = font(BODY), font(BODY, strong=True)
        metrics = QFontMetrics(strong)
        left = min(max(metrics.horizontalAdvance(name) for name in self.names), round(0.42 * self.width()))
        most = max(int(self.counts.max()), 1)
        right = metrics.horizontalAdvance(grouped(most))
        track = QRect(left + 2 * GRID, 0, max(0, self.width() - left - right - 4 * GRID), ROW)
        for row, (name, count) in enumerate(zip(self.names, self.counts, strict=True)):
            top, picked = row * ROW, row == self.choice
            if picked:
                painter.fillRect(QRect(0, top, self.width(), ROW), QColor(self._theme.raised))
            faded = self.choice is not None and not picked
            painter.setFont(strong if picked else plain)
            painter.setPen(QColor(self._theme.muted if faded else self._theme.text))
            label = metrics.elidedText(name, Qt.ElideRight, left)
            painter.drawText(QRect(GRID // 2, top, left + 2, ROW), int(Qt.AlignVCenter | Qt.AlignLeft), label)
            bar = QRect(track.left(), top + ROW // 2 - 4, round(track.width() * int(count) / most), 8)
            painter.fillRect(bar, QColor(self._theme.accent if picked else self._theme.muted))
            place = QRect(self.width() - right - GRID // 2, top, right, ROW)
            painter.drawText(place, int(Qt.AlignVCenter | Qt.AlignRight), grouped(int(count)))
