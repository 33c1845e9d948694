"""The field for the span of a moving average."""

from __future__ import annotations

from PyQt5.QtCore import QSize
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QWidget

from engine.formatting import counted
from gui.presenters.curves import SPANS
from gui.widgets.plain import tooltip
from gui.widgets.wheel import guard_wheel
from gui.widgets.whole_box import WholeBox


class SpanBox(WholeBox):
    """Steps in the average: typed, or stepped through in the series 1-2-5; 0 is automatic."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the field; it is automatic at first."""
        super().__init__(parent)
        self.setRange(0, SPANS[-1])
        self.setPrefix("Average: ")
        self.setSuffix(" steps")
        self.setAccessibleName("Steps in the average")
        self.setToolTip(
            tooltip(
                f"The average is the mean of the last n steps, n from 1 to {SPANS[-1]}, each step included.\n"
                "0 chooses by the length of the run, about 2 % of it."
            )
        )
        guard_wheel(self)
        self._span, self._roomy = SPANS[0], True
        self.show_automatic(self._span)
        # As wide as the longest text, so that nothing moves when the automatic span grows.
        longest = f"Average: {counted(SPANS[-1], 'step')}, auto"
        self._wide = self.fontMetrics().horizontalAdvance(longest) + 48
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("Average: 10") + 48)

    def sizeHint(self) -> QSize:
        """Return the room for the longest text."""
        return QSize(self._wide, super().sizeHint().height())

    def show_automatic(self, span: int) -> None:
        """Say which span is used while it is automatic."""
        self._span = span
        text = f"Average: {counted(span, 'step')}, auto" if self._roomy else f"Average: {span}"
        if text != self.specialValueText():
            self.setSpecialValueText(text)
            if not self.hasFocus():
                self.lineEdit().home(False)  # its beginning is what one has to see

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what there is no room for; the tooltip says it."""
        super().resizeEvent(event)
        self._roomy = self.width() >= self._wide
        self.setSuffix(" steps" if self._roomy else "")
        self.show_automatic(self._span)

    def stepBy(self, steps: int) -> None:
        """Move to the next span of the series."""
        series = (0, *SPANS)
        for _ in range(abs(steps)):
            value = self.value()
            if steps > 0:
                self.setValue(next((span for span in series if span > value), series[-1]))
            else:
                self.setValue(next((span for span in reversed(series) if span < value), 0))
