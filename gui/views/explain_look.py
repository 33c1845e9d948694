"""What a filter, a unit or a class looks for: the images, and the picture, that excite it most."""

from __future__ import annotations

from typing import Any, ClassVar

from PyQt5.QtCore import QSignalBlocker, Qt
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QCheckBox, QHBoxLayout

from engine.explain.part import Part
from engine.explain.top_images import TopImages
from engine.task import Task
from gui.presenters.explain_parts import Tile, excited_tiles, excited_words, looked_at, part_names
from gui.run.answers import Memory
from gui.state.selection import Sample
from gui.style.theme import GRID, Theme
from gui.views.explain_grow import GrowPanel
from gui.views.explain_page import Asked, ExplainPage
from gui.views.explain_tiles import Tiles
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.plain import Label

_LOW = 480
"""Height in pixels below which the parts beside the images stand beside each other, too."""


class LookPage(ExplainPage):
    """A choice of layer and part; the most exciting test images; beside them the picture grown for it."""

    title: ClassVar[str] = "What does it look for?"
    about: ClassVar[str] = "Choose a layer and one of its filters, units or classes: this is what excites it."

    def __init__(self, theme: Theme, memory: Memory) -> None:
        """Make an empty page."""
        super().__init__(theme, memory)
        self.layer = ChoiceBox("Layer", "The layer whose filters, units or classes are looked at.", letters=0)
        self.part = ChoiceBox(
            "Filter, unit or class", "What is looked at; its images stand below.", letters=0
        )
        self.only = QCheckBox("&Only the framed unit")
        self.only.setToolTip(
            "A filter is used at every place of the image. With this, only the unit at the place of the "
            "chosen image counts; choose an image with a click first."
        )
        self.tiles = Tiles(theme, "Most exciting test images")
        self.grow = GrowPanel(theme)
        self._listed: tuple[Any, ...] = ()
        self._place: tuple[int, int] | None = None
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for text, box, stretch in (("&Layer", self.layer, 3), ("&Part", self.part, 2)):
            label = Label(text, buddy=box)
            row.addWidget(label)
            row.addWidget(box, stretch)
        row.addWidget(self.only)
        row.addStretch(1)
        middle = QHBoxLayout()
        middle.setSpacing(2 * GRID)
        middle.addWidget(self.tiles, 1)
        middle.addWidget(self.grow, 0, Qt.AlignTop)
        self.body.addLayout(row)
        self.body.addLayout(middle, 1)
        self.layer.activated.connect(lambda _: self._layer_chosen())
        self.part.activated.connect(lambda _: self._part_chosen())
        self.only.toggled.connect(lambda _: self._begin_again())
        self.tiles.chosen.connect(self._choose)
        self.grow.chosen.connect(self.chosen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the grown picture out for a low place."""
        super().resizeEvent(event)
        self.grow.set_low(self.height() < _LOW)

    @property
    def looked_at(self) -> Part:
        """The part that is chosen."""
        place = self._place if self.only.isChecked() else None
        return Part(int(self.layer.currentData() or 0), max(0, self.part.currentIndex()), place)

    @property
    def busy(self) -> bool:
        """Whether work is being done."""
        return self.job.busy or self.grow.busy

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        super().set_theme(theme)
        self.tiles.set_theme(theme)
        self.grow.set_theme(theme)

    def matter(self, asked: Asked) -> tuple[Any, ...]:
        """Return what the answer depends on; no image."""
        return (id(asked.dataset),)

    def drop(self) -> None:
        """Forget what is being worked out."""
        super().drop()
        self.grow.stop()

    def clear(self) -> None:
        """Show no image."""
        self.tiles.show_entries([])
        self.grow.clear()

    def work_on(self, asked: Asked) -> None:
        """Look through the test images, once for all parts of a layer."""
        self._list(asked)
        part = self.looked_at
        self.grow.look_at(asked.question.model, part)
        if asked.dataset is None or not len(asked.dataset.test_images):
            self.words.setText("The test images are not loaded yet; they come with the run.")
            return
        self.start("Looking through test images", self._top, self._show, asked, part)

    def _list(self, asked: Asked) -> None:
        """List layers and parts of the network, if it is another one."""
        spec, names = asked.question.model.network.spec, asked.question.model.class_names
        if self._listed == (spec, names):
            return
        self._listed = (spec, names)
        with QSignalBlocker(self.layer):
            self.layer.clear()
            for number, shape in ((n, spec.shapes()[n]) for n in looked_at(spec)):
                last = number == len(spec.layers) - 1
                what = "classes" if last else "×".join(map(str, shape))
                self.layer.addItem(f"{number + 1} {spec.layers[number].title}, {what}", number)
            self.layer.setCurrentIndex(self.layer.count() - 1)
        self._list_parts()

    def _list_parts(self) -> None:
        spec, names = self._listed
        layer = int(self.layer.currentData())
        with QSignalBlocker(self.part):
            self.part.clear()
            self.part.addItems(part_names(spec, layer, names))
        self._forget_place(enabled=len(spec.shapes()[layer]) == 3)

    def _forget_place(self, *, enabled: bool) -> None:
        self._place = None
        with QSignalBlocker(self.only):
            self.only.setChecked(False)
        self.only.setVisible(enabled)
        self.only.setEnabled(False)

    def _top(self, asked: Asked, part: Part, task: Task) -> tuple[Part, TopImages]:
        """Find the most exciting images; runs beside the window."""
        model, dataset = asked.question.model, asked.dataset
        assert dataset is not None  # noqa: S101 - work_on has looked
        kind = ("top", part.layer, part.place)
        found: TopImages | None = self.remembered(kind, asked)
        if found is None:
            images = dataset.test_images
            found = TopImages.of(
                model.network,
                asked.damage.before(model.preprocessing),
                images,
                part.layer,
                task,
                place=part.place,
            )
            self.remember(kind, asked, found, 4 * found.values.nbytes)
        return part, found

    def _show(self, done: tuple[Part, TopImages]) -> None:
        part, found = done
        if self.asked is None or self.asked.dataset is None:
            return
        dataset, best = self.asked.dataset, found.best(part.channel)
        self.tiles.set_images(dataset.test_images, dataset.class_names, self.asked.damage.images)
        self.tiles.show_entries(excited_tiles(best, dataset.test_labels, dataset.class_names))
        self.say(excited_words(best, float(found.means[part.channel]), len(dataset.test_images)))
        if best:
            self._project(best[0].image)

    def _project(self, number: int) -> None:
        """Show what in a test image, as it entered the network, excites the part."""
        if self.asked is not None and self.asked.dataset is not None:
            images = self.asked.dataset.test_images[number : number + 1]
            self.grow.project(self.asked.damage.images(images)[0], number)

    # --- what the user does -----------------------------------------------------------------------

    def _layer_chosen(self) -> None:
        self._list_parts()
        self._begin_again()

    def _part_chosen(self) -> None:
        self._forget_place(enabled=not self.only.isHidden())
        self._begin_again()

    def _begin_again(self) -> None:
        if self.asked is not None:
            self._begin(self.asked)

    def _choose(self, tile: Tile) -> None:
        """Project the chosen image back, let its unit be chosen, and let all views look at it."""
        if self.asked is None or self.asked.dataset is None:
            return
        dataset = self.asked.dataset
        self._project(tile.index)
        if not self.only.isChecked():
            self._place = tile.place
            self.only.setEnabled(tile.place is not None)
        self.chosen.emit(Sample.of_test(dataset, tile.index))
