"""Arrays that come from elsewhere, compared with the network they are for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.errors import ModelFileError

if TYPE_CHECKING:
    from engine.model.spec import NetworkSpec


def check_arrays(spec: NetworkSpec, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
    """Compare ``arrays``, named ``<layer>.<parameter>``, with what ``spec`` needs.

    This takes no memory, so a small file cannot make a network that is larger than itself.

    Raises:
        ModelFileError: an array is missing, left over, or has another shape; names it.
        ShapeError: the layers do not fit together.
    """
    in_shapes = (spec.in_shape, *spec.shapes())
    needed = {
        f"{number}.{name}": shape
        for number, layer in enumerate(spec.layers)
        for name, shape in layer.param_shapes(in_shapes[number]).items()
    }
    for name in sorted(needed.keys() | arrays.keys()):
        if name not in needed or name not in arrays:
            word = "lacks the" if name in needed else "has an unknown"
            raise ModelFileError(f"The file {word} array {name!r} for network '{spec.name}'.")
        if arrays[name].shape != needed[name]:
            raise ModelFileError(
                f"Array {name!r} has the shape {arrays[name].shape}; "
                f"network '{spec.name}' needs {needed[name]}."
            )
