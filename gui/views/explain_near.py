"""The nearest training images, by what the network makes of them."""

from __future__ import annotations

from typing import ClassVar

from engine.explain.neighbours import FeatureIndex, Neighbours
from engine.task import Task
from engine.types import Array
from gui.presenters.explain_parts import Tile, neighbour_tiles, neighbour_words
from gui.run.answers import Memory
from gui.state.selection import Sample
from gui.style.theme import Theme
from gui.views.explain_page import Asked, ExplainPage
from gui.views.explain_tiles import Tiles

_COUNT = 12


class NearestPage(ExplainPage):
    """Twelve training images with their labels; a click looks at one."""

    title: ClassVar[str] = "Why: nearest images"
    about: ClassVar[str] = (
        "The training images that the network sees as most like this one: nearest by what enters its last "
        "layer."
    )

    def __init__(self, theme: Theme, memory: Memory) -> None:
        """Make an empty page."""
        super().__init__(theme, memory)
        self.tiles = Tiles(theme, "Nearest training images")
        self.tiles.chosen.connect(self._choose)
        self.body.addWidget(self.tiles, 1)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        super().set_theme(theme)
        self.tiles.set_theme(theme)

    def clear(self) -> None:
        """Show no image."""
        self.tiles.show_entries([])

    def work_on(self, asked: Asked) -> None:
        """Compare the image with the training images."""
        if asked.dataset is None:
            self.words.setText("The training images are not loaded yet; they come with the run.")
            self.asked = None
            return
        self.start("Reading training images", self._nearest, self._show, asked)

    def _nearest(self, asked: Asked, task: Task) -> tuple[Neighbours, Array]:
        """Find the nearest images; runs beside the window."""
        question, dataset = asked.question, asked.dataset
        assert dataset is not None  # noqa: S101 - work_on has looked
        network, preprocessing = question.model.network, question.model.preprocessing
        index: FeatureIndex | None = self.remembered("features", asked)
        if index is None:
            index = FeatureIndex.of(network, preprocessing, dataset.train_images, dataset.train_labels, task)
            self.remember("features", asked, index, index.features.nbytes + index.network.state_vector.nbytes)
        odds = network.predict(preprocessing.apply(question.image[None]))[0]
        return index.nearest(question.image, _COUNT), odds

    def _show(self, found: tuple[Neighbours, Array]) -> None:
        asked, (nearest, odds) = self.asked, found
        if asked is None or asked.dataset is None:
            return
        names, images = asked.dataset.class_names, asked.dataset.train_images
        self.tiles.set_images(images, names)
        self.tiles.show_entries(neighbour_tiles(nearest, names))
        known = asked.question.model.class_names == names
        answer = int(odds.argmax())
        self.say(neighbour_words(nearest, names, answer, len(images)) if known else self.about)

    def _choose(self, tile: Tile) -> None:
        if self.asked is not None and self.asked.dataset is not None:
            dataset = self.asked.dataset
            label = int(dataset.train_labels[tile.index])
            self.chosen.emit(Sample(dataset.train_images[tile.index], f"training image {tile.index}", label))
