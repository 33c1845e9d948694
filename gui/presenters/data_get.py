"""What is said while a data set is fetched."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from engine.data.entry import Entry
from engine.formatting import grouped
from engine.task import Progress


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


@dataclass
class Rate:
    """How fast bytes come: what came in the last seconds, by their time."""

    marks: list[tuple[float, float]] = field(default_factory=list)

    def seconds_left(self, progress: Progress) -> float | None:
        """Return how long the rest takes at the rate of the last seconds; None while that is not known."""
        now, done = time.monotonic(), progress.done
        self.marks = [*(mark for mark in self.marks if now - mark[0] < 5.0), (now, done)]
        since, before = self.marks[0]
        if now - since < 0.5 or done <= before:
            return None
        return (progress.total - done) * (now - since) / (done - before)


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
