"""The one place that catches what nobody expected, in Qt's slots, in threads and in finalisers."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

from PyQt5.QtCore import QObject, QTimer, pyqtSignal, pyqtSlot

from engine.errors import expected, in_words
from gui.state.notices import Notices

_log = logging.getLogger(__name__)

_DETAILS = " Help > Error log has the details."
_FIRST_MS, _LONGEST_MS = 1000, 60_000
"""Time from a notice to the next one about the same error; it doubles up to the second."""
_KINDS = 100
"""The number of different errors that are distinguished."""


@dataclass
class _Seen:
    """An error that came up ``count`` times, of which the user was told ``told`` times."""

    sentence: str
    details: str
    count: int = 0
    told: int = 0


class Unexpected(QObject):
    """Says each error once, however often it comes up, and writes it into the log; everything goes on.

    A paint event that fails sixty times a second gives one entry in the log and one notice, which counts.

    Attributes:
        total: how many errors were caught.
    """

    _caught = pyqtSignal(bool)
    """An error came up, in whatever thread; whether it is of a new kind."""

    def __init__(self) -> None:
        """Catch nothing before ``installed``, and tell nobody before ``tell``."""
        super().__init__()
        self.total = 0
        self._notices: Notices | None = None
        self._lock = threading.RLock()  # a finaliser may fail in the middle
        self._seen: dict[tuple[type, str, int], _Seen] = {}
        self._newest: _Seen | None = None
        self._pause = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._say)
        self._caught.connect(self._soon)

    @property
    def sentence(self) -> str:
        """The newest error in words; empty if there was none."""
        return self._newest.sentence if self._newest is not None else ""

    @property
    def untold(self) -> str:
        """An error of which the user has not been told, in words; empty if there is none."""
        return next((seen.sentence for seen in self._seen.values() if not seen.told), "")

    def tell(self, notices: Notices | None) -> None:
        """Tell the user from now on, and of what came up before; None: there is nobody to be told."""
        self._notices = notices
        self._soon(True)

    @contextmanager
    def installed(self) -> Iterator[Unexpected]:
        """Catch while the block lasts."""
        before = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self.take
        threading.excepthook = lambda args: self.take(args.exc_type, args.exc_value, args.exc_traceback)
        sys.unraisablehook = lambda args: self.take(args.exc_type, args.exc_value, args.exc_traceback)
        try:
            yield self
        finally:
            sys.excepthook, threading.excepthook, sys.unraisablehook = before

    def take(
        self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Note an error; any thread may call this, at any time."""
        try:
            new = self._note(kind, error or kind(), trace)
            self._caught.emit(new)
        except Exception:  # noqa: BLE001, S110 - there is no place left to tell it
            pass
        finally:
            # The frames hold what was at work: a painter that lives on would keep all others from painting.
            traceback.clear_frames(trace)
            sys.last_value = sys.last_traceback = None

    def _note(self, kind: type, error: BaseException, trace: TracebackType | None) -> bool:
        place = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(trace)]
        key = (kind, *(place[-1] if place else ("", 0)))
        with self._lock:
            new = key not in self._seen
            if new:
                if len(self._seen) >= _KINDS:
                    self._seen.clear()
                self._seen[key] = _Seen(in_words(error), "" if expected(error) else _DETAILS)
            self._newest = seen = self._seen[key]
            seen.count += 1
            self.total += 1
            count = seen.count
        if new:
            _log.error("unexpected error", exc_info=(kind, error, trace))
        elif count & (count - 1) == 0:  # a power of two: few lines, however often it comes
            _log.error("%s in %s, line %d: %d times by now", kind.__name__, key[1], key[2], count)
        return new

    @pyqtSlot(bool)
    def _soon(self, new: bool) -> None:
        if new:
            self._pause = 0
        if new or not self._timer.isActive():
            self._timer.start(self._pause)

    def _say(self) -> None:
        seen = self._newest
        if seen is None or self._notices is None or seen.told == seen.count:
            return
        seen.told = seen.count
        self._pause = min(max(_FIRST_MS, 2 * self._pause), _LONGEST_MS)
        often = f" It has come up {seen.count:,} times." if seen.count > 1 else ""
        self._notices.problem(seen.sentence + often + seen.details)
