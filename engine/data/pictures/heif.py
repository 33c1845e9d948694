"""HEIC, the form of pictures that many telephones make; an optional library reads it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from PIL import Image

SUFFIXES = (".heic", ".heif", ".hif")
_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
"""What stands in bytes 8 to 12 of such a file."""


def register() -> None:
    """Let Pillow read HEIC, if pillow-heif is there; without it, nothing happens."""
    if "HEIF" in Image.OPEN:
        return
    try:
        library = import_module("pillow_heif")
    except ImportError:
        return
    library.register_heif_opener()


def missing(path: Path) -> str:
    """Return the sentence what is missing to read ``path``; empty if it is no HEIC or nothing is missing."""
    if "HEIF" in Image.OPEN:
        return ""
    with path.open("rb") as file:
        head = file.read(12)
    if head[4:8] != b"ftyp" or head[8:12] not in _BRANDS:
        return ""
    return "It is a HEIC picture, which needs pillow-heif; add it with: pip install pillow-heif."
