"""Short work beside the window that must all be done, one piece after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from PyQt5.QtCore import QObject

from engine.task import Task
from gui.run.runner import Runner, Words, nothing

T = TypeVar("T")


class InOrder(QObject):
    """Does everything that it is given, in the order in which it came; a ``Runner`` has only the newest."""

    def __init__(self, parent: QObject) -> None:
        """Begin with nothing to do."""
        super().__init__(parent)
        self._runner = Runner(self)
        self._waiting: deque[tuple[Callable[[], Any], Callable[[Any], object], Words]] = deque()

    @property
    def busy(self) -> bool:
        """Whether something is not done yet."""
        return self._runner.busy or bool(self._waiting)

    def do(
        self, work: Callable[[], T], done: Callable[[T], object] = nothing, failed: Words = nothing
    ) -> None:
        """Do ``work``; ``done`` is given what came of it, ``failed`` the sentence why nothing did."""
        self._waiting.append((work, done, failed))
        self._next()

    def _next(self) -> None:
        if self._runner.busy or not self._waiting:
            return
        work, done, failed = self._waiting.popleft()
        self._runner.ask(partial(_alone, work), partial(self._ended, done), partial(self._ended, failed))

    def _ended(self, told: Callable[..., object], outcome: object) -> None:
        told(outcome)
        self._next()


def _alone(work: Callable[[], object], _task: Task) -> object:
    return work()
