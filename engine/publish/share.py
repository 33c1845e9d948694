"""A run as one file to hand on: a ``.kscope``, which is a zip of the run's folder.

Members: what a run's folder holds (``resources/docs/run-folder.md``), and ``window.json``, an object with
what the sender's window showed, if it was sent from one. Weights are stored as they are, everything else is
compressed. Whoever opens one need not trust it: members are compared with the names that a run can have
before anything is unpacked, their sizes are added up, and no more is unpacked than was announced.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from engine.errors import ModelFileError
from engine.io.files import replacing, staging
from engine.io.gate import SHARED, explained, is_there, opened, room
from engine.io.json_file import parse_json
from engine.runs import names
from engine.runs.destination import make_free
from engine.runs.folder import RunFolder
from engine.runs.library import Library
from engine.task import BLOCK, Task

SUFFIX = names.SHARED
WINDOW = "window.json"
_PLAIN = (names.RUN, names.STATUS, names.NOTES, names.STEPS, names.VALIDATIONS, names.CHANGES)
_WEIGHTS = re.compile(re.escape(names.WEIGHTS) + r"/\d{9}\.safetensors")
_LATER = re.compile(r"[\w-]{1,64}\.json")
"""What later versions may add; it is counted, and left where it is."""
_LARGEST_WINDOW = 4 * 1024**2


def share(run: RunFolder, path: Path, task: Task, window: dict[str, Any] | None = None) -> None:
    """Write ``run`` to ``path``; an older file stays as it was unless all went well.

    Args:
        run: the run, which may be trained meanwhile.
        path: the file.
        task: how far this is.
        window: what the window shows, plain JSON values.

    Raises:
        OSError: ``path`` cannot be written.
        Cancelled: the task was cancelled.
    """
    files = [run.path / name for name in (*_PLAIN, names.STATE)]
    files += [run.path / names.WEIGHTS / names.weights_file(step) for step in run.steps()]
    total = sum(file.stat().st_size for file in files if is_there(file))
    done = 0
    with replacing(path) as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if window is not None:
            archive.writestr(WINDOW, json.dumps(window))
        for file in files:
            if not is_there(file):  # what is thinned out meanwhile, or was never there
                continue
            member = zipfile.ZipInfo.from_file(file, file.relative_to(run.path).as_posix())
            member.compress_type = zipfile.ZIP_DEFLATED if file.name in _PLAIN else zipfile.ZIP_STORED
            with file.open("rb") as content, archive.open(member, "w", force_zip64=True) as target:
                while block := content.read(BLOCK):
                    target.write(block)
                    done += len(block)
                    task.report(done, max(total, done))


def receive(path: Path, library: Library, task: Task, *, reuse: bool = False) -> tuple[Path, dict[str, Any]]:
    """Put the run in the file ``path`` among those of ``library``.

    Args:
        path: the file.
        library: where the run goes.
        task: how far this is.
        reuse: take the run that is there already, if it is the same one, instead of a second copy.

    Returns:
        The run's new folder, and what the sender's window showed; empty if that is not in the file.

    Raises:
        ModelFileError: the file is damaged, no shared run, or holds what a run cannot hold; nothing is there
            then that was not before.
        OSError: the folder of runs cannot be written.
        Cancelled: the task was cancelled.
    """
    library.folder.mkdir(parents=True, exist_ok=True)
    with opened(path, SHARED) as file, staging(library.folder) as place:
        new = place / "run"
        window = unpack(file, path.stat().st_size, new, task)
        with explained(path, SHARED):
            record = RunFolder(new).record
        if reuse and (there := _same(new, record.id, library)) is not None:
            return there, window
        words = re.sub(r"[^\w.-]+", "-", record.id).strip("-.")[:80]
        final = make_free(library.folder / (words or path.stem[:80] or "run"))
        for part in new.iterdir():
            if part.name != names.RUN:
                part.rename(final / part.name)
        (new / names.RUN).rename(final / names.RUN)  # last: until then there is no run
    return final, window


def _same(new: Path, name: str, library: Library) -> Path | None:
    """Return the run of ``library`` that is the same as the one in ``new``, which is called ``name``."""
    for folder in sorted(library.folder.glob(f"*/{names.RUN}")):
        try:
            there = RunFolder(folder.parent)
        except ModelFileError:
            continue
        if there.record.id == name and all(
            _content(new / each) == _content(there.path / each) for each in (names.RUN, names.STEPS)
        ):
            return there.path if there.steps() == RunFolder(new).steps() else None
    return None


def _content(path: Path) -> bytes:
    return path.read_bytes() if is_there(path) else b""


def unpack(file: BinaryIO, size: int, folder: Path, task: Task) -> dict[str, Any]:
    """Unpack a shared run of ``size`` bytes into the new ``folder``; return what is in ``window.json``.

    To be called inside of ``gate.opened`` or ``gate.explained``, which put into words what is wrong with it.
    """
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        _check(members, size, folder)
        folder.mkdir()
        (folder / names.WEIGHTS).mkdir()
        total = sum(member.file_size for member in members)
        done, window = 0, {}
        for member in filter(lambda each: _is_known(each.filename), members):
            with archive.open(member) as content:
                if member.filename == WINDOW:
                    window = parse_json(content.read(_LARGEST_WINDOW).decode("utf-8"), SHARED, WINDOW)
                    continue
                with (folder / PurePosixPath(member.filename)).open("xb") as target:
                    while block := content.read(BLOCK):  # zipfile gives no more than was announced
                        target.write(block)
                        done += len(block)
                        task.report(done, total)
    if not isinstance(window, dict):
        raise ModelFileError(f"{WINDOW} holds no object.")
    return window


def _is_known(name: str) -> bool:
    return name in (*_PLAIN, names.STATE, WINDOW) or _WEIGHTS.fullmatch(name) is not None


def _check(members: list[zipfile.ZipInfo], size: int, folder: Path) -> None:
    """Raise ModelFileError unless all members may be in a shared run, and there is room for them."""
    known: set[str] = set()
    for member in members:
        name = member.filename
        if not _is_known(name) and not _LATER.fullmatch(name):
            raise ModelFileError(f"it holds {name[:60]!r}, which no run has.")
        if name in known:
            raise ModelFileError(f"it holds {name!r} twice.")
        if member.flag_bits & 1:
            raise ModelFileError(f"{name} is encrypted.")
        known.add(name)
    if names.RUN not in known:
        raise ModelFileError(f"there is no {names.RUN} in it.")
    total = sum(member.file_size for member in members)
    if total > room(size):
        raise ModelFileError(
            f"it would unpack to {total / 1e6:,.0f} MB, more than a run of its size can have."
        )
    free = shutil.disk_usage(folder.parent).free
    if total > free:
        raise ModelFileError(f"it needs {total / 1e6:,.0f} MB, and the disk has {free / 1e6:,.0f} MB left.")
    if any(member.file_size > _LARGEST_WINDOW for member in members if member.filename == WINDOW):
        raise ModelFileError(f"{WINDOW} is too large.")
