"""A lock between processes, which ends with the process that holds it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


class Held(Exception):  # noqa: N818 - not an error: someone else is at work
    """The lock is held by someone else."""


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold the lock of the file ``path``, which is made and removed, for as long as the block lasts.

    Raises:
        Held: it is held already, by another process or by this one.
        OSError: the file cannot be made.
    """
    with path.open("ab") as file:
        _take(file)
        # Whoever held it before may have removed the file just now.
        if not path.exists() or not os.path.samestat(os.fstat(file.fileno()), path.stat()):
            raise Held
        try:
            yield
        finally:
            with suppress(OSError):  # Windows keeps files that are open
                path.unlink()


def _take(file: BinaryIO) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Held from None
