"""Where the images go: a map of the test images at any layer, and the loss around the weights."""

from __future__ import annotations

import time

from PyQt5.QtCore import QSize, QTimer
from PyQt5.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PyQt5.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from engine.errors import ModelFileError
from engine.maps.landscape import Landscape
from engine.maps.projections import PROJECTIONS
from engine.session.messages import State
from gui.presenters.evaluate import Entry
from gui.presenters.maps import COLOURS, LOSSES, MAPPED, Values, landscape_about
from gui.run.context import AppContext
from gui.run.moment import Moment
from gui.run.runner import Runner
from gui.run.view import View
from gui.run.wants import Wants
from gui.state.selection import Sample
from gui.style.theme import GRID, Theme
from gui.views.mapping.side import MapSide
from gui.views.mapping.work import Asked, Drawn, draw, draw_landscape, layers, place_star
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.image_empty import EmptyState
from gui.widgets.landscape import LandscapePicture
from gui.widgets.one_page import OnePage
from gui.widgets.readout import Readout
from gui.widgets.scatter import Scatter

_HINT = "Point at an image. Draw a line around some to list them. Wheel: zoom; Home: all. Star: your image."
_NARROW = 520
_LEAST, _LOW = 200, 290
"""In a lower place, in pixels, there is a map and no list."""
SHARE = 0.04
"""Share of the time that drawing a map may take while the network trains."""


