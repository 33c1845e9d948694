"""Every icon draws something, in the colour that is asked for, sharp on every screen."""

from __future__ import annotations

import pytest
from PyQt5.QtCore import QSize
from PyQt5.QtGui import QColor, QIcon

from gui.style.icons import ICONS, SIZE, icon


@pytest.mark.parametrize("name", ICONS)
def test_an_icon_is_drawn_in_its_colours(qapp, name):
    made = icon(name, "#ff0000", "#00ff00")
    for sharp in (SIZE, 2 * SIZE, 3 * SIZE):
        assert made.pixmap(sharp, sharp).size() == QSize(sharp, sharp)
    for mode, colour in ((QIcon.Normal, QColor("#ff0000")), (QIcon.Disabled, QColor("#00ff00"))):
        image = made.pixmap(3 * SIZE, 3 * SIZE, mode).toImage()
        seen = {image.pixelColor(x, y).rgba() for x in range(3 * SIZE) for y in range(3 * SIZE)}
        assert colour.rgba() in seen and QColor(0, 0, 0, 0).rgba() in seen
