"""What can go wrong in the engine; every message is one sentence that a user can act on."""

from __future__ import annotations

import errno
import os

from engine.text import in_bounds, plain, shortened

_OF_A_DISK = {
    getattr(errno, name)
    for name in (
        *("ENOSPC", "EFBIG", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO", "EBUSY", "EMFILE", "ENFILE"),
        *("ENOENT", "ENOTDIR", "EISDIR", "EEXIST", "ENOTEMPTY", "ENAMETOOLONG", "ELOOP", "ENXIO", "ESTALE"),
    )
    if hasattr(errno, name)
}
"""What a disk or a path can refuse, whoever has forgotten to expect it."""
_LONGEST = 200
"""Characters of an unexpected error that are part of the sentence; the log has all."""


class EngineError(Exception):
    """Base of all errors the engine raises on purpose; what they repeat of a file is harmless to show."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(in_bounds(plain(sentence)))


class ConfigError(EngineError):
    """A setting has a value that is not allowed."""


class ShapeError(EngineError):
    """A layer cannot take the shape it is given."""


class DataError(EngineError):
    """A data set or picture is missing, broken or of an unknown format."""


class MissingDataError(DataError):
    """A data set that the program knows is not on this computer; the message says how it gets there."""


class ModelFileError(EngineError):
    """A model or checkpoint file cannot be read or written."""


class AnswerError(EngineError):
    """A network answers with something that is no number."""


class TrainingError(EngineError):
    """Training cannot go on (for example because the loss is not finite)."""


def expected(error: BaseException) -> bool:
    """Whether ``error`` says all that there is to know; any other is a fault of the program."""
    return isinstance(error, EngineError | MemoryError) or _is_of_a_disk(error)


def _is_of_a_disk(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in _OF_A_DISK and bool(error.strerror)


def in_words(error: BaseException, what: str = "this") -> str:
    """Return one sentence about any error; ``what`` is what there may be too little memory for."""
    if isinstance(error, EngineError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"There is not enough memory for {what}."
    if isinstance(error, OSError) and _is_of_a_disk(error):
        name = (
            in_bounds(plain(os.fsdecode(error.filename))) if isinstance(error.filename, str | bytes) else ""
        )
        return f"Cannot use {name or 'a file'}: {error.strerror}."
    words = " ".join(plain(str(error)).split())
    told = f"{type(error).__name__}: {words}" if words else type(error).__name__
    return f"Something unexpected went wrong ({shortened(told, _LONGEST)})."
