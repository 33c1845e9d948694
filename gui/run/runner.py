"""Long work beside the window: the newest question wins, and every piece of work ends in one way."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from PyQt5 import sip
from PyQt5.QtCore import QObject, pyqtSignal, pyqtSlot

from engine.errors import expected, in_words
from engine.records import dataclass
from engine.task import Cancelled, Progress, Task

T = TypeVar("T")
Words = Callable[[str], object]


def nothing(*_: object) -> None:
    """Do nothing with what is told."""


@dataclass(frozen=True, eq=False)
class _Question(Generic[T]):
    """A piece of work, and whom its end is told."""

    work: Callable[[Task], T]
    done: Callable[[T], object]
    failed: Words
    moved: Callable[[Progress], object]
    cancelled: Callable[[], object]
    task: Task


class _Relay(QObject):
    """Carries what a thread says to the thread of the window.

    It has no parent and is held by the thread, so it is there for as long as the thread may speak, even if
    the runner has gone with its window.
    """

    said = pyqtSignal(object, str, object)

    def __init__(self) -> None:
        super().__init__()
        self.task = Task()

    def abandon(self) -> None:
        """End the work soon: whoever asked for it has gone."""
        self.task.cancel()

    def work(self, question: _Question[Any]) -> None:
        """Do the work of ``question``; runs in its thread."""
        try:
            result = question.work(question.task)
        except Cancelled:
            self.said.emit(question, "cancelled", None)
        except BaseException as error:  # noqa: BLE001 - reported to the user, and logged in full
            self.said.emit(question, "failed", error)
        else:
            self.said.emit(question, "done", result)


class Runner(QObject):
    """Does one piece of work at a time in a thread beside the window; the newest question wins.

    Everything is told in the thread of the window, and nothing arrives any more from a question that was
    replaced or dropped, or after the runner has gone. Work that fails unexpectedly ends as any other that
    fails, with a sentence; the error itself goes where those of Qt's slots go, to ``sys.excepthook``.
    """

    changed = pyqtSignal()
    """A question was asked, or has come to its end."""

    def __init__(self, parent: QObject) -> None:
        """Make a runner without a thread; the first question starts one."""
        super().__init__(parent)
        self._relay = _Relay()
        self._relay.said.connect(self._heard)
        self.destroyed.connect(self._relay.abandon)
        self._thread: threading.Thread | None = None
        self._at_work: _Question[Any] | None = None
        self._current: _Question[Any] | None = None
        self._next: _Question[Any] | None = None

    @property
    def busy(self) -> bool:
        """Whether a question waits for its answer."""
        return self._current is not None or self._next is not None

    @property
    def working(self) -> bool:
        """Whether work is being done, be it work that nobody waits for any more."""
        return self._at_work is not None

    def ask(
        self,
        work: Callable[[Task], T],
        done: Callable[[T], object],
        failed: Words,
        *,
        moved: Callable[[Progress], object] = nothing,
        cancelled: Callable[[], object] = nothing,
        patient: bool = False,
    ) -> None:
        """Do ``work`` as soon as nothing else is being done; what waited until now is forgotten.

        Args:
            work: is given a Task, which it tells how far it is and asks whether to go on.
            done: is given what came of it.
            failed: is given the sentence why nothing came of it.
            moved: is given how far the work is, a few times a second.
            cancelled: is called when the work has ended after ``cancel``.
            patient: let work that is being done come to its end and be told; otherwise it is dropped.
        """

        def show(progress: Progress) -> None:
            relay.said.emit(question, "moved", progress)

        relay = self._relay
        question = _Question(work, done, failed, moved, cancelled, Task(show))
        if not patient:
            self._forget()
        self._next = question
        self._begin()
        self.changed.emit()

    def cancel(self) -> None:
        """Ask the work to end; ``cancelled`` is told when it has."""
        waiting, self._next = self._next, None
        if self._current is not None:
            self._current.task.cancel()
        elif waiting is not None:
            waiting.cancelled()
            self.changed.emit()

    def drop(self) -> None:
        """Forget what was asked: nothing is told any more, and the work ends soon. This does not wait."""
        if self.busy:
            self._forget()
            self.changed.emit()

    def stop(self) -> None:
        """Forget what was asked, and wait until the work has ended."""
        self.drop()
        if self._thread is not None:
            self._thread.join()
        self._thread = self._at_work = None

    def _forget(self) -> None:
        if self._current is not None:
            self._current.task.cancel()
        self._current = self._next = None

    def _begin(self) -> None:
        if self._at_work is None and self._next is not None:
            question, self._next = self._next, None
            self._at_work = self._current = question
            relay = self._relay  # the thread must not hold the runner, which goes with its window
            relay.task = question.task
            thread = threading.Thread(target=relay.work, args=(question,), name="beside the window")
            try:
                thread.start()
            except RuntimeError as error:  # there are too many threads
                relay.said.emit(question, "failed", error)
            else:
                self._thread = thread

    @pyqtSlot(object, str, object)
    def _heard(self, question: _Question[Any], kind: str, value: Any) -> None:
        """Tell what the thread has said, if somebody still waits for it; runs in the window's thread."""
        if sip.isdeleted(self):
            return
        current = question is self._current
        if kind == "moved":
            if current and not question.task.cancelled:
                question.moved(value)
            return
        if question is self._at_work:
            self._at_work = None
        if current:
            self._current = None
        self._begin()
        if kind == "failed" and not expected(value):
            sys.excepthook(type(value), value, value.__traceback__)
        if current:
            self.changed.emit()
            self._end(question, kind, value)

    @staticmethod
    def _end(question: _Question[Any], kind: str, value: Any) -> None:
        if kind == "failed" and not (question.task.cancelled and expected(value)):
            question.failed(in_words(value))
        elif question.task.cancelled or kind == "cancelled":
            question.cancelled()
        else:
            question.done(value)
