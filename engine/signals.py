"""Signals that ask the program to end: Ctrl-C, a closed terminal, the end of the session.

All of the program takes them the same way: a handler notes that they came and the work ends where it can
end well. Only work that would leave nothing behind is interrupted by an exception. A signal that is ignored
when the program starts, as ``nohup`` does with SIGHUP, stays ignored.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:  # this is loaded first of all, and the sooner the better
    from collections.abc import Callable, Iterator
    from typing import NoReturn

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
ENDING = tuple(signal.Signals[name] for name in _NAMES if name in signal.Signals.__members__)
"""The signals that ask for an end; Windows has no SIGHUP, others have no SIGBREAK."""

EXIT_CODE = 130
"""Exit code of a command that was interrupted: 128 and the number of SIGINT, as shells have it."""

_GRACE_SECONDS = 1.0
"""Time for taking back what was begun; the same key pressed twice in a hurry does not cut it short."""


@contextmanager
def on_signal(call: Callable[[], object]) -> Iterator[None]:
    """Have ``call`` called in the main thread at each signal of ``ENDING`` while the block lasts.

    It is called between two operations of whatever runs there, so it should only note that it was called.
    In another thread than the main one nothing changes.
    """
    before = {}
    try:
        if threading.current_thread() is threading.main_thread():
            for number in ENDING:
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    before[number] = signal.signal(number, lambda *_: call())
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Interruptions:
    """Counts the signals for work that looks from time to time whether it should end.

    Attributes:
        count: how many have come: one asks for a good end, another for a quick one.
    """

    def __init__(self, name: str) -> None:
        """Begin with none; ``name`` stands before the sentence on the third, which is not waited for."""
        self.count = 0
        self._name = name

    def note(self) -> None:
        """Count another one."""
        self.count += 1
        if self.count > 2:
            leave(f"{self._name}: stopped at once")


@contextmanager
def interrupting(name: str) -> Iterator[None]:
    """Let the first signal raise KeyboardInterrupt in the block, so that it takes back what it began.

    If that takes long, another signal ends the process at once; ``name`` is what then stands before the
    sentence that says so.
    """
    first: float | None = None

    def interrupt() -> None:
        nonlocal first
        now = time.monotonic()
        if first is None:
            first = now
            raise KeyboardInterrupt
        if now > first + _GRACE_SECONDS:
            leave(f"{name}: interrupted")

    with on_signal(interrupt):
        try:
            yield
        except Exception as error:
            if first is not None:  # some libraries turn what ends them into an error of their own
                raise KeyboardInterrupt from error
            raise


def leave(sentence: str, code: int = EXIT_CODE) -> NoReturn:
    """Say ``sentence`` on standard error and end the process at once, whatever it is doing."""
    try:
        # Not through sys.stderr: the signal may have come in the middle of a write to it.
        os.write(2, f"\n{sentence}\n".encode(errors="backslashreplace"))
    finally:
        os._exit(code)


@contextmanager
def held_back() -> Iterator[None]:
    """Keep the signals from processes that are started in the block until they ``ignore`` them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ignore() -> None:
    """Ignore the signals in this process: it ends with the one that started it."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
