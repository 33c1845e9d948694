"""The checkpoint that a run writes from time to time, so that a crash loses little of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine.errors import EngineError
from engine.training.checkpoint import Checkpoint, save_checkpoint

AUTOSAVE_SECONDS = 60.0
"""Time between two automatic checkpoints of a training run."""


class PeriodicCheckpoint:
    """Writes to one file again and again; a failure is reported once and does not end it."""

    def __init__(self, path: Path) -> None:
        """Keep the checkpoint at ``path``; the first is due after ``AUTOSAVE_SECONDS``."""
        self._path = path
        self._tried = time.monotonic()
        self._failed = False

    @property
    def due(self) -> bool:
        """Whether it is time for the next."""
        return time.monotonic() - self._tried > AUTOSAVE_SECONDS

    def write(self, state: Callable[[], Checkpoint]) -> str:
        """Write what ``state`` gives; returns a sentence for the user, or "" where there is no news."""
        self._tried = time.monotonic()
        with suppress(OSError):  # what is wrong with the folder shows below, in words
            self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            save_checkpoint(self._path, state())
        except (EngineError, MemoryError) as error:
            told, self._failed = self._failed, True
            reason = str(error) or "there is not enough memory."
            again = f"it is tried again every {AUTOSAVE_SECONDS:g} seconds"
            return "" if told else f"No automatic checkpoint could be written, and {again}: {reason}"
        told, self._failed = self._failed, False
        return "Automatic checkpoints are written again." if told else ""
