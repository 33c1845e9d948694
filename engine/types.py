"""Names for the arrays that travel through the engine, and what goes with them into a layer."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.floating[Any]]
"""Floating point values; images and maps are ``(N, C, H, W)``, vectors ``(N, D)``."""

Bytes: TypeAlias = npt.NDArray[np.uint8]
"""Pixels as they are stored: 0 to 255."""

Labels: TypeAlias = npt.NDArray[np.int64]
"""Class numbers, shape ``(N,)``."""

Shape: TypeAlias = tuple[int, ...]
"""Shape of one sample, without the batch: ``(C, H, W)`` or ``(D,)``."""

Params: TypeAlias = dict[str, Array]
"""The arrays of one layer by name, for example ``weight`` and ``bias``."""

Cache: TypeAlias = Any
"""What a layer's ``forward`` hands to its own ``backward``; opaque to everyone else."""


_CHUNK = 1 << 23
"""Bytes that a `Scratch` asks for at once. NumPy asks the system for large pages from 4 MB on, so that the
processor looks addresses up less often: a step takes 2 to 10 % less time (Linux)."""

_ALIGNED = 64
"""Buffers begin at multiples of so many bytes: a line of the processor's cache."""


class Scratch:
    """Buffers that one thread uses again at every step, so that no step asks for new memory.

    A buffer belongs to its key until the next step; two threads never share one ``Scratch``. Buffers are
    cut from larger pieces of memory; a piece is freed when none of its buffers is used any more.
    """

    def __init__(self) -> None:
        self._buffers: dict[Hashable, npt.NDArray[Any]] = {}
        self._given: dict[Hashable, npt.NDArray[Any]] = {}
        self._free: Bytes = np.empty(0, np.uint8)

    def empty(self, key: Hashable, shape: Shape, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return an uninitialised C-contiguous array of ``shape``, reusing the one under ``key``."""
        given = self._given.get(key)
        if given is not None and given.shape == shape and given.dtype == dtype:
            return given
        size = math.prod(shape)
        buffer = self._buffers.get(key)
        if buffer is None or buffer.size < size or buffer.dtype != dtype:
            buffer = self._buffers[key] = self._allocated(size * np.dtype(dtype).itemsize).view(dtype)
        self._given[key] = given = buffer[:size].reshape(shape)
        return given

    def _allocated(self, size: int) -> Bytes:
        """Return ``size`` bytes that no other buffer uses."""
        whole = -(-size // _ALIGNED) * _ALIGNED
        if whole <= len(self._free):
            piece, self._free = self._free, self._free[whole:]
        else:
            piece = np.empty(max(whole, _CHUNK) + _ALIGNED, np.uint8)
            piece = piece[-piece.ctypes.data % _ALIGNED :]
            if len(piece) - whole > len(self._free):
                self._free = piece[whole:]
        return piece[:size]


class Context(NamedTuple):
    """What a layer may need besides its input.

    Attributes:
        training: batch statistics and dropout are on.
        rng: source of randomness for layers that need it; only read when training.
        scratch: reusable buffers; None allocates new arrays, which the caller may keep.
        scope: distinguishes the layers of one network in the keys of ``scratch``.
        spent: nobody needs the layer's input any more, so the output may take its place.
    """

    training: bool = False
    rng: np.random.Generator | None = None
    scratch: Scratch | None = None
    scope: tuple[int, ...] = ()
    spent: bool = False

    def at(self, index: int, *, spent: bool = False) -> Context:
        """Return the context for the layer at ``index`` of the network (or block) in hand."""
        return Context(self.training, self.rng, self.scratch, (*self.scope, index), spent)

    def empty(self, name: str, shape: Shape, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return an uninitialised C-contiguous array for the purpose ``name`` of this layer."""
        if self.scratch is None:
            return np.empty(shape, dtype)
        return self.scratch.empty((self.scope, name), shape, dtype)

    def workspace(self, name: str, shape: Shape, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return an uninitialised array that is needed only until the present call returns.

        All layers share it, so that it stays in the processor's cache.
        """
        if self.scratch is None:
            return np.empty(shape, dtype)
        return self.scratch.empty(name, shape, dtype)
