"""The bar that shows how far work beside the window is, and stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtGui import QHideEvent
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QWidget

from engine.formatting import counted, grouped, percent
from engine.task import Progress, Task
from gui.run.runner import Runner
from gui.style.theme import GRID
from gui.widgets.plain import Label
from gui.widgets.progress import ProgressBar

T = TypeVar("T")


class JobBar(QWidget):
    """Does one job at a time, shows how far it is, and lets the user stop it; hidden without a job."""

    changed = pyqtSignal()
    """A job began or ended."""
    failed = pyqtSignal(str)
    """The sentence why nothing came of the job."""

    def __init__(
        self, name: str = "Pictures read", unit: str = "picture", first: str = "Looking for pictures"
    ) -> None:
        """Make a bar without a job.

        Args:
            name: what the bar measures, for those who do not see it.
            unit: what is counted; without one the bar speaks of a share.
            first: what is said until the first report.
        """
        super().__init__()
        self._unit, self._first = unit, first
        self._runner = Runner(self)
        self._runner.changed.connect(self._changed)
        self.words = Label()
        self.words.setObjectName("caption")
        self.bar = ProgressBar(name)
        self.bar.setFixedWidth(160)
        self.button = QPushButton("&Stop")
        self.button.clicked.connect(lambda _checked: self.stop())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for widget in (self.words, self.bar, self.button):
            row.addWidget(widget)
        self.hide()

    @property
    def busy(self) -> bool:
        """Whether there is work that somebody waits for."""
        return self._runner.busy

    def start(
        self,
        word: str,
        work: Callable[[Task], T],
        take: Callable[[T], object],
        seen: Callable[[], object] | None = None,
    ) -> None:
        """Begin to work; older work is dropped.

        Args:
            word: what is done, as in ``Reading 3 of 10 pictures``.
            work: done in a thread of its own.
            take: is given what came of it, in the thread of the window.
            seen: is called there whenever it is further.
        """

        def moved(now: Progress) -> None:
            if self._unit:
                count, of = int(now.done), int(now.total)
                self.words.setText(f"{word} {grouped(count)} of {counted(of, self._unit)}")
            else:
                count, of = round(1000 * now.done / max(now.total, 1)), 1000
                self.words.setText(f"{word}: {percent(count / of)}")
            self.bar.setRange(0, of)
            self.bar.setValue(count)
            if seen is not None:
                seen()

        self.words.setText(self._first or word)
        self.bar.setRange(0, 0)
        self._runner.ask(work, take, self.failed.emit, moved=moved)

    def hideEvent(self, event: QHideEvent) -> None:
        """Drop the work when the window closes, however it came to that."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.stop()

    def stop(self) -> None:
        """Drop the work, if there is some."""
        self._runner.drop()

    def _changed(self) -> None:
        self.setVisible(self.busy)
        self.changed.emit()
