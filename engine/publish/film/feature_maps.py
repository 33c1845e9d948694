"""A film of what each layer makes of one image, and of the answer."""

from __future__ import annotations

import numpy as np

from engine.errors import ConfigError
from engine.formatting import percent
from engine.model.losses import softmax
from engine.model.network import Network
from engine.publish.film.layers import MOST_LAYERS, Ends, Shown, draw_layer, places
from engine.publish.film.page import Box, Page, enlarged
from engine.publish.film.subject import Source, Subject
from engine.publish.pictures import image_picture
from engine.task import Task
from engine.types import Array

_MAPS = 64
_SHARING = ("relu", "leaky_relu", "sigmoid", "tanh", "batch_norm", "dropout")
"""Layers that keep the shape: their maps are shown in place of those of the layer before."""
_ROWS = 10
"""Classes whose probabilities are shown; of more the ones that are likeliest at the end."""
_ROW = 13


class FeatureMaps(Subject):
    """The image, the maps of the layers, and the probabilities of the classes."""

    key = "maps"
    title = "Feature maps"
    about = "What each layer makes of one image, each on one scale, and the probabilities of the classes."
    takes_image = True

    def __init__(self, source: Source) -> None:
        """Find the layers that have maps; raises EngineError if none has, or there is no such image."""
        super().__init__(source)
        network = Network.empty(source.folder.record.config.network)
        self._layers: dict[int, Shown] = {}
        for number, (layer, shape) in enumerate(zip(network.spec.layers, network.shapes, strict=True)):
            if len(shape) != 3 or shape[1] * shape[2] == 1:
                continue
            if layer.type_name in _SHARING:
                self._layers.pop(number - 1, None)
            count = min(shape[0], _MAPS)
            title = f"{number + 1} {layer.title} {'×'.join(map(str, shape))}"
            self._layers[number] = Shown(title, count, (shape[1], shape[2]))
        if not self._layers:
            raise ConfigError("The network has no layer with maps, so there are none to film.")
        for number in list(self._layers)[MOST_LAYERS:]:
            del self._layers[number]
        if source.image.shape != network.spec.in_shape:
            raise ConfigError(
                f"The image is {'×'.join(map(str, source.image.shape))}, and the network takes "
                f"{'×'.join(map(str, network.spec.in_shape))}."
            )
        self._x = source.preprocessing.apply(source.image[None])
        self._ends = {number: Ends() for number in self._layers}
        self._answers: list[Array] = []
        self._classes: list[int] = []

    def take(self, network: Network, task: Task) -> None:
        """See how large the values are, and what the answer is."""
        values, answer = self._values(network)
        for number, maps in values.items():
            self._ends[number].take(maps)
        self._answers.append(answer)

    def ready(self) -> None:
        """Choose the classes that are shown."""
        last = self._answers[-1]
        self._classes = sorted(np.argsort(-last, kind="stable")[:_ROWS].tolist())

    def _values(self, network: Network) -> tuple[dict[int, Array], Array]:
        with np.errstate(all="ignore"):
            trace = network.trace(self._x)
            found = {number: trace.output(number)[0, : layer.count] for number, layer in self._layers.items()}
            return found, np.nan_to_num(softmax(trace.logits)[0])

    def draw(self, page: Page, box: Box, at: float) -> None:
        """Draw image, maps and probabilities of the step."""
        index = round(at)
        values, _ = self._values(self.source.network(self.source.steps[index]))
        side = max(page.px(96), box.width // 6)
        gap = page.px(24)
        self._draw_image(page, Box(box.left, box.top, side, box.height))
        middle = box.inside(side + gap, 0, side + gap, 0)
        for place, (number, layer) in zip(
            places(page, middle, list(self._layers.values())), self._layers.items(), strict=True
        ):
            draw_layer(page, place, layer, values[number], self._ends[number].scale(signed=False))
        self._draw_answer(page, Box(middle.right + gap, box.top, side, box.height), self._answers[index])

    def _draw_image(self, page: Page, box: Box) -> None:
        page.text((box.left, box.top + page.letters(15)), "Image", 15, anchor="ld", strong=True)
        pixels = image_picture(self.source.image)
        if pixels.ndim == 2:
            pixels = np.repeat(pixels[..., None], 3, axis=2)
        top = box.top + page.letters(15) + page.px(8)
        times = max(1, min(box.width // pixels.shape[1], (box.bottom - top) // pixels.shape[0]))
        page.pixels((box.left, top), enlarged(pixels, times))

    def _draw_answer(self, page: Page, box: Box, answer: Array) -> None:
        theme = page.theme
        page.text((box.left, box.top + page.letters(15)), "Answer", 15, anchor="ld", strong=True)
        top = box.top + page.letters(15) + page.px(8)
        row = min(page.px(34), (box.bottom - top) // max(1, len(self._classes)))
        best = int(answer.argmax())
        for place, number in enumerate(self._classes):
            y = top + place * row
            value = float(answer[number])
            figure = percent(value)
            strong = number == best
            room = box.width - page.text_width(figure, _ROW) - page.px(6)
            name = page.shortened(self.source.names[number], _ROW, room, strong=strong)
            page.text((box.left, y), name, _ROW, strong=strong)
            page.text((box.right, y), figure, _ROW, theme.muted, anchor="ra")
            bar = Box(box.left, y + page.letters(_ROW) + page.px(3), box.width, max(2, page.px(4)))
            page.fill(bar, theme.line)
            page.fill(
                Box(bar.left, bar.top, round(bar.width * value), bar.height),
                theme.accent if strong else theme.muted,
            )
