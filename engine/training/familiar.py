"""What the training images of a run look like to its network, where they are at hand.

``python -m engine.training.familiar MODEL OUT`` writes a model again with what its training images look like
to it, as the shipped ones have it.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.catalogue import is_present, load
from engine.data.dataset import Dataset, holdout
from engine.errors import EngineError
from engine.model.familiar import PICTURES, Familiar, feature_layer
from engine.model.model_file import Model, load_model, save_model

FEW = 600
"""Pictures that are looked at when a run is saved: a second or two."""
_VALUES = 2**28
"""Values that all layers together may give for them; where each picture has more, fewer are looked at."""
_FEWEST = 50
"""Fewer say nothing."""
_FEATURES = 2**21
"""Likewise for the features that are kept: 4 MB in a file."""


def familiar(
    model: Model, dataset: Dataset, validation_images: int, seed: int, most: int = FEW
) -> Familiar | None:
    """Return what the training images of ``dataset`` look like to a network that learnt from them.

    The limit is that of images that were held out for validation; without any, of training images other than
    those that are kept, which makes it a little too strict.

    Returns None where nothing can be said: pictures so large that only a few could be looked at, or no layer
    before the last one.

    Args:
        model: the network, and what its images go through.
        dataset: what it learnt from.
        validation_images: how many were held out.
        seed: by which they were chosen.
        most: images that are kept, and as many for the limit.
    """
    layer, shapes = feature_layer(model.network.spec), model.network.shapes
    if layer is None:
        return None
    room = min(_VALUES // sum(math.prod(shape) for shape in shapes), _FEATURES // math.prod(shapes[layer]))
    if room < _FEWEST:
        return None
    most = min(most, room)
    train, held_out = holdout(dataset, validation_images, seed)
    kept = train[_of_each_class(dataset.train_labels[train], most)]
    others = held_out if len(held_out) else np.setdiff1d(train, kept)
    others = others[:: max(1, len(others) // max(1, most))]
    images, labels = dataset.train_images, dataset.train_labels
    return Familiar.of(model.network, model.preprocessing, images[kept], images[others], labels[others])


def with_familiar(model: Model, most: int = FEW) -> Model:
    """Return a model with what its training images look like, if its record names them and they are here."""
    config = model.record.get("config")
    if model.familiar is not None or not isinstance(config, Mapping):
        return model
    settings: Mapping[str, Any] = config
    name = str(settings.get("data"))
    try:
        if not is_present(name):
            return model
        dataset, count = load(name), int(settings.get("validation_images", 0))
        if model.network.spec.in_shape != dataset.in_shape or model.class_names != dataset.class_names:
            return model
        return replace(model, familiar=familiar(model, dataset, count, int(settings.get("seed", 1)), most))
    except (EngineError, ValueError, TypeError):
        return model  # the record of a file from elsewhere may say anything


def _of_each_class(labels: np.ndarray[Any, np.dtype[np.int64]], most: int) -> np.ndarray[Any, Any]:
    """Return places of the first images of each class, alike many as far as there are, ``most`` in all."""
    classes = np.unique(labels)
    each = max(1, most // max(1, len(classes)))
    return np.sort(np.concatenate([np.flatnonzero(labels == k)[:each] for k in classes]))


if __name__ == "__main__":
    source, out = (Path(word) for word in sys.argv[1:3])
    save_model(out, with_familiar(replace(load_model(source), familiar=None), PICTURES))
