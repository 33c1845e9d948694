"""How long work still takes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from engine.task import Progress


def in_words(seconds: float) -> str:
    """Return how long something takes, in a unit of which it has a few."""
    if seconds < 1:
        return "less than a second"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def time_left(seconds: float | None) -> str:
    """Return how long it still takes, in words."""
    return "time left not known yet" if seconds is None else f"{in_words(seconds)} left"


@dataclass
class Rate:
    """How fast work goes: what was done in the last seconds, by the time."""

    marks: list[tuple[float, float]] = field(default_factory=list)

    def seconds_left(self, progress: Progress) -> float | None:
        """Return how long the rest takes at the rate of the last seconds; None while that is not known."""
        now, done = time.monotonic(), progress.done
        self.marks = [*(mark for mark in self.marks if now - mark[0] < 5.0), (now, done)]
        since, before = self.marks[0]
        if now - since < 0.5 or done <= before:
            return None
        return (progress.total - done) * (now - since) / (done - before)
