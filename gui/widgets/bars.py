"""Probabilities as bars, one row a class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PyQt5.QtCore import QEvent, QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PyQt5.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.formatting import percent
from engine.types import Array
from gui.style.theme import BODY, GRID, Theme, font
from gui.widgets.plain import show_tip

ROW_LOW, ROW_USUAL = 14, 18


class ProbabilityBars(QWidget):
    """The name, a bar and the percentage of each class; the highest one in the accent colour."""

    clicked = pyqtSignal(int)
    """The row of this class was clicked."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make bars for no class; ``show_values`` fills them."""
        super().__init__(parent)
        self.names: tuple[str, ...] = ()
        self.values: Array | None = None
        self._theme = theme
        self._top: int | None = None
        self._shown: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Maximum)
        self.setAttribute(Qt.WA_OpaquePaintEvent)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def show_values(self, names: Sequence[str], values: Array | None, *, top: int | None = None) -> None:
        """Show one bar a name.

        Args:
            names: the classes.
            values: their probabilities ``(K,)``, or None for an empty track without figures.
            top: the class to stress, or None when no class is claimed.
        """
        new_names = tuple(names)
        same = new_names == self.names and top == self._top and (values is None) == (self.values is None)
        if same and (values is None or self.values is None or np.array_equal(values, self.values)):
            return
        if len(new_names) != len(self.names):
            self.updateGeometry()
        before = self.values if same else None
        self.names, self.values, self._top = new_names, values, top
        shown = values if values is not None else ()
        self.setAccessibleDescription(
            ", ".join(f"{name}: {percent(float(v))}" for name, v in zip(new_names, shown, strict=False))
        )
        if before is None or values is None:
            self.update()
            return
        for index, pair in enumerate(zip(before.tolist(), values.tolist(), strict=True)):
            if len({(percent(value), round(self.width() * value)) for value in pair}) > 1:
                self.update(self._place(index))

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(200, ROW_USUAL * max(1, len(self.names)))

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which every row can be read."""
        return QSize(120, ROW_LOW * max(1, len(self.names)))

    def row_at(self, position: QPoint) -> int | None:
        """Return the class whose row is at ``position``, if any."""
        if not self.names or not self.rect().contains(position):
            return None
        return min(len(self.names) - 1, int(position.y() / self._row()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell which row was clicked."""
        row = self.row_at(event.pos())
        if event.button() == Qt.LeftButton and row is not None:
            self.clicked.emit(row)
        super().mouseReleaseEvent(event)

    def _row(self) -> float:
        return min(float(ROW_USUAL + 4), self.height() / max(1, len(self.names)))

    def _place(self, index: int) -> QRect:
        """Return where the row of a class is."""
        row = self._row()
        return QRect(0, round(index * row), self.width(), round(row))

    def event(self, event: QEvent) -> bool:
        """Answer the mouse at rest with the exact probability."""
        if event.type() == QEvent.ToolTip and isinstance(event, QHelpEvent):
            row = self.row_at(event.pos())
            if row is not None and self.values is not None:
                show_tip(
                    event.globalPos(), f"{self.names[row]}: probability {float(self.values[row]):.4g}", self
                )
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows that are to be painted."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._theme.panel))
        if not self.names:
            return
        plain, strong = font(BODY), font(BODY, strong=True)
        metrics = QFontMetrics(strong)
        left = min(max(metrics.horizontalAdvance(name) for name in self.names), round(0.42 * self.width()))
        right = metrics.horizontalAdvance(">99.9 %")
        track_left, track_right = left + GRID, self.width() - right - GRID
        for index, name in enumerate(self.names):
            place = self._place(index)
            if not event.region().intersects(place):
                continue
            top, height = place.top(), place.height()
            stressed = index == self._top
            painter.setFont(strong if stressed else plain)
            painter.setPen(QColor(self._theme.text if self.values is not None else self._theme.muted))
            label = metrics.elidedText(name, Qt.ElideRight, left)
            painter.drawText(QRect(0, top, left, height), int(Qt.AlignVCenter | Qt.AlignLeft), label)
            bar = QRect(track_left, top + height // 2 - 4, max(0, track_right - track_left), 8)
            painter.fillRect(bar, QColor(self._theme.raised))
            if self.values is None:
                continue
            value = float(self.values[index])
            bar.setWidth(round(bar.width() * value))
            painter.fillRect(bar, QColor(self._theme.accent if stressed else self._theme.muted))
            painter.setPen(QColor(self._theme.text if stressed else self._theme.muted))
            place.setLeft(self.width() - right)
            painter.drawText(place, int(Qt.AlignVCenter | Qt.AlignRight), percent(value))
