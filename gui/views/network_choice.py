"""Which network the Network view shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject
from PyQt5.QtWidgets import QWidget

from engine.errors import EngineError
from engine.model.reference import THE_RUN, Reference
from engine.types import Shape
from gui.run.context import AppContext
from gui.state.selection import Sample
from gui.views.network_row import NetworkRow

if TYPE_CHECKING:
    from engine.model.spec import NetworkSpec


class NetworkChoice(QObject):
    """The network that was chosen in the row; until training begins, another may stand in for it.

    Attributes:
        chosen: what the user, or another view, has chosen.
    """

    def __init__(self, context: AppContext, row: NetworkRow, view: QWidget) -> None:
        """Choose the network of the run, and list the networks in ``row``; ``view`` shows them."""
        super().__init__(view)
        self._context, self._row, self._view = context, row, view
        self.chosen: Reference = THE_RUN
        self._unreadable: Reference | None = None
        self.listed: Reference = THE_RUN
        context.models.changed.connect(self._models_changed)
        row.source.activated.connect(lambda index: self.choose(row.source.itemData(index)))
        self._models_changed()

    @property
    def shown(self) -> Reference:
        """The network that is drawn: until training begins, the one that answers."""
        models, sample = self._context.models, self._context.selection.sample
        answering = models.answering
        moments = self._context.moments
        learnt = moments.steps or models.step or moments.run.parent is not None
        if self.chosen != THE_RUN or learnt or answering == self._unreadable:
            return self.chosen
        fits = sample is None or self._shape(answering) == sample.image.shape
        return answering if fits else THE_RUN

    def choose(self, reference: Reference) -> None:
        """Show this network of the registry."""
        self.chosen = reference
        self.renew()

    def renew(self) -> None:
        """List the networks, and ask for the one that is shown."""
        shown = self.listed = self.shown
        models = self._context.models
        self._row.list_models(models, self.chosen, shown)
        if self._view.isVisible() and shown != THE_RUN and models.ready(shown):
            try:
                models.get(shown)
            except EngineError as error:
                self._context.notices.problem(str(error))
                self._unreadable = shown
                self.choose(THE_RUN)
                return
        self._context.moments.refresh()

    def follow(self) -> None:
        """Show the network in training as soon as it trains, if another one stood in for it."""
        if self.listed != self.shown:
            self.renew()

    def fit_to(self, sample: Sample, spec: NetworkSpec | None) -> None:
        """Look at the network that was asked about the sample, or at the one that it was made for.

        Args:
            sample: the image that is looked at.
            spec: the network that is drawn.
        """
        models = self._context.models
        if sample.asked in models.references:
            # What stands in for the network in training gives way to it.
            reference = THE_RUN if models.current == THE_RUN else sample.asked
            if reference != self.chosen:
                self.choose(reference)
            return
        if models.current in (self.chosen, THE_RUN) or spec is None or spec.in_shape == sample.image.shape:
            return
        if self._shape(models.current) == sample.image.shape:
            self.choose(models.current)

    def _shape(self, reference: Reference) -> Shape | None:
        """Return the shape that a network takes, or None if it is not read or cannot be."""
        models = self._context.models
        try:
            return models.get(reference).network.spec.in_shape if models.ready(reference) else None
        except EngineError:
            return None

    def _models_changed(self) -> None:
        gone = self.chosen not in self._context.models.references
        self.choose(THE_RUN if gone else self.chosen)
