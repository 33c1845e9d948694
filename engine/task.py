"""Long work: how far it is, and that it can be cancelled from another thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import IO, Any, BinaryIO, cast

from engine.records import dataclass

BLOCK = 1024**2
"""Bytes that are read or written between two looks whether to go on."""
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

    def part(self, done: float, total: float, message: str = "") -> Task:
        """Return the task of one part of this work, the one from ``done`` to ``done + 1`` of ``total``.

        What it reports is reported here as a share of the whole; whoever cancels one has cancelled both.
        """
        inner = Task(lambda now: self.report(done + now.done / max(now.total, 1e-9), total, message))
        inner._cancelled = self._cancelled
        return inner

    def wait(self, seconds: float) -> None:
        """Sleep for ``seconds``; raises Cancelled as soon as the work is to end."""
        if self._cancelled.wait(seconds):
            raise Cancelled


class _Watched:
    """A binary file that looks whether to go on at every block that is read or written."""

    def __init__(self, file: IO[bytes], task: Task) -> None:
        """Stand for ``file``; it is closed by whoever opened it."""
        self._file, self._task = file, task

    def __getattr__(self, name: str) -> Any:
        """Be the file in all else."""
        return getattr(self._file, name)

    def read(self, size: int | None = -1) -> bytes:
        """Read ``size`` bytes, or all there are; raises Cancelled."""
        left = float("inf") if size is None or size < 0 else size
        pieces = []
        while left:
            self._task.check()
            piece = self._file.read(int(min(left, BLOCK)))
            if not piece:
                break
            pieces.append(piece)
            left -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def write(self, content: bytes) -> int:
        """Write ``content``; raises Cancelled."""
        self._task.check()
        return self._file.write(content)


def watched(file: IO[bytes], task: Task) -> BinaryIO:
    """Return ``file`` as one that looks whether to go on at every block that is read or written."""
    return cast("BinaryIO", _Watched(file, task))
