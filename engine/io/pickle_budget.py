"""How much a pickle may come to: a small file can ask for more values and bytes than there is room for."""

from __future__ import annotations

import pickle

from engine.errors import DataError

_SPARE = 64 * 1024
"""Bytes that arrays may take beyond the size of their file, for short values that share a place in it."""
_CODES = 4_000_000
"""Most operations of a pickle; CIFAR-10's batches have 50,000."""
_CONTAINERS = 500_000
"""Most lists, dicts, tuples and arrays, which take hundreds of bytes of memory for one in the file."""
_MAKING = frozenset(
    code[0]
    for code in (
        *(pickle.EMPTY_LIST, pickle.EMPTY_DICT, pickle.LIST, pickle.DICT, pickle.EMPTY_TUPLE, pickle.TUPLE),
        *(pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3, pickle.REDUCE, pickle.NEWOBJ, pickle.NEWOBJ_EX),
        *(pickle.INST, pickle.OBJ, pickle.BUILD, pickle.MARK),
    )
)
"""Codes that make a container."""


class Budget:
    """Counts the bytes that are made out of a file: each that is in it twice, as letters and as values."""

    def __init__(self, size: int) -> None:
        """Begin with what a file of ``size`` bytes may come to."""
        self._left = 2 * size + _SPARE
        self._codes, self._containers = _CODES, _CONTAINERS

    def count(self, code: int) -> None:
        """Count an operation of the pickle; raises DataError where there are too many."""
        self._codes -= 1
        self._containers -= code in _MAKING
        if self._codes < 0 or self._containers < 0:
            raise DataError("it unpacks to more values than are allowed")

    def take(self, size: int) -> None:
        """Count ``size`` bytes; raises DataError where there are too many."""
        self._left -= size
        if self._left < 0:
            raise DataError("it unpacks to more than it can hold")
