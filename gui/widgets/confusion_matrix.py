"""The confusion matrix, with the accuracy of each class beside its row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PyQt5.QtCore import QEvent, QPointF, QRect, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt5.QtWidgets import QSizePolicy, QWidget

from engine.formatting import share
from engine.look.matrix import Counts, Shares, cell_text, mistake_shades, row_shares
from gui.presenters.evaluate import Choice, cell_words
from gui.style.theme import BODY, GRID, SMALL, Theme, font
from gui.widgets.plain import tooltip

BARS = 104
"""Width of the accuracies beside the rows."""
_LARGEST = 48
_PAD = 3
"""Pixels beside the figure in a cell."""
_TEXT_FROM = 19
"""Cells of at least this many pixels hold their figure."""


def _mixed(low: QColor, high: QColor, part: float) -> QColor:
    """Return the colour that lies ``part`` of the way from ``low`` to ``high``."""
    parts = zip(low.getRgb()[:3], high.getRgb()[:3], strict=True)
    return QColor(*(round(a + (b - a) * part) for a, b in parts))


class ConfusionMatrix(QWidget):
    """Rows are true classes, columns the network's answers; click or Enter chooses a cell."""

    chosen = pyqtSignal(object)
    """The user chose this cell (a ``Choice``)."""
    hovered = pyqtSignal(str)
    """What is under the mouse or the keyboard's frame, in words."""
    back = pyqtSignal()
    """The user pressed Backspace: no cell any more."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty matrix; ``show_counts`` fills it."""
        super().__init__(parent)
        self._theme = theme
        self.counts: Counts = np.zeros((0, 0), np.int64)
        self.names: tuple[str, ...] = ()
        self.choice: Choice | None = None
        self.cursor_cell = Choice(0, 0)
        self.as_share = False
        self._shares: Shares = np.zeros((0, 0))
        self._shades: Shares = self._shares
        self._pointed: Choice | None = None
        self._widest = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.StrongFocus)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)
        self.setAccessibleName("Confusion matrix")
        self.setAccessibleDescription("Arrow keys choose a cell, Enter shows its images.")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def show_counts(self, counts: Counts, names: Sequence[str]) -> None:
        """Show counts ``(K, K)`` of classes with these names; nothing is painted if they are the same."""
        if np.array_equal(counts, self.counts) and tuple(names) == self.names:
            return
        self.counts, self.names = counts, tuple(names)
        self._prepare()
        if self._pointed is not None:
            self._tell(self._pointed)

    def set_as_share(self, as_share: bool) -> None:
        """Write shares of the row, in per cent, in place of counts."""
        self.as_share = as_share
        self._prepare()

    def set_choice(self, choice: Choice | None) -> None:
        """Mark a cell as the one whose images are shown."""
        self.choice = choice
        self.update()

    def _prepare(self) -> None:
        self._shares = row_shares(self.counts)
        self._shades = mistake_shades(self._shares if self.as_share else self.counts)
        self._measure()

    def _measure(self) -> None:
        """See how much width the longest figure takes, and paint."""
        metrics = QFontMetrics(font(SMALL))
        found = zip(*np.nonzero(self.counts), strict=True)
        figures = {self._figure(row, column, int(self.counts[row, column])) for row, column in found}
        self._widest = max((metrics.horizontalAdvance(each) for each in figures), default=0) + 2 * _PAD
        self.update()

    # --- where things are -------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(420, 360)

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which ten classes can be read."""
        return QSize(320, 182)

    def _geometry(self) -> tuple[int, int, int, int]:
        """Return the left and top edge of the first cell, and the width and height of a cell.

        Cells are square unless their figures need more width, and there is some.
        """
        metrics = QFontMetrics(font(BODY))
        longest = max((metrics.horizontalAdvance(name) for name in self.names), default=0)
        left = min(longest, 96) + GRID + 18
        count = max(1, len(self.names))
        top = 40
        for _ in range(2):  # long names stand upright above narrow cells, and need more height
            room = (self.width() - left - BARS) // count
            cell = max(2, min(room, (self.height() - top) // count, _LARGEST))
            wide = max(cell, min(room, self._widest)) if cell >= _TEXT_FROM else cell
            top = 22 + (18 if longest <= wide else min(longest, 96) + GRID)
        return left, top, wide, cell

    def cell_rect(self, choice: Choice) -> QRect:
        """Return where a cell lies in the widget."""
        left, top, wide, high = self._geometry()
        return QRect(left + choice.predicted * wide, top + choice.true * high, wide, high)

    def cell_at(self, x: int, y: int) -> Choice | None:
        """Return the cell at a place of the widget, if any."""
        left, top, wide, high = self._geometry()
        row, column = (y - top) // high, (x - left) // wide
        if 0 <= row < len(self.names) and 0 <= column < len(self.names):
            return Choice(row, column)
        return None

    # --- painting ---------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells, the names and the accuracies."""
        if not self.names:
            return
        painter = QPainter(self)
        left, top, wide, high = self._geometry()
        self._paint_cells(painter, high)
        self._paint_names(painter, left, top, wide, high)
        self._paint_accuracies(painter, left + wide * len(self.names) + 2 * GRID, top, high)
        if self.hasFocus():
            self._frame(painter, self.cursor_cell, 1)
        if self.choice is not None:
            self._frame(painter, self.choice, 2)

    def _paint_cells(self, painter: QPainter, size: int) -> None:
        theme = self._theme
        empty, text, on_strong = QColor(theme.raised), QColor(theme.text), QColor(theme.on_accent)
        painter.setFont(font(SMALL))
        gap, first = 1 if size >= 6 else 0, self.cell_rect(Choice(0, 0))
        for row, counts in enumerate(self.counts.tolist()):
            for column, count in enumerate(counts):
                colour, strength = self._shade(row, column)
                rect = first.translated(column * first.width(), row * size).adjusted(0, 0, -gap, -gap)
                painter.fillRect(rect, _mixed(empty, QColor(colour), strength))
                if size >= _TEXT_FROM and count:
                    painter.setPen(on_strong if strength > 0.6 else text)
                    painter.drawText(rect, int(Qt.AlignCenter), self._figure(row, column, count))

    def _shade(self, row: int, column: int) -> tuple[str, float]:
        """Return the colour of a cell and how much of it there is, 0 to 1."""
        if not self.counts[row, column]:
            return self._theme.raised, 0.0
        if row == column:
            return self._theme.accent, 0.15 + 0.6 * float(self._shares[row, column])
        return self._theme.bad, 0.85 * float(self._shades[row, column])

    def _figure(self, row: int, column: int, count: int) -> str:
        """Return what is written into a cell whose count is not 0."""
        return cell_text(count, float(self._shares[row, column]), as_share=self.as_share)

    def _paint_names(self, painter: QPainter, left: int, top: int, wide: int, size: int) -> None:
        painter.setFont(font(SMALL))
        painter.setPen(QColor(self._theme.muted))
        across = wide * len(self.names)
        painter.drawText(QRect(left, 0, max(across, 120), 16), int(Qt.AlignLeft), "predicted →")
        middle = top + size * len(self.names) // 2
        self._upright(painter, 8, middle, QRect(-60, -8, 120, 16), Qt.AlignHCenter, "← true class")
        painter.setFont(font(BODY if size >= 15 else SMALL))
        painter.setPen(QColor(self._theme.text))
        if size < 9:
            return
        metrics = painter.fontMetrics()
        flat = all(metrics.horizontalAdvance(name) <= wide for name in self.names)
        for index, name in enumerate(self.names):
            short = metrics.elidedText(name, Qt.ElideRight, 96)
            row = QRect(18, top + index * size, left - 18 - GRID // 2, size - 1)
            painter.drawText(row, int(Qt.AlignRight | Qt.AlignVCenter), short)
            if flat:
                column = QRect(left + index * wide, top - 18, wide - 1, 16)
                painter.drawText(column, int(Qt.AlignHCenter | Qt.AlignBottom), name)
            else:
                middle = left + index * wide + wide // 2
                box = QRect(0, -8, 96, 16)
                self._upright(painter, middle, top - 4, box, Qt.AlignLeft, short)

    def _upright(
        self, painter: QPainter, x: int, y: int, box: QRect, align: Qt.AlignmentFlag, text: str
    ) -> None:
        """Draw text that runs upwards; ``box`` is relative to ``(x, y)``, before the turn."""
        painter.save()
        painter.translate(QPointF(x, y))
        painter.rotate(-90)
        painter.drawText(box, int(align | Qt.AlignVCenter), text)
        painter.restore()

    def _paint_accuracies(self, painter: QPainter, left: int, top: int, size: int) -> None:
        """Draw the recall of each class, beside its row."""
        theme = self._theme
        painter.setFont(font(SMALL))
        painter.setPen(QColor(theme.muted))
        painter.drawText(QRect(left, top - 18, BARS, 16), int(Qt.AlignLeft | Qt.AlignBottom), "recall")
        if size < 9:
            return
        track, figures = 40, 44
        totals = self.counts.sum(axis=1)
        painter.setPen(QColor(theme.text))
        for row in range(len(self.names)):
            middle = top + row * size + size // 2
            recall = float(self._shares[row, row]) if totals[row] else float("nan")
            painter.fillRect(QRect(left, middle - 2, track, 4), QColor(theme.raised))
            if totals[row]:
                painter.fillRect(QRect(left, middle - 2, round(track * recall), 4), QColor(theme.accent))
            place = QRect(left + track + 2, middle - 8, figures, 16)
            painter.drawText(place, int(Qt.AlignRight | Qt.AlignVCenter), share(recall))

    def _frame(self, painter: QPainter, choice: Choice, width: int) -> None:
        painter.setPen(QPen(QColor(self._theme.text), width))
        painter.setBrush(Qt.NoBrush)
        painter.drawRect(self.cell_rect(choice).adjusted(-1, -1, -1, -1))

    # --- mouse and keyboard -----------------------------------------------------------------------

    def _tell(self, choice: Choice | None) -> None:
        words = cell_words(self.counts, self.names, choice) if choice is not None else ""
        self.setToolTip(tooltip(words))
        self.hovered.emit(words)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what the cell under the mouse means."""
        self._pointed = self.cell_at(event.x(), event.y())
        self.setCursor(Qt.PointingHandCursor if self._pointed is not None else Qt.ArrowCursor)
        self._tell(self._pointed)

    def leaveEvent(self, event: QEvent) -> None:
        """Say nothing any more."""
        super().leaveEvent(event)
        self._pointed = None
        self.hovered.emit("")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a cell."""
        choice = self.cell_at(event.x(), event.y())
        if choice is not None and event.button() == Qt.LeftButton:
            self.cursor_cell = choice
            self.chosen.emit(choice)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the frame, choose the cell in it, or go back."""
        moves: dict[int, tuple[int, int]] = {
            Qt.Key_Left: (0, -1),
            Qt.Key_Right: (0, 1),
            Qt.Key_Up: (-1, 0),
            Qt.Key_Down: (1, 0),
        }
        if not self.names:
            super().keyPressEvent(event)
        elif event.key() in moves:
            down, right = moves[event.key()]
            last = len(self.names) - 1
            self.cursor_cell = Choice(
                min(max(self.cursor_cell.true + down, 0), last),
                min(max(self.cursor_cell.predicted + right, 0), last),
            )
            self._tell(self.cursor_cell)
            self.update()
        elif event.key() in (Qt.Key_Return, Qt.Key_Enter):
            self.chosen.emit(self.cursor_cell)
        elif event.key() == Qt.Key_Backspace:
            self.back.emit()
        else:
            super().keyPressEvent(event)
