"""The one place that tells the user about problems."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PyQt5.QtCore import QObject, pyqtSignal

from engine.text import plain

_log = logging.getLogger(__name__)


class Notices(QObject):
    """Collects sentences for the user; the main window shows them without blocking."""

    posted = pyqtSignal(str, bool)
    """Emits the sentence, and whether it is a problem."""
    offered = pyqtSignal(str, str, object)
    """Emits a sentence, the text of a button, and what the button does."""

    def tell(self, sentence: str) -> None:
        """Say something that is good to know."""
        sentence = plain(sentence)
        _log.info("%s", sentence)
        self.posted.emit(sentence, False)

    def problem(self, sentence: str) -> None:
        """Say what went wrong and what to do."""
        sentence = plain(sentence)
        _log.info("problem: %s", sentence)
        self.posted.emit(sentence, True)

    def offer(self, sentence: str, label: str, action: Callable[[], object]) -> None:
        """Say something and offer to do something about it."""
        self.offered.emit(plain(sentence), label, action)
