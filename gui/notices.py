"""The one place that tells the user about problems."""

from __future__ import annotations

import logging

from PyQt5.QtCore import QObject, pyqtSignal

_log = logging.getLogger(__name__)


class Notices(QObject):
    """Collects sentences for the user; the main window shows them without blocking."""

    posted = pyqtSignal(str, bool)
    """Emits the sentence, and whether it is a problem."""

    def tell(self, sentence: str) -> None:
        """Say something that is good to know."""
        _log.info(sentence)
        self.posted.emit(sentence, False)

    def problem(self, sentence: str) -> None:
        """Say what went wrong and what to do."""
        _log.info("problem: %s", sentence)
        self.posted.emit(sentence, True)
