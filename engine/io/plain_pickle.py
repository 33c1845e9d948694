"""Pickles of plain values: numbers, words, lists, dicts and NumPy arrays, and nothing else.

A pickle is a program: as it is loaded it may call anything that Python can import. The reader here
gives it nothing to call but a few makers of its own, which note what an array consists of; NumPy is
asked only afterwards, when the sizes are known to be true. So neither code nor a small file that
claims a large array gets anywhere, nor one that refers to the same values again and again.

Sources: CIFAR-10's python batches (Krizhevsky 2009), and parameter files written by Python 2.
"""

from __future__ import annotations

import codecs
import io
import math
import pickle
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from engine.errors import DataError
from engine.io.pickle_budget import Budget

_KINDS = "biuf"
"""Kinds of numbers that an array may hold: truth values, integers, floats."""
_DIMENSIONS = 32
"""Most dimensions of an array."""
_PIECE = 1 << 20
"""Bytes of text that are decoded in one go."""
_LONGEST = 100
"""Letters of a file's own words that an error repeats."""


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

    def make(self, budget: Budget) -> Any:
        _version, shape, dtype, by_columns, values = self._state
        return _filled(values, dtype, shape, "F" if by_columns else "C", budget)


class _Buffer(_Array):
    """An array or a single number that is described all at once."""

    def __init__(self, values: object, dtype: object, shape: object = (), order: object = "C") -> None:
        self._parts = values, dtype, shape, order

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        raise DataError("it changes a number after making it")

    def make(self, budget: Budget) -> Any:
        values, dtype, shape, order = self._parts
        array = _filled(values, dtype, shape, _text(order), budget)
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


def _encode(budget: Budget, text: object, encoding: object) -> bytes:
    """Return the bytes that Python 3 writes as letters for readers that are older."""
    if _text(encoding) not in ("latin1", "latin-1"):
        raise DataError(f"it holds bytes as {_text(encoding)[:_LONGEST]!r}, and allowed is 'latin1'")
    letters = _text(text)
    budget.take(len(letters))
    return letters.encode("latin-1")


def _nothing() -> bytes:
    """Return no bytes, which older forms write as a call."""
    return b""


def _scalar(dtype: object, values: object = b"") -> _Buffer:
    return _Buffer(values, dtype)


_MAKERS: dict[tuple[str, str], Any] = {
    ("__builtin__", "bytes"): _nothing,
    ("numpy", "dtype"): _Dtype,
    ("numpy", "ndarray"): _Array,
}
for _core in ("numpy.core", "numpy._core"):
    _MAKERS[f"{_core}.multiarray", "_reconstruct"] = _Array
    _MAKERS[f"{_core}.multiarray", "scalar"] = _scalar
    _MAKERS[f"{_core}.numeric", "_frombuffer"] = _Buffer


def _counted(code: int, load: Callable[[Any], None]) -> Callable[[Any], None]:
    def counted(reader: Any) -> None:
        reader.budget.count(code)
        load(reader)

    return counted


# The reader written in Python, because the one in C reserves memory for whatever a file announces, and
# because what it does for a code can be changed; type checkers know only the one in C.
_Base: Any = pickle._Unpickler  # noqa: SLF001


