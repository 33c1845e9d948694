"""A widget as a picture: pixels of any sharpness, or lines and letters."""

from __future__ import annotations

import re
from pathlib import Path

from PyQt5.QtCore import QBuffer, QIODevice, QPoint, QRect, QSize
from PyQt5.QtGui import QImage, QPainter, QRegion
from PyQt5.QtSvg import QSvgGenerator
from PyQt5.QtWidgets import QWidget

from engine.io.files import replacing

SCALES = (1, 4)
"""Pixels of a picture for each of the screen's, along a side, at least and at most."""
_FAMILIES = "Roboto, Helvetica Neue, Arial, Liberation Sans, sans-serif"
_SMALL = 128
"""Pixels a side up to which a picture in an SVG is shown as squares."""
_DOTS = 96
"""Dots an inch: at this many, the sizes of fonts in pixels are the same in an SVG."""


def pixels_of(widget: QWidget, scale: float) -> QImage:
    """Return ``widget`` drawn anew, with ``scale`` times as many pixels a side; letters stay sharp."""
    size = widget.size()
    image = QImage(
        QSize(round(size.width() * scale), round(size.height() * scale)), QImage.Format_ARGB32_Premultiplied
    )
    image.setDevicePixelRatio(scale)
    image.fill(widget.palette().window().color())
    painter = QPainter(image)
    _render(widget, painter)
    painter.end()
    return image


def png_of(widget: QWidget, scale: float) -> bytes:
    """Return ``pixels_of`` as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.WriteOnly)
    pixels_of(widget, scale).save(buffer, "PNG")
    return bytes(buffer.data())


def svg_of(widget: QWidget, title: str) -> bytes:
    """Return ``widget`` as an SVG file: lines and letters, and pixels where it paints pixels."""
    buffer = QBuffer()
    buffer.open(QIODevice.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(_DOTS)
    generator.setSize(widget.size())
    generator.setViewBox(QRect(QPoint(), widget.size()))
    generator.setTitle(title)
    generator.setDescription("")
    painter = QPainter(generator)
    painter.fillRect(QRect(QPoint(), widget.size()), widget.palette().window())
    _render(widget, painter)
    painter.end()
    return _finished(bytes(buffer.data()).decode("utf-8"), widget.size()).encode("utf-8")


def _finished(text: str, size: QSize) -> str:
    """Return an SVG as Qt writes it with what Qt leaves out."""
    # The size in pixels, in which it was drawn, not in millimetres of a printer.
    whole = f'width="{size.width()}" height="{size.height()}"'
    text = re.sub(r'width="[\d.]+mm" height="[\d.]+mm"', whole, text, count=1)
    # Other fonts of about the same width, where ours is not installed.
    text = text.replace('font-family="Roboto"', f'font-family="{_FAMILIES}"')
    # Maps, whose values are squares; what has more pixels is a drawing, or a photograph.
    return re.sub(r'<image(?= x="[^"]*" y="[^"]*" width="(\d+)" height="(\d+)")', _squared, text)


def _squared(found: re.Match[str]) -> str:
    small = max(int(found[1]), int(found[2])) <= _SMALL
    return '<image style="image-rendering:pixelated"' if small else "<image"


def write_portrait(widget: QWidget, path: Path, scale: float, title: str = "Kernelscope") -> None:
    """Write ``widget`` to ``path``, all or nothing: as SVG if it ends so, else as PNG; raises OSError."""
    content = svg_of(widget, title) if path.suffix.lower() == ".svg" else png_of(widget, scale)
    with replacing(path) as file:
        file.write(content)


def _render(widget: QWidget, painter: QPainter) -> None:
    widget.render(painter, QPoint(), QRegion(), QWidget.DrawWindowBackground | QWidget.DrawChildren)
