"""What can go wrong in the engine; every message is one sentence that a user can act on."""

from __future__ import annotations


class EngineError(Exception):
    """Base of all errors the engine raises on purpose."""


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


class TrainingError(EngineError):
    """Training cannot go on (for example because the loss is not finite)."""
