"""Pickles of plain values: numbers, words, lists, dicts and NumPy arrays, and nothing else.

A pickle is a program: as it is loaded it may call anything that Python can import. The reader here
gives it nothing to call but a few makers of its own, which note what an array consists of; NumPy is
asked only afterwards, when the sizes are known to be true. So neither code nor a small file that
claims a large array gets anywhere.

Sources: CIFAR-10's python batches (Krizhevsky 2009), and parameter files written by Python 2.
"""

from __future__ import annotations

import io
import math
import pickle
from typing import Any

import numpy as np

from engine.errors import DataError

_KINDS = "biuf"
"""Kinds of numbers that an array may hold: truth values, integers, floats."""


class _Dtype:
    """The type of an array's values, as a pickle describes it."""

    def __init__(self, code: object, *_options: object) -> None:
        self._code, self._order = _text(code), "|"

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._order = _text(state[1])

    def make(self) -> np.dtype[Any]:
        dtype = np.dtype(self._code)
        if dtype.kind not in _KINDS:
            raise DataError(f"it holds an array of type {self._code!r}, and allowed are numbers")
        return dtype.newbyteorder(">") if self._order == ">" else dtype


class _Array:
    """An array, as a pickle describes it."""

    def __init__(self, *_: object) -> None:
        self._state: tuple[Any, ...] = ()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._state = state

    def make(self) -> Any:
        _version, shape, dtype, by_columns, values = self._state
        return _filled(values, dtype, shape, "F" if by_columns else "C")


class _Buffer(_Array):
    """An array or a single number that is described all at once."""

    def __init__(self, values: object, dtype: object, shape: object = (), order: object = "C") -> None:
        self._parts = values, dtype, shape, order

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        raise DataError("it changes a number after making it")

    def make(self) -> Any:
        values, dtype, shape, order = self._parts
        array = _filled(values, dtype, shape, _text(order))
        return array if array.shape else array.item()


class _Maker:
    """Stands for one of the few functions that a pickle may call; nothing in it can be changed."""

    __slots__ = ("_make",)

    def __init__(self, make: Any) -> None:
        self._make = make

    def __call__(self, *arguments: Any) -> Any:
        return self._make(*arguments)

    def __setstate__(self, state: object) -> None:
        raise DataError("it tries to change what reads it")


def _encode(text: object, encoding: object) -> bytes:
    """Return the bytes that Python 3 writes as letters for readers that are older."""
    if _text(encoding) not in ("latin1", "latin-1"):
        raise DataError(f"it holds bytes as {_text(encoding)!r}, and allowed is 'latin1'")
    return str(text).encode("latin-1")


def _nothing() -> bytes:
    """Return no bytes, which older forms write as a call."""
    return b""


def _scalar(dtype: object, values: object = b"") -> _Buffer:
    return _Buffer(values, dtype)


_MAKERS: dict[tuple[str, str], Any] = {
    ("_codecs", "encode"): _encode,
    ("__builtin__", "bytes"): _nothing,
    ("numpy", "dtype"): _Dtype,
    ("numpy", "ndarray"): _Array,
}
for _core in ("numpy.core", "numpy._core"):
    _MAKERS[f"{_core}.multiarray", "_reconstruct"] = _Array
    _MAKERS[f"{_core}.multiarray", "scalar"] = _scalar
    _MAKERS[f"{_core}.numeric", "_frombuffer"] = _Buffer


# The reader written in Python, because the one in C reserves memory for whatever a file announces.
class _Reader(pickle._Unpickler):  # noqa: SLF001
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _MAKERS:
            raise DataError(f"it asks for {module}.{name}, and allowed are plain values and NumPy arrays")
        return _Maker(_MAKERS[module, name])

    def persistent_load(self, _: object) -> Any:
        raise DataError("it refers to something outside the file")


def load_plain(content: bytes, name: str, encoding: str = "bytes") -> Any:
    """Return what a pickle holds, if that is plain: dict, list, tuple, bytes, str, numbers, None, arrays.

    Args:
        content: the pickle.
        name: of the file, for errors.
        encoding: what becomes of the strings of Python 2: ``bytes``, or the name of an encoding.

    Raises:
        DataError: it is damaged, or it holds or calls anything else; the message says what.
    """
    try:
        return _plain(_Reader(io.BytesIO(content), encoding=encoding).load(), {}, set())
    except DataError as error:
        raise DataError(f"{name} is refused: {error}.") from None
    except Exception:  # noqa: BLE001 - a broken program can fail in any way
        raise DataError(f"{name} is damaged, or it is no pickle of plain values.") from None


def _plain(value: Any, done: dict[int, Any], inside: set[int]) -> Any:
    """Return ``value`` with arrays in place of their descriptions.

    ``done`` keeps what several places share, so that a small file cannot cost much time; ``inside``
    are the containers around ``value``.
    """
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return value
    key = id(value)
    if key in inside:
        raise DataError("it holds something that contains itself")
    if key not in done:
        inside.add(key)
        done[key] = value, _made(value, done, inside)  # holds on to ``value``, whose id must stay its own
        inside.remove(key)
    return done[key][1]


def _made(value: Any, done: dict[int, Any], inside: set[int]) -> Any:
    if isinstance(value, _Array):
        return value.make()
    if type(value) is dict:
        return {_plain(k, done, inside): _plain(v, done, inside) for k, v in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_plain(item, done, inside) for item in value)
    raise DataError(f"it holds a {type(value).__name__.strip('_').lower()}")


def _filled(values: Any, dtype: Any, shape: Any, order: str) -> Any:
    if not isinstance(dtype, _Dtype):
        raise DataError("it holds an array without a type")
    kind, lengths = dtype.make(), tuple(int(length) for length in shape)
    raw = values.encode("latin-1") if isinstance(values, str) else values
    if not isinstance(raw, bytes | bytearray):
        raise DataError(f"it holds the values of an array as a {type(raw).__name__}")
    if min(lengths, default=1) < 0 or math.prod(lengths) * kind.itemsize != len(raw):
        raise DataError(f"it holds an array of shape {lengths} in {len(raw)} bytes, which do not fit")
    return np.frombuffer(raw, kind).reshape(lengths, order="F" if order == "F" else "C").copy()


def _text(word: object) -> str:
    return word.decode("ascii") if isinstance(word, bytes) else str(word)
