"""Work beside the window with a bar that shows how far it is and cancels it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PyQt5.QtCore import QTimer, pyqtSignal
from PyQt5.QtGui import QHideEvent
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from engine.task import Progress, Task
from gui.run.runner import Runner
from gui.style.theme import GRID, SMALL, font
from gui.widgets.plain import Label
from gui.widgets.progress import ProgressBar

T = TypeVar("T")
_SHOWN_AFTER = 300
"""Milliseconds after which work shows its bar; what is done sooner would only flicker."""


class WorkBar(QWidget):
    """Does one piece of work at a time; the newest question wins. Short work shows no bar."""

    failed = pyqtSignal(str)
    """The sentence why nothing came of it."""
    cancelled = pyqtSignal()
    """The user has cancelled it."""

    def __init__(self) -> None:
        """Make a bar without work; it takes no room until it is needed."""
        super().__init__()
        self._runner = Runner(self)
        self._runner.changed.connect(self._changed)
        self.words = Label()
        self.words.setFont(font(SMALL))
        self.bar = ProgressBar("How far the work is")
        self.button = QPushButton("Cancel")
        self.button.setToolTip("Give the calculation up")
        self.button.clicked.connect(lambda _checked: self._runner.cancel())
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_SHOWN_AFTER)
        self._late.timeout.connect(lambda: self._show(shown=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.words)
        row.addWidget(self.bar, 1)
        row.addWidget(self.button)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Fixed)
        self._height = self.sizeHint().height()
        self._show(shown=False)

    @property
    def busy(self) -> bool:
        """Whether there is work that somebody waits for."""
        return self._runner.busy

    def ask(self, words: str, work: Callable[[Task], T], done: Callable[[T], object]) -> None:
        """Begin to work; older work is dropped.

        Args:
            words: what is done, for the bar.
            work: done in a thread of its own.
            done: is given what came of it, in the thread of the window.
        """
        self.words.setText(words)
        self.bar.setRange(0, 0)
        self._runner.ask(work, done, self.failed.emit, moved=self._moved, cancelled=self.cancelled.emit)

    def drop(self) -> None:
        """Forget what was asked."""
        self._runner.drop()

    def hideEvent(self, event: QHideEvent) -> None:
        """Drop the work when nobody sees it any more."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.drop()

    def _moved(self, now: Progress) -> None:
        self.bar.setRange(0, 1000)
        self.bar.setValue(int(1000 * now.done / max(now.total, 1e-9)))

    def _changed(self) -> None:
        if self.busy:
            if not self._late.isActive() and self.button.isHidden():
                self._late.start()
        else:
            self._late.stop()
            self._show(shown=False)

    def _show(self, *, shown: bool) -> None:
        for widget in (self.words, self.bar, self.button):
            widget.setVisible(shown)
        self.setFixedHeight(self._height if shown else 0)
