"""A request in, an immutable picture of the network out: no more is copied than was asked."""

from __future__ import annotations

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.model.losses import softmax
from engine.model.network import Network
from engine.session.messages import Request, Snapshot
from engine.types import Array, Bytes


def frozen(value: Array) -> Array:
    """Return a contiguous read-only copy."""
    copy = np.array(value, order="C")
    copy.flags.writeable = False
    return copy


def look(
    network: Network, preprocessing: Preprocessing, image: Bytes | None
) -> tuple[tuple[Array, ...], Array | None]:
    """Return what each layer makes of ``image`` and the probabilities; nothing if its form does not fit."""
    if image is None or image.shape != network.spec.in_shape:
        return (), None
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # shown as what they are
        outputs = network.maps(preprocessing.apply(image[None]))
        shares = softmax(outputs[-1])[0]
    maps = tuple(frozen(output[0]) for output in outputs)
    return maps, frozen(shares) if np.isfinite(shares).all() else None


def capture(
    request: Request, network: Network, preprocessing: Preprocessing, run_id: int, step: int
) -> Snapshot:
    """Serve ``request`` from ``network``, which the caller holds still meanwhile."""
    maps, probabilities = look(network, preprocessing, request.image if request.maps else None)
    copy = network.copy() if request.kernels else None
    return Snapshot(run_id, step, copy, request.image, maps, probabilities)
