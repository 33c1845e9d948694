"""The networks at hand: the run that is looked at, the shipped ones, those that were opened or taught."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject, QTimer, pyqtSignal

from engine.errors import ModelFileError
from engine.model.reference import THE_RUN, Reference, Shipped
from engine.model.shipped import SHIPPED
from engine.task import Task
from engine.text import name as shown
from gui.run.moment import Moment, unbroken
from gui.run.runner import Runner
from gui.run.session_bridge import SessionBridge

if TYPE_CHECKING:
    from engine.damage.stack import Damage
    from engine.model.model_file import Model

DIGITS = Shipped("digits")
"""The shipped model that answers when no other one can."""


class ModelRegistry(QObject):
    """Keeps models by reference, and which of them is looked at.

    The shipped models are read from their files, beside the window, when one is first asked for. The network
    of the run is that of the latest moment, so it is as new as the views that ask for it.
    """

    changed = pyqtSignal()
    """Another model is looked at or answers, there are other models, or files of models have been read."""

    def __init__(
        self, bridge: SessionBridge, current: Reference = THE_RUN, parent: QObject | None = None
    ) -> None:
        """Offer the shipped models and the network of the run; look at ``current``."""
        super().__init__(parent)
        self._bridge = bridge
        self._titles: dict[Reference, str] = {THE_RUN: "Network in training"}
        self._titles.update({Shipped(name): name.capitalize() for name in SHIPPED})
        self._models: dict[Reference, Model | ModelFileError] = {}
        self._damage: dict[Reference, Damage] = {}
        self._reader = Runner(self)
        self._soon = QTimer(self)  # a thread that began while the window is made would hold it up
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._read_missing)
        self._moment: Moment | None = None
        self._current = current if current in self._titles else DIGITS
        bridge.dataset_loaded.connect(lambda _dataset: self.changed.emit())

    @property
    def current(self) -> Reference:
        """The model that is looked at."""
        return self._current

    @property
    def step(self) -> int | None:
        """The training steps of the network of the run; None while there is none."""
        return self._moment.step if self._moment is not None else None

    @property
    def answering(self) -> Reference:
        """The model that answers: until training begins a trained one, not a random one."""
        return self._stand_in() if self._current == THE_RUN and self._awaits_training else self._current

    @property
    def answering_title(self) -> str:
        """The name of the model that answers, and why it is not the one that is looked at."""
        words = self._titles[self.answering]
        return words if self.answering == self._current else f"{words}, until training begins"

    @property
    def references(self) -> tuple[Reference, ...]:
        """All models: the network of the run, the shipped ones, those added."""
        return tuple(self._titles)

    def find(self, key: object) -> Reference | None:
        """Return the model whose reference has this key in files and commands, if there is one."""
        return next((reference for reference in self._titles if reference.key == key), None)

    def title(self, reference: Reference) -> str:
        """Return the name of a model for the user; raises ModelFileError if there is no such model."""
        self._check(reference)
        return self._titles[reference]

    def steps_of(self, reference: Reference) -> int | None:
        """Return how many steps a network has been trained, where it is one that moves on; else None."""
        return self.step if reference == THE_RUN else None

    def ready(self, reference: Reference) -> bool:
        """Return whether ``get`` has its answer at hand; if not, ``changed`` will say when it has."""
        self._check(reference)
        if reference not in self._missing():
            return True
        if not self._reader.busy:
            self._soon.start()
        return False

    def _missing(self) -> list[Reference]:
        return [each for each in map(Shipped, SHIPPED) if each not in self._models]

    def _read_missing(self) -> None:
        missing = self._missing()
        self._reader.ask(lambda task: _read(missing, task), self._have_read, lambda _: None)

    def get(self, reference: Reference) -> Model:
        """Return a model whose network nobody changes; one that is not ``ready`` is read in this thread.

        Raises:
            ModelFileError: there is no such model, its file cannot be read, or the network of the run is
                asked for before any moment of it came.
        """
        self._check(reference)
        if reference == THE_RUN:
            if self._moment is None:
                raise ModelFileError("The network in training is not there yet; it comes with its data set.")
            return self._moment.model
        if reference not in self._models:
            self._models.update(_read([reference]))
        found = self._models[reference]
        if isinstance(found, ModelFileError):
            raise found
        return found

    def damage(self, reference: Reference) -> Damage:
        """Return what is done to a copy that is being broken; of every other network nothing."""
        return self._damage.get(reference) or unbroken()

    def add(
        self,
        reference: Reference,
        title: str,
        model: Model,
        *,
        choose: bool = True,
        damage: Damage | None = None,
    ) -> None:
        """Put a model on the registry, in place of one that has this reference already."""
        self._titles[reference], self._models[reference] = shown(title), model
        if damage is not None:
            self._damage[reference] = damage
        if choose:
            self._current = reference
        self.changed.emit()

    def remove(self, reference: Reference) -> None:
        """Take an added model away; a shipped one becomes again what it was."""
        self._check(reference)
        self._models.pop(reference, None)
        self._damage.pop(reference, None)
        if not isinstance(reference, Shipped) and reference != THE_RUN:
            del self._titles[reference]
            if self._current == reference:
                self._current = DIGITS
        self.changed.emit()

    def choose(self, reference: Reference) -> None:
        """Look at another model; raises ModelFileError if there is no such model."""
        self._check(reference)
        if reference != self._current:
            self._current = reference
            self.changed.emit()

    def rename(self, reference: Reference, title: str) -> None:
        """Give a model another name."""
        if self.title(reference) != title:
            self._titles[reference] = shown(title)
            self.changed.emit()

    def follow(self, moment: Moment | None) -> None:
        """Take the network of the run from ``moment``; None while there is none."""
        self._moment = moment

    @property
    def _awaits_training(self) -> bool:
        if self._moment is None:
            return True
        branched = self._bridge.run.parent is not None  # it has learnt before it began
        return self._moment.follows and not self._moment.step and not branched

    def _stand_in(self) -> Reference:
        """Return the shipped model that knows the data set at hand, or the one for digits."""
        dataset = self._bridge.dataset
        known = [name for name, data in SHIPPED.items() if dataset is not None and data == dataset.name]
        return Shipped(known[0]) if known else DIGITS

    def _have_read(self, models: Mapping[Reference, Model | ModelFileError]) -> None:
        self._models = {**models, **self._models}
        self.changed.emit()

    def _check(self, reference: Reference) -> None:
        if reference not in self._titles:
            there = ", ".join(each.key for each in self._titles)
            raise ModelFileError(f"There is no model {reference.key!r}; there are {there}.")


def _read(
    references: Sequence[Reference], task: Task | None = None
) -> dict[Reference, Model | ModelFileError]:
    """Read shipped models; one that cannot be read is the error that says why."""
    from engine.model.model_file import find_model  # no window waits for it

    found: dict[Reference, Model | ModelFileError] = {}
    for reference in references:
        if task is not None:
            task.check()
        try:
            found[reference] = find_model(reference.key)
        except ModelFileError as error:
            found[reference] = error
    return found
