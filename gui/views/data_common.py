"""What the shown images have in common: mean, standard deviation, histogram."""

from __future__ import annotations

from PyQt5.QtGui import QHideEvent
from PyQt5.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from engine.data.statistics import Statistics, statistics
from engine.formatting import counted, percent
from engine.types import Labels
from gui.presenters.data_view import Part, as_picture
from gui.run.runner import Runner
from gui.style.theme import GRID, Theme
from gui.widgets.histogram import Histogram
from gui.widgets.picture import Picture
from gui.widgets.plain import Label

SIDE = 112


class CommonPage(QWidget):
    """Statistics of images, worked out beside the window and only while it is in sight."""

    def __init__(self, theme: Theme) -> None:
        """Make an empty page."""
        super().__init__()
        self._wanted: tuple[Part, Labels] | None = None
        self._runner = Runner(self)
        self.statistics: Statistics | None = None
        self.mean = Picture(theme, SIDE, "Mean")
        self.mean.setToolTip("The mean of each pixel over all shown images")
        self.std = Picture(theme, SIDE, "Standard deviation")
        self.std.setToolTip(
            "The standard deviation of each pixel: bright where the images differ, brightest at the largest"
        )
        self.histogram = Histogram(theme)
        self.logarithmic = QCheckBox("&Logarithmic heights")
        self.logarithmic.setChecked(True)
        self.logarithmic.setToolTip(
            "Most pixels of a drawing are 0: without logarithms one sees little else."
        )
        self.logarithmic.toggled.connect(self.histogram.set_logarithmic)
        self.words = Label()
        self.words.setObjectName("note")
        self.words.setWordWrap(True)
        pictures = QHBoxLayout()
        pictures.setSpacing(GRID)
        pictures.addWidget(self.mean)
        pictures.addWidget(self.std)
        pictures.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(pictures)
        column.addWidget(self.histogram)
        column.addWidget(self.logarithmic)
        column.addWidget(self.words)
        column.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for part in (self.mean, self.std, self.histogram):
            part.set_theme(theme)

    def show_images(self, part: Part, shown: Labels) -> None:
        """Show the statistics of the images of ``part`` with the indices ``shown``, ``(n,)``."""
        self._wanted, self.statistics = (part, shown), None
        if self.isVisible():
            self._begin()

    def showEvent(self, _event: object) -> None:
        """Work out what was asked for while nobody looked."""
        if self.statistics is None:
            self._begin()

    def hideEvent(self, event: QHideEvent) -> None:
        """Work on nothing that nobody sees."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._runner.drop()

    def _begin(self) -> None:
        self._runner.drop()
        if self._wanted is None or not len(self._wanted[1]):
            self._clear("There is no image.")
            return
        part, shown = self._wanted
        self.words.setText("Looking at all of them\u2026")
        self._runner.ask(lambda task: statistics(part.images, shown, task), self._arrived, self._clear)

    def _clear(self, words: str) -> None:
        self.mean.show_pixels(None)
        self.std.show_pixels(None)
        self.histogram.show_counts(None)
        self.words.setText(words)

    def _arrived(self, found: Statistics) -> None:
        self.statistics = found
        self.mean.show_pixels(as_picture(found.mean))
        self.std.show_pixels(as_picture(found.std, float(found.std.max())))
        self.histogram.show_counts(found.histogram)
        mean, deviation = found.overall
        self.words.setText(
            f"{counted(found.count, 'image')}: mean {mean:.1f} of 255, standard deviation {deviation:.1f}; "
            f"{percent(found.share_black)} of the pixel values are 0. Largest standard deviation of a pixel: "
            f"{float(found.std.max()):.1f}."
        )
