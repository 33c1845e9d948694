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
from gui.widgets.confusion_matrix import BARS, ConfusionMatrix
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
        self._measure()

    def _shade(self, row: int, column: int) -> tuple[str, float]:
        shade = float(self._shades[row, column])
        return self._theme.good if shade > 0 else self._theme.bad, 0.85 * abs(shade)

    def _figure(self, row: int, column: int, count: int) -> str:
        return f"{count:+d}".replace("-", "−")

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
