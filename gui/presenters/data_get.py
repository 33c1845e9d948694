"""What is said while a data set is fetched."""

from __future__ import annotations

from engine.data.download import Progress
from engine.data.entry import Entry
from gui.presenters.numbers import grouped


def megabytes(count: int) -> str:
    """Return bytes as people read them: ``5 KB``, ``30.9 MB``, ``170 MB``."""
    if count < 1e6:
        return f"{count / 1e3:.0f} KB"
    return f"{count / 1e6:.1f} MB" if count < 1e8 else f"{count / 1e6:.0f} MB"


def time_left(seconds: float | None) -> str:
    """Return how long it still takes, in words."""
    if seconds is None:
        return "time left not known yet"
    if seconds < 1:
        return "less than a second left"
    if seconds < 90:
        return f"{seconds:.0f} s left"
    return f"{seconds / 60:.0f} min left" if seconds < 5400 else f"{seconds / 3600:.1f} h left"


def progress_line(progress: Progress) -> str:
    """Return how far it is: bytes, time left, and from where."""
    total = progress.total_bytes
    done = f"{progress.done_bytes / 1e6:.1f}" if total >= 1e6 else f"{progress.done_bytes / 1e3:.0f}"
    return f"{done} of {megabytes(total)}, {time_left(progress.seconds_left)}, from {progress.source}"


def facts(entry: Entry) -> tuple[tuple[str, str], ...]:
    """Return what one should know before fetching: label and value."""
    channels, height, width = entry.in_shape
    colour = "in colour" if channels == 3 else "in grey"
    return (
        (
            "Images",
            f"{grouped(entry.train)} to learn, {grouped(entry.test)} to test, {width}x{height} {colour}",
        ),
        ("Classes", ", ".join(entry.class_names)),
        ("Size", f"{megabytes(entry.size_bytes)} to fetch, {megabytes(entry.kept_bytes)} on the disk"),
        ("Licence", entry.licence),
        ("Cite", entry.citation),
    )
