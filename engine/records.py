"""Frozen dataclasses that are made quickly, for the modules that a start of the window loads.

``dataclass(frozen=True)`` of the standard library compiles six methods for each class, which takes up to a
millisecond, and a window stands on more than seventy such classes. Those of here share their methods.
"""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool, eq: bool = True) -> Callable[[type], type]:
        """Make a class a frozen dataclass whose fields are all given, or have defaults, when it is made.

        It does what ``dataclasses.dataclass`` does with these values, and ``fields``, ``replace`` and
        ``asdict`` serve for it. Only one of the two kinds can be a subclass of the other: of its own.
        """
        if not frozen:
            raise TypeError("Dataclasses that can change are those of the standard library.")
        return partial(_frozen, eq=eq)


_INIT, _COMPARED, _SHOWN = "__record_init__", "__record_compared__", "__record_shown__"
"""Where a class keeps the defaults of its fields, and the names of those that are compared or shown."""


def _frozen(cls: type, *, eq: bool) -> type:
    own = vars(cls)
    written = {name for name in ("__init__", "__repr__", "__eq__") if name in own}
    if own.get("__hash__") is not None or not eq:  # one that is None came with an explicit comparison
        written.add("__hash__")
    if not eq:
        written.add("__eq__")
    made: type[Any] = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    fields = dataclasses.fields(made)
    if not all(field.init and not field.kw_only and field.hash is None for field in fields):
        raise TypeError(f"{cls.__name__} has a field of a kind that only the standard library knows.")
    setattr(made, _INIT, tuple((field.name, field.default, field.default_factory) for field in fields))
    setattr(made, _COMPARED, tuple(field.name for field in fields if field.compare))
    setattr(made, _SHOWN, tuple(field.name for field in fields if field.repr))
    for method in (_init, _repr, _eq, _hash, _setattr, _delattr):
        name = f"_{method.__name__}__"
        if name not in written:
            setattr(made, name, method)
    return made


def _init(self: Any, /, *values: Any, **named: Any) -> None:
    rules = getattr(self, _INIT)
    if len(values) > len(rules):
        raise TypeError(f"{type(self).__name__} takes {len(rules)} values, not {len(values)}.")
    held = vars(self)
    for (name, _, _), value in zip(rules, values, strict=False):
        held[name] = value
    for name, default, factory in rules[len(values) :]:
        if name in named:
            held[name] = named.pop(name)
        elif default is not dataclasses.MISSING:
            held[name] = default
        elif factory is not dataclasses.MISSING:
            held[name] = factory()
        else:
            raise TypeError(f"{type(self).__name__} needs a value for {name!r}.")
    if named:
        raise TypeError(f"{type(self).__name__} has no field {next(iter(named))!r}, or got it twice.")
    after = getattr(self, "__post_init__", None)
    if after is not None:
        after()


def _values(self: Any) -> tuple[Any, ...]:
    return tuple([getattr(self, name) for name in getattr(self, _COMPARED)])


def _eq(self: Any, other: object) -> bool:
    return _values(self) == _values(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in getattr(self, _SHOWN))
    return f"{type(self).__qualname__}({shown})"


def _setattr(_self: object, name: str, _value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(_self: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
