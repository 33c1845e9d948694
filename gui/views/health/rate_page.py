"""The learning rate range test: its curve, and the rate that it suggests."""

from __future__ import annotations

import numpy as np
from PyQt5.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from engine.health.finding import Remedy
from engine.health.range_test import RangeTest, range_test
from gui.run.context import AppContext
from gui.run.work_bar import WorkBar
from gui.style.theme import GRID, SMALL, Theme, font
from gui.widgets.plain import Label

_LEFT, _BOTTOM = 44, 34
_LOW = 120
"""In a lower place, in pixels, the axis has no title."""
_ABOUT = (
    "A new network learns for a moment with a rate that grows at every step. Where the loss falls fastest is "
    "a good rate; where it is lowest is the end of what works (Smith 2017). The run itself is not touched."
)


class RateCurve(QWidget):
    """The loss over the learning rate, on a logarithmic axis."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty chart."""
        super().__init__(parent)
        self._theme = theme
        self.test: RangeTest | None = None
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)
        self.setAccessibleName("Loss over the learning rate")

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Return the least size at which it can be read."""
        return QSize(160, 48)

    def show_test(self, test: RangeTest | None) -> None:
        """Show another test."""
        self.test = test
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axes, the batches, their average and the suggested rate."""
        painter, theme, test = QPainter(self), self._theme, self.test
        painter.fillRect(self.rect(), QColor(theme.panel))
        if test is None or len(test.means) < 2:
            return
        low_place = self.height() < _LOW
        foot = _BOTTOM - 16 * low_place
        area = QRectF(_LEFT, 16, self.width() - _LEFT - 8, max(20, self.height() - foot - 16))
        low, high = 0.0, float(min(test.means.max(), 2 * test.means[0] + 0.5)) * 1.1
        first, last = np.log10(test.rates[0]), np.log10(test.rates[-1])

        def place(rate: float, loss: float) -> QPointF:
            x = area.left() + area.width() * (np.log10(rate) - first) / (last - first)
            return QPointF(
                x, area.bottom() - area.height() * (min(max(loss, low), high) - low) / (high - low)
            )

        painter.setFont(font(SMALL))
        painter.setPen(QColor(theme.line))
        painter.drawLine(area.topLeft(), area.bottomLeft())
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(QColor(theme.muted))
        for power in range(int(np.ceil(first - 1e-9)), int(np.floor(last + 1e-9)) + 1):
            x = place(10.0**power, 0).x()
            painter.drawText(
                QRectF(x - 30, area.bottom() + 2, 60, 14), int(Qt.AlignHCenter), f"{10.0**power:g}"
            )
        for value in (low, high / 2, high):
            y = place(1.0, value).y()
            painter.drawText(
                QRectF(0, y - 7, _LEFT - 6, 14), int(Qt.AlignRight | Qt.AlignVCenter), f"{value:.2g}"
            )
        if not low_place:
            title = QRectF(area.left(), area.bottom() + 17, area.width(), 14)
            painter.drawText(title, int(Qt.AlignHCenter), "learning rate")
        painter.drawText(QRectF(4, 0, 80, 14), int(Qt.AlignLeft), "loss")
        painter.setRenderHint(QPainter.Antialiasing)
        pale = QColor(theme.train)
        pale.setAlphaF(0.35)
        for values, pen in ((test.losses, QPen(pale, 1)), (test.means, QPen(QColor(theme.train), 2))):
            painter.setPen(pen)
            points = [place(float(r), float(v)) for r, v in zip(test.rates, values, strict=True) if v == v]
            painter.drawPolyline(QPolygonF(points))
        if test.suggested is not None:
            painter.setPen(QPen(QColor(theme.best), 1, Qt.DashLine))
            top = place(test.suggested, high)
            painter.drawLine(top, place(test.suggested, low))
            painter.setFont(font(SMALL, strong=True))
            painter.drawText(
                QRectF(top.x() + 5, area.top(), 120, 14), int(Qt.AlignLeft), f"{test.suggested:g}"
            )


class RatePage(QWidget):
    """Runs the range test and shows what came of it."""

    remedy_wanted = pyqtSignal(object)
    """The user wants this ``Remedy``: the suggested rate."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make a page on which nothing was tested yet."""
        super().__init__(parent)
        self._context = context
        self.begin = QPushButton("&Test learning rates")
        self.begin.setToolTip("Try 100 learning rates from 0.00001 to 10, each for one step. Takes seconds.")
        self.use = QPushButton()
        self.use.hide()
        self.words = Label(_ABOUT)
        self.words.setObjectName("note")
        self.words.setWordWrap(True)
        self.words.setMinimumWidth(1)
        self.curve = RateCurve(theme)
        self.work = WorkBar()
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.begin)
        row.addWidget(self.use)
        row.addWidget(self.work, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID // 2, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(row)
        column.addWidget(self.curve, 1)
        column.addWidget(self.words)
        self.begin.clicked.connect(lambda _checked: self.ask())
        self.use.clicked.connect(lambda _checked: self._use())
        self.work.failed.connect(self.words.setText)
        context.moments.run_changed.connect(lambda _run: self._forget())

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.curve.set_theme(theme)

    def ask(self) -> None:
        """Run the test with the settings of the run."""
        moments = self._context.moments
        config, dataset = moments.config, moments.dataset
        if config is None or dataset is None:
            self.words.setText("The data set is still being read.")
            return
        if moments.live is not None:
            config = config.changed(moments.live)
        self.words.setText(_ABOUT)
        self.work.ask("Trying", lambda task: range_test(config, dataset, task), self._show)

    def _forget(self) -> None:
        self.work.drop()
        self.curve.show_test(None)
        self.use.hide()
        self.words.setText(_ABOUT)

    def _show(self, test: RangeTest) -> None:
        self.curve.show_test(test)
        self.use.setVisible(test.suggested is not None)
        if test.suggested is None:
            self.words.setText(
                "The loss never fell clearly, so no rate is suggested: look for what else is wrong."
            )
            return
        self.use.setText(f"Use {test.suggested:g}")
        self.use.setToolTip("Set the learning rate of the run; it takes effect at once.")
        self.words.setText(
            f"The loss falls fastest at a rate of about {test.suggested:g}; beyond {test.limit:.2g} it rises."
        )

    def _use(self) -> None:
        test = self.curve.test
        if test is not None and test.suggested is not None:
            rate = test.suggested
            self.remedy_wanted.emit(Remedy(f"Learning rate {rate:g}", {"learning_rate": rate}))
