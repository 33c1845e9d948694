"""Which filters a network needs: what its accuracy loses without each of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.damage.network_changes import SwitchOff, filters
from engine.data.preprocess import Preprocessing
from engine.model.network import Network
from engine.task import Task
from engine.types import Array, Bytes, Context, Labels

_CHUNK = 100
"""Images whose maps are held at a time."""


class Rank(NamedTuple):
    """One filter.

    Attributes:
        layer: number of its layer, from 0.
        kernel: its number in the layer, from 0.
        accuracy: share of the images that the network without it predicts correctly, 0 to 1.
        loss: what that is less than with it; negative where the network is better without.
    """

    layer: int
    kernel: int
    accuracy: float
    loss: float


def rank_filters(
    network: Network, preprocessing: Preprocessing, images: Bytes, labels: Labels, task: Task
) -> tuple[Rank, ...]:
    """Return every filter of ``network``, the one that is missed most first.

    Each is switched off by itself on a copy (``SwitchOff``). What enters a layer is computed once for all of
    its filters.

    Args:
        network: the network; not changed.
        preprocessing: what the images go through.
        images: uint8 ``(N, C, H, W)``.
        labels: their classes, ``(N,)``.
        task: how far this is; raises Cancelled.
    """
    copy, found = network.copy(), list(filters(network))
    kept, correct = copy.state_vector.copy(), dict.fromkeys(found, 0)
    usual, done, total = 0, 0, len(found) * -(-len(labels) // _CHUNK)
    with np.errstate(all="ignore"):  # a network may have gone astray
        for start in range(0, len(labels), _CHUNK):
            part = slice(start, start + _CHUNK)
            inputs = [preprocessing.apply(images[part])]
            inputs += network.maps(inputs[0])
            usual += int((inputs[-1].argmax(axis=1) == labels[part]).sum())
            for layer, index in found:
                SwitchOff(layer, index).apply(copy)
                answers = _onwards(copy, layer, inputs[layer]).argmax(axis=1)
                copy.state_vector[:] = kept
                correct[layer, index] += int((answers == labels[part]).sum())
                done += 1
                task.report(done, total, "trying the network without each filter")
    count = max(1, len(labels))
    ranks = [
        Rank(layer, index, right / count, (usual - right) / count)
        for (layer, index), right in correct.items()
    ]
    return tuple(sorted(ranks, key=lambda rank: -rank.loss))


def _onwards(network: Network, first: int, x: Array) -> Array:
    """Return the logits for ``x``, which enters the layer ``first``."""
    ctx = Context()
    for index in range(first, len(network.params)):
        x, _ = network.spec.layers[index].forward(network.params[index], x, ctx.at(index))
    return x