class _Reader(_Base):  # type: ignore[misc]
    dispatch = dict(_Base.dispatch)

    def __init__(self, content: bytes, encoding: str, budget: Budget) -> None:
        super().__init__(io.BytesIO(content), encoding=encoding)
        self.budget = budget

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("_codecs", "encode"):
            return _Maker(partial(_encode, self.budget))
        if (module, name) not in _MAKERS:
            asked = f"{module}.{name}"[:_LONGEST]
            raise DataError(f"it asks for {asked}, and allowed are plain values and NumPy arrays")
        return _Maker(_MAKERS[module, name])

    def persistent_load(self, _: object) -> Any:
        raise DataError("it refers to something outside the file")

    # Whatever becomes a key is hashed as it is read, and a nest of tuples that share their parts would
    # take for ever.
    def _load_dict(self) -> None:
        items = self.pop_mark()
        _check_keys(items[::2])
        self.append(dict(zip(items[::2], items[1::2], strict=True)))

    def _load_setitem(self) -> None:
        _check_keys(self.stack[-2:-1])
        super().load_setitem()

    def _load_setitems(self) -> None:
        _check_keys(self.stack[::2])
        super().load_setitems()

    def _load_set(self) -> None:
        raise DataError("it holds a set")

    def _load_bytearray(self) -> None:
        # Reads what is there; the library's own would reserve memory for whatever length is announced.
        self.append(bytearray(self.read(int.from_bytes(self.read(8), "little"))))

    def _load_text(self) -> None:
        self.append(_decoded(self.read(int.from_bytes(self.read(4), "little"))))

    dispatch[pickle.BINUNICODE[0]] = _load_text
    dispatch[pickle.DICT[0]] = _load_dict
    dispatch[pickle.SETITEM[0]] = _load_setitem
    dispatch[pickle.SETITEMS[0]] = _load_setitems
    for _code in (pickle.EMPTY_SET, pickle.ADDITEMS, pickle.FROZENSET):
        dispatch[_code[0]] = _load_set
    dispatch[pickle.BYTEARRAY8[0]] = _load_bytearray
    dispatch = {code: _counted(code, load) for code, load in dispatch.items()}


def _decoded(raw: bytes) -> str:
    """Return the text in ``raw``, piece by piece: other threads wait as long as one takes.

    Python 3 writes the bytes of an array as letters where readers may be older: 30 MB in one word.
    """
    if len(raw) <= _PIECE:
        return str(raw, "utf-8", "surrogatepass")
    decoder, view = codecs.getincrementaldecoder("utf-8")("surrogatepass"), memoryview(raw)
    pieces = [decoder.decode(view[start : start + _PIECE]) for start in range(0, len(raw), _PIECE)]
    return "".join((*pieces, decoder.decode(b"", final=True)))


def _check_keys(keys: list[Any]) -> None:
    for key in keys:
        if key is not None and not isinstance(key, bool | int | float | str | bytes):
            raise DataError("it has a key that is no word or number")


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
        budget = Budget(len(content))
        return _plain(_Reader(content, encoding, budget).load(), {}, set(), budget)
    except DataError as error:
        raise DataError(f"{name} is refused: {error}.") from None
    except Exception:  # noqa: BLE001 - a broken program can fail in any way
        raise DataError(f"{name} is damaged, or it is no pickle of plain values.") from None


def _plain(value: Any, done: dict[int, Any], inside: set[int], budget: Budget) -> Any:
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
        # Holds on to ``value`` too, whose id must stay its own.
        done[key] = value, _made(value, done, inside, budget)
        inside.remove(key)
    return done[key][1]


def _made(value: Any, done: dict[int, Any], inside: set[int], budget: Budget) -> Any:
    if isinstance(value, _Array):
        return value.make(budget)
    if type(value) is dict:
        return {key: _plain(item, done, inside, budget) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_plain(item, done, inside, budget) for item in value)
    raise DataError(f"it holds a {type(value).__name__.strip('_').lower()}")


def _filled(values: Any, dtype: Any, shape: Any, order: str, budget: Budget) -> Any:
    if not isinstance(dtype, _Dtype):
        raise DataError("it holds an array without a type")
    if len(shape) > _DIMENSIONS:
        raise DataError(f"it holds an array of {len(shape)} dimensions, and allowed are {_DIMENSIONS}")
    kind, lengths = dtype.make(), tuple(int(length) for length in shape)
    raw = values.encode("latin-1") if isinstance(values, str) else values
    if not isinstance(raw, bytes | bytearray):
        raise DataError(f"it holds the values of an array as a {type(raw).__name__}")
    if min(lengths, default=1) < 0 or math.prod(lengths) * kind.itemsize != len(raw):
        raise DataError(f"it holds an array of shape {lengths} in {len(raw)} bytes, which do not fit")
    budget.take(len(raw))
    return np.frombuffer(raw, kind).reshape(lengths, order="F" if order == "F" else "C").copy()


def _text(word: object) -> str:
    if isinstance(word, str):
        return word
    if isinstance(word, bytes):
        return word.decode("ascii")
    raise DataError(f"it holds a {type(word).__name__} where a word is expected")
