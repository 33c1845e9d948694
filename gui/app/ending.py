"""Ends the window well when a signal asks for it: Ctrl-C, a closed terminal, the end of the session."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from PyQt5 import sip
from PyQt5.QtCore import QSocketNotifier, QTimer

from engine import signals

_PATIENCE_MS = 1000
"""How long a second signal waits for the run to be on the disk."""


class Ending:
    """Hears the signals while Qt's loop sleeps: they write to a socket, which wakes it.

    Python's handlers run only between two operations of Python, and there are none while Qt waits.

    Attributes:
        count: how many signals came.
    """

    def __init__(self) -> None:
        """Hear nothing yet."""
        self.count = 0
        self._end: Callable[[], object] | None = None
        self._ended: Callable[[], bool] = lambda: False

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hear the signals while the block lasts; there must be an application."""
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setblocking(False)
        notifier = QSocketNotifier(sip.voidptr(ours.fileno()), QSocketNotifier.Read)
        notifier.activated.connect(lambda _: _empty(ours))
        before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            with signals.on_signal(self._note):
                yield
        finally:
            signal.set_wakeup_fd(before)
            notifier.setEnabled(False)
            ours.close()
            theirs.close()

    def when_asked(self, end: Callable[[], object], ended: Callable[[], bool]) -> None:
        """Have ``end`` called at the first signal, by Qt's loop; at once if it came already.

        Another signal ends the process as soon as ``ended`` says that what should be kept is written, or has
        had time for it; a third one ends it at once.
        """
        self._end, self._ended = end, ended
        if self.count:
            QTimer.singleShot(0, end)

    def _note(self) -> None:
        self.count += 1
        if self.count == 1:
            if self._end is not None:
                QTimer.singleShot(0, self._end)
        elif self._ended() or self.count > 2:
            _leave()
        else:
            QTimer.singleShot(_PATIENCE_MS, _leave)


def _empty(end: socket.socket) -> None:
    with suppress(BlockingIOError):
        end.recv(1024)


def _leave() -> None:
    signals.leave("kernelscope: stopped at once; the last complete state of the run is kept")
