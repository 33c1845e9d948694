"""The gate: every file from outside comes in here, whatever reads it afterwards.

Only regular files pass, so that no pipe makes the program wait and no device fills its memory. Their size is
looked at before they are opened, and a reader can never take more bytes than are there, whatever a header
announces. What a library raises on damaged files, and libraries raise anything, becomes one sentence of one
line that names the file. Every kind of file is listed in ``KINDS``, with the most that it may have.
"""

from __future__ import annotations

import gzip
import io
import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from engine.errors import ConfigError, DataError, EngineError, ModelFileError, ShapeError
from engine.records import dataclass
from engine.task import Cancelled
from engine.text import plain, shortened

_log = logging.getLogger(__name__)
_MB = 1024**2
GZIP = b"\x1f\x8b"
"""How what was compressed with gzip begins."""


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes:
        words: what a file of this kind is, with its article.
        largest: most bytes of such a file.
        error: what is raised about it.
    """

    words: str
    largest: int
    error: type[EngineError] = DataError


MODEL = Kind("a model", 2048 * _MB, ModelFileError)
ONNX = Kind("an ONNX file", 512 * _MB, ModelFileError)
PICKLE = Kind("a trained.pickle of CNN-from-Scratch", 256 * _MB, ModelFileError)
ARRAYS = Kind("an .npz file of plain arrays", 4096 * _MB)
IDX = Kind("an IDX file", 1024 * _MB)
SOURCE = Kind("a file of a data set", 1024 * _MB)
TABLE = Kind("a table (CSV)", 256 * _MB)
PICTURE = Kind("a picture", 512 * _MB)
PICTURES = Kind("a collection of pictures", 4096 * _MB)
CONFIG = Kind("a file of settings (JSON)", 4 * _MB, ConfigError)
RUN = Kind("a file of a run", 512 * _MB, ModelFileError)
SHARED = Kind("a shared run (.kscope)", 4096 * _MB, ModelFileError)
SWEEP = Kind("a description of a sweep (TOML)", 1 * _MB, ConfigError)
NETWORK = Kind("a description of a network (JSON)", 4 * _MB, ConfigError)
LESSON = Kind("a lesson (TOML)", _MB, ConfigError)
WORDS = Kind("a text of a lesson (Markdown)", _MB, ConfigError)

KINDS = (
    *(MODEL, ONNX, PICKLE, ARRAYS, IDX, SOURCE, TABLE, PICTURE, PICTURES),
    *(CONFIG, RUN, SHARED, SWEEP, NETWORK, LESSON, WORDS),
)
"""Every kind of file that is read from outside."""

_OURS = (ConfigError, DataError, ModelFileError, ShapeError)
"""What the engine raises about what a file says; other errors of its own, like being stopped, pass."""
_ALWAYS = 256 * _MB
_RATIO = 100
_CHUNK = _MB
_LONGEST = 160
"""Characters of a path that a sentence repeats."""
_KINDS_OF_FILE = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def room(packed: int) -> int:
    """Return how many bytes a compressed file of ``packed`` bytes may unpack to.

    Real data seldom shrink to a tenth; what shrinks to less than a hundredth was made to fill memory.
    """
    return max(_ALWAYS, _RATIO * packed)


@contextmanager
def explained(where: object, kind: Kind) -> Iterator[None]:
    """Turn whatever goes wrong in the block into one sentence about ``where``, of the error of ``kind``.

    An error of the engine about what a file says keeps its words; everything else gets some.
    """
    whole, where = plain(str(where)), _called(where)
    try:
        yield
    except Cancelled:
        raise
    except EngineError as error:
        if not isinstance(error, _OURS):
            raise
        told = where in str(error) or whole in str(error)
        raise _error(kind, str(error) if told else f"{where} cannot be used: {error}") from None
    except MemoryError:
        raise _error(kind, f"{where} needs more memory than there is.") from None
    except RecursionError:
        raise _error(kind, f"{where} is nested too deep to be {kind.words}.") from None
    except OSError as error:
        if error.errno is not None:  # without, a library has raised it about what it read
            missing = isinstance(error, FileNotFoundError) and where == "It"
            words = f"Cannot read {'it' if where == 'It' else where}: {error.strerror}."
            raise _error(kind, "There is no such file." if missing else words) from None
        raise _damaged(kind, where) from None
    except Exception:  # noqa: BLE001 - this is the one place for what libraries raise on damaged files
        raise _damaged(kind, where) from None


def _called(where: object) -> str:
    """Return how sentences call ``where``."""
    return shortened(plain(str(where)), _LONGEST)


def _damaged(kind: Kind, where: object) -> EngineError:
    _log.info("reading %s failed", where, exc_info=True)
    return _error(kind, f"{where} is damaged, or it is not {kind.words}.")


def _error(kind: Kind, sentence: str) -> EngineError:
    return kind.error(shortened(plain(sentence)))


def is_folder(path: Path) -> bool:
    """Whether there is a folder at ``path``; a path that cannot exist is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_there(path: Path) -> bool:
    """Whether there is anything at ``path``; a path that cannot exist is nothing."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def check(path: Path, kind: Kind, where: object = "") -> int:
    """Return the size of the regular file ``path``; raises the error of ``kind`` if it is none, or too large.

    For libraries that open files themselves; others are given what ``opened`` yields. Errors call the file
    ``where`` (``It``, if the sentence will stand beside its name), or by its path.
    """
    where = _called(where or path)
    with explained(where, kind):
        try:
            status = path.stat()
        except ValueError:
            raise kind.error(f"{where} is not the name of a file.") from None
        return _sized(where, status, kind)


def _sized(where: object, status: os.stat_result, kind: Kind) -> int:
    if not stat.S_ISREG(status.st_mode):
        what = _KINDS_OF_FILE.get(stat.S_IFMT(status.st_mode), "no regular file")
        raise kind.error(f"{where} is {what}; {kind.words} must be a regular file.")
    if status.st_size > kind.largest:
        raise kind.error(
            f"{where} has {status.st_size / _MB:,.0f} MB; "
            f"allowed for {kind.words} are {kind.largest // _MB:,} MB."
        )
    return status.st_size


class _File(io.BufferedReader):
    """A file of which nobody can ask for more bytes than there are, and so reserve memory for them."""

    def __init__(self, raw: io.FileIO, size: int) -> None:
        super().__init__(raw)
        self._size = size

    def read(self, size: int | None = -1, /) -> bytes:
        left = max(0, self._size - self.tell())
        return super().read(left if size is None or size < 0 else min(size, left))


@contextmanager
def opened(path: Path, kind: Kind, where: object = "") -> Iterator[BinaryIO]:
    """Yield the file ``path`` to be read; what goes wrong in the block is explained, as about ``where``.

    Raises:
        kind.error: it is no regular file, too large, cannot be read, or the block failed.
    """
    where = _called(where or path)
    check(path, kind, where)
    with explained(where, kind):
        # It may have been replaced by a pipe since; opening one must not wait for its other end.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
        with io.FileIO(handle) as raw, _File(raw, _sized(where, os.fstat(handle), kind)) as file:
            yield file


def content(path: Path, kind: Kind) -> bytes:
    """Return what is in the file ``path``; raises as ``opened`` does."""
    with opened(path, kind) as file:
        return file.read()


def text(path: Path, kind: Kind) -> str:
    """Return the text in the file ``path``, UTF-8 or marked as UTF-16; raises as ``opened`` does."""
    with explained(path, kind):
        raw = content(path, kind)
        wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
        try:
            return raw.decode("utf-16" if wide else "utf-8-sig")
        except UnicodeDecodeError as error:
            raise kind.error(f"{path} is not UTF-8 at byte {error.start}; save it as UTF-8.") from None


def unpacked(file: IO[bytes] | io.BufferedIOBase, most: int) -> bytes:
    """Return what is left in a stream that unpacks as it is read; raises DataError if that is too much.

    Memory is taken only for what has come, not for what was announced.
    """
    parts = bytearray()
    while part := file.read(_CHUNK):
        parts += part
        if len(parts) > most:
            raise DataError(f"It unpacks to more than {most // _MB:,} MB, which is what is allowed.")
    return bytes(parts)


def ungzipped(file: IO[bytes], kind: Kind) -> bytes:
    """Return what is in an open file, maybe compressed with gzip; raises DataError if it is too much."""
    packed = file.read(2) == GZIP
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if not packed:
        return unpacked(file, kind.largest)
    with gzip.GzipFile(fileobj=file) as stream:
        return unpacked(stream, min(kind.largest, room(size)))
