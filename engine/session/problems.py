"""What went wrong in a session, in words."""

from __future__ import annotations

import logging

from engine.errors import EngineError

_log = logging.getLogger(__name__)


def in_words(error: Exception) -> str:
    """Return a sentence about ``error``; one that nobody expected is logged in full."""
    if isinstance(error, EngineError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this network and batch size."
    _log.error("training ended by an unexpected error", exc_info=error)
    return f"Training ended by an unexpected error ({type(error).__name__}: {error})."
