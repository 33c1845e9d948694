"""Models as ``.safetensors``: plain arrays, and a header in JSON.

Layout: every array of the network under ``<layer>.<parameter>`` in PyTorch's axis order, the
curves under ``curves.steps`` and ``curves.validations``, and in the header's metadata
``format`` (``kernelscope``), ``version``, ``kind`` (``model``) and
``description``, JSON with the network, its preprocessing, class names and training record. Where it is known
what the training pictures look like to the network, ``familiar.features`` holds that.

Nothing in such a file is ever executed: no pickle is read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.data.preprocess import Preprocessing
from engine.errors import ModelFileError
from engine.io.gate import MODEL, explained, is_there
from engine.model.arrays import check_arrays
from engine.model.container import read, write
from engine.model.familiar import Familiar
from engine.model.file_kinds import need_model
from engine.model.history import History
from engine.model.network import Network
from engine.model.shipped import SHIPPED
from engine.model.spec import NetworkSpec
from engine.model.tensors import Arrays
from engine.resources import RESOURCES
from engine.text import name, shortened

_SHIPPED = RESOURCES / "models"
_FEATURES, _OTHERS = "familiar.features", "familiar.others"


@dataclass(frozen=True)
class Model:
    """A network that can be used: it knows how to prepare an image and what its answers mean.

    Attributes:
        network: the network.
        preprocessing: what is done to an image before it enters.
        class_names: one for each logit.
        record: how it was trained: settings, figures; plain JSON values.
        history: the curves of the training.
        familiar: what its training pictures look like to it; None if nobody knows.
    """

    network: Network
    preprocessing: Preprocessing
    class_names: tuple[str, ...]
    record: dict[str, Any] = field(default_factory=dict)
    history: History = field(default_factory=History)
    familiar: Familiar | None = None

    def __post_init__(self) -> None:
        """Make the names harmless to show."""
        object.__setattr__(self, "class_names", tuple(name(each) for each in self.class_names))


def save_model(path: Path, model: Model) -> None:
    """Write ``model``; raises ModelFileError and then leaves an older file as it was."""
    arrays: Arrays = dict(model.network.named())
    description = described(model)
    if model.familiar is not None:
        arrays[_FEATURES] = model.familiar.features
        if len(model.familiar.others):
            arrays[_OTHERS] = model.familiar.others
        description["familiar"] = model.familiar.to_json()
    write(path, "model", arrays, model.history, description)


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
    with explained(path, MODEL):
        spec = NetworkSpec.from_json(data["network"])
        preprocessing = Preprocessing.from_json(data["preprocessing"])
        names = tuple(str(each) for each in data["class_names"])
        record = dict(data["record"])
        check_arrays(spec, arrays)
        network = Network.empty(spec)
        network.load(arrays)
    if len(names) != network.classes:
        raise ModelFileError(f"{path} names {len(names)} classes, but its network has {network.classes}.")
    return Model(network, preprocessing, names, record, history)


def load_model(path: Path) -> Model:
    """Read a model.

    Raises:
        ModelFileError: the file is missing, truncated, not a model, of a newer version, or its
            arrays do not fit its network.
    """
    arrays, history, data = read(path, "model")
    rows, others = arrays.pop(_FEATURES, None), arrays.pop(_OTHERS, None)
    model = from_description(data, arrays, history, path)
    if rows is None:
        return model
    with explained(path, MODEL):
        return replace(model, familiar=Familiar.from_file(data["familiar"], rows, others, model.network))


def find_model(word: str | Path) -> Model:
    """Return the shipped model called ``word``, or the one in the file ``word``; raises ModelFileError."""
    if str(word) in SHIPPED:
        return load_model(_SHIPPED / f"{word}.safetensors")
    if not is_there(Path(word)) and Path(word).suffix == "":
        raise ModelFileError(
            shortened(f"There is no model {str(word)!r}; shipped are {', '.join(SHIPPED)}, or name a file.")
        )
    need_model(Path(word))
    return load_model(Path(word))
