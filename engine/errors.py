"""What can go wrong in the engine; every message is one sentence that a user can act on."""

from __future__ import annotations

from engine.text import in_bounds, plain, shortened

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
    return isinstance(error, EngineError | MemoryError)


def in_words(error: BaseException, what: str = "this") -> str:
    """Return one sentence about any error; ``what`` is what there may be too little memory for."""
    if isinstance(error, EngineError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"There is not enough memory for {what}."
    words = " ".join(plain(str(error)).split())
    told = f"{type(error).__name__}: {words}" if words else type(error).__name__
    return f"Something unexpected went wrong ({shortened(told, _LONGEST)})."
