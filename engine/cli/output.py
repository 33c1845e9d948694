"""Standard output and standard error that never stop the work.

They may be closed, full, a pipe that nobody reads any more, or of an encoding that lacks characters. What can
be said is said, the work is done in any case, and what could not be written is known at the end.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

_UNREAD = (errno.EPIPE, errno.EINVAL if sys.platform == "win32" else errno.EPIPE)
"""What writing to a pipe fails with after its reader has gone."""


class _Raw(io.FileIO):
    """Writes to a file descriptor, and keeps the first failure instead of raising it."""

    problem: OSError | None = None

    def write(self, data: Any) -> int:
        """Write ``data``, or pass it over once writing has failed."""
        while self.problem is None:
            try:
                written = super().write(data)
            except OSError as error:
                self.problem = error
            else:
                if written is not None:
                    return written
                select.select([], [self], [])  # whoever has the other end wants no waiting, but we do
        return len(data)


class Streams:
    """Standard output and error while ``safe`` lasts."""

    def __init__(self, out: _Raw | None) -> None:
        self._out = out

    @property
    def lost(self) -> str:
        """Why something is missing from standard output, or "" if nothing is or nobody wants it."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.flush()
        problem = self._out.problem if self._out else None
        if problem is None or problem.errno in _UNREAD:
            return ""
        return problem.strerror or str(problem)


@contextmanager
def safe() -> Iterator[Streams]:
    """Let standard output and error take everything while the block lasts.

    Streams that were put in their place, as tests do, stay.
    """
    _open_closed()
    before = sys.stdout, sys.stderr
    out, sys.stdout = _guarded(sys.stdout, sys.__stdout__, 1)
    _, sys.stderr = _guarded(sys.stderr, sys.__stderr__, 2)
    try:
        yield Streams(out)
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        sys.stdout, sys.stderr = before


def _open_closed() -> None:
    """Open what was closed, or the next file that is opened would take its number and its output."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)


def _guarded(stream: TextIO | None, original: TextIO | None, number: int) -> tuple[_Raw | None, TextIO]:
    """Return what takes the place of ``stream``; a stream that is not the process's own stays."""
    if stream is not original or not isinstance(stream, io.TextIOWrapper | None):
        return None, stream or io.StringIO()
    if stream is not None and sys.platform == "win32" and stream.isatty():
        stream.reconfigure(errors="backslashreplace")  # a console there is no file
        return None, stream
    raw = _Raw(number, "w", closefd=False)
    return raw, io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding if stream else "utf-8",
        errors="backslashreplace",
        line_buffering=stream.line_buffering if stream else False,
        write_through=stream.write_through if stream else False,
    )
