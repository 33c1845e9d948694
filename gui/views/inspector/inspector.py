"""The panel beside the network in which numbers are taken apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PyQt5.QtCore import QTimer, pyqtSignal
from PyQt5.QtGui import QHideEvent, QShowEvent
from PyQt5.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from engine.arithmetic.passes import Pass, Place, Weight
from engine.arithmetic.region import receptive_fields
from engine.arithmetic.update import OneUpdate
from engine.model.losses import softmax
from engine.model.network import INPUT
from engine.model.reference import THE_RUN
from engine.session.messages import State
from engine.types import Bytes
from gui.presenters.arithmetic import crumb, place_words
from gui.run.moment import Moment
from gui.run.run import Run
from gui.run.runner import Runner
from gui.style.theme import GRID, Theme
from gui.views.inspector.code_page import CodePage
from gui.views.inspector.output_page import HINT, OutputPage
from gui.views.inspector.scrolled import scrolled
from gui.views.inspector.trail import Visits
from gui.views.inspector.update_page import UpdatePage
from gui.views.network_outlines import Marks

OUTPUT, UPDATE, CODE = 0, 1, 2
_CALM = 200
"""Least milliseconds between two moments of a network in training: nobody reads numbers faster."""
_NO_RUN = (
    "This network stands still: its file holds what it has learnt, not the steps that led there. Look at the "
    "network in training to take one of its steps apart."
)
_NO_STEP = "No step has been taken yet. Press Step in the toolbar: the step is then taken apart here."
_NO_DATA = "The data set of this run is not at hand, so its steps cannot be computed again."


class Inspector(QWidget):
    """Explains the value that is pointed at or kept, for the newest moment of the network.

    While it is hidden it asks for nothing and computes nothing.

    Attributes:
        found: what went through the network, once it is known.
    """

    ready = pyqtSignal(object)
    """A ``Moment`` to be drawn: its maps are computed with 64 bits, so that what is shown adds up."""
    marked = pyqtSignal(object)
    """Other ``Marks`` are to be shown."""
    wanted = pyqtSignal()
    """``wants_start`` has changed."""
    failed = pyqtSignal(str)
    """The sentence why the network cannot be looked into."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        """Make it without a moment."""
        super().__init__(parent)
        self.found: Pass | None = None
        self._moment: Moment | None = None
        self._shown: Moment | None = None
        self._hovered: Place | None = None
        self._visits: Visits[Place] = Visits()
        self._runner = Runner(self)
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(_CALM)
        self._calm.timeout.connect(self._ask)
        self.output = OutputPage(theme)
        self.update_page = UpdatePage(theme)
        self.code = CodePage(theme)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for page, title, tip in (
            (self.output, "&Output", "The numbers that made one value, and that they add up to it"),
            (self.update_page, "&Update", "What one training step did to one weight, and why"),
            (self.code, "&Code", "Formula and source of the layer, with the lines that ran"),
        ):
            self.tabs.setTabToolTip(self.tabs.addTab(scrolled(page), title), tip)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, 0, 0, 0)
        column.addWidget(self.tabs)
        self.setMinimumWidth(300)
        self.output.trail.moved.connect(self._move)
        self.output.followed.connect(self._followed)
        self.output.weight_followed.connect(self._weight_followed)
        self.update_page.wanted.connect(self.wanted)
        self.update_page.updated.connect(self._updated)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for page in (self.output, self.update_page, self.code):
            page.set_theme(theme)

    # --- what is looked at ----------------------------------------------------------------------------

    @property
    def place(self) -> Place | None:
        """The value that is explained: the one pointed at, else the one that is kept."""
        return self._hovered or self._visits.here

    @property
    def wants_start(self) -> bool:
        """Whether it needs to know what the newest training step began with."""
        return self.update_page.isVisible()

    def show_moment(self, moment: Moment, run: Run) -> None:
        """Explain another network or another image; the value that is kept stays if it is there.

        Args:
            moment: the network and the image.
            run: the run that is looked at.
        """
        self._moment = moment
        self._ask()
        if not self.wants_start:
            return
        dataset = run.dataset
        if moment.of != THE_RUN:
            self.update_page.show_nothing(_NO_RUN)
        elif dataset is None:
            self.update_page.show_nothing(_NO_DATA)
        elif moment.start is not None:
            self.update_page.show_start(moment.start, dataset, follow=run.state is not State.RUNNING)
        elif not moment.follows:
            self.update_page.show_recorded(run, dataset, moment.step or 0)
        elif not moment.step:
            self.update_page.show_nothing(_NO_STEP)

    def _ask(self) -> None:
        moment = self._moment
        if moment is None or not self.isVisible() or _same(moment, self._shown):
            return
        if self._calm.isActive() and moment.follows and moment.image is self._image():
            return
        image, network = moment.image, moment.network
        if image is None or image.shape != network.spec.in_shape:
            self._runner.drop()
            self._take(moment, None)
            return
        self._runner.ask(
            lambda _task: Pass.precise(network, moment.model.preprocessing, image),
            lambda found: self._take(moment, found),
            self.failed.emit,
            patient=True,
        )

    def _image(self) -> Bytes | None:
        return self._shown.image if self._shown is not None else None

    def _take(self, moment: Moment, found: Pass | None) -> None:
        """Show what went through the network; runs in the thread of the window."""
        before = self.found
        self.found, self._shown = found, moment
        self._calm.start()
        if before is not None and found is not None and before.network.spec != found.network.spec:
            self._visits.clear()
            self._hovered = None
        if found is not None:
            with np.errstate(over="ignore", invalid="ignore"):
                shares = softmax(found.outputs[-1])[0]
            probabilities = shares if np.isfinite(shares).all() else None
            moment = replace(moment, maps=found.layer_outputs(), probabilities=probabilities)
        self.ready.emit(moment)
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
        if self.tabs.currentIndex() == UPDATE:
            self.tabs.setCurrentIndex(OUTPUT)
        self._hovered = None
        self._visits.visit(place)
        self._explain()

    def step_by(self, maps: int, rows: int, columns: int) -> None:
        """Keep the neighbour of the value that is explained."""
        place, found = self.place, self.found
        if found is None:
            return
        place = Place(INPUT, (0, 0, 0)) if place is None else found.neighbour(place, maps, rows, columns)
        self._hovered = None
        if self._visits.here is None:
            self._visits.visit(place)
        else:
            self._visits.replace(place)
        self._explain()

    def place_of(self, layer: int, flat: int) -> Place | None:
        """Return the place of the value number ``flat`` of what a layer gives, or of the image."""
        return None if self.found is None else self.found.place_of(layer, flat)

    def choose_weight(self, weight: Weight) -> None:
        """Take the update of a weight apart."""
        self.tabs.setCurrentIndex(UPDATE)
        self.update_page.choose(weight)

    def _followed(self, target: Place | Weight) -> None:
        if isinstance(target, Weight):
            self.choose_weight(target)
        else:
            self.keep(target)

    def _weight_followed(self, cell: tuple[int, int, int]) -> None:
        """Go from the kernel in a calculation to what a step did to one of its weights."""
        found, place = self.found, self.place
        if found is not None and place is not None and 0 <= place.step < len(found.steps):
            unit = place.index[0]
            index = (unit, *cell) if len(place.index) == 3 else (unit, cell[0])
            self.choose_weight(found.steps[place.step].weight("weight", *index))

    def _updated(self, update: OneUpdate | None) -> None:
        answer = self.update_page.answer
        if update is not None and answer is not None:
            self.code.show_update(answer.step.start.config.optimiser, update.code)

    def _move(self, by: int) -> None:
        if self._visits.go(by):
            self._hovered = None
            self._explain()

    # --- what is said of it ---------------------------------------------------------------------------

    def _explain(self) -> None:
        found, moment, place = self.found, self._shown, self.place
        if not self.isVisible() or moment is None:
            return
        if found is None or moment.image is None:
            words = "The image has another form than the network takes." if moment.image is not None else HINT
            self.output.show_nothing(words)
            self.marked.emit(Marks())
            return
        steps = found.steps
        self.output.trail.show_visits(
            self._visits, lambda item: (crumb(steps, item), place_words(steps, item))
        )
        if place is None or not found.has(place):
            self.output.show_nothing()
            self.marked.emit(Marks())
            return
        model = moment.model
        self.output.show_place(found, place, moment.image, model.preprocessing, model.class_names)
        self.code.show_step(found, place.step)
        fields = receptive_fields(steps, found.network.spec.in_shape, place)
        layers = {found.last_of(n): n for n in range(INPUT, len(found.network.spec.layers))}
        shown = {layers[step]: region for step, region in fields.items() if step in layers}
        self.marked.emit(Marks(shown, layers.get(place.step), self._hovered is None))


def _same(one: Moment, other: Moment | None) -> bool:
    """Return whether both are the same network with the same image."""
    return (
        other is not None
        and one.image is other.image
        and (one.network is other.network or (one.follows and one.reference == other.reference))
    )
