"""Pictures of widgets: drawn anew, not enlarged; lines and letters in an SVG; all of a file or none."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PyQt5.QtCore import QRect
from PyQt5.QtGui import QColor, QImage, QPainter, QPaintEvent
from PyQt5.QtSvg import QSvgRenderer
from PyQt5.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.style.theme import LIGHT
from gui.widgets.portrait import pixels_of, svg_of, write_portrait
from gui.widgets.qimages import from_pixels, to_pixels


class Painted(QWidget):
    """A line, a word, and a picture of four pixels."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(LIGHT.panel))
        painter.setPen(QColor(LIGHT.text))
        painter.drawText(10, 30, "Kernelscope")
        painter.drawLine(10, 40, 90, 55)
        picture = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [0, 0, 0]]], np.uint8)
        painter.drawImage(QRect(100, 10, 40, 40), from_pixels(picture))


@pytest.fixture
def widget(qtbot: QtBot) -> Painted:
    made = Painted()
    qtbot.addWidget(made)
    made.resize(160, 64)
    return made


@pytest.mark.parametrize("scale", [1.0, 2.0, 4.0])
def test_more_pixels_are_drawn_and_not_enlarged(widget: Painted, scale: float) -> None:
    once, more = pixels_of(widget, 1.0), pixels_of(widget, scale)
    assert (more.width(), more.height()) == (160 * scale, 64 * scale)
    assert more.pixelColor(int(110 * scale), int(20 * scale)) == QColor(255, 0, 0)
    if scale > 1:
        enlarged = once.scaled(more.size())
        more.setDevicePixelRatio(1)
        found, coarse = (to_pixels(each.convertToFormat(QImage.Format_RGB888)) for each in (more, enlarged))
        blocks = coarse.reshape(64, int(scale), 160, int(scale), 3)
        assert (blocks == blocks[:, :1, :, :1]).all()  # what enlarging would give
        blocks = found.reshape(64, int(scale), 160, int(scale), 3)
        assert not (blocks == blocks[:, :1, :, :1]).all()


def test_an_svg_has_letters_lines_and_squares(widget: Painted) -> None:
    content = svg_of(widget, "A picture")
    root = ET.fromstring(content)  # noqa: S314 - our own
    names = [each.tag.rpartition("}")[2] for each in root.iter()]
    assert root.get("width") == "160" and root.get("viewBox") == "0 0 160 64"
    assert "Kernelscope" in content.decode() and {"text", "polyline", "image", "title"} <= set(names)
    assert b"mm" not in content[:400] and b"pixelated" in content and b"sans-serif" in content
    renderer = QSvgRenderer(content)
    assert renderer.isValid() and (renderer.defaultSize().width(), renderer.defaultSize().height()) == (
        160,
        64,
    )


def test_a_file_is_whole_or_as_it_was(widget: Painted, tmp_path: Path) -> None:
    for name in ("a.png", "a.svg"):
        path = tmp_path / name
        write_portrait(widget, path, 2.0)
        if name == "a.png":
            assert QImage(str(path)).width() == 320
        missing = tmp_path / "no" / name
        with pytest.raises(OSError, match="No such file"):
            write_portrait(widget, missing, 2.0)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.png", "a.svg"]
