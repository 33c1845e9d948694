"""What can be done to a network: switch off, move, prune, add noise, quantise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.damage.base import NetworkChange
from engine.errors import ConfigError
from engine.layers.batch_norm import BatchNorm
from engine.layers.residual import Residual
from engine.model.network import Network
from engine.options import option
from engine.types import Array, Params


def kernels(network: Network, layer: int) -> Array:
    """Return the kernels of ``layer`` (from 0), one for each entry of the first axis; raises ConfigError."""
    if not 0 <= layer < len(network.params):
        raise ConfigError(f"The layer is {layer + 1}; the network has layers 1 to {len(network.params)}.")
    spec = network.spec.layers[layer]
    found: Array | None = network.params[layer].get(spec.kernels)
    if found is None or found.ndim < 2:
        raise ConfigError(f"Layer {layer + 1}, {spec.title}, has no kernels.")
    return found


def filters(network: Network) -> Iterator[tuple[int, int]]:
    """Yield every layer and kernel that can be switched off; not those that give the answers."""
    last = max((index for index, params in enumerate(network.params) if "weight" in params), default=0)
    for layer, (spec, params) in enumerate(zip(network.spec.layers, network.params, strict=True)):
        if layer != last and spec.kernels in params and params[spec.kernels].ndim >= 2:
            yield from ((layer, index) for index in range(len(params[spec.kernels])))


def _checked(network: Network, layer: int, index: int) -> Array:
    found = kernels(network, layer)
    if not 0 <= index < len(found):
        raise ConfigError(f"The kernel is {index + 1}; layer {layer + 1} has kernels 1 to {len(found)}.")
    return found


def _decayed(network: Network) -> Iterator[Array]:
    """Yield the weights of all layers, without biases and scales."""
    for layer, params in zip(network.spec.layers, network.params, strict=True):
        yield from (params[name] for name in layer.decayed if name in params)


@dataclass(frozen=True)
class SwitchOff(NetworkChange):
    """A kernel whose map is 0 for every image.

    Kernel and bias become 0, and where batch normalisation follows, its scale and shift, too. In a residual
    block it is a kernel of the first convolution.
    """

    type_name: ClassVar[str] = "switch_off"
    title: ClassVar[str] = "Switch off a filter"
    about: ClassVar[str] = "What the network answers without this filter."

    layer: int = option(0, "Number of the layer, from 0.", low=0, high=10000)
    index: int = option(0, "Number of the kernel, from 0.", low=0, high=10**6)

    def words(self, network: Network) -> str:
        """Name the filter."""
        return f"filter {self.index + 1} of layer {self.layer + 1} off"

    @property
    def target(self) -> tuple[object, ...]:
        """Each filter by itself."""
        return (type(self), self.layer, self.index)

    def apply(self, network: Network) -> None:
        """Let the map be 0."""
        _checked(network, self.layer, self.index)[self.index] = 0
        own = network.params[self.layer]
        scales: list[tuple[Params, str]] = [(own, "bias")]
        if isinstance(network.spec.layers[self.layer], Residual):
            scales = [(own, "bn1.weight"), (own, "bn1.bias")]
        elif self.layer + 1 < len(network.params) and isinstance(
            network.spec.layers[self.layer + 1], BatchNorm
        ):
            after = network.params[self.layer + 1]
            scales += [(after, "weight"), (after, "bias")]
        for params, name in scales:
            if name in params:
                params[name][self.index] = 0


@dataclass(frozen=True)
class SetWeight(NetworkChange):
    """One weight of a kernel with another value."""

    type_name: ClassVar[str] = "set_weight"
    title: ClassVar[str] = "Change a weight"
    about: ClassVar[str] = "How much hangs on a single number."

    layer: int = option(0, "Number of the layer, from 0.", low=0, high=10000)
    index: int = option(0, "Number of the kernel, from 0.", low=0, high=10**6)
    place: int = option(0, "Number of the weight in the kernel, from 0, row by row.", low=0, high=10**8)
    value: float = option(0.0, "What it becomes.", low=-1e6, high=1e6)

    def words(self, network: Network) -> str:
        """Name weight and value."""
        return f"weight {self.place + 1} of filter {self.index + 1}, layer {self.layer + 1}: {self.value:.3g}"

    @property
    def target(self) -> tuple[object, ...]:
        """Each weight by itself."""
        return (type(self), self.layer, self.index, self.place)

    def apply(self, network: Network) -> None:
        """Set the weight."""
        kernel = _checked(network, self.layer, self.index)[self.index].reshape(-1)
        if self.place >= len(kernel):
            raise ConfigError(f"The weight is {self.place + 1}; the kernel has weights 1 to {len(kernel)}.")
        kernel[self.place] = self.value


@dataclass(frozen=True)
class ScaleKernel(NetworkChange):
    """A whole kernel made stronger, weaker, or turned into its opposite."""

    type_name: ClassVar[str] = "scale_kernel"
    title: ClassVar[str] = "Change a kernel"
    about: ClassVar[str] = "Stronger, weaker, or with a negative factor its opposite."

    layer: int = option(0, "Number of the layer, from 0.", low=0, high=10000)
    index: int = option(0, "Number of the kernel, from 0.", low=0, high=10**6)
    factor: float = option(1.0, "What all its weights are multiplied by.", low=-10.0, high=10.0)

    def words(self, network: Network) -> str:
        """Name kernel and factor."""
        return f"filter {self.index + 1} of layer {self.layer + 1} × {self.factor:.3g}"

    @property
    def target(self) -> tuple[object, ...]:
        """Each kernel by itself."""
        return (type(self), self.layer, self.index)

    def apply(self, network: Network) -> None:
        """Scale the kernel."""
        _checked(network, self.layer, self.index)[self.index] *= self.factor


@dataclass(frozen=True)
class Prune(NetworkChange):
    """The smallest weights of the whole network set to 0.

    Source: Han, Pool, Tran and Dally, *Learning both weights and connections for efficient neural networks*,
    2015.
    """

    type_name: ClassVar[str] = "prune"
    title: ClassVar[str] = "Prune"
    about: ClassVar[str] = "How many weights a network can do without."

    share: float = option(0.5, "Share of all weights, the smallest ones, that become 0.", low=0.0, high=1.0)

    def words(self, network: Network) -> str:
        """Name the share."""
        return f"the smallest {100 * self.share:.3g} % of the weights are 0"

    def apply(self, network: Network) -> None:
        """Set weights to 0."""
        weights = list(_decayed(network))
        sizes = np.concatenate([np.abs(each).reshape(-1) for each in weights]) if weights else np.zeros(0)
        count = round(self.share * sizes.size)
        if count:
            limit = np.partition(sizes, count - 1)[count - 1]
            for each in weights:
                each[np.abs(each) <= limit] = 0


@dataclass(frozen=True)
class WeightNoise(NetworkChange):
    """Normal noise on all weights, in each layer in proportion to their size."""

    type_name: ClassVar[str] = "weight_noise"
    title: ClassVar[str] = "Noise on the weights"
    about: ClassVar[str] = "How exactly the weights must be what they are."

    size: float = option(
        0.2, "Standard deviation of the noise as a share of that of the layer's weights.", low=0.0, high=10.0
    )
    seed: int = option(1, "Another number gives other noise.", low=0, high=2**31 - 1)

    def words(self, network: Network) -> str:
        """Name the size."""
        return f"noise of {100 * self.size:.3g} % on the weights"

    def apply(self, network: Network) -> None:
        """Add the noise."""
        rng = np.random.default_rng(self.seed)
        for each in _decayed(network):
            each += (self.size * each.std() * rng.standard_normal(each.shape)).astype(each.dtype)


@dataclass(frozen=True)
class Quantise(NetworkChange):
    """All weights rounded to few values: whole multiples of a step, with the same range on both sides of 0.

    In each layer the step is ``max |w| / (2^(bits - 1) - 1)``: 255 values with 8 bits, 15 with 4, 3 with 2.
    Source: Jacob et al., *Quantization and training of neural networks for efficient integer-arithmetic-only
    inference*, 2018 (here one symmetric scale for each layer).
    """

    type_name: ClassVar[str] = "quantise"
    title: ClassVar[str] = "Quantise"
    about: ClassVar[str] = "How few different values a weight may have."

    bits: str = option("8", "Bits for each weight.", choices=("8", "4", "2"))

    def words(self, network: Network) -> str:
        """Name the bits."""
        return f"weights of {self.bits} bits"

    def apply(self, network: Network) -> None:
        """Round the weights."""
        levels = 2 ** (int(self.bits) - 1) - 1
        for each in _decayed(network):
            top = float(np.abs(each).max(initial=0.0))
            if top > 0 and np.isfinite(top):
                step = top / levels
                each[...] = np.round(each / step) * step
