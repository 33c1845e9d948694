"""One image: as it is, as augmentation varies it, and as it enters the network."""

from __future__ import annotations

import numpy as np
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.data.augment import AUGMENTATIONS, Augmentation
from engine.data.preprocess import Preprocessing
from engine.look.colour import Scale, codes, stepped
from engine.types import Bytes
from gui.style.theme import GRID, Theme
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.mosaic import signed_table
from gui.widgets.picture import Picture
from gui.widgets.plain import Label
from gui.widgets.qimages import from_codes

SIDE, WIDE = 112, 228
"""Room for one picture, and for three channels side by side."""
_SMALL = 64
_WAYS = 6


class SamplePage(QWidget):
    """The chosen image and what becomes of it on its way into the network."""

    def __init__(self, theme: Theme) -> None:
        """Make an empty page."""
        super().__init__()
        self._theme = theme
        self._image: Bytes | None = None
        self._preprocessing: Preprocessing | None = None
        self._own = Augmentation()
        self._draw = 0
        self.title = Label("Click an image")
        self.title.setObjectName("heading")
        self.title.setWordWrap(True)
        self.original = Picture(theme, SIDE, "As it is")
        self.standard = Picture(theme, SIDE, "Enters the network")
        self.range = Label()
        self.range.setObjectName("note")
        self.range.setWordWrap(True)
        self.kind = ChoiceBox("Augmentation to try", "How training images are varied each time they come")
        self.again = QPushButton("A&gain")
        self.again.setToolTip("Draw other variants")
        self.ways = [Picture(theme, _SMALL) for _ in range(_WAYS)]
        self.note = Label()
        self.note.setObjectName("note")
        self.note.setWordWrap(True)
        self._arrange()
        self.kind.currentIndexChanged.connect(lambda _index: self._vary())
        self.again.clicked.connect(lambda _checked: self._next())
        self.set_run(None, Augmentation())

    def _arrange(self) -> None:
        self._pair = pair = QBoxLayout(QBoxLayout.LeftToRight)
        pair.setSpacing(GRID)
        pair.addWidget(self.original, 0, Qt.AlignLeft)
        pair.addWidget(self.standard, 0, Qt.AlignLeft)
        pair.addStretch(1)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.kind, 1)
        head.addWidget(self.again)
        grid = QGridLayout()
        grid.setSpacing(GRID)
        for number, picture in enumerate(self.ways):
            grid.addWidget(picture, number // 3, number % 3)
        grid.setColumnStretch(3, 1)
        heading = Label("Varied for training")
        heading.setObjectName("heading")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.title)
        column.addLayout(pair)
        column.addWidget(self.range)
        column.addSpacing(GRID)
        column.addWidget(heading)
        column.addLayout(head)
        column.addLayout(grid)
        column.addWidget(self.note)
        column.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        for picture in (self.original, self.standard, *self.ways):
            picture.set_theme(theme)
        self._standardise()

    def set_run(self, preprocessing: Preprocessing | None, augmentation: Augmentation) -> None:
        """Use what the run does to its images."""
        self._preprocessing, self._own = preprocessing, augmentation
        self.kind.blockSignals(True)
        self.kind.clear()
        self.kind.addItem("This run: none" if augmentation.is_identity else "As in this run", augmentation)
        for name, each in AUGMENTATIONS.items():
            if not each.is_identity:
                self.kind.addItem(f"Try: {name}", each)
        self.kind.blockSignals(False)
        self.show_image(self._image, self.title.text())

    def show_image(self, image: Bytes | None, title: str) -> None:
        """Show an image, uint8 ``(C, H, W)``, under a title."""
        self._image = image
        self.title.setText(title)
        self.original.show_pixels(image)
        self._standardise()
        self._vary()

    def _next(self) -> None:
        self._draw += 1
        self._vary()

    def _vary(self) -> None:
        """Draw variants of the image; the first ones of an image are always the same."""
        augmentation = self.kind.currentData()
        image = self._image
        if image is None or augmentation is None:
            for picture in self.ways:
                picture.show_pixels(None)
            self.note.setText("")
            return
        rng = np.random.default_rng((self._draw, 20))
        varied = augmentation.apply(np.repeat(image[None], _WAYS, axis=0), rng)
        for picture, each in zip(self.ways, varied, strict=True):
            picture.show_pixels(each)
        identity = augmentation.is_identity
        self.again.setEnabled(not identity)
        self.note.setText(
            "This run shows every image as it is. Augmentation in the Experiment panel changes that."
            if identity
            else "Each time it is shown the network sees another variant; its class stays the same."
        )

    def _standardise(self) -> None:
        """Show the numbers that enter the network."""
        image, preprocessing = self._image, self._preprocessing
        if image is None or preprocessing is None or len(preprocessing.mean) != len(image):
            self.standard.show_pixels(None)
            self.range.setText("")
            return
        values = np.asarray(preprocessing.apply(image[None])[0])
        limit = stepped(float(np.abs(values).max())) or 1.0
        coded = codes(np.ascontiguousarray(values), Scale(-limit, limit), signed=True)
        channels, height, width = coded.shape
        self._pair.setDirection(QBoxLayout.TopToBottom if channels == 3 else QBoxLayout.LeftToRight)
        self.standard.set_room(WIDE if channels == 3 else SIDE, SIDE if channels == 1 else WIDE // 3)
        flat = coded.transpose(1, 0, 2).reshape(height, channels * width)
        self.standard.show_picture(from_codes(flat, signed_table(self._theme)))
        means = ", ".join(f"{255 * m:.1f}" for m in preprocessing.mean)
        deviations = ", ".join(f"{255 * s:.1f}" for s in preprocessing.std)
        self.range.setText(
            f"(pixel − {means}) / {deviations}: here {values.min():+.2f} to {values.max():+.2f}; "
            f"colours from −{limit:g} to +{limit:g}, zero in the middle"
            + ("; red, green and blue side by side." if channels == 3 else ".")
        )
