"""What there is to learn from: the images of the data set, their classes and statistics."""

from __future__ import annotations

from html import escape

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QResizeEvent, QShowEvent
from PyQt5.QtWidgets import (
    QWIDGETSIZE_MAX,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from engine.data.augment import Augmentation
from engine.data.catalogue import entry
from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.errors import DataError
from engine.training.config import LiveSettings, RunConfig
from gui.presenters.data_view import Part, PartName, parts, shown_words
from gui.presenters.layer_list import size
from gui.run.context import AppContext
from gui.run.view import View
from gui.state.selection import Sample
from gui.style.theme import GRID, Theme
from gui.views.data_common import CommonPage
from gui.views.data_sample import SamplePage
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.class_counts import ClassCounts
from gui.widgets.image_empty import EmptyState
from gui.widgets.one_page import OnePage
from gui.widgets.plain import Label
from gui.widgets.sample_grid import SampleGrid

_SIDE = 248
_ONE_PAGE = 480
"""A narrower place, in pixels, has no room for the images and what is said of them beside each other."""
_HINT = "Click an image to see it in every view, a class to see its images only."


class DataView(View):
    """All images of the data set in a grid; beside it their classes, statistics, and one of them."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the view; it fills itself when the data set is loaded and the view is in sight."""
        super().__init__(context, theme, parent)
        self._dataset: Dataset | None = None
        self._stale = True
        self.parts: dict[PartName, Part] = {}
        self.part_box = ChoiceBox("Which images", "Training, validation or test images")
        self.counted = Label()
        self.counted.setObjectName("heading")
        self.facts = Label()
        self.facts.setObjectName("note")
        self.facts.setMinimumWidth(1)
        self.facts.setTextFormat(Qt.RichText)  # for the link; ``_facts`` escapes all words
        self.facts.setOpenExternalLinks(True)
        self.grid = SampleGrid(theme)
        self.readout = Label(_HINT)
        self.readout.setObjectName("note")
        self.readout.setMinimumWidth(1)
        self.classes = ClassCounts(theme)
        self.common = CommonPage(theme)
        self.sample = SamplePage(theme)
        self.empty = EmptyState(
            "The images will be shown here", "They are being read, or the data set could not be read.", ""
        )
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for title, page in (
            ("Classes", self.classes),
            ("Statistics", self.common),
            ("One image", self.sample),
        ):
            self.tabs.addTab(_scrolling(page), title)
        self.tabs.setFixedWidth(_SIDE)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.part_box)
        head.addWidget(self.counted)
        head.addWidget(self.facts, 1)
        body = self._body = QHBoxLayout()
        body.setSpacing(GRID)
        body.addWidget(self.grid, 1)
        body.addWidget(self.tabs)
        full = QWidget()
        inner = QVBoxLayout(full)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(GRID)
        inner.addLayout(head)
        inner.addLayout(body, 1)
        inner.addWidget(self.readout)
        self._stack = OnePage.filling(self, self.empty, full)

    def _connect(self) -> None:
        moments = self._context.moments
        moments.run_changed.connect(lambda _run: self._renew())
        moments.dataset_loaded.connect(lambda _dataset: self._renew())
        self._context.bridge.settings_changed.connect(self._changed)
        self.part_box.activated.connect(lambda _index: self._show_part())
        self.classes.chosen.connect(lambda _label: self._show_images())
        self.grid.chosen.connect(self._choose)
        self.grid.hovered.connect(self._hovered)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for part in (self.grid, self.classes, self.common, self.sample):
            part.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        """Show what was loaded while nobody looked."""
        super().showEvent(event)
        if self._stale:
            self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave room for three images in a row before the facts go; in a narrow place they are a page."""
        super().resizeEvent(event)
        narrow = self.width() < _ONE_PAGE
        if narrow == (self.tabs.indexOf(self.grid) < 0):
            if narrow:
                self.tabs.insertTab(0, self.grid, "Images")
                self.tabs.setCurrentIndex(0)
                self.tabs.setMinimumWidth(0)
                self.tabs.setMaximumWidth(QWIDGETSIZE_MAX)
            else:
                self.tabs.removeTab(self.tabs.indexOf(self.grid))
                self._body.insertWidget(0, self.grid, 1)
                self.grid.show()
                self.tabs.setFixedWidth(_SIDE)
        self.facts.setVisible(self.width() >= 560)

    # --- what is shown ----------------------------------------------------------------------------------

    def _renew(self) -> None:
        self._stale = True
        if self.isVisible():
            self._fill()

    def _fill(self) -> None:
        """Show the data set of the run."""
        moments = self._context.moments
        dataset, config = moments.dataset, moments.config
        if dataset is None:
            self._stack.setCurrentIndex(0)
            return
        self._stale = False
        same = dataset is self._dataset
        before = self.part_box.currentData()
        self._dataset, self.parts = dataset, parts(dataset, config)
        self.part_box.clear()
        for name in self.parts:
            self.part_box.addItem(name.capitalize(), name)
        self.part_box.setCurrentIndex(max(0, self.part_box.findData(before)))
        self.facts.setText(self._facts(dataset))
        self.sample.set_run(
            Preprocessing(dataset.mean, dataset.std),
            config.augmentation if config is not None else Augmentation(),
        )
        if not same:
            self.sample.show_image(None, "Click an image")
        self._stack.setCurrentIndex(1)
        self._show_part()

    @staticmethod
    def _facts(dataset: Dataset) -> str:
        """Return what the data set is, as rich text with a link."""
        words = escape(f"{dataset.title}, {size(dataset.in_shape)}")
        try:
            known = entry(dataset.name)
        except DataError:
            return words
        licence = escape(f", {known.licence}") if known.licence else ""
        home = f', <a href="{escape(known.home)}">home</a>' if known.home else ""
        return words + licence + home

    def _changed(self, _live: LiveSettings) -> None:
        config: RunConfig | None = self._context.moments.config
        if config is not None and self._dataset is not None and self.isVisible():
            self.sample.set_run(Preprocessing(self._dataset.mean, self._dataset.std), config.augmentation)

    @property
    def part(self) -> Part:
        """The part that is shown."""
        return self.parts[self.part_box.currentData()]

    def _show_part(self) -> None:
        self.classes.show_counts(self.part.class_names, self.part.counts())
        self._show_images()

    def _show_images(self) -> None:
        label = self.classes.choice
        shown = self.part.of_class(label)
        self.counted.setText(shown_words(self.part, label, len(shown)))
        self.grid.show_images(self.part, shown)
        self.common.show_images(self.part, shown)

    # --- what the user does -------------------------------------------------------------------------------

    def _hovered(self, index: int) -> None:
        self.readout.setText(self.part.words(index) if index >= 0 else _HINT)

    def _choose(self, index: int) -> None:
        """Make an image the one that all views look at."""
        part = self.part
        image, label = part.images[index], int(part.labels[index])
        self.sample.show_image(image, part.words(index).capitalize())
        self.readout.setText(part.words(index))
        number = index if part.name == "test" else None
        self._context.selection.choose(Sample(image, part.source(index), label, number))


def _scrolling(page: QWidget) -> QScrollArea:
    """Return ``page`` in an area that scrolls up and down."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
    page.setContentsMargins(0, 0, GRID, 0)
    holder = QWidget()
    holder.setObjectName("panel")
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(page, 0, Qt.AlignTop)
    area.setWidget(holder)
    return area
