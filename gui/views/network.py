"""The whole network, live: kernels above, feature maps of one image below."""

from __future__ import annotations

from typing import ClassVar

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QHideEvent, QShowEvent
from PyQt5.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.data.dataset import Dataset
from engine.errors import EngineError
from engine.model.model_file import Model
from engine.session.messages import Snapshot, State
from engine.training.config import RunConfig
from gui.run.context import AppContext
from gui.run.model_registry import TRAINING
from gui.run.session_bridge import Wants
from gui.state.selection import Sample
from gui.style.theme import GRID, Theme
from gui.views.network_canvas import NetworkCanvas
from gui.views.network_enlarge import EnlargeDialog
from gui.views.network_layout import Part
from gui.views.network_trained import TrainedLook
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.image_chooser import SampleChooser
from gui.widgets.image_empty import EmptyState
from gui.widgets.one_page import OnePage
from gui.widgets.plain import Label

_HINT = "Point at a value to read it. Click a mosaic, or press Enter, to enlarge it; plus and minus zoom."


class NetworkView(QWidget):
    """Every layer from the input to the probabilities, for one image that can be chosen."""

    key: ClassVar[str] = "network"
    title: ClassVar[str] = "Network"
    about: ClassVar[str] = (
        "The network from left to right: its kernels above, what each layer makes of the image below."
    )

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the view; it fills itself when the session sends snapshots."""
        super().__init__(parent)
        self.setObjectName("panel")
        self._context = context
        self._theme = theme
        self.chooser = SampleChooser()
        self.scale = ChoiceBox(
            "Colour scale",
            "One scale: maps of a layer can be compared.\nEach by itself: faint maps can be seen as well.",
        )
        self.scale.addItems(["One scale a layer", "Each map by itself"])
        self.canvas = NetworkCanvas(theme)
        self._idle = _HINT
        self.readout = Label(_HINT)
        self.readout.setObjectName("note")
        self.readout.setTextFormat(Qt.PlainText)
        self.readout.setMinimumWidth(1)
        tip = "Look into the network in training, or into a trained one."
        self.source = ChoiceBox("Network shown", tip, letters=15)
        self._key, self._until_training = TRAINING, False
        self._trained = TrainedLook(self)
        self._trained.seen.connect(self._show_seen)
        self._trained.failed.connect(context.notices.problem)
        self.empty = EmptyState(
            "The network will be drawn here",
            "Every layer from the input to the class probabilities: kernels in colour, and the feature maps "
            "of an image that you choose. It appears once the data set is loaded, and changes as the network "
            "learns.",
            "Start training",
        )
        self.empty.acted.connect(context.bridge.play)
        self.enlarged: EnlargeDialog | None = None

        controls = QHBoxLayout()
        controls.setSpacing(GRID)
        controls.addWidget(self.chooser, 1)
        controls.addWidget(self.scale)
        full = QWidget()
        inner = QVBoxLayout(full)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(GRID // 2)
        inner.addLayout(controls)
        inner.addWidget(self.canvas, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.readout, 1)
        foot.addWidget(self.source)
        inner.addLayout(foot)
        self._stack = OnePage.filling(self, self.empty, full)

        bridge = context.bridge
        bridge.add_watcher(self)
        bridge.dataset_loaded.connect(self._dataset_loaded)
        bridge.run_started.connect(self._run_started)
        bridge.state_changed.connect(self._state_changed)
        bridge.snapshot_ready.connect(self._show)
        context.selection.changed.connect(self._sample_changed)
        self.chooser.chosen.connect(context.selection.choose)
        self.scale.currentIndexChanged.connect(self._scale_changed)
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
        return Wants(kernels=True, maps=True) if self.isVisible() and self._key == TRAINING else Wants()

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

    def _list_models(self) -> None:
        models = self._context.models
        self.source.clear()
        for key in models.keys:
            self.source.addItem(models.title(key), key)
        gone = self._key not in models.keys
        stands_in = self._until_training and not gone
        self.look_at(TRAINING if gone else self._key)
        self._until_training = stands_in

    def look_at(self, key: str) -> None:
        """Show the network with this key of the registry."""
        self._key, self._until_training = key, False
        self.source.setCurrentIndex(self.source.findData(key))
        self._context.bridge.refresh()
        self._show_trained()

    def _show_trained(self) -> None:
        """Show a trained network; the one in training comes by itself."""
        if self._key == TRAINING or not self.isVisible():
            self._trained.drop()
            return
        try:
            model = self._context.models.get(self._key)
        except EngineError as error:
            self._context.notices.problem(str(error))
            self.look_at(TRAINING)
            return
        sample = self._context.selection.sample
        self._trained.ask(model, sample.image if sample is not None else None)

    def _show_seen(self, snapshot: Snapshot, model: Model) -> None:
        if self._key != TRAINING and self.isVisible():
            self._draw(snapshot, model.class_names)

    def _fit_to(self, sample: Sample) -> None:
        """Look at the network that was asked about the sample, or at the one that it was made for."""
        models, spec = self._context.models, self.canvas.spec
        if sample.asked in models.keys:
            if sample.asked != self._key:
                self.look_at(sample.asked)
                self._until_training = models.current == TRAINING
            return
        if models.current in (self._key, TRAINING) or spec is None or spec.in_shape == sample.image.shape:
            return
        if models.get(models.current).network.spec.in_shape == sample.image.shape:
            self.look_at(models.current)

    def _state_changed(self, state: State, _why: str) -> None:
        """Show the network in training as soon as it trains, if another one only stood in for it."""
        if self._until_training and state is State.RUNNING:
            self.look_at(TRAINING)

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
        self.canvas.set_spec(None, ())
        self._stack.setCurrentIndex(0)
        if self.enlarged is not None:
            self.enlarged.close()

    def _show(self, snapshot: Snapshot) -> None:
        dataset = self._context.bridge.dataset
        if self._key == TRAINING and self.isVisible() and dataset is not None:
            self._draw(snapshot, tuple(dataset.class_names))

    def _draw(self, snapshot: Snapshot, names: tuple[str, ...]) -> None:
        if snapshot.network is None:
            return
        self.canvas.set_spec(snapshot.network.spec, names)
        self._stack.setCurrentIndex(1)
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
        dataset = self._context.bridge.dataset
        names = dataset.class_names if dataset is not None else ()
        known = sample.label is not None and sample.label < len(names)
        self.canvas.set_truth(names[sample.label or 0] if known else "")
        self._fit_to(sample)
        self._show_trained()

    # --- what the user does -----------------------------------------------------------------------

    def _scale_changed(self, index: int) -> None:
        self.canvas.set_own(index == 1)
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
