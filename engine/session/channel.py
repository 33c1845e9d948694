"""The two ways between a session and whoever watches it.

``events`` is small and complete: nothing is ever dropped. ``snapshot`` and ``evaluation`` hold
one value each and the newest wins, so a slow watcher never falls behind: it misses frames.
Nothing is copied that was not asked for.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

from engine.data.dataset import Dataset
from engine.model.history import History
from engine.session.messages import Command, EvaluationDone, Event, Request, Snapshot

if TYPE_CHECKING:
    from engine.runs.recorder import Recorder

T = TypeVar("T")


class Latest(Generic[T]):
    """One slot; putting replaces, taking empties. Any thread may do either."""

    def __init__(self) -> None:
        self._slot: deque[T] = deque(maxlen=1)

    def put(self, value: T) -> None:
        """Replace what is there."""
        self._slot.append(value)

    def take(self) -> T | None:
        """Return what is there and leave the slot empty."""
        try:
            return self._slot.pop()
        except IndexError:
            return None


class Channel:
    """Connects one session with one watcher.

    Attributes:
        run_id: stands on everything that comes back, so late messages of an old run are known.
        history: the curves, appended to by the session.
        dataset: the data set, once the session has loaded it.
        epoch_size: images in one epoch, once the session knows.
        recorder: what records the run, if anything does, once the session has begun.
        snapshot: the newest picture of the network that was asked for.
        evaluation: the newest evaluation.
    """

    def __init__(self, run_id: int = 0) -> None:
        """Make an empty channel for the run ``run_id``."""
        self.run_id = run_id
        self.history = History()
        self.dataset: Dataset | None = None
        self.epoch_size = 0
        self.recorder: Recorder | None = None
        self.snapshot: Latest[Snapshot] = Latest()
        self.evaluation: Latest[EvaluationDone] = Latest()
        self._events: deque[Event] = deque()
        self._commands: deque[Command] = deque()
        self._request: Latest[Request] = Latest()
        self._wake = threading.Event()
        self._held_until = 0.0

    # the watcher's side

    def send(self, command: Command) -> None:
        """Give the session a command; it acts on it between two steps."""
        self._commands.append(command)
        self._wake.set()

    def ask(self, request: Request) -> None:
        """Ask for a snapshot; replaces an earlier request that was not served yet."""
        self._request.put(request)
        self._wake.set()

    def hold(self, seconds: float) -> None:
        """Let the session take no step for so long, or until ``release``; one step lies between two holds.

        Whoever waits for an answer that takes a few milliseconds then has the processors for it.
        """
        self._held_until = time.monotonic() + seconds

    def release(self) -> None:
        """Let the session go on."""
        self._held_until = 0.0
        self._wake.set()

    def events(self) -> list[Event]:
        """Return the events since the last call."""
        events = []
        while self._events:
            events.append(self._events.popleft())
        return events

    # the session's side

    def emit(self, event: Event) -> None:
        """Tell the watcher what happened."""
        self._events.append(event)

    def command(self) -> Command | None:
        """Return the oldest command that was not acted on, if any."""
        return self._commands.popleft() if self._commands else None

    def request(self) -> Request | None:
        """Return the newest request that was not served, if any."""
        return self._request.take()

    def held(self) -> float:
        """Return for how many seconds the session is to take no step; 0 or less for none."""
        return self._held_until - time.monotonic()

    def wake(self) -> None:
        """Let the session look again what it has to do; any thread may call it."""
        self._wake.set()

    def wait(self, seconds: float | None) -> None:
        """Sleep until something is sent or asked, at most ``seconds``."""
        self._wake.wait(seconds)
        self._wake.clear()
