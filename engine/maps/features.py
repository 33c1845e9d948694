"""Where a layer puts images: its outputs, one row for each image."""

from __future__ import annotations

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.model.losses import softmax
from engine.model.network import INPUT, Network
from engine.task import Task
from engine.types import Array, Bytes, Context, Labels

IMAGES = 1500
"""Images of a map."""
_MOST_BYTES = 128 << 20
"""Memory that the outputs of a layer for all images of a map may take."""
_CHUNK = 100


def most_images(network: Network, layer: int) -> int:
    """Return how many images a map of ``layer`` has."""
    size = np.prod(network.spec.in_shape if layer == INPUT else network.shapes[layer])
    return int(max(100, min(IMAGES, _MOST_BYTES // (4 * int(size)))))


def features(
    network: Network, preprocessing: Preprocessing, images: Bytes, layer: int, task: Task
) -> tuple[Array, Labels, Array]:
    """Return what ``layer`` gives for each image, and what the network answers.

    Args:
        network: the network.
        preprocessing: what the images go through.
        images: uint8 ``(N, C, H, W)``.
        layer: number of the layer, from 0, or ``INPUT`` for what enters the network.
        task: how far this is; raises Cancelled.

    Returns:
        The outputs, ``(N, D)`` float32, the predicted classes, ``(N,)``, and their probabilities, ``(N,)``.
    """
    rows: list[Array] = []
    answers: list[Labels] = []
    confidence: list[Array] = []
    with np.errstate(all="ignore"):
        for start in range(0, len(images), _CHUNK):
            task.report(start, len(images), "the network looks at the images")
            x = preprocessing.apply(images[start : start + _CHUNK])
            trace = network.trace(x, Context())
            found = trace.output(layer)
            rows.append(np.ascontiguousarray(found).reshape(len(x), -1))
            probabilities = softmax(trace.logits)
            answers.append(probabilities.argmax(axis=1))
            confidence.append(probabilities.max(axis=1))
    if not rows:
        return np.zeros((0, 1), np.float32), np.zeros(0, np.int64), np.zeros(0, np.float32)
    outputs = np.nan_to_num(np.concatenate(rows), nan=0.0, posinf=1e30, neginf=-1e30)
    return outputs, np.concatenate(answers), np.nan_to_num(np.concatenate(confidence))
