"""The confusion matrix of one network minus that of another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PyQt5.QtCore import QRect, Qt
from PyQt5.QtGui import QColor, QPainter
from PyQt5.QtWidgets import QWidget

from engine.formatting import DASH
from engine.look.matrix import Counts
from gui.presenters.compare import change_shades, change_words
from gui.presenters.evaluate import Choice
from gui.style.theme import SMALL, Theme, font
from gui.widgets.confusion_matrix import BARS, TEXT_FROM, ConfusionMatrix, mixed
from gui.widgets.plain import tooltip


class DifferenceMatrix(ConfusionMatrix):
    """Green cells are better in the second network, red ones worse; figures have a sign."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty matrix; ``show_difference`` fills it."""
        super().__init__(theme, parent)
        self._totals: Counts = np.zeros(0, np.int64)
        self._letters = ("", "")
        self.setAccessibleName("Difference of the confusion matrices")

    def show_difference(
        self, difference: Counts, totals: Counts, names: Sequence[str], letters: tuple[str, str]
    ) -> None:
        """Show a difference ``(K, K)``.

        Args:
            difference: counts of the second network minus those of the first.
            totals: images of each class ``(K,)``.
            names: the classes.
            letters: what the two networks are called.
        """
        self._totals, self._letters = totals, letters
        self.show_counts(difference, names)
        self.update()

    def _prepare(self) -> None:
        self._shades = change_shades(self.counts)
        self.update()

    def _paint_cells(self, painter: QPainter, left: int, top: int, size: int) -> None:
        theme = self._theme
        empty, bad, good = QColor(theme.raised), QColor(theme.bad), QColor(theme.good)
        text, on_strong = QColor(theme.text), QColor(theme.on_accent)
        painter.setFont(font(SMALL))
        gap = 1 if size >= 6 else 0
        for row, changes in enumerate(self.counts.tolist()):
            for column, change in enumerate(changes):
                shade = float(self._shades[row, column])
                rect = QRect(left + column * size, top + row * size, size - gap, size - gap)
                strength = 0.85 * abs(shade)
                painter.fillRect(rect, mixed(empty, good if shade > 0 else bad, strength))
                if size >= TEXT_FROM and change:
                    painter.setPen(on_strong if strength > 0.6 else text)
                    painter.drawText(rect, int(Qt.AlignCenter), f"{change:+d}".replace("-", "−"))

    def _paint_accuracies(self, painter: QPainter, left: int, top: int, size: int) -> None:
        """Write by how much the recall of each class differs, beside its row."""
        painter.setFont(font(SMALL))
        painter.setPen(QColor(self._theme.muted))
        painter.drawText(QRect(left, top - 18, BARS, 16), int(Qt.AlignLeft | Qt.AlignBottom), "recall")
        if size < 9:
            return
        for row, total in enumerate(self._totals.tolist()):
            change = 100 * int(self.counts[row, row]) / total if total else 0.0
            words = f"{change:+.1f} points".replace("-", "−") if round(change, 1) else DASH
            painter.setPen(QColor(self._theme.text if round(change, 1) else self._theme.muted))
            place = QRect(left, top + row * size + size // 2 - 8, BARS, 16)
            painter.drawText(place, int(Qt.AlignLeft | Qt.AlignVCenter), words)

    def _tell(self, choice: Choice | None) -> None:
        words = change_words(self.counts, self.names, choice, *self._letters) if choice is not None else ""
        self.setToolTip(tooltip(words))
        self.hovered.emit(words)
