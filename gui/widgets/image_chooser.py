"""The choice of the image that all views look at: any test image, or the drawing."""

from __future__ import annotations

import numpy as np
from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QSpinBox, QToolButton, QWidget

from engine.data.dataset import Dataset
from engine.types import Labels
from gui.state.selection import Sample
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.plain import Label, tooltip
from gui.widgets.whole_box import WholeBox

_SPACE = 4


class SampleChooser(QWidget):
    """Number, previous, next, random, by class, and the drawing once there is one."""

    chosen = pyqtSignal(object)
    """The user chose this ``Sample``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make a chooser that is switched off until it has a data set."""
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._sample: Sample | None = None
        self._drawing: Sample | None = None
        self.number = WholeBox()
        self.number.setAccessibleName("Number of the test image")
        self.number.setToolTip("Number of the test image to look at")
        self.number.setButtonSymbols(QSpinBox.NoButtons)  # the two buttons beside it do the same
        self.number.setFixedWidth(60)
        self.previous = self._arrow(
            "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}", "Previous test image (of the chosen class)", -1
        )
        self.next = self._arrow(
            "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}", "Next test image (of the chosen class)", 1
        )
        self.random = QPushButton("&Random")
        self.random.setToolTip("Any test image (of the chosen class)")
        tip = "Leaf through the images of this class only"
        self.kind = ChoiceBox("Class of the test images", tip, letters=5)
        self.drawing = QPushButton("Dra&wing")
        self.drawing.setToolTip("Look at your drawing; it comes here from the pad")
        self.truth = Label()
        self.truth.setObjectName("caption")
        self.truth.setMinimumWidth(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_SPACE)
        for widget in (self.previous, self.number, self.next, self.random, self.kind, self.drawing):
            row.addWidget(widget)
        row.addSpacing(_SPACE)
        row.addWidget(self.truth)
        row.addStretch(1)
        self.number.valueChanged.connect(self._number_changed)
        self.random.clicked.connect(self._choose_random)
        self.kind.activated.connect(self._kind_chosen)
        self.drawing.clicked.connect(self._choose_drawing)
        self._enable()

    @property
    def least_width(self) -> int:
        """The width of what is always there: number, previous, next and the drawing."""
        parts = (self.previous, self.number, self.next, self.drawing)
        fixed = (part.minimumWidth() or part.sizeHint().width() for part in parts)
        return sum(width + _SPACE for width in fixed)

    @property
    def truth_width(self) -> int:
        """The width of the words about the image."""
        return self.truth.fontMetrics().horizontalAdvance(self.truth.text()) + 2 * _SPACE

    def _arrow(self, text: str, tip: str, step: int) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setAutoRepeat(True)
        button.setFixedWidth(28)
        button.clicked.connect(lambda: self.step(step))
        return button

    def set_dataset(self, dataset: Dataset) -> None:
        """Choose among the test images of ``dataset``."""
        self._dataset = dataset
        self.number.blockSignals(True)
        self.number.setRange(0, max(0, len(dataset.test_images) - 1))
        self.number.blockSignals(False)
        self.kind.clear()
        self.kind.addItems(["any class", *dataset.class_names])
        if self._drawing is not None and self._drawing.image.shape != dataset.test_images.shape[1:]:
            self._drawing = None
        self._enable()

    def show_sample(self, sample: Sample) -> None:
        """Show which sample is looked at, whoever chose it."""
        self._sample = sample
        if sample.index is not None:
            self.number.blockSignals(True)
            self.number.setValue(sample.index)
            self.number.blockSignals(False)
        elif sample.label is None:
            self._drawing = sample
        names = self._dataset.class_names if self._dataset is not None else ()
        if sample.label is not None and sample.label < len(names):
            self.truth.setText(f"{sample.source}: “{names[sample.label]}”")
        else:
            self.truth.setText(sample.source)
        self.truth.setToolTip(tooltip(self.truth.text()))
        self._enable()

    def choose(self, index: int) -> None:
        """Choose the test image ``index``."""
        if self._dataset is not None and 0 <= index < len(self._dataset.test_images):
            self.chosen.emit(Sample.of_test(self._dataset, index))

    def step(self, by: int) -> None:
        """Go to the previous (-1) or next (1) test image of the chosen class, round the end."""
        candidates = self._candidates()
        if len(candidates):
            now = int(np.searchsorted(candidates, self.number.value(), side="left" if by > 0 else "right"))
            here = by > 0 and now < len(candidates) and candidates[now] == self.number.value()
            place = now + (1 if here else 0) if by > 0 else now - 1
            if by < 0 and candidates[place] == self.number.value():
                place -= 1
            self.choose(int(candidates[place % len(candidates)]))

    def _candidates(self) -> Labels:
        if self._dataset is None:
            return np.empty(0, np.int64)
        if self.kind.currentIndex() <= 0:
            return np.arange(len(self._dataset.test_images))
        return np.flatnonzero(self._dataset.test_labels == self.kind.currentIndex() - 1)

    def _number_changed(self, index: int) -> None:
        self.kind.setCurrentIndex(0)
        self.choose(index)

    def _choose_random(self) -> None:
        candidates = self._candidates()
        if len(candidates):
            self.choose(int(np.random.default_rng().choice(candidates)))

    def _kind_chosen(self) -> None:
        candidates = self._candidates()
        if len(candidates) and self.number.value() not in candidates:
            self.step(1)

    def _choose_drawing(self) -> None:
        if self._drawing is not None:
            self.chosen.emit(self._drawing)

    def _enable(self) -> None:
        ready = self._dataset is not None and len(self._dataset.test_images) > 0
        for widget in (self.number, self.previous, self.next, self.random, self.kind):
            widget.setEnabled(ready)
        self.drawing.setEnabled(self._drawing is not None)
