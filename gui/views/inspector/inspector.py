"""The panel beside the network in which numbers are taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from PyQt5.QtCore import pyqtSignal
from PyQt5.QtGui import QHideEvent, QShowEvent
from PyQt5.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from engine.arithmetic.passes import Pass, Place
from engine.arithmetic.region import Region, receptive_fields
from engine.model.model_file import Model
from engine.model.network import INPUT
from engine.types import Bytes
from gui.presenters.arithmetic import crumb, place_words
from gui.run.runner import Runner
from gui.style.theme import GRID, Theme
from gui.views.inspector.code_page import CodePage
from gui.views.inspector.output_page import OutputPage
from gui.views.inspector.trail import Visits

OUTPUT, CODE = 0, 1


@dataclass(frozen=True, eq=False)
class Subject:
    """A network and the image that it looks at.

    Attributes:
        model: the network, which nobody changes.
        image: the pixels, ``(C, H, W)``.
    """

    model: Model
    image: Bytes


@dataclass(frozen=True)
class Marks:
    """What is outlined in the picture of the network.

    Attributes:
        fields: the receptive field in each layer by its number, ``INPUT`` for the image.
        layer: the layer of the value itself.
        kept: whether the value stays when the mouse goes elsewhere.
    """

    fields: Mapping[int, Region] = field(default_factory=dict)
    layer: int | None = None
    kept: bool = False


class Inspector(QWidget):
    """Explains the value that is pointed at or kept, for the newest moment of the network.

    While it is hidden it asks for nothing and computes nothing.

    Attributes:
        found: what went through the network, once it is known.
    """

    passed = pyqtSignal(object)
    """The ``Pass`` of the newest subject is there."""
    marked = pyqtSignal(object)
    """Other ``Marks`` are to be shown."""
    failed = pyqtSignal(str)
    """The sentence why the network cannot be looked into."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make it without a subject."""
        super().__init__(parent)
        self.found: Pass | None = None
        self._subject: Subject | None = None
        self._shown: Subject | None = None
        self._hovered: Place | None = None
        self._visits: Visits[Place] = Visits()
        self._runner = Runner(self)
        self.output = OutputPage(theme)
        self.code = CodePage(theme)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.output, "&Output")
        self.tabs.addTab(self.code, "&Code")
        self.tabs.setTabToolTip(OUTPUT, "The numbers that made one value, and that they add up to it")
        self.tabs.setTabToolTip(CODE, "Formula and source of the layer, with the lines that ran")
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, 0, 0, 0)
        column.addWidget(self.tabs)
        self.setMinimumWidth(280)
        self.output.trail.moved.connect(self._move)
        self.output.followed.connect(self.keep)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.output.set_theme(theme)
        self.code.set_theme(theme)

    # --- what is looked at ----------------------------------------------------------------------------

    @property
    def place(self) -> Place | None:
        """The value that is explained: the one pointed at, else the one that is kept."""
        return self._hovered or self._visits.here

    def show_subject(self, subject: Subject | None) -> None:
        """Explain another network or another image; the value that is kept stays if it is there."""
        self._subject = subject
        self._ask()

    def _ask(self) -> None:
        subject = self._subject
        if not self.isVisible() or _same(subject, self._shown):
            return
        if subject is None or subject.image.shape != subject.model.network.spec.in_shape:
            self._runner.drop()
            self._shown = subject
            self._take(subject, None)
            return
        self._runner.ask(
            lambda _task: Pass.precise(subject.model.network, subject.model.preprocessing, subject.image),
            lambda found: self._take(subject, found),
            self.failed.emit,
            patient=True,
        )

    def _take(self, subject: Subject | None, found: Pass | None) -> None:
        """Show what went through the network; runs in the thread of the window."""
        before = self.found
        self.found, self._shown = found, subject
        if before is not None and found is not None and before.network.spec != found.network.spec:
            self._visits.clear()
            self._hovered = None
        if found is not None:
            self.passed.emit(found)
        self._explain()

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the newest network, which is left alone while hidden."""
        super().showEvent(event)
        self._ask()
        self._explain()

    def hideEvent(self, event: QHideEvent) -> None:
        """Compute nothing that nobody sees, and outline nothing."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._runner.drop()
            self._hovered = None
            self.marked.emit(Marks())

    # --- which value ----------------------------------------------------------------------------------

    def point(self, place: Place | None) -> None:
        """Explain a value for as long as the mouse is at it."""
        if place != self._hovered:
            self._hovered = place
            self._explain()

    def keep(self, place: Place) -> None:
        """Explain a value until another one is kept."""
        self._hovered = None
        self._visits.visit(place)
        self._explain()

    def step_by(self, maps: int, rows: int, columns: int) -> None:
        """Keep the neighbour of the value that is explained."""
        place, found = self.place, self.found
        if found is None:
            return
        if place is None:
            place = Place(INPUT, (0, 0, 0))
        else:
            shape = found.output(min(place.step, len(found.steps) - 1)).shape[1:]
            by = (maps, rows, columns) if len(shape) == 3 else (maps + rows + columns,)
            index = tuple(min(max(i + d, 0), n - 1) for i, d, n in zip(place.index, by, shape, strict=True))
            place = Place(place.step, index)
        self._hovered = None
        if self._visits.here is None:
            self._visits.visit(place)
        else:
            self._visits.replace(place)
        self._explain()

    def place_of(self, layer: int, flat: int) -> Place | None:
        """Return the place of the value number ``flat`` of what a layer gives, or of the image."""
        found = self.found
        if found is None or layer >= len(found.network.spec.layers):
            return None
        step = found.last_of(layer)
        shape = found.output(step).shape[1:]
        if not 0 <= flat < int(np.prod(shape)):
            return None
        return Place(step, tuple(int(i) for i in np.unravel_index(flat, shape)))

    def _move(self, by: int) -> None:
        if self._visits.go(by):
            self._hovered = None
            self._explain()

    # --- what is said of it ---------------------------------------------------------------------------

    def _fits(self, found: Pass, place: Place) -> bool:
        if not INPUT <= place.step <= len(found.steps):
            return False
        shape = found.output(min(place.step, len(found.steps) - 1)).shape[1:]
        return len(shape) == len(place.index) and all(i < n for i, n in zip(place.index, shape, strict=True))

    def _explain(self) -> None:
        found, subject, place = self.found, self._shown, self.place
        if not self.isVisible():
            return
        if found is None or subject is None:
            fits = subject is None or subject.image.shape == subject.model.network.spec.in_shape
            self.output.show_nothing(
                "There is no image yet." if fits else "The image has another form than the network takes."
            )
            self.marked.emit(Marks())
            return
        steps = found.steps
        self.output.trail.show_visits(
            self._visits, lambda item: (crumb(steps, item), place_words(steps, item))
        )
        if place is None or not self._fits(found, place):
            self.output.show_nothing()
            self.marked.emit(Marks())
            return
        names = subject.model.class_names
        self.output.show_place(found, place, subject.image, subject.model.preprocessing, names)
        self.code.show_step(found, place.step)
        fields = receptive_fields(steps, found.network.spec.in_shape, place)
        layers = {found.last_of(n): n for n in range(-1, len(found.network.spec.layers))}
        shown = {layers[step]: region for step, region in fields.items() if step in layers}
        self.marked.emit(Marks(shown, layers.get(place.step), self._hovered is None))


def _same(one: Subject | None, other: Subject | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.model.network is other.model.network and one.image is other.image
