"""What a network looks like from inside at one moment: its values, its gradients, its units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.data.preprocess import Preprocessing
from engine.layers.activations import Relu, Relu6, Sigmoid, Tanh
from engine.layers.base import Layer
from engine.layers.residual import Residual
from engine.model.losses import softmax_cross_entropy
from engine.model.network import INPUT, Network
from engine.types import Array, Bytes, Labels

BINS = 40
"""Bars of a histogram."""
_MOST = 50_000
"""Values that a histogram counts; of more, evenly spaced ones are taken."""
_FLAT = 0.05
"""A unit is saturated where its slope is below this share of the steepest one."""
_PICTURES = 64
"""Kernels that are kept as pictures."""
_PROBE, _MOST_PROBES = 8, 256
"""Images of each class that a network is looked at with, and of all classes together."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many values lie where.

    Attributes:
        edges: of the bars, ``(B + 1,)``, ascending.
        counts: values in each bar, ``(B,)``.
    """

    edges: Values
    counts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, values: Array) -> Histogram:
        """Count ``values``; those that are not finite are left out."""
        flat = values.reshape(-1)
        flat = flat[:: max(1, flat.size // _MOST)]
        flat = flat[np.isfinite(flat)].astype(np.float64)
        counts, edges = np.histogram(flat, BINS)
        return cls(edges, counts)


@dataclass(frozen=True, eq=False)
class LayerHealth:
    """One layer at one moment. What a layer does not have is None.

    Attributes:
        index: number of the layer, from 0.
        title: what it is called.
        activations: its outputs for the probe images.
        activation_size: their root mean square.
        weights: its kernels.
        weight_norm: Euclidean norm of the kernels.
        gradients: of the mean loss of the probe images, for the kernels.
        gradient_norm: Euclidean norm of these.
        update_ratio: ``|w(t) - w(s)| / ((t - s) |w(s)|)``: how far the kernels moved in one step, as a share
            of their norm, as a mean over the steps since the moment before; exact for neighbouring steps.
        dead: share of the units (maps of an image, features of a vector) of a rectifier that are 0 for every
            probe image and at every place, 0 to 1.
        saturated: share of the outputs of a bounded activation where its slope is below 5 % of the steepest
            one, 0 to 1.
        kernels: the first kernels of a convolution, for its first input channel, ``(K, h, w)``.
        kernel_gradients: the gradient for these.
    """

    index: int
    title: str
    activations: Histogram
    activation_size: float
    weights: Histogram | None = None
    weight_norm: float | None = None
    gradients: Histogram | None = None
    gradient_norm: float | None = None
    update_ratio: float | None = None
    dead: float | None = None
    saturated: float | None = None
    kernels: Array | None = None
    kernel_gradients: Array | None = None

    @property
    def relative_gradient(self) -> float | None:
        """Norm of the gradient as a share of that of the kernels; None without kernels, or if they are 0."""
        if self.gradient_norm is None or not self.weight_norm:
            return None
        return self.gradient_norm / self.weight_norm


@dataclass(frozen=True, eq=False)
class Health:
    """A network at one moment.

    Attributes:
        step: steps it has learnt for.
        layers: one for each layer.
        loss: mean cross-entropy of the probe images.
        accuracy: share of them that is correct, 0 to 1.
        images: probe images of each class, ``(K,)``.
        answers: how often each class was the answer, ``(K,)``.
    """

    step: int
    layers: tuple[LayerHealth, ...]
    loss: float
    accuracy: float
    images: npt.NDArray[np.int64]
    answers: npt.NDArray[np.int64]

    @property
    def trained(self) -> tuple[LayerHealth, ...]:
        """The layers with kernels, in order."""
        return tuple(layer for layer in self.layers if layer.weight_norm is not None)


def probe(labels: Labels, chosen: Labels, classes: int) -> Labels:
    """Return which of the images ``chosen`` to look at a network with: as many of each class, at most 8."""
    each = max(1, min(_PROBE, _MOST_PROBES // classes))
    mine = labels[chosen]
    return np.sort(np.concatenate([chosen[mine == k][:each] for k in range(classes)]))


def measure(
    network: Network,
    preprocessing: Preprocessing,
    images: Bytes,
    labels: Labels,
    step: int,
    before: tuple[int, Network] | None = None,
) -> Health:
    """Look at ``network`` with probe images.

    Args:
        network: the network after ``step`` steps; it must not change meanwhile, and is not changed.
        preprocessing: what the images go through.
        images: probe images, uint8 ``(N, C, H, W)``.
        labels: their classes, ``(N,)``.
        step: steps done.
        before: an earlier step and its network, to say how far the weights moved.
    """
    with np.errstate(all="ignore"):  # what is not finite is told as what it is
        trace = network.trace(preprocessing.apply(images))
        loss, grad, _ = softmax_cross_entropy(trace.logits, labels)
        gradients = trace.backward(grad / len(labels), INPUT)
        predicted = trace.logits.argmax(axis=1)
        layers = tuple(
            _layer(index, network, trace.outputs[index], gradients.params[index], step, before)
            for index in range(len(network.spec.layers))
        )
    return Health(
        step,
        layers,
        loss / len(labels),
        float(np.mean(predicted == labels)),
        np.bincount(labels, minlength=network.classes),
        np.bincount(predicted, minlength=network.classes),
    )


def _layer(
    index: int,
    network: Network,
    output: Array,
    grads: dict[str, Array],
    step: int,
    before: tuple[int, Network] | None,
) -> LayerHealth:
    layer, params = network.spec.layers[index], network.params[index]
    weights = gradients = weight_norm = gradient_norm = ratio = pictures = slopes = None
    if layer.kernels in grads:
        kernel, grad = params[layer.kernels], grads[layer.kernels]
        weights, gradients = Histogram.of(kernel), Histogram.of(grad)
        weight_norm, gradient_norm = _norm(kernel), _norm(grad)
        if kernel.ndim == 4:
            pictures, slopes = (np.array(each[:_PICTURES, 0]) for each in (kernel, grad))
        if before is not None and before[0] < step:
            old = before[1].params[index][layer.kernels]
            ratio = _norm(kernel - old) / ((step - before[0]) * max(_norm(old), 1e-12))
    return LayerHealth(
        index,
        layer.title or layer.type_name,
        Histogram.of(output),
        float(np.sqrt(np.mean(np.square(output, dtype=np.float64)))),
        weights,
        weight_norm,
        gradients,
        gradient_norm,
        ratio,
        _dead(layer, output),
        _saturated(layer, output),
        pictures,
        slopes,
    )


def _norm(values: Array) -> float:
    return float(np.sqrt(np.sum(np.square(values, dtype=np.float64))))


def _dead(layer: Layer, output: Array) -> float | None:
    if not isinstance(layer, Relu | Relu6 | Residual):
        return None
    everywhere = tuple(axis for axis in range(output.ndim) if axis != 1)
    return float(np.mean(~(output > 0).any(axis=everywhere)))


def _saturated(layer: Layer, output: Array) -> float | None:
    if isinstance(layer, Sigmoid):
        flat = output * (1 - output) < _FLAT / 4
    elif isinstance(layer, Tanh):
        flat = 1 - output * output < _FLAT
    elif isinstance(layer, Relu6):
        flat = output >= output.dtype.type(layer.ceiling)
    else:
        return None
    return float(np.mean(flat))
