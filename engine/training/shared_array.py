"""Arrays that several processes see."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.training.helper_process import processes


class Shared:
    """An array in memory that other processes can see; it is handed over when they start."""

    def __init__(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> None:
        """Reserve the memory, filled with zeros."""
        self._shape, self._dtype = shape, np.dtype(dtype)
        size = max(1, int(np.prod(shape)) * self._dtype.itemsize)
        self._memory: Any = processes().RawArray(ctypes.c_byte, size)

    @classmethod
    def copy_of(cls, array: npt.NDArray[Any]) -> Shared:
        """Return shared memory with the values of ``array``."""
        shared = cls(array.shape, array.dtype)
        shared.array()[...] = array
        return shared

    def array(self) -> npt.NDArray[Any]:
        """Return the memory as an array."""
        flat = np.frombuffer(self._memory, self._dtype, int(np.prod(self._shape)))
        return flat.reshape(self._shape)
