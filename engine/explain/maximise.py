"""The picture that a filter, a unit or a class would like best, grown from noise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.explain.base import ExplainError
from engine.explain.part import Part
from engine.layers.activations import Activation
from engine.model.losses import softmax
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.options import Configurable, option
from engine.types import Array, Bytes

_LOST = 25
"""Steps without any slope after which it is said that nothing can be climbed."""


@dataclass(frozen=True, eq=False)
class Frame:
    """The picture after some steps.

    Attributes:
        step: how many, from 0.
        steps: how many there will be.
        image: pixels, whole grey levels, ``(C, H, W)``.
        value: what the part gives for them: the mean of a map, one unit's value, or a class's logit.
        probabilities: what the network answers to the picture, ``(K,)``.
    """

    step: int
    steps: int
    image: Bytes
    value: float
    probabilities: Array


@dataclass(frozen=True)
class Maximise(Configurable):
    """Gradient ascent on the pixels for the value of a part of the network.

    ``x <- (1 - decay) (x + rate g / |g|)``, then blurred and cut to what pixels can be, with ``g`` the
    gradient of the value and ``|g|`` its root mean square, ``x`` counted in deviations from the mean colour.
    Of an activation what enters it is climbed, since behind ReLU there may be no slope. Each step sees the
    picture moved by up to ``jitter`` pixels, and a share of the picture is replaced by its blurred self:
    without both the result is noise that excites the unit but shows nothing.

    Source: Erhan et al., 2009; Simonyan et al., 2014 (decay); Yosinski et al., *Understanding neural networks
    through deep visualization*, 2015 (blur); Mordvintsev et al., 2015 (jitter).
    """

    type_name: ClassVar[str] = "maximise"
    title: ClassVar[str] = "Activation maximisation"

    steps: int = option(120, "How many times the picture is improved", low=1, high=5000)
    rate: float = option(
        0.15,
        "How far one step moves the pixels, in standard deviations of the data",
        low=0,
        high=5,
        above_low=True,
    )
    decay: float = option(
        0.01, "Share by which each step draws the pixels back to the average colour", low=0, high=0.5
    )
    blur: float = option(
        0.15, "Share of the picture that each step replaces by its blurred self", low=0, high=1
    )
    jitter: int = option(
        2, "Pixels by which the picture is moved before each step, at random", low=0, high=16
    )
    seed: int = option(
        0, "Of the noise that it begins with; another one may end in another picture", low=0, high=2**31
    )

    def frames(self, network: Network, preprocessing: Preprocessing, part: Part) -> Iterator[Frame]:
        """Yield the picture at the beginning and after each step; whoever takes no more has stopped it.

        Args:
            network: is copied, so it may train on.
            preprocessing: what is done to an image before it enters.
            part: what is to be excited.

        Raises:
            ExplainError: the network has no such part, or no slope leads anywhere from noise.
        """
        part.check(network.spec)
        network = network.copy()
        rng = np.random.default_rng(self.seed)
        mean, std = (
            np.array(values, np.float64).reshape(-1, 1, 1)
            for values in (preprocessing.mean, preprocessing.std)
        )
        low, high = (0 - mean) / std, (1 - mean) / std
        x = np.clip(rng.normal(0, 0.3, network.spec.in_shape), low, high)
        lost = 0
        for step in range(self.steps + 1):
            image = np.rint(np.clip((x * std + mean) * 255, 0, 255)).astype(np.uint8)
            entered = preprocessing.apply(image[None])
            value, odds = _answer(network, part, entered)
            yield Frame(step, self.steps, image, value, odds)
            if step == self.steps:
                return
            gradient = self._gradient(network, part, x, rng)
            size = float(np.sqrt(np.mean(np.square(gradient))))
            if not np.isfinite(size):
                raise ExplainError("The network gives no finite numbers, so there is nothing to climb.")
            if size == 0:
                lost += 1
                if lost == _LOST:
                    raise ExplainError(
                        "Nothing excites this part: from noise, no change of the picture changes its value."
                    )
                gradient, size = rng.normal(0, 1, x.shape), 1.0
            x = (1 - self.decay) * (x + self.rate * gradient / size)
            x = np.clip(x + self.blur * (blurred(x) - x), low, high)

    @np.errstate(over="ignore", invalid="ignore")
    def _gradient(self, network: Network, part: Part, x: Array, rng: np.random.Generator) -> Array:
        """Return the gradient of the part's value for ``x``, ``(C, H, W)``, seen moved by a few pixels."""
        shift = tuple(int(n) for n in rng.integers(-self.jitter, self.jitter + 1, 2))
        moved = np.roll(x, shift, axis=(1, 2))[None].astype(np.float32)
        trace = network.trace(moved, last=_climbed(network.spec, part.layer))
        upstream = np.zeros_like(trace.logits)
        values = part.of(upstream)
        values[...] = len(values) / values.size  # a view: the mean of a map, or the one value
        gradient = trace.backward(upstream).input
        if gradient is None:
            raise RuntimeError("the first layer returned no gradient for its input")
        back = (-shift[0], -shift[1])
        return np.roll(gradient[0].astype(np.float64), back, axis=(1, 2))


@np.errstate(over="ignore", invalid="ignore")
def _answer(network: Network, part: Part, x: Array) -> tuple[float, Array]:
    """Return what the part gives for one image, and the class probabilities."""
    outputs = network.trace(x).outputs
    return float(part.of(outputs[part.layer]).mean()), softmax(outputs[-1])[0]


def _climbed(spec: NetworkSpec, layer: int) -> int:
    """Return the layer whose values are climbed: of an activation the one before it."""
    return layer - 1 if layer and isinstance(spec.layers[layer], Activation) else layer


def blurred(x: Array) -> Array:
    """Return ``x``, ``(C, H, W)``, each pixel the mean of its 3x3 neighbours, weighed 1 2 1 both ways."""
    for axis in (1, 2):
        wide = np.pad(x, [(1, 1) if a == axis else (0, 0) for a in range(3)], mode="edge")
        parts = [np.take(wide, np.arange(start, start + x.shape[axis]), axis) for start in range(3)]
        x = (parts[0] + 2 * parts[1] + parts[2]) / 4
    return x
