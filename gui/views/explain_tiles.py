"""Images in rows with two lines below each, some of them with a frame in the image."""

from __future__ import annotations

from typing import Any, ClassVar

from PyQt5.QtCore import QRect
from PyQt5.QtWidgets import QWidget

from gui.style.theme import Theme
from gui.widgets.image_gallery import Gallery


class Tiles(Gallery):
    """A gallery of ``Tile``."""

    side: ClassVar[int] = 96

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        """Make an empty gallery called ``name``."""
        super().__init__(theme, lambda tile: str(tile.tip), lambda tile: (tile.title, tile.note), parent)
        self.setAccessibleName(name)
        self.setMinimumHeight(96)

    def box(self, entry: Any) -> QRect | None:
        """Return the pixels that a tile frames."""
        box = entry.box
        return None if box is None else QRect(box.left, box.top, box.right - box.left, box.bottom - box.top)
