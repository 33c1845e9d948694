"""What is won by leaving the least certain answers out: the curve, and a limit with its figures."""

from __future__ import annotations

from PyQt5.QtCore import QSize, Qt
from PyQt5.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from engine.training.rejection import Rejection
from gui.presenters.rejection import LIMITS, START, limit_words, percent_of
from gui.style.theme import GRID, Theme
from gui.widgets.plain import Label, tooltip
from gui.widgets.rejection_curve import RejectionCurve
from gui.widgets.wheel import guard_wheel


class RejectionPage(QWidget):
    """The limit stays where the user put it, whatever network is evaluated."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the page; it is empty until a rejection is shown."""
        super().__init__(parent)
        self.found: Rejection | None = None
        self.curve = RejectionCurve(theme)
        self.slider = QSlider(Qt.Horizontal)
        self.slider.setRange(0, len(LIMITS) - 1)
        self.slider.setPageStep(5)
        self.slider.setValue(START)
        self.slider.setMinimumWidth(60)
        self.slider.setAccessibleName("Answers less certain than this are doubted")
        self.slider.setToolTip("Answers whose probability is below this limit are left out.")
        guard_wheel(self.slider)
        self.caption = Label()
        self.caption.setToolTip(tooltip(self.slider.toolTip()))
        longest = self.caption.fontMetrics().horizontalAdvance("Doubted below 99.999 %")
        self.caption.setMinimumWidth(longest + GRID)
        self.words = Label()
        self.words.setObjectName("note")
        self.words.setWordWrap(True)
        self.words.setMinimumWidth(1)
        line = QHBoxLayout()
        line.addWidget(self.caption)
        line.addWidget(self.slider, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.curve, 1)
        column.addLayout(line)
        column.addWidget(self.words)
        self.slider.valueChanged.connect(lambda _value: self._tell())
        self.curve.moved.connect(self.slider.setValue)
        self._tell()

    @property
    def limit(self) -> float:
        """Answers with a lower probability are doubted."""
        return LIMITS[self.slider.value()]

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which it can be read."""
        return QSize(200, 180)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.curve.set_theme(theme)

    def show_rejection(self, found: Rejection) -> None:
        """Show another curve."""
        self.found = found
        self._tell()

    def _tell(self) -> None:
        self.caption.setText(f"Doubted below {percent_of(self.limit)}")
        if self.found is not None:
            self.curve.show_curve(self.found, self.limit)
            self.words.setText(limit_words(self.found, self.found.at(self.limit)))
