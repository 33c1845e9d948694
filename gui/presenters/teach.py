"""What the teaching dialog says, in plain Python."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from engine.formatting import counted, grouped, share
from engine.task import Progress
from engine.types import Bytes

if TYPE_CHECKING:
    from engine.teaching.examples import Example
    from engine.teaching.fine_tune import Score

REPLAY = (
    "Learning takes less than a minute: every step mixes your examples with images the network learnt from "
    "(replay), so that it does not forget them."
)
IN_TRAINING = " The run in training is not touched; a copy of its network is taught."
SHOWN = 56
"""Pixels on the screen that a thumbnail has, about."""


def how_many(number: int) -> str:
    """Return ``No examples``, ``1 example``, ``3 examples``."""
    return f"{counted(number, 'example') if number else 'No examples'}"


def result_line(score: Score) -> str:
    """Return a share and its counts: ``99.64 % (9 964 of 10 000)``."""
    return f"{share(score.accuracy, 2)} ({grouped(score.right)} of {grouped(score.total)})"


def difference(before: Score, after: Score) -> str:
    """Return what changed, in images: ``3 fewer right``."""
    change = after.right - before.right
    if not change:
        return "as many right"
    return f"{grouped(abs(change))} {'more' if change > 0 else 'fewer'} right"


def progress_line(progress: Progress, seconds: float) -> str:
    """Return how far teaching is: ``Learning: 30 of 100 steps, 4 s``."""
    unit = "steps" if progress.message == "Learning" else "images"
    done, total = grouped(int(progress.done)), grouped(int(progress.total))
    return f"{progress.message}: {done} of {total} {unit}, {seconds:.0f} s"


def answered(example: Example, class_names: tuple[str, ...]) -> str:
    """Return what the network had said."""
    return "nothing" if example.answer is None else class_names[example.answer]


def added_on(example: Example) -> str:
    """Return when an example was added, in local time."""
    try:
        return datetime.fromisoformat(example.when).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return example.when


def thumbnail(image: Bytes) -> Bytes:
    """Return an image ``(C, H, W)`` as colours ``(H, W, 3)``, magnified by a whole number."""
    colours = np.moveaxis(image, 0, -1)
    if colours.shape[-1] != 3:
        colours = np.repeat(colours[..., :1], 3, axis=-1)
    times = max(1, round(SHOWN / max(colours.shape[:2])))
    result: Bytes = np.ascontiguousarray(colours.repeat(times, axis=0).repeat(times, axis=1))
    return result
