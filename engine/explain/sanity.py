"""Does a map depend on what the network has learnt? It should change when that is taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.explain.base import ExplainError, Explanation, Method
from engine.model.network import Network
from engine.task import Task
from engine.types import Array, Bytes

ALIKE = 0.5
"""From this similarity on a map that has lost its network still is the same map, for the most part."""
PLACES = 0.8
"""From this likeness of its places on a map has its outline from the image."""
PASSES, FAILS = "passes", "fails"


@dataclass(frozen=True, eq=False)
class Redrawn:
    """A map of the network with the weights of its last layers drawn anew.

    Attributes:
        layers: the layers that were drawn anew, from 0, the last one first.
        explanation: the map that the method gives then.
        similarity: rank correlation with the map of the network as learnt, -1 to 1; 0 is no likeness, 1 the
            same.
        places: the same of the sizes of the values, so whether the map lies on the same places, whatever its
            signs.
    """

    layers: tuple[int, ...]
    explanation: Explanation
    similarity: float
    places: float


@dataclass(frozen=True, eq=False)
class Sanity:
    """What became of the map of one method.

    Attributes:
        title: of the method.
        learnt: the map of the network as it is.
        redrawn: with the last layer drawn anew, with the last half, and with all.
    """

    title: str
    learnt: Explanation
    redrawn: tuple[Redrawn, ...]

    @property
    def similarity(self) -> float:
        """The greatest likeness after the last half of the layers, or all, were drawn anew."""
        return max(each.similarity for each in self.redrawn[-2:])

    @property
    def verdict(self) -> str:
        """Whether the map depends on what was learnt."""
        return PASSES if self.similarity < ALIKE else FAILS

    @property
    def words(self) -> str:
        """The verdict in a sentence."""
        if self.verdict == FAILS:
            return (
                f"{self.title} stays much the same when what was learnt is taken away: it shows "
                "the image here more than the network, so do not rely on it."
            )
        if self.redrawn[-1].places >= PLACES:
            return (
                f"{self.title} keeps its places and changes its signs when what was learnt is taken "
                "away: trust its colours here, not its outline, which is the image's."
            )
        return f"{self.title} changes when what was learnt is taken away: it shows what the network learnt."


def check(
    methods: Mapping[str, Method],
    network: Network,
    preprocessing: Preprocessing,
    image: Bytes,
    target: int,
    task: Task | None = None,
    draws: int = 3,
) -> dict[str, Sanity]:
    """Compare the maps of ``methods`` with those of networks whose last layers were drawn anew.

    The similarity is Spearman's rank correlation of the values, the mean over ``draws`` networks; the map
    that is shown is the first one's. Methods that do not suit the network are left out.
    Source: Adebayo et al., *Sanity checks for saliency maps*, 2018 (cascading randomisation).

    Args:
        methods: by name.
        network: is not changed.
        preprocessing: what is done to the image before it enters.
        image: pixels, ``(C, H, W)``.
        target: the class asked about, 0 to K - 1.
        task: gets the progress, and can cancel it.
        draws: networks that are drawn for each number of layers.

    Raises:
        ExplainError: the network has no layer with weights.
        Cancelled: the task was cancelled.
    """
    task = task or Task()
    with_weights = [n for n, params in enumerate(network.params) if params][::-1]
    if not with_weights:
        raise ExplainError("The sanity check needs layers with weights; this network has none.")
    depths = sorted({1, (len(with_weights) + 1) // 2, len(with_weights)})
    rounds = 1 + draws * len(depths)
    found: dict[str, Sanity] = {}
    for place, (name, method) in enumerate(methods.items()):

        def ask(
            asked: Network, number: int, method: Method = method, start: int = rounds * place
        ) -> Explanation:
            part = task.part(start + number, rounds * len(methods), method.title)
            part.report(0, 1)
            return method.explain(asked, preprocessing, image, target, part)

        try:
            learnt = ask(network, 0)
        except ExplainError:
            continue
        results = []
        for step, depth in enumerate(depths):
            layers = tuple(with_weights[:depth])
            maps = [ask(redraw(network, layers, seed), 1 + step * draws + seed) for seed in range(draws)]
            likeness = np.mean([similarity(learnt.values, each.values) for each in maps])
            places = np.mean([similarity(np.abs(learnt.values), np.abs(each.values)) for each in maps])
            results.append(Redrawn(layers, maps[0], float(likeness), float(places)))
        found[name] = Sanity(method.title, learnt, tuple(results))
    return found


def redraw(network: Network, layers: Sequence[int], seed: int) -> Network:
    """Return a copy of ``network`` with the parameters of ``layers`` as at the beginning of a training."""
    copy = network.copy()
    shapes = (network.spec.in_shape, *network.shapes)
    for layer in layers:
        rng = np.random.default_rng([seed, layer])
        for name, value in network.spec.layers[layer].init(shapes[layer], rng).items():
            copy.params[layer][name][...] = value
    return copy


def similarity(one: Array, other: Array) -> float:
    """Return Spearman's rank correlation of two maps of the same shape.

    Equal values share the mean of their ranks. Where a map has one value everywhere there is no order to
    compare: 0, or 1 if both have.
    """
    ranks = [_ranks(each.ravel()) for each in (one, other)]
    first, second = (each - each.mean() for each in ranks)
    size = float(np.sqrt((first @ first) * (second @ second)))
    if size == 0:
        return float(not first.any() and not second.any())
    return float(first @ second) / size


def _ranks(values: Array) -> Array:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: Array = (ends - (counts - 1) / 2)[places]
    return ranks
