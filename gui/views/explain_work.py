"""The work behind the Explain view, in one thread beside the window."""

from __future__ import annotations

import time

from PyQt5.QtCore import QObject, pyqtSignal

from engine.explain.question import SLOW, Question, Reply, reply_to
from engine.task import Task
from gui.run.answers import Memory
from gui.run.runner import Runner

_PAUSE = 0.5
"""Seconds from one question to the next while the network trains."""
_SHARE = 0.01
"""Share of one processor that explaining may take while the network trains."""


class Explainer(QObject):
    """Answers the newest question: first by the quick methods, then by the slow ones.

    An older question is given up, and what came of it is dropped.
    """

    answered = pyqtSignal(object)
    """The Reply of the quick methods."""
    covered = pyqtSignal(object)
    """The Reply of the slow methods."""
    moved = pyqtSignal(float)
    """The share of the slow methods' work that is done, 0 to 1."""
    failed = pyqtSignal(str)
    """The sentence why nothing came of it."""

    def __init__(self, parent: QObject, memory: Memory) -> None:
        """Make an explainer without a thread; what is in ``memory`` is not worked out again."""
        super().__init__(parent)
        self._memory = memory
        self._runner = Runner(self)
        self._due = {False: 0.0, True: 0.0}

    @property
    def busy(self) -> bool:
        """Whether a question is being answered."""
        return self._runner.busy

    def due(self, *, slow: bool) -> bool:
        """Return whether a network that trains may be asked again without being held up."""
        return not self.busy and time.monotonic() >= self._due[slow]

    def ask(self, question: Question, *, slow: bool = True) -> None:
        """Answer ``question`` instead of an older one; by the slow methods only if ``slow``."""
        then_slow = slow and bool(SLOW & set(question.methods))
        self._begin(question, slow=False, then_slow=then_slow)

    def drop(self) -> None:
        """Forget what was asked; what is being done ends soon."""
        self._runner.drop()

    def _begin(self, question: Question, *, slow: bool, then_slow: bool = False) -> None:
        began = spent = 0.0
        model = question.model
        methods = tuple(sorted((name, method) for name, method in question.methods.items()))
        key = ("explain", id(model), id(question.image), question.chosen, methods, slow)

        def work(task: Task) -> Reply:
            nonlocal began, spent
            began = time.monotonic()
            known: Reply | None = self._memory.get(key)
            if known is not None:
                return known
            computing = time.thread_time()
            try:
                reply = reply_to(question, task, slow=slow)
            finally:
                spent = time.thread_time() - computing
            # It holds model and image, so that no other ones can have their identity meanwhile.
            maps = sum(
                each.values.nbytes for f in reply.found.values() if not isinstance(f, str) for each in f
            )
            self._memory.put(key, reply, model.network.state_vector.nbytes + maps)
            return reply

        def done(reply: Reply) -> None:
            self._wait_for_next(slow, began, spent)
            if then_slow:  # first: whoever is told may ask something else
                self._begin(question, slow=True)
            (self.covered if slow else self.answered).emit(reply)

        def failed(sentence: str) -> None:
            self._wait_for_next(slow, began, spent)
            self.failed.emit(sentence)

        self._runner.ask(work, done, failed, moved=lambda now: self.moved.emit(now.done / now.total))

    def _wait_for_next(self, slow: bool, began: float, spent: float) -> None:
        self._due[slow] = began + max(_PAUSE, spent / _SHARE)
