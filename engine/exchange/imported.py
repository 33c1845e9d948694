"""A model of another program, as far as its file tells what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.preprocess import Preprocessing
from engine.errors import ModelFileError
from engine.exchange.input_range import RANGES, InputRange
from engine.formatting import counted
from engine.model.model_file import Model
from engine.model.network import Network


@dataclass(frozen=True)
class Imported:
    """A network that was read, and what its file leaves open.

    Attributes:
        network: takes what the graph makes of its input before the first layer.
        scale: the graph's own factor for each channel of its input, ``(C,)``; above 0.
        shift: what the graph adds after that, ``(C,)``.
        guess: the range that its input most likely has, a key of ``RANGES``.
        sure: the graph itself says that range, or only one can be meant.
        prepared: the graph scales or shifts its input itself.
        class_names: those that the file holds; empty if it holds none.
        notes: sentences about how it was read.
        file: name of the file.
        alternatives: other ways of reading the same input.
    """

    network: Network
    scale: npt.NDArray[np.float64]
    shift: npt.NDArray[np.float64]
    guess: str
    sure: bool
    prepared: bool
    class_names: tuple[str, ...]
    notes: tuple[str, ...]
    file: str
    alternatives: tuple[Imported, ...] = ()

    def model(self, given: InputRange | None = None, names: tuple[str, ...] = ()) -> Model:
        """Return the model that takes its pixels in a range (that of ``guess`` if none is given).

        With the range ``u = (p - m) / s`` and the graph's own ``a u + b`` its preprocessing is
        ``(p - (m - b s / a)) / (s / a)`` for pixels ``p`` from 0 to 1.

        Raises:
            ModelFileError: there is not one name for each class.
        """
        given = given or RANGES[self.guess]
        channels = self.network.spec.in_shape[0]
        mean, std = (np.broadcast_to(np.array(v, np.float64), channels) for v in (given.mean, given.std))
        own = std / self.scale
        preprocessing = Preprocessing(tuple((mean - self.shift * own).tolist()), tuple(own.tolist()))
        names = names or self.class_names or tuple(str(k) for k in range(self.network.classes))
        if len(names) != self.network.classes:
            raise ModelFileError(
                f"{len(names)} names are given for the {self.network.classes} classes of {self.file}."
            )
        return Model(self.network, preprocessing, names, self._record(given))

    def _record(self, given: InputRange) -> dict[str, Any]:
        record: dict[str, Any] = {"imported": self.file, "input": given.title}
        if self.notes:
            record["note"] = " ".join(self.notes)
        return record


def described(network: Network) -> str:
    """Say in one sentence what was understood: layers, weights, input and classes."""
    channels, height, width = network.spec.in_shape
    layers = ", ".join(layer.type_name for layer in network.spec.layers)
    colour = {1: "in grey", 3: "in colour"}.get(channels, f"of {channels} channels")
    return (
        f"{counted(network.vector.size, 'weight')}, {counted(network.classes, 'class', 'classes')}, "
        f"images of {width}x{height} pixels {colour}; {layers}."
    )
