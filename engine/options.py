"""Settings as data: dataclass fields that know their range, their unit and their explanation.

Layers, optimisers, schedules and augmentations are frozen dataclasses whose fields are made with
``option``. The same description validates values, fills the editor of the window and documents
the JSON form, so a new member needs no code anywhere else.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from engine.errors import ConfigError
from engine.text import plain


@dataclass(frozen=True)
class OptionInfo:
    """What is known of one field: its explanation and what it may be."""

    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    pair: bool = False
    """The value may be one whole number or two: (height, width)."""
    words: tuple[str, ...] = ()
    """Words that are allowed beside numbers, for example ``same``."""
    above_low: bool = False
    """``low`` itself is not allowed."""
    letters: int = 0
    """The value is a word of at most so many letters."""

    def allowed(self) -> str:
        """Say in words what is allowed, for messages and tooltips."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.letters:
            return f"a word of at most {self.letters} letters"
        if self.low is not None and self.high is not None:
            text = f"more than {self.low:g} and" if self.above_low else f"{self.low:g}"
            text = f"{text} at most {self.high:g}" if self.above_low else f"{text} to {self.high:g}"
        elif self.low is not None:
            text = f"more than {self.low:g}" if self.above_low else f"at least {self.low:g}"
        elif self.high is not None:
            text = f"at most {self.high:g}"
        else:
            text = "any number"
        if self.words:
            text += " or " + ", ".join(f"'{word}'" for word in self.words)
        return text


def option(
    default: Any,
    help: str,  # noqa: A002 - the field's own name in every caller
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    pair: bool = False,
    words: tuple[str, ...] = (),
    above_low: bool = False,
    letters: int = 0,
) -> Any:
    """Return a dataclass field with a default and an ``OptionInfo``."""
    info = OptionInfo(help, low, high, choices, pair, words, above_low, letters)
    return dataclasses.field(default=default, metadata={"info": info})


_LARGEST_WHOLE = 2**63
"""Larger whole numbers are no option's, and not all of them have a float."""

T = TypeVar("T", bound="Configurable")


@dataclass(frozen=True)
class Configurable:
    """A frozen dataclass whose fields are options; base of layers, optimisers, schedules.

    Attributes:
        type_name: the word that names the class in JSON, under ``kind``.
        title: the words that name it in the window.
    """

    type_name: ClassVar[str] = ""
    title: ClassVar[str] = ""

    def __post_init__(self) -> None:
        """Check every field against its option; raise ConfigError naming field and value."""
        for field in dataclasses.fields(self):
            info = field.metadata.get("info")
            if info is not None:
                value = checked(
                    f"{self.type_name}: {field.name}", getattr(self, field.name), field.default, info
                )
                object.__setattr__(self, field.name, value)

    @classmethod
    def options(cls) -> dict[str, OptionInfo]:
        """Return the options by name, in the order they are declared."""
        return {f.name: f.metadata["info"] for f in dataclasses.fields(cls) if "info" in f.metadata}

    def to_json(self) -> dict[str, Any]:
        """Return ``{"kind": ..., option: value, ...}`` with plain JSON values."""
        values: dict[str, Any] = {"kind": self.type_name}
        for name in self.options():
            value = getattr(self, name)
            values[name] = list(value) if isinstance(value, tuple) else value
        return values


def checked(name: str, value: Any, default: Any, info: OptionInfo) -> Any:
    """Return ``value`` in its normal form, or raise ConfigError.

    A bool option takes bools, an int option whole numbers, a float option finite numbers; a pair
    takes one whole number or two.
    """
    if info.letters or info.choices or isinstance(value, str):
        if info.letters and isinstance(value, str) and len(value) <= info.letters:
            return plain(value)
        if value in info.choices or value in info.words:
            return value
        raise _refused(name, value, info)
    if isinstance(default, bool):
        if isinstance(value, bool):
            return value
        raise ConfigError(f"{name} is {value!r}; allowed is true or false.")
    if info.pair and isinstance(value, list | tuple):
        if len(value) != 2:
            raise ConfigError(f"{name} is {value!r}; allowed is one whole number or two.")
        return tuple(
            checked(name, part, 0, dataclasses.replace(info, pair=False, words=())) for part in value
        )
    return _number(name, value, default, info)


def _number(name: str, value: Any, default: Any, info: OptionInfo) -> Any:
    """Return a number in its normal form; raises ConfigError if it is not allowed."""
    given = value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused(name, given, info)
    if isinstance(value, int) and abs(value) > _LARGEST_WHOLE:
        raise _refused(name, given, info)
    if isinstance(default, float) and not info.pair:
        value = float(value)
    elif value != int(value) if value == value and abs(value) != float("inf") else True:
        raise ConfigError(f"{name} is {value!r}; allowed is a whole number, {info.allowed()}.")
    else:
        value = int(value)
        if abs(value) > _LARGEST_WHOLE:  # it was written as 1e19
            raise _refused(name, given, info)
    too_low = info.low is not None and (value <= info.low if info.above_low else value < info.low)
    if (
        value != value
        or abs(value) == float("inf")
        or too_low
        or (info.high is not None and value > info.high)
    ):
        raise _refused(name, given, info)
    return value


def _refused(name: str, value: Any, info: OptionInfo) -> ConfigError:
    return ConfigError(f"{name} is {value!r}; allowed is {info.allowed()}.")


def from_json(kinds: dict[str, type[T]], data: Any, what: str) -> T:
    """Build the member of ``kinds`` that ``data`` describes.

    Raises:
        ConfigError: the kind is unknown, an option is unknown or its value is not allowed.
    """
    if not isinstance(data, dict) or "kind" not in data:
        raise ConfigError(f"A {what} is described by an object with a 'kind', not by {data!r}.")
    cls = kinds.get(data["kind"]) if isinstance(data["kind"], str) else None
    if cls is None:
        raise ConfigError(
            f"There is no {what} of kind {data['kind']!r}; there are {', '.join(sorted(kinds))}."
        )
    values = {name: value for name, value in data.items() if name != "kind"}
    unknown = sorted(set(values) - set(cls.options()))
    if unknown:
        known = ", ".join(cls.options()) or "none"
        raise ConfigError(
            f"{what.capitalize()} '{cls.type_name}' has no option {unknown[0]!r}; its options are: {known}."
        )
    return cls(**values)
