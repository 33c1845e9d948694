"""Parameter files of the project that this one grew out of, CNN-from-Scratch.

Its ``trained.pickle`` was written by Python 2 and holds a list of eight: the filters of both convolutions,
each a dict from number to float64 ``(C, 5, 5)``; their biases, dicts from number to number; weight
``(10, D)`` and bias ``(10, 1)`` of the last layer; and the loss and the accuracy of each batch.

The network is: convolution, ReLU, convolution, ReLU, 2x2 maximum, fully connected, softmax; kernels are
not flipped, and nothing is padded. Its pixels were shifted by the mean and divided by the deviation of
the data, both cut to whole numbers: 33 and 78 for MNIST, 120 and 64 for CIFAR-10. The file does not say
so; the number of channels tells which. (For CIFAR-10 the original project computed this in bytes, which wrap
around; that cannot be repeated by a standardisation, so answers differ from the original's there.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.preprocess import Preprocessing
from engine.errors import ModelFileError
from engine.io.gate import PICKLE, content, explained
from engine.io.plain_pickle import load_plain
from engine.model.arrays import check_arrays
from engine.model.history import History
from engine.model.model_file import Model
from engine.model.network import Network
from engine.model.spec import NetworkSpec

_DIGITS = tuple("0123456789")
_OBJECTS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@dataclass(frozen=True)
class _Program:
    """What the original project's programs have in their text and not in the file."""

    data: str
    mean: int
    deviation: int
    class_names: tuple[str, ...]
    batch: int
    images: int
    rate: float = 0.01


_PROGRAMS = {
    1: _Program("mnist", 33, 78, _DIGITS, 20, 50_000),
    3: _Program("cifar10", 120, 64, _OBJECTS, 8, 9_000),
}
"""By the number of channels."""


def read_origin(path: Path) -> Model:
    """Read a ``trained.pickle``; raises ModelFileError if it is none, or holds anything but arrays."""
    with explained(path, PICKLE):
        parts = load_plain(content(path, PICKLE), str(path))
    if not isinstance(parts, list) or len(parts) != 8:
        found = f"a list of {len(parts)}" if isinstance(parts, list) else f"a {type(parts).__name__}"
        raise ModelFileError(
            f"{path} holds {found}; a trained.pickle of CNN-from-Scratch is a list of eight."
        )
    # What is too large for float32 is refused as not finite.
    with explained(path, PICKLE), np.errstate(over="ignore"):
        return _model(path, parts)


def _model(path: Path, parts: list[Any]) -> Model:
    first, second = (_stack(part) for part in parts[:2])
    biases = [_stack(part).reshape(-1) for part in parts[2:4]]
    weight, bias = (np.asarray(part, np.float32) for part in parts[4:6])
    channels, kernel = first.shape[1], first.shape[2]
    program = _PROGRAMS[channels]
    # D = filters (side / 2)^2, with side = image - 2 (kernel - 1).
    pooled = math.isqrt(weight.shape[1] // len(second))
    side = 2 * pooled + 2 * (kernel - 1)
    spec = NetworkSpec.from_json(
        {
            "name": path.stem,
            "in_shape": [channels, side, side],
            "layers": [
                {"kind": "conv", "filters": len(first), "kernel": kernel},
                {"kind": "relu"},
                {"kind": "conv", "filters": len(second), "kernel": kernel},
                {"kind": "relu"},
                {"kind": "max_pool", "size": 2},
                {"kind": "flatten"},
                {"kind": "dense", "units": len(weight)},
            ],
        }
    )
    arrays = {
        "0.weight": first,
        "0.bias": biases[0],
        "2.weight": second,
        "2.bias": biases[1],
        "6.weight": weight,
        "6.bias": bias.reshape(-1),
    }
    check_arrays(spec, arrays)
    network = Network.empty(spec)
    network.load(arrays)
    preprocessing = Preprocessing((program.mean / 255,) * channels, (program.deviation / 255,) * channels)
    names = program.class_names
    if len(names) != network.classes:
        names = tuple(str(label) for label in range(network.classes))
    record = {
        "imported": path.name,
        "origin": "CNN-from-Scratch",
        "config": {"data": program.data, "batch_size": program.batch, "learning_rate": program.rate},
        "note": "Preprocessing, batch size and learning rate are those of the original project's programs; "
        "the file does not hold them.",
        "steps": len(parts[6]),
    }
    return Model(network, preprocessing, names, record, _history(parts[6], parts[7], program))


def _stack(part: dict[int, Any]) -> npt.NDArray[np.float32]:
    """Return the values of a dict that is numbered from 0, in order."""
    return np.stack([np.asarray(part[number], np.float32) for number in range(len(part))])


def _history(losses: Any, accuracies: Any, program: _Program) -> History:
    """Return the curves, a row for each batch; nobody noted the time, so it is not a number."""
    history = History()
    loss = np.array([float(np.asarray(value).reshape(-1)[0]) for value in losses])
    accuracy = np.array([float(np.asarray(value).reshape(-1)[0]) for value in accuracies])
    if len(loss) != len(accuracy):
        raise ValueError("the curves have different lengths")
    step = np.arange(1.0, len(loss) + 1)
    epoch, unknown = step * program.batch / program.images, np.full(len(loss), np.nan)
    history.steps.extend(np.stack([step, epoch, unknown, loss, accuracy, np.full(len(loss), program.rate)]))
    return history
