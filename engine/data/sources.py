"""Files wherever the user has them: by themselves, in folders, in archives, compressed or not.

Nothing is unpacked to the disk: the members of an archive are read into memory, and only those that
are asked for. An archive with a member that would land outside its folder, or with a link or a
device in it, is refused as a whole.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tarfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, BinaryIO

from engine.errors import DataError
from engine.io.gate import GZIP, SOURCE, check, is_there, opened, room, ungzipped
from engine.task import BLOCK, Task, watched
from engine.text import shortened

_DEEPEST = 2
"""Folders within a folder that are looked into."""
_MOST_MEMBERS = 100_000
_MOST_AT_ONCE = 4 * 1024**2


@dataclass(frozen=True)
class Found:
    """The content of a file, uncompressed.

    Attributes:
        where: its path, or its archive and its name in it.
        content: its bytes.
        packed_md5: checksum of the file as it lies there; empty for a member of an archive.
    """

    where: str
    content: bytes
    packed_md5: str = ""


def plain_name(name: str) -> str:
    """Return a file's name without folders and ``.gz``; ``x.idx3-ubyte`` becomes ``x-idx3-ubyte``."""
    return PurePosixPath(name).name.removesuffix(".gz").replace(".idx", "-idx")


def md5(content: bytes, task: Task | None = None) -> str:
    """Return the checksum that publishers of data sets give; raises Cancelled."""
    digest, view = hashlib.md5(usedforsecurity=False), memoryview(content)
    for start in range(0, len(view), BLOCK):
        if task is not None:
            task.check()
        digest.update(view[start : start + BLOCK])
    return digest.hexdigest()


def gather(
    paths: Sequence[Path],
    wanted: Callable[[str], bool],
    archives: Collection[str] = (),
    task: Task | None = None,
) -> dict[str, Found]:
    """Return the files whose plain name is wanted, the first of each name.

    Args:
        paths: files, archives (``.tar``, ``.tar.gz``, ``.tgz``) and folders, which are looked through to a
            depth of two.
        wanted: asked about each plain name.
        archives: plain names of the archives to open in folders, where others may lie that have nothing
            to do with it; an archive among ``paths`` may have any name.
        task: says whether to go on.

    Raises:
        Cancelled: the task was cancelled.
        DataError: a path does not exist or cannot be read, a file is too large, or an archive is refused.
    """
    found: dict[str, Found] = {}
    task = task or Task()
    for path in _files(paths):
        task.check()
        name = plain_name(path.name)
        if name in found:
            continue
        if wanted(name):
            found[name] = _read(path, task)
        elif name in archives or (path in paths and name.endswith((".tar", ".tgz"))):
            for inner, each in _members(path, wanted, task):
                found.setdefault(inner, each)
    return found


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not is_there(path):
            raise DataError(shortened(f"There is no {path}."))
        if not path.is_dir():
            yield path
            continue
        for folder, inner, names in os.walk(path, onerror=_refuse):
            if len(Path(folder).relative_to(path).parts) >= _DEEPEST:
                inner.clear()
            inner.sort()
            yield from (Path(folder) / name for name in sorted(names))


def _refuse(error: OSError) -> None:
    raise DataError(f"Cannot read {error.filename}: {error.strerror}.")


def _read(path: Path, task: Task) -> Found:
    with opened(path, SOURCE) as file:
        content = ungzipped(watched(file, task), SOURCE)
        file.seek(0)
        return Found(str(path), content, md5(watched(file, task).read(), task))


def _tar(stream: Any) -> tarfile.TarFile:
    return tarfile.open(fileobj=stream, mode="r:")


class _Stream:
    """An archive, unpacked as it is read, of which nobody reads much at once: headers announce anything."""

    def __init__(self, file: BinaryIO) -> None:
        packed = file.read(2) == GZIP
        file.seek(0)
        self._file = gzip.GzipFile(fileobj=file) if packed else file
        self.seek, self.tell, self.seekable = self._file.seek, self._file.tell, self._file.seekable

    def read(self, size: int) -> bytes:
        """Return at most ``size`` bytes; raises DataError if that is more than any header has."""
        if not 0 <= size <= _MOST_AT_ONCE:
            raise DataError(f"It announces a header of {size:,} bytes; allowed are {_MOST_AT_ONCE:,}.")
        return self._file.read(size)


def _members(path: Path, wanted: Callable[[str], bool], task: Task) -> Iterator[tuple[str, Found]]:
    """Yield the wanted files of an archive after all its names have been found harmless."""
    total, taken = 0, []
    with opened(path, SOURCE) as packed, _tar(_Stream(watched(packed, task))) as archive:
        allowed = min(SOURCE.largest, room(check(path, SOURCE)))
        for number, member in enumerate(archive):
            _check(path, member)
            total += member.size
            if total > allowed or number > _MOST_MEMBERS:
                most = allowed // 1024**2
                raise DataError(f"{path} unpacks to more than {most:,} MB, which is what is allowed.")
            name = plain_name(member.name)
            file = archive.extractfile(member) if member.isreg() and wanted(name) else None
            if file is not None:
                with file:
                    content = ungzipped(file, SOURCE)
                total += len(content) - member.size
                taken.append((name, Found(f"{path}: {member.name}", content)))
    yield from taken


def _check(path: Path, member: tarfile.TarInfo) -> None:
    """Raise DataError if a member of an archive would land outside its folder, or is no file."""
    place = PureWindowsPath(member.name)  # knows both kinds of slash and drives
    if place.drive or place.root or member.name.startswith("/") or ".." in place.parts:
        raise DataError(f"{path} is refused: its member {member.name!r} would land outside its folder.")
    if not (member.isreg() or member.isdir()) or member.sparse is not None:
        raise DataError(f"{path} is refused: its member {member.name!r} is no plain file.")
