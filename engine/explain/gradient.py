"""How strongly the score of a class answers to what a layer gives, or to the image itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.model.network import INPUT, Network
from engine.types import Array, Bytes

SLOPE = "score from black to white"
"""The unit of slopes per pixel."""


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


def input_gradients(network: Network, x: Array, targets: tuple[int, ...]) -> tuple[Array, ...]:
    """Return the gradient of the logit of each target for the input, ``(N, C, H, W)``: one pass forwards."""
    trace = network.trace(x)
    found = []
    for target in targets:
        score = np.zeros_like(trace.logits)
        score[:, target] = 1
        gradient = trace.backward(score).input
        if gradient is None:
            raise RuntimeError("the first layer returned no gradient for its input")
        found.append(gradient)
    return tuple(found)


def per_pixel(gradient: Array, preprocessing: Preprocessing) -> Array:
    """Turn a gradient for the input, ``(..., C, H, W)``, into one for pixels from 0 (black) to 1 (white)."""
    slopes: Array = gradient / np.array(preprocessing.std, gradient.dtype).reshape(-1, 1, 1)
    return slopes


def steepest(slopes: Array) -> Array:
    """Return of each pixel's channels, ``(C, H, W)``, the value farthest from zero, float32 ``(H, W)``."""
    largest = np.abs(slopes).argmax(axis=0)
    return np.ascontiguousarray(np.take_along_axis(slopes, largest[None], axis=0)[0], np.float32)


def colours(image: Bytes) -> str:
    """Say after a method's name how ``steepest`` dealt with the colours of ``image``, if there are any."""
    return ", steepest colour" if len(image) > 1 else ""
