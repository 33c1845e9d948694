"""A pipe whose reader stays awake for a moment.

A process that sleeps takes 50 to 100 microseconds to wake up, as long as a layer, and every step of a small
network would begin with that. So a helping process first looks again and again whether something has come.
The caller sleeps: its other threads, those of the window, need the interpreter lock meanwhile.
"""

from __future__ import annotations

import os
import pickle
import select
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_AWAKE = 0.001
"""Seconds until a reader goes to sleep: more than passes between two steps, too little to be noticed."""


class WakefulLink:
    """One end of a pipe; where the system has no ``poll`` its reader sleeps at once."""

    def __init__(self, connection: Connection, awake: float = _AWAKE) -> None:
        """Take over ``connection``; its reader stays awake for so many seconds."""
        self._connection = connection
        self._awake = awake
        self._poll: select.poll | None = None
        if awake and hasattr(select, "poll") and hasattr(os, "sched_yield"):
            self._poll = select.poll()
            self._poll.register(connection.fileno(), select.POLLIN)

    def recv(self) -> Any:
        """Return the next message; raises EOFError or OSError where none can come any more."""
        if self._poll is not None:
            end = time.perf_counter() + self._awake
            while not self._poll.poll(0) and time.perf_counter() < end:
                os.sched_yield()  # to whoever has work, perhaps the very process that is waited for
        return pickle.loads(self._connection.recv_bytes())  # noqa: S301 - of a process that this one started

    def send(self, message: object) -> None:
        """Send ``message``; raises OSError where nobody can read it."""
        # As `Connection.send` does, which first makes a pickler of its own: 20 microseconds.
        self._connection.send_bytes(pickle.dumps(message, pickle.HIGHEST_PROTOCOL))

    def poll(self, timeout: float | None = 0.0) -> bool:
        """Return whether there is a message, or none can come any more, within ``timeout`` seconds."""
        return self._connection.poll(timeout)

    def close(self) -> None:
        """Close this end."""
        self._connection.close()
