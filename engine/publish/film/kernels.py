"""A film of the kernels of the convolutions."""

from __future__ import annotations

from engine.errors import ConfigError
from engine.model.network import Network
from engine.publish.film.layers import MOST_LAYERS, MOST_MAPS, Ends, Shown, draw_layer, places
from engine.publish.film.page import Box, Page
from engine.publish.film.subject import Source, Subject
from engine.task import Task
from engine.types import Array

_ACROSS = 32
"""Kernels of a filter that stand in one row; of more the rest stands below."""


class Kernels(Subject):
    """The kernels of each convolution, on one scale about zero."""

    key = "kernels"
    title = "Kernels"
    about = "The kernels of the convolutions, each layer on one scale about zero."

    def __init__(self, source: Source) -> None:
        """Find the convolutions; raises ConfigError if there is none."""
        super().__init__(source)
        network = Network.empty(source.folder.record.config.network)
        self._layers: dict[str, Shown] = {}
        chosen = [name for name, weight in network.named().items() if weight.ndim == 4][:MOST_LAYERS]
        most = MOST_MAPS if len(chosen) <= 2 else MOST_MAPS // 4
        for name in chosen:
            weight = network.named()[name]
            index, _, parameter = name.partition(".")
            filters, channels, height, width = weight.shape
            colour = channels == 3
            block = 3 if colour else min(channels, _ACROSS)
            count = min(filters * channels, most - most % block)
            title = f"{int(index) + 1} {network.spec.layers[int(index)].title}"
            of = parameter.removesuffix("weight").rstrip(".")
            title += f", {of}" if of else ""
            title += f" {'×'.join(map(str, weight.shape))}"
            title += f" (the first {count})" if count < filters * channels else ""
            self._layers[name] = Shown(title, count, (height, width), block, signed=True, colour=colour)
        if not self._layers:
            raise ConfigError("The network has no convolution, so there are no kernels to film.")
        self._ends = {name: Ends() for name in self._layers}

    def take(self, network: Network, task: Task) -> None:
        """See how large the weights are."""
        for name, values in self._values(network).items():
            self._ends[name].take(values)

    def _values(self, network: Network) -> dict[str, Array]:
        named = network.named()
        return {
            name: named[name].reshape(-1, *layer.tile)[: layer.count] for name, layer in self._layers.items()
        }

    def draw(self, page: Page, box: Box, at: float) -> None:
        """Draw the kernels of the step."""
        values = self._values(self.source.network(self.source.steps[round(at)]))
        room = places(page, box, list(self._layers.values()))
        for place, (name, layer) in zip(room, self._layers.items(), strict=True):
            draw_layer(page, place, layer, values[name], self._ends[name].scale(signed=True))
