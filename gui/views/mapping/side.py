"""Beside the map: what it says, the image under the mouse, and the images that were chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QPixmap
from PyQt5.QtWidgets import QVBoxLayout, QWidget

from engine.types import Bytes
from gui.presenters.evaluate import MOST, Entry
from gui.presenters.maps import chosen_words
from gui.run.work_bar import WorkBar
from gui.style.theme import GRID, Theme
from gui.views.mapping.work import Drawn
from gui.widgets.image_gallery import Gallery
from gui.widgets.plain import Label
from gui.widgets.qimages import to_qimage

_PREVIEW = 84


class MapSide(QWidget):
    """Words, progress, one image, and a list of images.

    Attributes:
        about: what is said of the map.
        work: how far it is drawn, and a button to give up.
        preview: the image under the mouse.
        gallery: the chosen images.
    """

    chosen = pyqtSignal(object)
    """This ``Entry`` of the list was clicked."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make it with nothing to say."""
        super().__init__(parent)
        self._drawn: Drawn | None = None
        self._images: Bytes = np.zeros((0, 1, 1, 1), np.uint8)
        self.about = Label()
        self.about.setObjectName("note")
        self.about.setWordWrap(True)
        self.about.setMinimumWidth(1)
        self.work = WorkBar()
        self.work.failed.connect(self.about.setText)
        self.work.cancelled.connect(lambda: self.about.setText("Given up; choose it again to go on."))
        self.preview = Label()
        self.preview.setFixedHeight(_PREVIEW)
        self.gallery = Gallery(theme, self._describe)
        self.gallery.chosen.connect(self.chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.about, 0, Qt.AlignTop)
        column.addWidget(self.work)
        column.addWidget(self.preview)
        column.addWidget(self.gallery, 1)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.gallery.set_theme(theme)

    def clear(self) -> None:
        """Show no image."""
        self._drawn = None
        self.preview.clear()
        self.gallery.show_entries([])

    def show_map(self, drawn: Drawn, images: Bytes) -> None:
        """Say what a map of some of ``images``, uint8 ``(N, C, H, W)``, shows."""
        self._drawn, self._images = drawn, images
        self.gallery.set_images(images, drawn.map.names, drawn.damage.images)
        self.about.setText(drawn.map.about)

    def preview_of(self, number: int | None) -> None:
        """Show the image of a point as it entered the network; None for no image."""
        if number is None or self._drawn is None:
            self.preview.clear()
            return
        place = self._drawn.map.indices[number]
        picture = to_qimage(self._drawn.damage.images(self._images[place : place + 1])[0])
        self.preview.setPixmap(QPixmap.fromImage(picture).scaledToHeight(_PREVIEW))

    def list_images(self, numbers: Sequence[int]) -> None:
        """List the images of these points."""
        if self._drawn is not None:
            found = self._drawn.map
            self.gallery.show_entries(found.entries(list(numbers[:MOST])))
            self.about.setText(chosen_words(found, list(numbers)))

    def _describe(self, entry: Entry) -> str:
        names = self._drawn.map.names if self._drawn is not None else ()
        return f"Test image {entry.index}: “{names[entry.label]}” predicted as “{names[entry.predicted]}”"
