"""How strongly the score of a class answers to what a layer gives, or to the image itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.model.network import INPUT, Network
from engine.types import Array


class ClassGradient(NamedTuple):
    """The scores, one layer's output and the gradient for it.

    Attributes:
        logits: scores of all classes, ``(N, K)``.
        output: what the layer gives, ``(N, C, H, W)`` or ``(N, D)``.
        gradient: ``d logits[n, target] / d output[n]``, of the same shape.
    """

    logits: Array
    output: Array
    gradient: Array


def class_gradient(network: Network, x: Array, target: int, layer: int = INPUT) -> ClassGradient:
    """Return the gradient of a class's logit for the output of a layer, in inference mode.

    The chain rule from the last layer down to the one asked for: running statistics stand for those
    of a batch and nothing is dropped, so the images of ``x`` do not depend on each other.

    Args:
        network: is not changed.
        x: preprocessed images, ``(N, C, H, W)``.
        target: the class, 0 to K - 1.
        layer: number of the layer from 0, or ``INPUT``.
    """
    trace = network.trace(x)
    score = np.zeros_like(trace.logits)
    score[:, target] = 1
    gradients = trace.backward(score, layer)
    gradient = gradients.input if layer == INPUT else gradients.outputs[layer]
    if gradient is None:
        raise RuntimeError(f"layer {layer + 2} returned no gradient for its input")
    return ClassGradient(trace.logits, trace.output(layer), gradient)
