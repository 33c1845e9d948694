"""Long work: how far it is, and that it can be cancelled from another thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

PAUSE = 0.05
"""Seconds between two reports; more often nobody can read them."""


class Cancelled(Exception):  # noqa: N818 - not an error: someone wished it
    """The work was cancelled; its function says what is left of it."""


@dataclass(frozen=True)
class Progress:
    """How far work is: ``done`` of ``total``, and in words what is being done."""

    done: float
    total: float
    message: str = ""


class Task:
    """What a long function is given: it tells how far it is, and looks whether to go on.

    A function of this program calls ``check`` or ``report`` at least every 0.1 s of its work and sleeps with
    ``wait``, so that it ends within 0.2 s after ``cancel``, which any thread may call.
    """

    def __init__(self, show: Callable[[Progress], object] | None = None) -> None:
        """Make a task that nobody has cancelled; ``show`` gets the reports, in the thread of the work."""
        self._show = show
        self._cancelled = threading.Event()
        self._shown = float("-inf")

    @property
    def cancelled(self) -> bool:
        """Whether the work is to end."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the work to end."""
        self._cancelled.set()

    def check(self) -> None:
        """Raise Cancelled if the work is to end."""
        if self._cancelled.is_set():
            raise Cancelled

    def report(self, done: float, total: float, message: str = "") -> None:
        """Tell how far the work is, then ``check``.

        The end is always shown, what lies before it at most every ``PAUSE`` seconds.
        """
        now = time.monotonic()
        if self._show is not None and (done >= total or now - self._shown >= PAUSE):
            self._shown = now
            self._show(Progress(done, total, message))
        self.check()

    def wait(self, seconds: float) -> None:
        """Sleep for ``seconds``; raises Cancelled as soon as the work is to end."""
        if self._cancelled.wait(seconds):
            raise Cancelled
