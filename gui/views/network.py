"""The whole network, live: kernels above, feature maps of one image below."""

from __future__ import annotations

from PyQt5.QtGui import QHideEvent, QShowEvent
from PyQt5.QtWidgets import QVBoxLayout, QWidget

from engine.data.dataset import Dataset
from engine.errors import EngineError
from engine.model.model_file import Model
from engine.session.messages import Snapshot
from engine.training.config import RunConfig
from engine.types import Shape
from gui.run.context import AppContext
from gui.run.model_registry import TRAINING
from gui.run.session_bridge import Wants
from gui.run.view import View
from gui.state.selection import Sample
from gui.style.theme import GRID, Theme
from gui.views.network_canvas import NetworkCanvas
from gui.views.network_enlarge import EnlargeDialog
from gui.views.network_plan import Part
from gui.views.network_row import NetworkRow
from gui.views.network_trained import TrainedLook
from gui.widgets.readout import Readout

_HINT = "Point at a value to read it. Click a mosaic, or press Enter, to enlarge it; plus and minus zoom."


class NetworkView(View):
    """Every layer from the input to the probabilities, for one image that can be chosen."""

    key = "network"
    title = "Network"
    about = "From left to right: kernels above, what each layer makes of the image below."

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the view; it fills itself when the session sends snapshots."""
        super().__init__(context, theme, parent)
        self._theme = theme
        self.row = NetworkRow()
        self.chooser, self.source = self.row.chooser, self.row.source
        self.canvas = NetworkCanvas(theme)
        self._idle = _HINT
        self.readout = Readout(_HINT, lines=1, narrow=470)
        self._key, self._broken = TRAINING, ""
        self._listed = TRAINING
        self._trained = TrainedLook(self)
        self._trained.seen.connect(self._show_seen)
        self._trained.failed.connect(context.notices.problem)
        self.enlarged: EnlargeDialog | None = None

        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID // 2)
        column.setSpacing(GRID // 2)
        column.addWidget(self.row)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.readout)

        bridge = context.bridge
        bridge.dataset_loaded.connect(self._dataset_loaded)
        bridge.run_started.connect(self._run_started)
        bridge.history_grew.connect(self._follow)
        bridge.snapshot_ready.connect(self._show)
        context.selection.changed.connect(self._sample_changed)
        self.chooser.chosen.connect(context.selection.choose)
        self.row.scale_changed.connect(self._scale_changed)
        self.row.full_changed.connect(self.canvas.set_full)
        self.canvas.hovered.connect(lambda text: self.readout.setText(text or self._idle))
        self.canvas.enlarge.connect(self._enlarge)
        context.models.changed.connect(self._list_models)
        self.source.activated.connect(lambda index: self.look_at(self.source.itemData(index)))
        self._list_models()
        if bridge.dataset is not None:
            self._dataset_loaded(bridge.dataset)
        if context.selection.sample is not None:
            self._sample_changed(context.selection.sample)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.canvas.set_theme(theme)
        if self.enlarged is not None:
            self.enlarged.set_theme(theme)

    def wants(self) -> Wants:
        """Ask for parameters and maps while visible."""
        return Wants(kernels=True, maps=True) if self.isVisible() and self.shown == TRAINING else Wants()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for a picture at once."""
        super().showEvent(event)
        self._context.bridge.refresh()
        self._show_trained()

    def hideEvent(self, event: QHideEvent) -> None:
        """Look into nothing that nobody sees."""
        super().hideEvent(event)
        self._trained.drop()

    # --- which network is shown -------------------------------------------------------------------

    @property
    def shown(self) -> str:
        """The key of the network that is drawn: until training begins, of the one that answers."""
        models, sample = self._context.models, self._context.selection.sample
        answering = models.answering
        if self._key != TRAINING or self._context.bridge.steps or models.step or answering == self._broken:
            return self._key
        fits = sample is None or self._shape(answering) == sample.image.shape
        return answering if fits else TRAINING

    def _shape(self, key: str) -> Shape | None:
        """Return the shape that the network with this key takes, or None if it is not read or cannot be."""
        models = self._context.models
        try:
            return models.get(key).network.spec.in_shape if models.ready(key) else None
        except EngineError:
            return None

    def _list_models(self) -> None:
        gone = self._key not in self._context.models.keys
        self.look_at(TRAINING if gone else self._key)

    def look_at(self, key: str) -> None:
        """Show the network with this key of the registry."""
        self._key = key
        self._context.bridge.refresh()
        self._show_trained()

    def _show_trained(self) -> None:
        """Show a network at rest; the one in training comes by itself."""
        shown = self._listed = self.shown
        models = self._context.models
        self.row.list_models(models, self._key, shown)
        if shown == TRAINING or not self.isVisible() or not models.ready(shown):
            self._trained.drop()
            return
        try:
            model = models.get(shown)
        except EngineError as error:
            self._context.notices.problem(str(error))
            self._broken = shown
            self.look_at(TRAINING)
            return
        sample = self._context.selection.sample
        self._trained.ask(model, sample.image if sample is not None else None)

    def _follow(self) -> None:
        """Show the network in training as soon as it trains, if another one stood in for it."""
        if self._listed != self.shown:
            self._show_trained()

    def _show_seen(self, snapshot: Snapshot, model: Model) -> None:
        if self.shown != TRAINING and self.isVisible():
            self._draw(snapshot, model.class_names)

    def _fit_to(self, sample: Sample) -> None:
        """Look at the network that was asked about the sample, or at the one that it was made for."""
        models, spec = self._context.models, self.canvas.spec
        if sample.asked in models.keys:
            # What stands in for the network in training gives way to it.
            key = TRAINING if models.current == TRAINING else sample.asked
            if key != self._key:
                self.look_at(key)
            return
        if models.current in (self._key, TRAINING) or spec is None or spec.in_shape == sample.image.shape:
            return
        if self._shape(models.current) == sample.image.shape:
            self.look_at(models.current)

    # --- what comes from the session --------------------------------------------------------------

    def _dataset_loaded(self, dataset: Dataset) -> None:
        self.chooser.set_dataset(dataset)
        sample = self._context.selection.sample
        fits = sample is not None and sample.image.shape == dataset.test_images.shape[1:]
        # Image 17 of another data set is another image.
        stale = sample is not None and sample.index is not None
        if not fits or stale:
            index = sample.index if sample is not None and sample.index is not None else 0
            self.chooser.choose(min(index, len(dataset.test_images) - 1))

    def _run_started(self, config: RunConfig) -> None:
        if self._listed == TRAINING:
            self.canvas.set_spec(None, ())
        self._show_trained()
        if self.enlarged is not None:
            self.enlarged.close()

    def _show(self, snapshot: Snapshot) -> None:
        dataset = self._context.bridge.dataset
        self._follow()
        if self.shown == TRAINING and self.isVisible() and dataset is not None:
            self._draw(snapshot, tuple(dataset.class_names))

    def _draw(self, snapshot: Snapshot, names: tuple[str, ...]) -> None:
        if snapshot.network is None:
            return
        self.canvas.set_spec(snapshot.network.spec, names)
        self._say_what_fits(snapshot)
        self.canvas.show_snapshot(snapshot)
        if self.enlarged is not None:
            self.enlarged.show_snapshot(snapshot, own=self.canvas.own)

    def _say_what_fits(self, snapshot: Snapshot) -> None:
        """Say why there are no maps, if the image has another form than the network takes."""
        image, network, before = snapshot.image, snapshot.network, self._idle
        if image is None or network is None or image.shape == network.spec.in_shape:
            self._idle = _HINT
        else:
            wanted, there = (
                f"{height}×{width}×{channels}"
                for channels, height, width in (network.spec.in_shape, image.shape)
            )
            self._idle = f"No maps: the image is {there}, and this network takes {wanted}."
        if self._idle != before:
            self.readout.setText(self._idle)

    def _sample_changed(self, sample: Sample) -> None:
        self.chooser.show_sample(sample)
        self.row.fit()
        dataset = self._context.bridge.dataset
        names = dataset.class_names if dataset is not None else ()
        known = sample.label is not None and sample.label < len(names)
        self.canvas.set_truth(names[sample.label or 0] if known else "")
        self._fit_to(sample)
        self._show_trained()

    # --- what the user does -----------------------------------------------------------------------

    def _scale_changed(self, own: bool) -> None:
        self.canvas.set_own(own)
        if self.enlarged is not None and self.canvas.snapshot is not None:
            self.enlarged.show_snapshot(self.canvas.snapshot, own=self.canvas.own)

    def _enlarge(self, part: Part) -> None:
        spec, snapshot = self.canvas.spec, self.canvas.snapshot
        if spec is None or snapshot is None:
            return
        if self.enlarged is None:
            self.enlarged = EnlargeDialog(self._theme, self)
            self.enlarged.stepped.connect(self._enlarge_neighbour)
            self.enlarged.finished.connect(lambda _: self.canvas.setFocus())
        self.enlarged.show_part(spec, part, self.canvas.title_of(part))
        self.enlarged.show_snapshot(snapshot, own=self.canvas.own)
        self.enlarged.show()
        self.enlarged.activateWindow()

    def _enlarge_neighbour(self, by: int) -> None:
        """Enlarge the mosaic before or after the one that is enlarged."""
        if self.canvas.selected is not None:
            self.canvas.select(self.canvas.selected + by)
            self._enlarge(self.canvas.items_shown[self.canvas.selected].part)
