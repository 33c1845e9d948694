"""The bar that shows how far the work with the pictures is, and stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtGui import QHideEvent
from PyQt5.QtWidgets import QApplication, QHBoxLayout, QProgressBar, QPushButton, QWidget

from engine.data.pictures.found import Asked, Report, StoppedError
from gui.presenters.numbers import grouped
from gui.presenters.own_pictures import counted
from gui.run.job import Job
from gui.style.theme import GRID
from gui.widgets.plain import Label

Work: TypeAlias = Callable[[Report, Asked], Any]
"""Is given a function that reports how many pictures of how many are done, and one that asks for an end."""


class JobBar(QWidget):
    """Does one job at a time, shows how far it is, and lets the user stop it; hidden without a job."""

    changed = pyqtSignal()
    """A job began or ended."""
    failed = pyqtSignal(str)
    """The sentence why nothing came of the job."""

    def __init__(self) -> None:
        """Make a bar without a job."""
        super().__init__()
        self._job: Job | None = None
        self.words = Label()
        self.words.setObjectName("caption")
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Pictures read")
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(160)
        self.button = QPushButton("&Stop")
        self.button.clicked.connect(lambda _checked: self.stop())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for widget in (self.words, self.bar, self.button):
            row.addWidget(widget)
        self.hide()
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.stop)

    @property
    def busy(self) -> bool:
        """Whether there is a job."""
        return self._job is not None

    def start(self, word: str, work: Work, take: Callable[[Any], None]) -> None:
        """Begin a job; an older one is stopped first.

        Args:
            word: what is done with the pictures, as in ``Reading 3 of 10 pictures``.
            work: done in a thread of its own.
            take: is given what came of it, in the thread of the window.
        """
        self.stop()
        job = self._job = Job(
            lambda report, asked: work(lambda count, of: report((count, of)), asked), self, StoppedError
        )

        # What a stopped job has said before it ended may still arrive; it counts no more.
        def done(result: Any) -> None:
            if self._job is job:
                self.stop()
                take(result)

        def failed(sentence: str) -> None:
            if self._job is job:
                self.stop()
                self.failed.emit(sentence)

        def moved(progress: tuple[int, int]) -> None:
            if self._job is job:
                count, of = progress
                self.words.setText(f"{word} {grouped(count)} of {counted(of, 'picture')}")
                self.bar.setRange(0, of)
                self.bar.setValue(count)

        job.done.connect(done)
        job.failed.connect(failed)
        job.moved.connect(moved)
        self.words.setText("Looking for pictures")
        self.bar.setRange(0, 0)
        self.show()
        job.start()
        self.changed.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """End the job when the window closes, however it came to that."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.stop()

    def stop(self) -> None:
        """End the job, if there is one, and wait until it has ended."""
        job, self._job = self._job, None
        if job is not None:
            job.stop()
            job.deleteLater()
            self.hide()
            self.changed.emit()
