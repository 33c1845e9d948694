"""The work behind the Explain view, in one thread beside the window."""

from __future__ import annotations

import time

from PyQt5.QtCore import QObject, pyqtSignal
from PyQt5.QtWidgets import QApplication

from engine.explain import Stopped
from gui.presenters.explain import SLOW, Question, Reply, reply_to, rounds_of
from gui.run.job import Asked, Job, Report

_PAUSE = 0.5
"""Seconds from one question to the next while the network trains."""
_SHARE = 0.04
"""Share of the time that explaining may take while the network trains."""


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

    def __init__(self, parent: QObject) -> None:
        """Make an explainer without a thread; the first question starts one."""
        super().__init__(parent)
        self._question: Question | None = None
        self._with_slow = True
        self._job: Job | None = None
        self._slow_job = False
        self._began = 0.0
        self._due = {False: 0.0, True: 0.0}
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.stop)

    @property
    def busy(self) -> bool:
        """Whether a question is being answered."""
        return self._job is not None

    def due(self, *, slow: bool) -> bool:
        """Return whether a network that trains may be asked again without being held up."""
        return not self.busy and time.monotonic() >= self._due[slow]

    def ask(self, question: Question, *, slow: bool = True) -> None:
        """Answer ``question`` instead of an older one; by the slow methods only if ``slow``."""
        self._question, self._with_slow = question, slow and bool(SLOW & set(question.methods))
        if self._job is not None:
            self._job.give_up()  # its end begins the new work
        else:
            self._begin(slow=False)

    def give_up(self) -> None:
        """Give up what is being done; the thread ends soon, and what came of it is dropped."""
        self._question = None
        if self._job is not None:
            self._job.give_up()

    def stop(self) -> None:
        """Give up what is being done, and wait until it has ended."""
        self._question = None
        job, self._job = self._job, None
        if job is not None:
            job.stop()
            job.deleteLater()

    def _begin(self, *, slow: bool) -> None:
        question = self._question
        if question is None:
            return

        def work(report: Report, asked: Asked) -> Reply:
            looks, rounds = 0, rounds_of(question)

            def stop() -> bool:
                nonlocal looks
                looks += 1
                report((looks - 1) / rounds)
                return asked()

            return reply_to(question, slow=slow, stop=stop)

        self._slow_job, self._began = slow, time.monotonic()
        job = self._job = Job(work, self, Stopped)
        job.done.connect(lambda reply: self._ended(job, question, reply=reply))
        job.failed.connect(lambda sentence: self._ended(job, question, sentence=sentence))
        job.given_up.connect(lambda: self._ended(job, question))
        job.moved.connect(lambda share: self._moved(question, share))
        job.start()

    def _moved(self, question: Question, share: object) -> None:
        if question is self._question and isinstance(share, float):
            self.moved.emit(share)

    def _ended(self, job: Job, question: Question, reply: Reply | None = None, sentence: str = "") -> None:
        if job is not self._job:
            return
        job.wait()
        job.deleteLater()
        self._job = None
        slow, now = self._slow_job, time.monotonic()
        self._due[slow] = self._began + max(_PAUSE, (now - self._began) / _SHARE)
        if question is not self._question:
            self._begin(slow=False)
            return
        if sentence:
            self.failed.emit(sentence)
        elif reply is not None:
            (self.covered if slow else self.answered).emit(reply)
            # Whoever was told may have asked something else.
            if question is self._question and not slow and self._with_slow and not self.busy:
                self._begin(slow=True)
