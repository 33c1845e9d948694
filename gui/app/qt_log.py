"""Qt's own messages go to Python's log instead of the terminal."""

from __future__ import annotations

import logging

from PyQt5.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_log = logging.getLogger("qt")

_LEVELS = {QtMsgType.QtCriticalMsg: logging.ERROR, QtMsgType.QtFatalMsg: logging.CRITICAL}


def to_python_log() -> None:
    """Log what Qt says; its warnings speak to developers, so they are not shown by default."""
    qInstallMessageHandler(_handle)


def _handle(kind: QtMsgType, _context: QMessageLogContext, message: str | None) -> None:
    _log.log(_LEVELS.get(kind, logging.INFO), "%s", message)
