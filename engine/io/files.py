"""Writing files so that no reader ever sees half of one, and a failure loses nothing."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from engine.io.locks import Held, lock

_PREFIX, _SUFFIX, _LOCK = ".kernelscope.", ".part", ".lock"
_READY = "ready"
"""Folder in an unfinished one: the files in it are complete, and are about to take their places."""


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Yield a file that takes the place of ``path`` when the block ends without an error.

    The bytes go to a temporary file on the same disk, reach it, and are then renamed; on an error an older
    file at ``path`` stays as it was. A link stays one, and what it points to is replaced; the permissions
    of an older file are kept. What is no file, such as a device or a pipe, is written to as it is.

    Raises:
        OSError: the folder cannot be written or the disk is full.
    """
    path = Path(path)
    try:
        with _special(path) if _is_special(path) else _staged(path) as file:
            yield file
    except OSError as error:
        beside = error.filename is None or _PREFIX in str(error.filename)
        if error.errno is not None and beside:  # it names the file beside it, or none
            error.filename, error.filename2 = str(path), None
        raise


@contextmanager
def _special(path: Path) -> Iterator[BinaryIO]:
    # A pipe that nobody reads is an error: nobody knows how long to wait for its other end.
    handle = os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "wb") as file:
        if hasattr(os, "set_blocking"):
            os.set_blocking(handle, True)
        yield file


@contextmanager
def _staged(path: Path) -> Iterator[BinaryIO]:
    target = _target(path)
    with staging(target.parent) as place:
        staged = place / "file"
        with staged.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _replace(staged, target)


def write_text(path: Path, text: str) -> None:
    """Replace ``path`` by ``text`` in UTF-8; raises OSError and then changes nothing."""
    with replacing(path) as file:
        file.write(text.encode("utf-8"))


@contextmanager
def together(folder: Path) -> Iterator[Path]:
    """Yield an empty folder whose files take their places in ``folder`` when the block ends: all or none.

    If the program is killed while they do, ``recover`` and whatever is written to ``folder`` next finish it.
    Links and permissions are kept as ``replacing`` keeps them.

    Raises:
        OSError: a file cannot take its place, or the disk is full; nothing has changed then.
    """
    with ExitStack() as stack:
        place = stack.enter_context(staging(folder))
        new, ready, old = place / "new", place / _READY, place / "old"
        new.mkdir()
        old.mkdir()
        yield new
        pairs = []
        for staged in sorted(new.iterdir()):
            _to_disk(staged)
            target = _target(folder / staged.name)
            if target.parent != folder:  # behind a link, maybe on another disk
                near = stack.enter_context(staging(target.parent))
                pairs.append((Path(shutil.copyfile(staged, near / "file")), target, old / staged.name))
            else:
                pairs.append((ready / staged.name, target, old / staged.name))
        for _, target, backup in pairs:
            if target.exists():
                _keep(target, backup)
        new.rename(ready)  # from here on all of them will be in their places, whatever happens
        done = []
        try:
            for staged, target, backup in pairs:
                done.append((target, backup))
                _replace(staged, target)
        except OSError:
            ready.rename(new)
            for target, backup in done:
                with suppress(OSError):
                    _restore(backup, target)
            raise


def recover(folder: Path) -> None:
    """Finish what killed programs had begun to put into ``folder``, and remove what they left there."""
    with suppress(OSError):
        for place in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
            with suppress(Held, OSError):
                with lock(place / _LOCK):
                    _finish(place / _READY, folder)
                    shutil.rmtree(place, ignore_errors=True)
                shutil.rmtree(place, ignore_errors=True)  # Windows keeps the lock until it is released


def _finish(ready: Path, folder: Path) -> None:
    """Put the files in ``ready`` into ``folder``, which may come from anywhere: links are left alone."""
    if not ready.is_dir() or ready.is_symlink():
        return
    for staged in sorted(ready.iterdir()):
        target = folder / staged.name
        if staged.is_file() and not staged.is_symlink() and not target.is_symlink():
            _replace(staged, target)


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """Yield an empty folder in ``folder`` for unfinished files, which is gone after the block.

    What killed processes have left in ``folder`` is seen to first; a lock tells it from what is in use.

    Raises:
        OSError: ``folder`` cannot be written.
    """
    recover(folder)
    with ExitStack() as stack:
        place = _claim(folder, stack)
        stack.callback(shutil.rmtree, place, ignore_errors=True)  # while nobody can take it for an old one
        yield place


def _claim(folder: Path, stack: ExitStack) -> Path:
    while True:
        place = Path(tempfile.mkdtemp(prefix=_PREFIX, suffix=_SUFFIX, dir=folder))
        stack.callback(
            shutil.rmtree, place, ignore_errors=True
        )  # Windows keeps the lock until it is released
        try:
            stack.enter_context(lock(place / _LOCK))
        except (Held, FileNotFoundError):
            continue  # another process has taken it for an old one in just this moment
        except OSError:
            pass  # a disk without locks: what is left on it is left to its owner
        return place


def _is_special(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _target(path: Path) -> Path:
    """Return what is to be replaced: the file itself, or what a link points to."""
    if not path.is_symlink():
        return path
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return target


def _to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _replace(staged: Path, target: Path) -> None:
    if target.exists():
        with suppress(OSError):  # disks without permissions
            shutil.copymode(target, staged)
    staged.replace(target)


def _keep(target: Path, backup: Path) -> None:
    try:
        os.link(target, backup)
    except OSError:  # another disk, or one without links
        shutil.copy2(target, backup)


def _restore(backup: Path, target: Path) -> None:
    if not backup.exists():
        target.unlink(missing_ok=True)
        return
    try:
        backup.replace(target)
    except OSError:
        shutil.copy2(backup, target)
