"""What is said while a data set is fetched."""

from __future__ import annotations

from engine.data.entry import Entry
from engine.formatting import grouped
from engine.task import Progress
from gui.presenters.time_left import time_left


def megabytes(count: int) -> str:
    """Return bytes as people read them: ``5 KB``, ``30.9 MB``, ``170 MB``."""
    if count < 1e6:
        return f"{count / 1e3:.0f} KB"
    return f"{count / 1e6:.1f} MB" if count < 1e8 else f"{count / 1e6:.0f} MB"


def progress_line(progress: Progress, seconds_left: float | None) -> str:
    """Return how far it is: bytes, time left, and what from where."""
    done, total = progress.done, int(progress.total)
    words = f"{done / 1e6:.1f}" if total >= 1e6 else f"{done / 1e3:.0f}"
    return f"{words} of {megabytes(total)}, {time_left(seconds_left)}: {progress.message}"


def facts(entry: Entry) -> tuple[tuple[str, str], ...]:
    """Return what one should know before fetching: label and value."""
    channels, height, width = entry.in_shape
    colour = "in colour" if channels == 3 else "in greyscale"
    return (
        (
            "Images",
            f"{grouped(entry.train)} training, {grouped(entry.test)} test images, {width}x{height} {colour}",
        ),
        ("Classes", ", ".join(entry.class_names)),
        ("Size", f"{megabytes(entry.size_bytes)} to fetch, {megabytes(entry.kept_bytes)} on the disk"),
        ("Licence", entry.licence),
        ("Cite", entry.citation),
    )
