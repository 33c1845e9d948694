"""A film of the kernels of the convolutions."""

from __future__ import annotations

from engine.errors import ConfigError
from engine.model.network import Network
from engine.publish.film.layers import MOST_LAYERS, MOST_MAPS, Ends, Shown, draw_layer, places
from engine.publish.film.page import Box, Page
from engine.publish.film.subject import Source, Subject
from engine.task import Task
from engine.types import Array


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
        for name, weight in network.named().items():
            if weight.ndim == 4 and len(self._layers) < MOST_LAYERS:
                number = int(name.partition(".")[0])
                filters, channels, height, width = weight.shape
                count = min(filters * channels, MOST_MAPS)
                colour = channels == 3
                count -= count % 3 if colour else 0
                shape = "×".join(map(str, weight.shape))
                title = f"{number + 1} {network.spec.layers[number].title} {shape}"
                block = min(channels, count)
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
