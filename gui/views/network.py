"""The whole network, live: kernels above, feature maps of one image below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QShowEvent
from PyQt5.QtWidgets import QHBoxLayout, QSplitter, QToolButton, QVBoxLayout, QWidget

from engine.data.dataset import Dataset
from engine.look.mosaic import Cell
from engine.model.reference import THE_RUN, Reference
from gui.run.context import AppContext
from gui.run.moment import Moment
from gui.run.view import View
from gui.run.wants import Wants
from gui.state.selection import Sample
from gui.style.theme import GRID, Theme
from gui.views.network_canvas import NetworkCanvas
from gui.views.network_choice import NetworkChoice
from gui.views.network_enlarge import EnlargeDialog
from gui.views.network_outlines import flat_index, weight_at
from gui.views.network_plan import Part
from gui.views.network_row import NetworkRow
from gui.widgets.readout import Readout
from gui.widgets.waiting import Waiting

if TYPE_CHECKING:
    from gui.views.breaking.panel import BreakPanel
    from gui.views.inspector.inspector import Inspector

_INSPECT_HINT = "Point at a value to take it apart, click to keep it; arrow keys go to its neighbours."
_HINT = "Point at a value to read it. Click or Enter enlarges a mosaic, plus and minus zoom."


class NetworkView(View):
    """Every layer from the input to the probabilities, for one image that can be chosen."""

    def __init__(self, context: AppContext, theme: Theme, parent: QWidget | None = None) -> None:
        """Make the view; it fills itself when moments come."""
        super().__init__(context, theme, parent)
        self._theme = theme
        self.row = NetworkRow()
        self.chooser, self.source = self.row.chooser, self.row.source
        self.canvas = NetworkCanvas(theme)
        self._idle = _HINT
        self.readout = Readout(_HINT, lines=1, narrow=470)
        self.enlarged: EnlargeDialog | None = None

        self._inspector: Waiting[Inspector] = Waiting(self._make_inspector)
        self.inspect = QToolButton()
        self.inspect.setText("&Inspect")
        self.inspect.setShortcut("Ctrl+I")
        self.inspect.setCheckable(True)
        self.inspect.setToolTip(
            "Take numbers apart: how a value came about, what a training step\n"
            "did to a weight, and the code that did it (Ctrl+I)"
        )
        self._breaking: Waiting[BreakPanel] = Waiting(self._make_breaking)
        self.break_it = QToolButton()
        self.break_it.setText("&Break it")
        self.break_it.setCheckable(True)
        self.break_it.setToolTip("Damage a copy of this network, or what it sees, and see what it still does")
        self.break_it.toggled.connect(self._break)
        split = QSplitter(Qt.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.canvas)
        for page in (self._inspector, self._breaking):
            split.addWidget(page)
            page.hide()
        split.setStretchFactor(0, 1)
        split.setSizes([640, 360])
        below = QHBoxLayout()
        below.setSpacing(GRID // 2)
        below.addWidget(self.readout, 1)
        below.addWidget(self.break_it)
        below.addWidget(self.inspect)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID // 2)
        column.setSpacing(GRID // 2)
        column.addWidget(self.row)
        column.addWidget(split, 1)
        column.addLayout(below)

        moments = context.moments
        moments.dataset_loaded.connect(self._dataset_loaded)
        moments.run_changed.connect(lambda _run: self._run_changed())
        moments.history_grew.connect(lambda: self.choice.follow())
        moments.travelled.connect(self._travelled)
        moments.moved.connect(self._show)
        context.selection.changed.connect(self._sample_changed)
        self.chooser.chosen.connect(context.selection.choose)
        self.row.scale_changed.connect(self._scale_changed)
        self.row.full_changed.connect(self.canvas.set_full)
        self.canvas.hovered.connect(lambda text: self.readout.setText(text or self._idle))
        self.canvas.enlarge.connect(self._enlarge)
        self.inspect.toggled.connect(self._inspect)
        self.canvas.pointed.connect(self._point)
        self.canvas.picked.connect(self._pick)
        self.canvas.stepped.connect(lambda *steps: self.inspector.step_by(*steps))
        self.canvas.class_picked.connect(self._pick_class)
        self.choice = NetworkChoice(context, self.row, self)
        if moments.dataset is not None:
            self._dataset_loaded(moments.dataset)
        elif context.selection.sample is not None:
            self._sample_changed(context.selection.sample)

    def _make_inspector(self) -> Inspector:
        from gui.views.inspector.inspector import Inspector  # most starts do without

        made = Inspector(self._theme)
        made.ready.connect(self._draw)
        made.marked.connect(self.canvas.show_marks)
        made.wanted.connect(self._context.moments.refresh)
        made.failed.connect(self._context.notices.problem)
        return made

    def _make_breaking(self) -> BreakPanel:
        from gui.views.breaking.panel import BreakPanel  # most starts do without

        made = BreakPanel(self._context, self._theme)
        made.look_at.connect(self.look_at)
        return made

    @property
    def inspector(self) -> Inspector:
        """What takes numbers apart; made when it is first asked for."""
        return self._inspector.widget

    @property
    def breaking(self) -> BreakPanel:
        """What breaks a copy of the network; made when it is first asked for."""
        return self._breaking.widget

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme
        self.canvas.set_theme(theme)
        for page in (self._inspector.made, self._breaking.made):
            if page is not None:
                page.set_theme(theme)
        if self.enlarged is not None:
            self.enlarged.set_theme(theme)

    def wants(self) -> Wants:
        """Ask for parameters and maps while visible."""
        if not self.isVisible():
            return Wants()
        start = self.inspect.isChecked() and self.inspector.wants_start
        return Wants(kernels=True, maps=True, start=start, of=self.shown)

    def showEvent(self, event: QShowEvent) -> None:
        """List the networks as they are now."""
        super().showEvent(event)
        self.choice.renew()

    # --- which network is shown -------------------------------------------------------------------

    @property
    def shown(self) -> Reference:
        """The network that is drawn: until training begins, the one that answers."""
        return self.choice.shown

    def look_at(self, reference: Reference) -> None:
        """Show this network of the registry."""
        self.choice.choose(reference)

    def _travelled(self) -> None:
        """Show the run at the step that is looked at, whatever network was shown before."""
        if not self._context.moments.travel.live and self.choice.chosen != THE_RUN:
            self.break_it.setChecked(False)
            self.look_at(THE_RUN)

    # --- what comes of the network --------------------------------------------------------------

    def _dataset_loaded(self, dataset: Dataset) -> None:
        self.chooser.set_dataset(dataset)
        if self._context.selection.sample is not None:
            self._sample_changed(self._context.selection.sample)

    def _run_changed(self) -> None:
        self.break_it.setChecked(False)
        if self.choice.listed == THE_RUN:
            self.canvas.set_spec(None, ())
        self.choice.renew()
        if self.enlarged is not None:
            self.enlarged.close()

    def _show(self, moment: Moment) -> None:
        self.choice.follow()
        if moment.of != self.shown or not self.isVisible():
            return
        if self.inspect.isChecked():  # the inspector lets it be drawn when it knows all that is to be shown
            self.inspector.show_moment(moment, self._context.moments.run)
        else:
            self._draw(moment)

    def _draw(self, moment: Moment) -> None:
        if moment.of != self.shown or not self.isVisible():
            return
        self.canvas.set_spec(moment.network.spec, moment.model.class_names)
        self._say_what_fits(moment)
        self.canvas.show_moment(moment)
        if self.enlarged is not None:
            self.enlarged.show_moment(moment, own=self.canvas.own)

    def _say_what_fits(self, moment: Moment) -> None:
        """Say why there are no maps, if the image has another form than the network takes."""
        image, network, before = moment.image, moment.network, self._idle
        if image is None or image.shape == network.spec.in_shape:
            self._idle = _INSPECT_HINT if self.canvas.inspecting else _HINT
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
        dataset = self._context.moments.dataset
        names = dataset.class_names if dataset is not None else ()
        known = sample.label is not None and sample.label < len(names)
        self.canvas.set_truth(names[sample.label or 0] if known else "")
        self.choice.fit_to(sample, self.canvas.spec)
        self.choice.follow()

    # --- what the user does -----------------------------------------------------------------------

    def _break(self, on: bool) -> None:
        """Break a copy of the network that is shown, or leave it as it was."""
        moment = self._context.moments.latest(self.shown)
        if on and moment is None:
            self.break_it.setChecked(False)
            return
        if on and moment is not None:
            self.inspect.setChecked(False)
            self.breaking.open_copy(self.shown, moment.model)
        self._breaking.setVisible(on)
        if not on and self._breaking.made is not None:
            self.breaking.close_copy()

    def _inspect(self, on: bool) -> None:
        """Show the inspector or hide it."""
        if on:
            self.break_it.setChecked(False)
        self.canvas.inspecting = on
        self._inspector.setVisible(on)
        latest = self._context.moments.latest(self.shown)
        if latest is not None:
            self._show(latest)

    def _point(self, part: Part | None, cell: Cell | None) -> None:
        place = None
        if part is not None and cell is not None and not part.kernels:
            place = self.inspector.place_of(part.layer, flat_index(part, cell))
        self.inspector.point(place)

    def _pick(self, part: Part, cell: Cell | None) -> None:
        """Keep a value, or take the update of a weight apart."""
        spec = self.canvas.spec
        if spec is None or cell is None:
            return
        if part.kernels:
            self.inspector.choose_weight(weight_at(spec, part, cell))
            return
        place = self.inspector.place_of(part.layer, flat_index(part, cell))
        if place is not None:
            self.inspector.keep(place)

    def _pick_class(self, number: int) -> None:
        from engine.arithmetic.output import softmax_place  # the inspector has loaded it

        found = self.inspector.found
        if self.inspect.isChecked() and found is not None and number < found.network.classes:
            self.inspector.keep(softmax_place(found, number))

    def _scale_changed(self, own: bool) -> None:
        self.canvas.set_own(own)
        if self.enlarged is not None and self.canvas.moment is not None:
            self.enlarged.show_moment(self.canvas.moment, own=self.canvas.own)

    def _enlarge(self, part: Part) -> None:
        spec, moment = self.canvas.spec, self.canvas.moment
        if spec is None or moment is None:
            return
        if self.enlarged is None:
            self.enlarged = EnlargeDialog(self._theme, self)
            self.enlarged.stepped.connect(self._enlarge_neighbour)
            self.enlarged.finished.connect(lambda _: self.canvas.setFocus())
        self.enlarged.show_part(spec, part, self.canvas.title_of(part))
        self.enlarged.show_moment(moment, own=self.canvas.own)
        self.enlarged.show()
        self.enlarged.activateWindow()

    def _enlarge_neighbour(self, by: int) -> None:
        """Enlarge the mosaic before or after the one that is enlarged."""
        if self.canvas.selected is not None:
            self.canvas.select(self.canvas.selected + by)
            self._enlarge(self.canvas.items_shown[self.canvas.selected].part)
