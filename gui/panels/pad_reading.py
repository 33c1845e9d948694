"""Who answers in the Test panel, and the reading of what is there: beside the window if it takes long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject, pyqtSignal

from engine.errors import EngineError
from engine.model.reference import Reference
from engine.recognise.subject import Subject
from engine.recognise.subject_reading import SubjectReading, read
from engine.task import Task
from gui.presenters.pad import caption
from gui.run.context import AppContext
from gui.run.model_registry import DIGITS
from gui.run.runner import Runner

if TYPE_CHECKING:
    from engine.model.model_file import Model

QUICK = 0.015
"""Seconds: drawings that a network reads within this time are read in the window's thread, without the
hand-over to another one and back."""


class Reader(QObject):
    """Lets the chosen model of the registry read; the newest question is answered."""

    answered = pyqtSignal(object)
    """The SubjectReading of what was asked about."""

    def __init__(self, context: AppContext, parent: QObject) -> None:
        """Make a reader without a thread; the first picture starts one."""
        super().__init__(parent)
        self._context = context
        self._runner = Runner(self)
        self._spent = float("inf")  # seconds that the last reading took to compute

    @property
    def working(self) -> bool:
        """Whether something is being read."""
        return self._runner.working

    def model(self) -> tuple[Reference, Model, str] | None:
        """Return the network that answers, its model, and the caption; None while it is being read."""
        models = self._context.models
        chosen, title = models.current, models.title(models.current)
        if not all(models.ready(each) for each in (chosen, models.answering, DIGITS)):
            return None
        if models.answering != chosen:
            return models.answering, models.get(models.answering), models.answering_title
        try:
            return chosen, models.get(chosen), caption(title, models.steps_of(chosen))
        except EngineError as error:
            self._context.notices.problem(str(error))
            return DIGITS, models.get(DIGITS), f"{models.title(DIGITS)}: {title} cannot be read"

    def ask(self, subject: Subject, who: tuple[Reference, Model, str], before: SubjectReading | None) -> None:
        """Find what is there and ask the network ``who``; ``answered`` tells, perhaps before this returns.

        Args:
            subject: the drawing or picture.
            who: what ``model`` returned.
            before: the last reading, of which this one takes over what is the same.
        """
        reference, model, words = who

        def work(_task: Task) -> tuple[SubjectReading, float]:
            began = time.thread_time()
            return read(subject, reference, model, words, before), time.thread_time() - began

        same = before is not None and before.reference == reference
        drawing = subject.picture is None and (subject.ink is None or (same and self._spent < QUICK))
        if drawing and not self._runner.working:
            self._have_read(work(Task()))
        else:
            self._runner.ask(work, self._have_read, self._context.notices.problem, patient=True)

    def _have_read(self, came: tuple[SubjectReading, float]) -> None:
        reading, spent = came
        if reading.found:
            self._spent = spent
        self.answered.emit(reading)
