"""Fetching data sets from their publishers.

Requests speaks with the servers. What is added here is patience: a broken connection is taken up where it
broke, mirrors are tried in turn, and whoever waits sees the progress and can stop at any moment.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from engine.data.adding import add_files, check_space
from engine.data.connection import Connection
from engine.data.entry import Entry, RemoteFile
from engine.data.folders import data_folder
from engine.data.sources import md5
from engine.errors import DataError
from engine.io.locks import Held, lock, remove_unheld
from engine.task import Task, watched

if TYPE_CHECKING:
    from requests import Response

_CHUNK = 8 * 1024
"""Bytes of a piece; what has come of a piece is lost if the connection breaks within it."""
_CONNECT_SECONDS, _SILENCE_SECONDS = 10.0, 8.0
"""How long a server may take to answer at all, and between two pieces."""
_ATTEMPTS = 3
"""Attempts in a row on one mirror that may bring nothing."""
_PAUSE_SECONDS = 0.5
"""How long to wait before the next attempt; twice as long after each that brought nothing."""


class _Broken(Exception):  # noqa: N818 - never leaves this module
    """A connection failed in a way that another attempt may mend."""


class _Unfit(Exception):  # noqa: N818 - never leaves this module
    """A mirror does not have the file."""


def download(entry: Entry, task: Task | None = None) -> list[str]:
    """Fetch a data set, check it and keep it where ``load`` finds it.

    Args:
        entry: the data set; each of its mirrors is tried for each of its files.
        task: gets the number of bytes that have come, of all files, and the file and server they come from;
            what has come when it is cancelled is kept to go on from.

    Returns:
        Sentences that the user should know, as ``add_files`` gives them.

    Raises:
        Cancelled: the task was cancelled.
        DataError: no mirror has given a right file, the disk is full, or it is being fetched already. One
            sentence says why and, where that helps, how to add the files by hand.
    """
    if entry.shipped or not entry.files:
        raise DataError(f"{entry.title} is there already; nothing has to be fetched.")
    folder = data_folder() / "fetching" / entry.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.parent.glob("*.lock"):
            remove_unheld(left)
        with lock(folder.with_name(f"{entry.name}.lock")):
            return _download(entry, folder, task or Task())
    except Held:
        raise DataError(f"{entry.title} is being fetched already, by another Kernelscope.") from None
    except OSError as error:
        raise DataError(f"Cannot write to {folder}: {error.strerror or error}.") from None


def _download(entry: Entry, folder: Path, task: Task) -> list[str]:
    folder.mkdir(exist_ok=True)  # one that was fetching until just now has removed it
    have = sum(path.stat().st_size for path in folder.iterdir())
    check_space(entry.size_bytes - min(have, entry.size_bytes) + entry.kept_bytes)
    fetch = _Fetch(entry, folder, task)
    notes = add_files(entry, [fetch.file(file) for file in entry.files], task)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    return notes


class _Fetch:
    """The files of one data set, one after the other."""

    def __init__(self, entry: Entry, folder: Path, task: Task) -> None:
        self._entry, self._folder, self._task = entry, folder, task
        self._before = 0  # bytes of the files that are done

    def file(self, file: RemoteFile) -> Path:
        """Return the path of a checked file, fetched if it was not there."""
        reasons = []
        for mirror in self._entry.mirrors:
            try:
                path = self._from(mirror, file)
            except _Unfit as error:
                reasons.append(f"{_server(mirror)} {error}")
            else:
                self._before += file.size
                return path
        raise DataError(self._failure(reasons))

    def _from(self, mirror: str, file: RemoteFile) -> Path:
        """Fetch and check a file if it is not there; raises _Unfit if this mirror gives another one."""
        kept, part = self._folder / file.name, self._folder / f"{file.name}.part"
        if kept.exists() and self._is_right(kept, file):
            return kept
        self._whole(mirror + file.name, part, file)
        if not self._is_right(part, file):
            part.unlink()
            raise _Unfit(f"sent a {file.name} with a wrong checksum")
        return part.replace(kept)

    def _is_right(self, path: Path, file: RemoteFile) -> bool:
        with path.open("rb") as content:
            return md5(watched(content, self._task).read(), self._task) == file.md5

    def _whole(self, url: str, part: Path, file: RemoteFile) -> None:
        """Fetch until ``part`` is whole, over as many connections as it takes."""
        failures = 0
        while True:
            before = _size(part)
            try:
                self._stream(url, part, file)
            except _Broken as error:
                failures = 0 if _size(part) > before else failures + 1
                if failures >= _ATTEMPTS:
                    raise _Unfit(str(error)) from None
                self._task.wait(_PAUSE_SECONDS * 2**failures)
            else:
                return

    def _stream(self, url: str, part: Path, file: RemoteFile) -> None:
        """Fetch over one connection, from where ``part`` ends."""
        import requests  # heavy, and needed only here
        import urllib3

        have = _size(part)
        if have >= file.size:
            if have == file.size:
                return
            have = 0
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        try:
            limits = _CONNECT_SECONDS, _SILENCE_SECONDS
            with Connection(url, headers, _CHUNK, limits, self._task) as connection:
                answer = connection.answer()
                _judge(answer)
                # A server that cannot go on in the middle answers 200 and begins anew.
                with part.open(
                    "ab" if have and answer.status_code == requests.codes.partial else "wb"
                ) as out:
                    for piece in connection.pieces():
                        self._take(piece, out, file, url)
        except requests.exceptions.Timeout:
            raise _Broken("does not answer") from None
        except requests.exceptions.ConnectionError:
            reason = "broke the connection" if _size(part) > have else "cannot be reached"
            raise _Broken(reason) from None
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError):
            raise _Broken("broke the connection") from None
        if _size(part) < file.size:
            raise _Broken("broke the connection")

    def _take(self, piece: bytes, out: IO[bytes], file: RemoteFile, url: str) -> None:
        out.write(piece)
        if out.tell() > file.size:
            out.truncate(0)
            raise _Unfit(f"sends more than the {file.size:,} bytes of {file.name}")
        words = f"{file.name} from {_server(url)}"
        self._task.report(self._before + out.tell(), self._entry.size_bytes, words)

    def _failure(self, reasons: list[str]) -> str:
        entry = self._entry
        if reasons and all("cannot be reached" in reason for reason in reasons):
            why = "there seems to be no network: " + ", ".join(reasons)
        else:
            why = ", ".join(reasons)
        return (
            f"{entry.title} could not be fetched ({why}). Get {entry.by_hand} another way, then choose "
            f"Add files\u2026 or \u201cpython main.py data add {entry.name} FILES\u201d."
        )


def _judge(answer: Response) -> None:
    """Raise _Broken or _Unfit if the server has something else to say than the file."""
    code = answer.status_code
    if code >= 500 or code == 429:
        raise _Broken(f"answers with error {code}")
    if code >= 400:
        raise _Unfit(f"answers with error {code}")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _server(url: str) -> str:
    return urlsplit(url).netloc
