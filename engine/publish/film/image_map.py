"""A film of where the last hidden layer puts test images."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.formatting import counted
from engine.look.points import class_colours, frame
from engine.maps.align import aligned
from engine.maps.features import features, most_images
from engine.maps.pca import Components
from engine.model.network import INPUT, Network
from engine.publish.film.page import Box, Page
from engine.publish.film.subject import Source, Subject
from engine.task import Task

IMAGES = 1000
_DOT = 4.5
_NAME = 13
Values = npt.NDArray[np.float64]


class ImageMap(Subject):
    """Test images by the principal components of a layer; each map is laid over the next one."""

    key = "map"
    title = "Map of images"
    about = "Test images where the last hidden layer puts them: its two principal components, aligned."
    most = 60
    glides = True

    def __init__(self, source: Source) -> None:
        """Choose the images; raises EngineError if the data set is not there."""
        super().__init__(source)
        network = Network.empty(source.folder.record.config.network)
        self._layer = max(INPUT, len(network.spec.layers) - 2)
        images = source.dataset.test_images
        count = min(most_images(network, self._layer), IMAGES, len(images))
        self._indices = np.sort(np.random.default_rng(0).permutation(len(images))[:count])
        self._images = images[self._indices]
        self._labels = source.dataset.test_labels[self._indices]
        self._places: list[Values] = []
        self._frame = frame(np.zeros((0, 2)))

    def take(self, network: Network, task: Task) -> None:
        """Place the images."""
        found, _, _ = features(network, self.source.preprocessing, self._images, self._layer, task)
        placed = Components.of(found, 2).place(found)
        flat = np.zeros((len(found), 2))
        flat[:, : placed.shape[1]] = placed
        self._places.append(flat)

    def ready(self) -> None:
        """Lay every map over the next one, from the end on, and choose what is seen of all of them."""
        for index in range(len(self._places) - 2, -1, -1):
            points, after = aligned(self._places[index], self._places[index + 1])[0], self._places[index + 1]
            # Turned as they lie nearest, but as large as the next one: at first little is alike, and least
            # squares would draw all points together.
            middle, size = points.mean(axis=0), _size(points)
            self._places[index] = middle + (points - middle) * (_size(after) / size if size > 0 else 1.0)
        self._frame = frame(np.concatenate(self._places))

    def note(self, index: int) -> str:
        """Say what is placed."""
        return counted(len(self._indices), "test image")

    def draw(self, page: Page, box: Box, at: float) -> None:
        """Draw the images between the two steps that are nearest."""
        before = min(int(at), len(self._places) - 1)
        after = min(before + 1, len(self._places) - 1)
        part = at - before
        eased = part * part * (3 - 2 * part)
        points = self._places[before] + eased * (self._places[after] - self._places[before])
        names = self.source.names
        colours = class_colours(page.theme, len(names))
        beside = max(page.text_width(name, _NAME) for name in names)
        beside = min(beside, page.px(160)) + page.px(24)
        room = box.inside(0, 0, beside + page.px(8), 0)
        left, top, width, height = self._frame
        times = min(room.width / width, room.height / height)
        shift = np.array([room.width - times * width, room.height - times * height]) / 2
        pixels = (points - np.array([left, top])) * times + shift

        def draw(on: Any, fine: float) -> None:
            radius = fine * max(1.5, _DOT * page.unit / 2)
            seen = ((pixels > 0) & (pixels < (room.width, room.height))).all(axis=1)
            for (x, y), label in zip(
                (pixels * fine)[seen].tolist(), self._labels[seen].tolist(), strict=True
            ):
                colour = (*bytes.fromhex(colours[label][1:]), 217)
                on.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

        page.smooth(room, draw)
        self._draw_names(page, Box(room.right + page.px(8), box.top, beside, box.height), colours)

    def _draw_names(self, page: Page, box: Box, colours: list[str]) -> None:
        row = page.letters(_NAME) + page.px(8)
        for number, name in enumerate(self.source.names[: box.height // row]):
            top, side = box.top + number * row, page.letters(_NAME) // 2
            page.fill(Box(box.left, top + side // 2, side, side), colours[number])
            short = page.shortened(name, _NAME, box.width - page.px(24))
            page.text((box.left + side + page.px(8), top + side), short, _NAME, page.theme.muted, "lm")


def _size(points: Values) -> float:
    """Return the root mean square distance from the middle."""
    return float(np.sqrt(np.square(points - points.mean(axis=0)).sum(axis=1).mean()))