class MapView(View):
    """A map of the test images that follows the training, and the landscape of the loss.

    Attributes:
        drawn: the newest map.
    """

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make an empty map; it is drawn while the view is visible."""
        super().__init__(context, theme, parent)
        self.drawn: Drawn | None = None
        self._shown_of: tuple[object, ...] = ()
        self._due = 0.0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._follow)
        self.what = ChoiceBox("What is mapped", "What is drawn, and how the plane is found.", letters=16)
        for key, title in MAPPED:
            self.what.addItem(title, key)
        self.what.insertSeparator(len(MAPPED))
        for key, title in LOSSES:
            self.what.addItem(title, key)
        self.layer = ChoiceBox("Layer", "The layer whose outputs are mapped.", letters=14)
        self.colour = ChoiceBox("Colours", "What the colours mean.", letters=8)
        self.colour.addItems(COLOURS)
        self._star_work = Runner(self)
        self.scatter, self.landscape = Scatter(theme), LandscapePicture(theme)
        self.side = MapSide(theme)
        self.work = self.side.work
        self.readout = Readout(_HINT, lines=1, narrow=640)
        self.empty = EmptyState(
            "The images will be mapped here",
            "Each point is a test image; those that are alike for a layer of the network lie together.",
            "",
        )
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GRID)
        for box in (self.what, self.layer, self.colour):
            top.addWidget(box)
        top.addStretch(1)
        pages = QWidget()
        self._pages = OnePage(pages)
        for page in (self.scatter, self.landscape):
            self._pages.addWidget(page)
        self._middle = QBoxLayout(QBoxLayout.LeftToRight)
        self._middle.setSpacing(2 * GRID)
        self._middle.addWidget(pages, 3)
        self._middle.addWidget(self.side, 1)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(top)
        column.addLayout(self._middle, 1)
        column.addWidget(self.readout)
        self._stack = OnePage.filling(self, self.empty, full)

    def _connect(self) -> None:
        moments = self._context.moments
        moments.moved.connect(self._moved)
        moments.run_changed.connect(lambda _run: self._begin())
        self._context.bridge.state_changed.connect(lambda *_: self._follow())
        self._context.selection.changed.connect(lambda _sample: self._move_star())
        self.what.activated.connect(lambda _index: self._choose())
        self.layer.activated.connect(lambda _index: self._choose())
        self.colour.currentIndexChanged.connect(self.scatter.set_colour)
        self.scatter.pointed.connect(self._point)
        self.scatter.lassoed.connect(self.side.list_images)
        self.landscape.pointed.connect(lambda text: self.readout.setText(text or self._idle()))
        self.side.chosen.connect(self._send)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        for part in (self.scatter, self.landscape, self.side):
            part.set_theme(theme)

    def wants(self) -> Wants:
        """Ask for the network while visible."""
        return Wants(kernels=self.isVisible(), of=self._context.moments.subject)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came meanwhile."""
        super().showEvent(event)
        moment = self._context.moments.latest(self._context.moments.subject)
        if moment is not None:
            self._list_layers(moment)
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:
        """End all work."""
        super().hideEvent(event)
        self._later.stop()
        self.work.drop()
        self._star_work.drop()
        self._shown_of = ()

    def minimumSizeHint(self) -> QSize:
        """Return the size of the closest form: the map without list and preview."""
        size = super().minimumSizeHint()
        return QSize(size.width(), min(size.height(), _LEAST))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the list below where there is no room beside the map, or nowhere."""
        super().resizeEvent(event)
        below = self.width() < _NARROW
        self._middle.setDirection(QBoxLayout.TopToBottom if below else QBoxLayout.LeftToRight)
        self.side.gallery.setVisible((not below and self.height() > _LOW) or self.height() > _NARROW)
        self.side.preview.setVisible(self.height() > _LOW)

    # --- what is drawn ----------------------------------------------------------------------------------

    @property
    def _kind(self) -> str:
        return str(self.what.currentData())

    def _begin(self) -> None:
        self.work.drop()
        self.drawn, self._shown_of, self._due = None, (), 0.0
        self.scatter.show_map(None)
        self.scatter.show_star(None)
        self.landscape.show_landscape(None)
        self.side.clear()
        self._stack.setCurrentIndex(0)

    def _moved(self, moment: Moment) -> None:
        if moment.of == self._context.moments.subject and self.isVisible():
            self._list_layers(moment)
            self._follow()

    def _list_layers(self, moment: Moment) -> None:
        found = layers(moment)
        if [(self.layer.itemText(i), self.layer.itemData(i)) for i in range(self.layer.count())] != found:
            chosen = self.layer.currentData()
            self.layer.clear()
            for title, number in found:
                self.layer.addItem(title, number)
            known = self.layer.findData(chosen) if chosen is not None else -1
            self.layer.setCurrentIndex(known if known >= 0 else max(0, len(found) - 2))

    def _choose(self) -> None:
        """Draw what was chosen, now."""
        self._due, self._shown_of = 0.0, ()
        self.work.drop()
        self._follow()

    def _follow(self) -> None:
        """Draw the newest moment, unless that is done, being done, or would cost the training too much."""
        moments = self._context.moments
        moment, dataset = moments.latest(moments.subject), moments.dataset
        if not self.isVisible() or moment is None or dataset is None or self.layer.currentData() is None:
            return
        kind = self._kind
        loss = kind in dict(LOSSES)
        self._pages.setCurrentIndex(1 if loss else 0)
        self.layer.setVisible(not loss)
        self.colour.setVisible(not loss)
        self._stack.setCurrentIndex(1)
        asked = Asked(kind, int(self.layer.currentData()))
        of = (moment.reference, asked)
        early = self._due - time.monotonic()
        if of == self._shown_of or self.work.busy:
            return
        if moments.state is State.RUNNING and early > 0:
            if not self._later.isActive():
                self._later.start(int(1000 * early) + 1)
            return
        self._shown_of = of
        self.readout.setText(self._idle())
        if loss:
            try:
                folder = moments.run.reader()
            except ModelFileError:  # it is not recorded
                folder = None
            began = time.monotonic()
            self.work.ask(
                "Loss",
                lambda task: draw_landscape(moment, dataset, kind, folder, task),
                lambda found: self._show_landscape(found, time.monotonic() - began),
            )
        else:
            before = self.drawn
            words = f"{PROJECTIONS[kind].title}"
            self.work.ask(words, lambda task: draw(moment, dataset, asked, before, task), self._show)

    def _show(self, drawn: Drawn) -> None:
        self._rest(drawn.seconds)
        self.drawn = drawn
        dataset = self._context.moments.dataset
        if dataset is not None:
            self.side.show_map(drawn, dataset.test_images)
        self.scatter.show_map(drawn.map)
        self.side.list_images(self.scatter.chosen)
        self._move_star()
        self._follow()

    def _show_landscape(self, found: Landscape, seconds: float) -> None:
        self._rest(seconds)
        self.landscape.show_landscape(found)
        self.side.clear()
        self.side.about.setText(landscape_about(found))
        self._follow()

    def _rest(self, seconds: float) -> None:
        """Let the training have most of the time."""
        self._due = time.monotonic() + min(60.0, seconds * (1 / SHARE - 1))

    def _move_star(self) -> None:
        """Place the image that is looked at in the map."""
        sample, drawn = self._context.selection.sample, self.drawn
        moment = self._context.moments.latest(self._context.moments.subject)
        if not self.isVisible() or moment is None or drawn is None:
            return
        if sample is None or sample.image.shape != moment.network.spec.in_shape:
            self.scatter.show_star(None)
            return
        image = sample.image
        self._star_work.ask(
            lambda task: place_star(moment, drawn, image, task), self._show_star, self.side.about.setText
        )

    def _show_star(self, place: Values) -> None:
        self.scatter.show_star(place)

    # --- what the user does -----------------------------------------------------------------------------

    def _idle(self) -> str:
        if self._kind in dict(LOSSES):
            return "Point at a place to read the loss there. The ring is where the weights are."
        return f"{PROJECTIONS[self._kind].about} {_HINT}" if self.width() > 900 else _HINT

    def _point(self, number: int | None) -> None:
        """Show the image under the mouse."""
        words = None if number is None or self.drawn is None else self.drawn.map.words(number)
        self.readout.setText(words or self._idle())
        self.side.preview_of(number)

    def _send(self, entry: Entry) -> None:
        """Make an image the one that all views look at, and ask for the Network view."""
        dataset = self._context.moments.dataset
        if dataset is not None:
            self._context.selection.choose(Sample.of_test(dataset, entry.index))
            self.show_view.emit("network")
