"""What the status bar says, as plain text."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from engine.formatting import DASH, grouped, loss_figure, share
from engine.model.history import History

if TYPE_CHECKING:
    from engine.training.config import LiveSettings

WINDOW_SECONDS = 2.0
"""Seconds over which the speed is measured."""
RECENT_STEPS = 100
"""Loss and accuracy of the training are means over this many steps."""


class Speed:
    """Steps a second over the last moments, from when they were seen."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start without any step seen."""
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()

    def reset(self) -> None:
        """Forget what was seen, for example after a pause."""
        self._seen.clear()

    def see(self, steps: int) -> None:
        """Note that ``steps`` steps are done now."""
        now = self._clock()
        self._seen.append((now, steps))
        while len(self._seen) > 2 and now - self._seen[1][0] > WINDOW_SECONDS:
            self._seen.popleft()

    @property
    def steps_per_second(self) -> float:
        """The speed; 0 while it is not known."""
        if len(self._seen) < 2:
            return 0.0
        (then, first), (now, last) = self._seen[0], self._seen[-1]
        return (last - first) / (now - then) if now > then else 0.0


def total_steps(step: int, epoch: float, live: LiveSettings, epoch_size: int) -> int:
    """Return how many steps the run will have had at its end."""
    left = max(0.0, live.epochs - epoch) * epoch_size / live.batch_size
    return step + math.ceil(round(left, 6))


def duration(seconds: float) -> str:
    """Return a time span: ``0:04``, ``12:30``, ``2:05:00``."""
    whole = max(0, math.ceil(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def number(loss: float) -> str:
    """Return a loss with four digits, or a dash if it is not known."""
    return DASH if math.isnan(loss) else loss_figure(loss)


def figures(
    history: History, live: LiveSettings, epoch_size: int, steps_per_second: float, limit: int = 0
) -> dict[str, str]:
    """Return the texts of the status bar by the name of their field; a race may end at step ``limit``."""
    steps, validations = history.steps, history.validations
    step = steps.length and int(steps.last("step"))
    epoch = steps.last("epoch") if step else 0.0
    total = total_steps(step, epoch, live, epoch_size) if epoch_size else 0
    total = min(total, limit) if limit else total
    recent = max(0, steps.length - RECENT_STEPS)
    loss = float(np.mean(steps.column("loss", recent))) if step else float("nan")
    accuracy = float(np.mean(steps.column("accuracy", recent))) if step else float("nan")
    current = min(live.epochs, math.floor(epoch) + 1)
    return {
        "epoch": f"{current}/{live.epochs}",
        "step": f"{grouped(step)} of {grouped(total)}",
        "speed": f"{grouped(steps_per_second * live.batch_size)} images/s"
        if steps_per_second
        else f"{DASH} images/s",
        "left": duration((total - step) / steps_per_second) if steps_per_second else DASH,
        "loss": number(loss),
        "accuracy": share(accuracy),
        "validation": share(validations.last("accuracy")),
        "validation_loss": number(validations.last("loss")),
    }


def share_done(history: History, live: LiveSettings, limit: int = 0) -> float:
    """Return how much of the run is done, 0 to 1; a race may end at step ``limit``."""
    if not history.steps.length:
        return 0.0
    part = history.steps.last("step") / limit if limit else 0.0
    return min(1.0, max(part, history.steps.last("epoch") / live.epochs))
