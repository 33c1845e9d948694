"""The arrays of a safetensors file, and the words in its header."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy.typing as npt
from safetensors import SafetensorError, safe_open

from engine.errors import ModelFileError

Arrays = dict[str, npt.NDArray[Any]]

_KEPT = ("F32", "F64", "F16", "I64", "I32", "U8")
"""Forms of numbers that NumPy has; others (``BF16``, ``F8_E4M3``) are refused by name."""


def read_tensors(path: Path, what: str = "model") -> tuple[dict[str, str], Arrays]:
    """Return the metadata and every array of a file.

    Args:
        path: the file.
        what: it should be, for messages.

    Raises:
        ModelFileError: it is missing, no safetensors, truncated, or keeps numbers in another form.
    """
    try:
        with safe_open(str(path), framework="numpy") as file:
            arrays: Arrays = {}
            for name in file.keys():  # noqa: SIM118 - not a dict
                form = file.get_slice(name).get_dtype()
                if form not in _KEPT:
                    raise ModelFileError(
                        f"{path} keeps the array {name[:60]!r} as {form}; allowed are {', '.join(_KEPT)}, "
                        "so save it as float32."
                    )
                arrays[name] = file.get_tensor(name)
            return file.metadata() or {}, arrays
    except FileNotFoundError:
        raise ModelFileError(f"There is no file {path}.") from None
    except OSError as error:
        raise ModelFileError(f"Cannot read {path}: {error.strerror or error}.") from None
    except (SafetensorError, ValueError, TypeError) as error:
        raise ModelFileError(f"{path} is not a {what}, or is truncated ({error}).") from None
