"""Illnesses of layers: gradients that vanish or explode, units that are dead or saturated."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from engine.formatting import share
from engine.health.finding import Evidence, Finding, HealthWarning, Remedy, slower
from engine.health.measure import Health, LayerHealth
from engine.layers.activations import LeakyRelu, Relu, Sigmoid, Tanh
from engine.layers.base import Layer
from engine.model.spec import NetworkSpec

LOST = 1e-3
"""A gradient has vanished when it is this share of the largest of the later layers."""
GROWN = 100.0
"""It explodes when it has grown by this factor on the way back, or since the first moments."""
DEAD, SATURATED = 0.4, 0.6
"""So many dead units, or saturated outputs, of a layer are too many."""


def named(layer: LayerHealth) -> str:
    """Return what a layer is called in a sentence."""
    return f"layer {layer.index + 1}, {layer.title}"


def replaced(spec: NetworkSpec, kinds: tuple[type[Layer], ...], by: Layer) -> NetworkSpec:
    """Return ``spec`` with every layer of ``kinds`` replaced."""
    layers = tuple(by if isinstance(layer, kinds) else layer for layer in spec.layers)
    return dataclasses.replace(spec, layers=layers)


def _vanished(moment: Health) -> float:
    """Return the relative gradient of the first layer with kernels over the largest of the others."""
    found = [value for layer in moment.trained if (value := layer.relative_gradient) is not None]
    return found[0] / max(found[1:]) if len(found) > 2 and max(found[1:]) > 0 else 1.0


class VanishingGradient(HealthWarning):
    """The gradient gets lost on the way back, so that the first layers do not learn.

    Compared is the norm of the gradient as a share of that of the kernels, first layer against later ones.
    Source: Hochreiter, 1991; Glorot and Bengio, *Understanding the difficulty of training deep feedforward
    neural networks*, 2010.
    """

    name = "vanishing"
    title = "The gradient vanishes"

    def look(self, evidence: Evidence) -> Finding | None:
        """Look at the newest moment."""
        since = evidence.since(lambda moment: _vanished(moment) < LOST)
        if since is None:
            return None
        newest = evidence.moments[-1]
        spec = evidence.config.network
        flat = (Sigmoid, Tanh)
        if any(isinstance(layer, flat) for layer in spec.layers):
            advice = "Sigmoid and tanh pass on a fraction of the gradient; ReLU passes on all of it."
            remedy = Remedy("ReLU in their place", {"network": replaced(spec, flat, Relu())})
        else:
            advice = "A larger learning rate lets the first layers move, if the last ones bear it."
            remedy = Remedy(
                f"Learning rate {3 * evidence.config.learning_rate:.2g}",
                {"learning_rate": float(f"{3 * evidence.config.learning_rate:.2g}")},
            )
        seen = (
            f"The gradient of the first layer is {_vanished(newest):.1e} of that of the later ones, "
            "each as a share of its weights."
        )
        return self.found(seen, named(newest.trained[0]), since, advice, remedy)


class ExplodingGradient(HealthWarning):
    """The gradient grows beyond bounds: on the way back through the layers, or from step to step."""

    name = "exploding"
    title = "The gradient explodes"

    def look(self, evidence: Evidence) -> Finding | None:
        """Look at all moments, and whether the run broke off."""
        advice = "Smaller steps; gradients like these throw the weights away."
        remedy = slower(evidence.config, 10)
        if evidence.failed:
            return self.found(evidence.failed, "the whole network", evidence.step, advice, remedy)
        if not evidence.moments:
            return None
        sizes = [_size(moment) for moment in evidence.moments]
        usual = float(np.median(sizes[: max(1, len(sizes) // 2)]))

        def grown(moment: Health) -> bool:
            size = _size(moment)
            return not np.isfinite(size) or size > GROWN * max(usual, 1e-3) or _growth(moment) > GROWN

        since = evidence.since(grown)
        if since is None:
            return None
        newest = evidence.moments[-1]
        seen = f"The norm of the gradient is {_size(newest):.3g}; it was {usual:.3g} at first."
        if _growth(newest) > GROWN:
            seen = f"The gradient grows {_growth(newest):.0f}-fold on its way back through the layers."
        worst = max(newest.trained, key=lambda layer: layer.gradient_norm or 0.0)
        return self.found(seen, named(worst), since, advice, remedy)


def _size(moment: Health) -> float:
    with np.errstate(over="ignore"):
        return float(np.sqrt(sum((layer.gradient_norm or 0.0) ** 2 for layer in moment.trained)))


def _growth(moment: Health) -> float:
    """Return by how much the gradient, as a share of the weights, grows from the last layer to the first."""
    found = [value for layer in moment.trained if (value := layer.relative_gradient) is not None]
    return found[0] / found[-1] if len(found) > 2 and found[-1] > 0 else 1.0


def _worst(moment: Health, figure: Callable[[LayerHealth], float | None]) -> LayerHealth | None:
    """Return the layer in which ``figure`` is largest, if any has it."""
    return max(
        (layer for layer in moment.layers if figure(layer) is not None),
        key=lambda layer: figure(layer) or 0.0,
        default=None,
    )


class DeadUnits(HealthWarning):
    """Rectified units that are 0 for every image: no gradient reaches them any more, and they stay so."""

    name = "dead"
    title = "Units are dead"

    def look(self, evidence: Evidence) -> Finding | None:
        """Look at the newest moment."""
        layer = _worst(evidence.moments[-1], lambda each: each.dead) if evidence.moments else None
        if layer is None or (layer.dead or 0.0) <= DEAD:
            return None
        index = layer.index
        since = evidence.since(lambda moment: (moment.layers[index].dead or 0.0) > DEAD)
        seen = f"{share(layer.dead or 0.0)} of the units are 0 for every image that was tried."
        spec = evidence.config.network
        if isinstance(spec.layers[index], Relu):
            advice = "Leaky ReLU lets a little gradient through, so that units can come back."
            remedy = Remedy("Leaky ReLU in its place", {"network": replaced(spec, (Relu,), LeakyRelu())})
        else:
            advice = "Smaller steps kill fewer units; those that are dead stay so until a new run."
            remedy = slower(evidence.config, 3)
        return self.found(seen, named(layer), since or 0, advice, remedy)


class SaturatedUnits(HealthWarning):
    """Outputs at the flat ends of their activation, where hardly any gradient passes."""

    name = "saturated"
    title = "Units are saturated"

    def look(self, evidence: Evidence) -> Finding | None:
        """Look at the newest moment."""
        layer = _worst(evidence.moments[-1], lambda each: each.saturated) if evidence.moments else None
        if layer is None or (layer.saturated or 0.0) <= SATURATED:
            return None
        index = layer.index
        since = evidence.since(lambda moment: (moment.layers[index].saturated or 0.0) > SATURATED)
        spec = evidence.config.network
        kind = type(spec.layers[index])
        seen = f"{share(layer.saturated or 0.0)} of the outputs lie where the slope is nearly 0."
        advice = "ReLU has no upper end; a smaller learning rate keeps the weights before it small."
        remedy = Remedy("ReLU in its place", {"network": replaced(spec, (kind,), Relu())})
        return self.found(seen, named(layer), since or 0, advice, remedy)
