"""What is dropped or pasted, as a picture: image data, a file, or the path of one as text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PyQt5.QtCore import QMimeData, QUrl
from PyQt5.QtGui import QColor, QImage, QPainter

from engine.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

_LONGEST_PATH = 4096


def file_in(mime: QMimeData) -> Path | None:
    """Return the file that ``mime`` names, if it names one."""
    urls = [url for url in mime.urls() if url.isLocalFile()]
    if urls:
        return Path(urls[0].toLocalFile())
    text = mime.text().strip() if mime.hasText() else ""
    if not text or len(text) > _LONGEST_PATH or "\n" in text:
        return None
    local = QUrl(text).toLocalFile() or text
    path = Path(local).expanduser()
    return path if path.is_absolute() else None


def can_take(mime: QMimeData) -> bool:
    """Whether ``mime`` holds a picture or names a file."""
    return mime.hasImage() or file_in(mime) is not None


def picture_in(mime: QMimeData) -> tuple[Image.Image, str]:
    """Return the picture that ``mime`` holds, and what to call it.

    Raises:
        DataError: there is none, or its file cannot be read.
    """
    path = file_in(mime)
    if path is not None:
        return picture_from(path)
    image = mime.imageData() if mime.hasImage() else None
    if not isinstance(image, QImage) or image.isNull():
        raise DataError("The clipboard holds no picture; copy a picture or a picture file first.")
    from engine.recognise.pictures import from_pixels

    return from_pixels(_on_paper(image)), "your picture"


def picture_from(path: Path) -> tuple[Image.Image, str]:
    """Return the picture in the file ``path``, and what to call it; raises DataError."""
    from engine.recognise.pictures import open_picture  # brings Pillow: loaded with the first picture

    return open_picture(path), path.name


def _on_paper(image: QImage) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return the pixels of ``image`` on white paper, uint8 ``(H, W, 3)``."""
    paper = QImage(image.size(), QImage.Format_RGB888)
    paper.fill(QColor("white"))
    painter = QPainter(paper)
    painter.drawImage(0, 0, image)
    painter.end()
    data = bytes(paper.constBits().asarray(paper.sizeInBytes()))
    rows = np.frombuffer(data, np.uint8).reshape(paper.height(), paper.bytesPerLine())
    return rows[:, : 3 * paper.width()].reshape(paper.height(), paper.width(), 3)
