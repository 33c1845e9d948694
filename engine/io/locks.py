"""A lock between processes, which ends with the process that holds it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Held(Exception):  # noqa: N818 - not an error: someone else is at work
    """The lock is held by someone else."""


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold the lock of the file ``path``, which is made and removed, for as long as the block lasts.

    Raises:
        Held: it is held already, by another process or by this one.
        OSError: there is no such folder, the file cannot be made in it, or its disk knows no locks.
    """
    from filelock import FileLock, Timeout  # needed only where something is written

    if not path.parent.is_dir():  # which would be made otherwise
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))

    # Whoever ends it may be another thread than the one that began it.
    held = FileLock(path, timeout=0, fallback_to_soft=False, thread_local=False)
    try:
        held.acquire()
    except Timeout:
        raise Held from None
    try:
        yield
    finally:
        try:
            # Before it is released, or it might be another's by then; Windows keeps files that are open.
            with suppress(OSError):
                path.unlink()
        finally:
            held.release()


def remove_unheld(path: Path) -> None:
    """Remove the file of a lock whose process is gone; one that is held stays."""
    with suppress(Held, OSError), lock(path):
        pass
