"""Work beside the window for whoever asks, and a bounded memory of what came of it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from PyQt5.QtCore import QObject

from engine.task import Progress, Task
from gui.run.runner import Runner, nothing

T = TypeVar("T")

ROOM = 192 << 20
"""Bytes that everything remembered may take together."""


class Memory:
    """Values by key, for any thread; those not asked for the longest go when there is no room."""

    def __init__(self, room: int = ROOM) -> None:
        """Remember up to ``room`` bytes."""
        self._room = room
        self._taken = 0
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        """Return the value under ``key``, or None."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: Hashable, value: Any, size: int) -> None:
        """Remember ``value``, which takes ``size`` bytes."""
        with self._lock:
            _, before = self._values.pop(key, (None, 0))
            self._values[key] = (value, size)
            self._taken += size - before
            while self._taken > self._room:
                _, (_, gone) = self._values.popitem(last=False)
                self._taken -= gone


class Answers(QObject):
    """Does what is asked, the newest question of each kind first, and remembers what came of it."""

    def __init__(self, parent: QObject) -> None:
        """Remember nothing yet; each kind of question gets a thread when it is first asked."""
        super().__init__(parent)
        self.memory = Memory()
        self._runners: dict[str, Runner] = {}

    def busy(self, kind: str) -> bool:
        """Return whether a question of this kind waits for its answer."""
        return kind in self._runners and self._runners[kind].busy

    def ask(
        self,
        kind: str,
        work: Callable[[Task], T],
        done: Callable[[T], object],
        failed: Callable[[str], object],
        *,
        moved: Callable[[Progress], object] = nothing,
        patient: bool = False,
    ) -> None:
        """Do ``work`` beside the window in place of an older question of this kind; see ``Runner.ask``."""
        if kind not in self._runners:
            self._runners[kind] = Runner(self)
        self._runners[kind].ask(work, done, failed, moved=moved, patient=patient)

    def drop(self, kind: str) -> None:
        """Forget what was asked."""
        if kind in self._runners:
            self._runners[kind].drop()
