"""Models and checkpoints as ``.safetensors``: plain arrays, and a header in JSON.

Layout: every array of the network under ``<layer>.<parameter>`` in PyTorch's axis order, the
curves under ``curves.steps`` and ``curves.validations``, and in the header's metadata
``format`` (``kernelscope``), ``version``, ``kind`` (``model`` or ``checkpoint``) and
``description``, JSON with the network, its preprocessing, class names and training record. A
checkpoint adds the arrays and values of ``Trainer.state`` and the settings of the run.

Nothing in such a file is ever executed: no pickle is read here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from engine.arrays import check_arrays
from engine.config import RunConfig
from engine.curves import STEP_COLUMNS, VALIDATION_COLUMNS, History
from engine.data.preprocess import Preprocessing
from engine.errors import EngineError, ModelFileError
from engine.files import replacing
from engine.network import Network
from engine.spec import NetworkSpec

VERSION = 1
_SHIPPED = Path(__file__).resolve().parent.parent / "resources" / "models"

SHIPPED: dict[str, str] = {
    "digits": "mnist",
    "clothes": "fashion-mnist",
    "objects": "cifar10",
}
"""The models that come with the program, one file each in ``resources/models``, and what each learnt from."""

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Model:
    """A network that can be used: it knows how to prepare an image and what its answers mean.

    Attributes:
        network: the network.
        preprocessing: what is done to an image before it enters.
        class_names: one for each logit.
        record: how it was trained: settings, figures; plain JSON values.
        history: the curves of the training.
    """

    network: Network
    preprocessing: Preprocessing
    class_names: tuple[str, ...]
    record: dict[str, Any] = field(default_factory=dict)
    history: History = field(default_factory=History)


@dataclass(frozen=True)
class Checkpoint:
    """All that is needed to go on with a run as if it had never been interrupted."""

    config: RunConfig
    arrays: Arrays
    values: dict[str, Any]
    history: History


def save_model(path: Path, model: Model) -> None:
    """Write ``model``; raises ModelFileError and then leaves an older file as it was."""
    arrays: Arrays = dict(model.network.named())
    _write(path, "model", arrays, model.history, described(model))


def described(model: Model) -> dict[str, Any]:
    """Return everything about ``model`` but its arrays and curves, as plain JSON values."""
    return {
        "network": model.network.spec.to_json(),
        "preprocessing": model.preprocessing.to_json(),
        "class_names": list(model.class_names),
        "record": model.record,
    }


def from_description(data: Mapping[str, Any], arrays: Arrays, history: History, path: Path) -> Model:
    """Return the model that ``described`` described, with its arrays; raises ModelFileError."""
    try:
        spec = NetworkSpec.from_json(data["network"])
        preprocessing = Preprocessing.from_json(data["preprocessing"])
        names = tuple(str(name) for name in data["class_names"])
        record = dict(data["record"])
        check_arrays(spec, arrays)
        network = Network.empty(spec)
        network.load(arrays)
    except EngineError as error:
        raise ModelFileError(f"{path} cannot be used: {error}") from None
    except (KeyError, TypeError, ValueError) as error:
        raise ModelFileError(f"{path} is damaged: its description is not complete ({error}).") from None
    if len(names) != network.classes:
        raise ModelFileError(f"{path} names {len(names)} classes, but its network has {network.classes}.")
    return Model(network, preprocessing, names, record, history)


def load_model(path: Path) -> Model:
    """Read a model.

    Raises:
        ModelFileError: the file is missing, truncated, not a model, of a newer version, or its
            arrays do not fit its network.
    """
    arrays, history, data = _read(path, "model")
    return from_description(data, arrays, history, path)


def find_model(name: str | Path) -> Model:
    """Return the shipped model called ``name``, or the one in the file ``name``; raises ModelFileError."""
    if str(name) in SHIPPED:
        return load_model(_SHIPPED / f"{name}.safetensors")
    if not Path(name).exists() and Path(name).suffix == "":
        raise ModelFileError(
            f"There is no model {str(name)!r}; shipped are {', '.join(SHIPPED)}, or name a file."
        )
    return load_model(Path(name))


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write ``checkpoint``; raises ModelFileError and then leaves an older file as it was."""
    description = {"config": checkpoint.config.to_json(), "values": checkpoint.values}
    _write(path, "checkpoint", checkpoint.arrays, checkpoint.history, description)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint; raises ModelFileError as ``load_model`` does."""
    arrays, history, data = _read(path, "checkpoint")
    try:
        return Checkpoint(RunConfig.from_json(data["config"]), arrays, dict(data["values"]), history)
    except EngineError as error:
        raise ModelFileError(f"{path} cannot be used: {error}") from None
    except (KeyError, TypeError, ValueError) as error:
        raise ModelFileError(f"{path} is damaged: its description is not complete ({error}).") from None


def _write(
    path: Path,
    kind: str,
    arrays: Mapping[str, npt.NDArray[Any]],
    history: History,
    description: dict[str, Any],
) -> None:
    tensors = {name: np.ascontiguousarray(value) for name, value in arrays.items()}
    tensors["curves.steps"] = history.steps.table()
    tensors["curves.validations"] = history.validations.table()
    metadata = {
        "format": "kernelscope",
        "version": str(VERSION),
        "kind": kind,
        "description": json.dumps(description, allow_nan=False),
    }
    try:
        with replacing(path) as file:
            file.write(save(tensors, metadata))
    except OSError as error:
        raise ModelFileError(f"Cannot write {path}: {error.strerror or error}.") from None


def _read(path: Path, kind: str) -> tuple[Arrays, History, dict[str, Any]]:
    try:
        with safe_open(str(path), framework="numpy") as file:
            metadata = file.metadata() or {}
            _check(path, kind, metadata)
            arrays: Arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        description = json.loads(metadata["description"])
        if not isinstance(description, dict):
            raise ValueError("the description is not an object")
    except FileNotFoundError:
        raise ModelFileError(f"There is no file {path}.") from None
    except OSError as error:
        raise ModelFileError(f"Cannot read {path}: {error.strerror or error}.") from None
    except (SafetensorError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise ModelFileError(f"{path} is not a model, or is truncated ({error}).") from None
    history = History()
    for name, columns, names in (
        ("curves.steps", history.steps, STEP_COLUMNS),
        ("curves.validations", history.validations, VALIDATION_COLUMNS),
    ):
        table = arrays.pop(name, None)
        if table is None or table.ndim != 2 or len(table) != len(names) or table.dtype != np.float64:
            raise ModelFileError(f"{path} is damaged: it has no usable {name}.")
        columns.extend(table)
    return arrays, history, description


def _check(path: Path, kind: str, metadata: Mapping[str, str]) -> None:
    if metadata.get("format") != "kernelscope":
        raise ModelFileError(f"{path} holds arrays, but it is not a Kernelscope {kind}.")
    version = metadata.get("version", "")
    if not version.isdecimal():
        raise ModelFileError(f"{path} has the version {version!r}; allowed is a number up to {VERSION}.")
    if int(version) > VERSION:
        raise ModelFileError(f"{path} has version {version}; this program reads up to {VERSION}. Update it.")
    if metadata.get("kind") != kind:
        raise ModelFileError(f"{path} is a {metadata.get('kind')}, not a {kind}.")
