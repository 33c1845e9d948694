"""The log of errors that nobody expected: one file per user, so that a sentence is enough elsewhere.

It takes what the program logs as a warning or worse. It lies in the folder that the system has for logs,
three files of a megabyte at most, and is made with its first entry. Where it cannot be written, the last
entries are kept in memory, and nothing else happens.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.errors import expected, in_words

_BYTES, _OLDER = 1_000_000, 2
_FORM = "%(asctime)s %(process)d %(name)s %(levelname)s: %(message)s"
_SHOWN = 200_000
"""Bytes at the end of the file that are shown."""
_log = logging.getLogger(__name__)


def log_path() -> Path:
    """Return where the log lies, or will lie after its first entry."""
    from platformdirs import user_log_path  # needed only after an error

    return user_log_path("kernelscope", appauthor=False) / "errors.log"


class ErrorLog(logging.Handler):
    """Writes entries to the log; never raises, whatever the disk does.

    Attributes:
        problem: why the last entry is not in the file, in words; empty if it is.
    """

    def __init__(self) -> None:
        """Touch no file yet."""
        super().__init__(logging.WARNING)
        self.setFormatter(logging.Formatter(_FORM))
        self.problem = ""
        self._recent: deque[str] = deque(maxlen=50)
        self._file: logging.StreamHandler | None = None  # type: ignore[type-arg]

    def emit(self, record: logging.LogRecord) -> None:
        """Write an entry, or keep it in memory alone."""
        try:
            self._recent.append(self.format(record))
            self.problem = ""
            if self._file is None:
                self._file = self._opened()
            self._file.emit(record)  # tells what goes wrong to _failed
        except Exception as error:  # noqa: BLE001 - a log that fails must not make matters worse
            self._failed(error)

    def _opened(self) -> logging.StreamHandler:  # type: ignore[type-arg]
        from logging.handlers import RotatingFileHandler  # needed only after an error

        path = log_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(
            path, maxBytes=_BYTES, backupCount=_OLDER, encoding="utf-8", delay=True, errors="backslashreplace"
        )
        file.setFormatter(self.formatter)
        file.handleError = lambda record: self._failed(sys.exc_info()[1])  # type: ignore[method-assign] # noqa: ARG005
        return file

    def _failed(self, error: BaseException | None) -> None:
        reason = error.strerror if isinstance(error, OSError) else None
        self.problem = f"It cannot be written: {reason or type(error).__name__}."

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            with suppress(OSError):  # what could not be written is tried once more
                self._file.close()
            self._file = None
        super().close()

    def text(self) -> str:
        """Return the last entries, oldest first: from the file, or what is in memory if that has less."""
        if not self.problem:
            try:
                with log_path().open("rb") as file:
                    size = file.seek(0, 2)
                    file.seek(max(0, size - _SHOWN))
                    return file.read().decode("utf-8", errors="replace")
            except OSError:
                pass
        return "".join(f"{entry}\n" for entry in self._recent)

    def told(self, error: Exception) -> str:
        """Return one sentence for the user, after writing down an error that nobody expected."""
        if expected(error):
            return in_words(error)
        _log.error("unexpected error", exc_info=error)
        return f"{in_words(error)} {self.where()}"

    def where(self) -> str:
        """Return where the details of the last entry are, as a sentence."""
        if self.problem:
            return f"The log {log_path()} has no details. {self.problem}"
        return f"The details are in {log_path()}."


def of_process() -> ErrorLog:
    """Return the log that this process keeps; one that takes nothing more if it keeps none."""
    kept = [each for each in logging.getLogger().handlers if isinstance(each, ErrorLog)]
    return kept[0] if kept else ErrorLog()


@contextmanager
def keeping() -> Iterator[ErrorLog]:
    """Keep the log while the block lasts; errors that end threads or come up in finalisers go there, too."""

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if not issubclass(args.exc_type, SystemExit):
            _log.error("error in the thread %s", args.thread and args.thread.name, exc_info=args.exc_value)

    def unraisable(args: sys.UnraisableHookArgs) -> None:
        _log.error("%s %r", args.err_msg or "error in", args.object, exc_info=args.exc_value)

    log, root = ErrorLog(), logging.getLogger()
    before = threading.excepthook, sys.unraisablehook
    root.addHandler(log)
    threading.excepthook, sys.unraisablehook = in_thread, unraisable
    try:
        yield log
    finally:
        threading.excepthook, sys.unraisablehook = before
        root.removeHandler(log)
        log.close()
