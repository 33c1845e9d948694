"""Files that are dragged into the window."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import QMimeData


def files_in(mime: QMimeData | None) -> list[Path]:
    """Return the files and folders of this computer that are dragged."""
    urls = mime.urls() if mime is not None else []
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
