"""One way back through a network, with a rule for each family of layers instead of the chain rule.

The chain rule asks how an output would change. Other questions, which share of it came from where or what
would make it larger, go the same way from layer to layer and differ only in what is done at each: a ``Rule``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, NamedTuple

import numpy as np

from engine.layers.activations import Activation, Relu
from engine.layers.base import Layer
from engine.layers.batch_norm import BatchNorm
from engine.layers.conv import Conv
from engine.layers.dense import Dense
from engine.layers.residual import Residual, inner_params
from engine.model.network import Network
from engine.types import Array, Context, Params

_INFERENCE = Context()
_RELU = Relu()
_LEAST = 1e-20
"""By which a sum is kept away from zero at least: far below what weights and images give."""


class Step(NamedTuple):
    """One layer with its parameters, as it works in inference."""

    layer: Layer
    params: Params


class Rule:
    """What is done at a layer on the way back: here what the chain rule does, so that the way is a gradient.

    Arrays are those of the layers, ``(N, C, H, W)`` or ``(N, D)``.
    """

    folds: ClassVar[bool] = False
    """Whether batch normalisation is put into the weights before it, so that the layers are fewer."""

    def linear(self, step: Step, x: Array, upstream: Array) -> Array:
        """Return what a layer that weighs, sums, chooses or moves values hands back to its input ``x``."""
        return _backward(step, x, upstream)

    def activation(self, step: Step, x: Array, upstream: Array) -> Array:
        """Return what an activation hands back to its input ``x``."""
        return _backward(step, x, upstream)

    def sum(self, one: Array, other: Array, upstream: Array) -> tuple[Array, Array]:
        """Return what a sum hands back to each of its terms."""
        return upstream, upstream


class Guided(Rule):
    """Guided backpropagation: at an activation only what is positive goes back, and only where it was active.

    ``R_x = max(R_y, 0) dy/dx``. Source: Springenberg et al., *Striving for simplicity*, 2015.
    """

    def activation(self, step: Step, x: Array, upstream: Array) -> Array:
        """Return the gradient of what is positive."""
        return _backward(step, x, np.maximum(upstream, 0))


class Deconvolution(Rule):
    """The deconvolutional network: activations are applied to what goes back, whatever went forward.

    ``R_x = max(R_y, 0)``; pooling puts values where the largest ones were.
    Source: Zeiler and Fergus, *Visualizing and understanding convolutional networks*, 2014.
    """

    def activation(self, step: Step, x: Array, upstream: Array) -> Array:
        """Return what is positive."""
        return np.maximum(upstream, 0)


class Relevance(Rule):
    """Layer-wise relevance propagation: each layer hands its relevance on to what it was made of, in shares.

    For ``z_k = sum_j x_j w_jk + b_k`` the rule is ``R_j = x_j sum_k w'_jk R_k / (z'_k + epsilon s_k)`` with
    ``w' = w + gamma max(w, 0)``, ``z'`` the same sum with ``w'`` (of the bias, too), and ``s_k`` a number of
    the sign of ``z'_k`` as large as the root mean square of ``z'``. So ``epsilon`` alone is the epsilon rule,
    ``gamma`` favours what speaks for over what speaks against. What the biases contributed is lost on the
    way. Activations hand on what they got. Batch normalisation is first put into the weights before it.
    Source: Bach et al., 2015; Montavon et al., *Layer-wise relevance propagation: an overview*, 2019.
    """

    folds: ClassVar[bool] = True

    def __init__(self, epsilon: float = 0.01, gamma: float = 0.0) -> None:
        """Make a rule; both are shares, 0 or more."""
        self.epsilon, self.gamma = epsilon, gamma

    def linear(self, step: Step, x: Array, upstream: Array) -> Array:
        """Share relevance out in proportion to what each value contributed."""
        if self.gamma and isinstance(step.layer, Conv | Dense):
            params: Params = {
                name: value + self.gamma * np.maximum(value, 0) for name, value in step.params.items()
            }
            step = Step(step.layer, params)
        y = step.layer.forward(step.params, x, _INFERENCE)[0]
        return x * _backward(step, x, upstream / self._safe(y, self.epsilon if step.params else 0))

    def activation(self, step: Step, x: Array, upstream: Array) -> Array:
        """Hand on."""
        return upstream

    def sum(self, one: Array, other: Array, upstream: Array) -> tuple[Array, Array]:
        """Share relevance out in proportion to the terms."""
        quotient = upstream / self._safe(one + other, self.epsilon)
        return one * quotient, other * quotient

    def _safe(self, z: Array, epsilon: float) -> Array:
        """Return ``z`` kept away from zero, where sharing out by it would mean nothing."""
        size = np.sqrt(np.mean(np.square(z), axis=tuple(range(1, z.ndim)), keepdims=True))
        least = epsilon * size + z.dtype.type(_LEAST)
        result: Array = np.where(z >= 0, z + least, z - least)
        return result


def back(network: Network, x: Array, upstream: Array, rule: Rule, layer: int | None = None) -> Array:
    """Return what arrives at the input when ``upstream`` goes back by ``rule``.

    Args:
        network: is not changed; it works as in inference.
        x: preprocessed images, ``(N, C, H, W)``.
        upstream: what is given to the output of ``layer``, of its shape.
        rule: what each layer does.
        layer: where the way begins, from 0; None for the last layer, so the logits.

    Returns:
        ``(N, C, H, W)``.
    """
    end = None if layer is None else layer + 1
    layers = network.spec.layers[:end]
    steps = [Step(*each) for each in zip(layers, network.params[:end], strict=True)]
    return _back(steps, x, upstream, rule)


def for_class(network: Network, x: Array, target: int) -> Array:
    """Return what is given to the logits to ask for ``target``: one 1 for each image, ``(N, K)``."""
    upstream: Array = np.zeros((len(x), network.classes), x.dtype)
    upstream[:, target] = 1
    return upstream


def folded(steps: Sequence[Step]) -> list[Step]:
    """Return steps that do the same, with batch normalisation put into the layer with weights before it.

    ``w' = a w`` and ``b' = a (b - mean) + bias`` with ``a = weight / sqrt(variance + epsilon)``.
    """
    result: list[Step] = []
    for step in steps:
        before = result[-1].layer if result else None
        if not isinstance(step.layer, BatchNorm) or not isinstance(before, Conv | Dense):
            result.append(step)
            continue
        norm, inner = step.params, result[-1].params
        scale = norm["weight"] / np.sqrt(norm["running_var"] + step.layer.epsilon)
        weight = inner["weight"] * scale.reshape(-1, *[1] * (inner["weight"].ndim - 1))
        bias = (inner.get("bias", 0) - norm["running_mean"]) * scale + norm["bias"]
        result[-1] = Step(replace(before, bias=True), {"weight": weight, "bias": bias})
    return result


def _back(steps: Sequence[Step], x: Array, upstream: Array, rule: Rule) -> Array:
    steps = folded(steps) if rule.folds else steps
    inputs = [x]
    for step in steps[:-1]:
        inputs.append(_forward(step, inputs[-1]))
    for step, value in zip(reversed(steps), reversed(inputs), strict=False):
        if isinstance(step.layer, Residual):
            upstream = _back_through_block(step.layer, step.params, value, upstream, rule)
        elif isinstance(step.layer, Activation):
            upstream = rule.activation(step, value, upstream)
        else:
            upstream = rule.linear(step, value, upstream)
    return upstream


def _back_through_block(layer: Residual, params: Params, x: Array, upstream: Array, rule: Rule) -> Array:
    """Go back through both paths of a residual block, ``relu(branch(x) + shortcut(x))``."""
    branch, shortcut = (
        [Step(part, inner_params(params, name)) for name, part in path] for path in layer.paths(params)
    )
    one, other = _run(branch, x), _run(shortcut, x)
    upstream = rule.activation(Step(_RELU, {}), one + other, upstream)
    for_branch, for_shortcut = rule.sum(one, other, upstream)
    return _back(branch, x, for_branch, rule) + _back(shortcut, x, for_shortcut, rule)


def _run(steps: Sequence[Step], x: Array) -> Array:
    for step in steps:
        x = _forward(step, x)
    return x


def _forward(step: Step, x: Array) -> Array:
    return step.layer.forward(step.params, x, _INFERENCE)[0]


def _backward(step: Step, x: Array, upstream: Array) -> Array:
    """Return what the chain rule hands back; layers may overwrite what they are given."""
    cache = step.layer.forward(step.params, x, _INFERENCE)[1]
    grad, _ = step.layer.backward(step.params, np.array(upstream), cache, _INFERENCE)
    if grad is None:
        raise RuntimeError(f"{step.layer.title} returned no gradient for its input")
    return grad
