"""The networks at hand: the shipped ones, those that were opened, and the one in training."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt5.QtCore import QObject, pyqtSignal

from engine.data.preprocess import Preprocessing
from engine.errors import ModelFileError
from engine.model.model_file import SHIPPED, Model, find_model
from engine.session.messages import Snapshot
from engine.task import Task
from engine.text import name as shown
from engine.training.config import RunConfig
from gui.run.runner import Runner
from gui.run.session_bridge import SessionBridge

TRAINING = "training"
"""The key of the network in training."""
DIGITS = "digits"
"""The key of the shipped model that answers when no other one can."""


class ModelRegistry(QObject):
    """Keeps models under keys, and which of them is looked at.

    The shipped models are read from their files, beside the window, when one is first asked for. The network
    in training is made of the latest snapshot, so it is as new as the views that ask for snapshots.
    """

    changed = pyqtSignal()
    """Another model is looked at or answers, there are other models, or files of models have been read."""

    def __init__(self, bridge: SessionBridge, current: str = TRAINING, parent: QObject | None = None) -> None:
        """Offer the shipped models and the network in training of ``bridge``; look at ``current``."""
        super().__init__(parent)
        self._bridge = bridge
        self._titles = {TRAINING: "Network in training", **{key: key.capitalize() for key in SHIPPED}}
        self._models: dict[str, Model | ModelFileError] = {}
        self._reader = Runner(self)
        self._snapshot: Snapshot | None = None
        self._current = current if current in self._titles else DIGITS
        bridge.snapshot_ready.connect(self._take)
        bridge.run_started.connect(self._forget)
        bridge.dataset_loaded.connect(lambda _dataset: self.changed.emit())

    @property
    def current(self) -> str:
        """The key of the model that is looked at."""
        return self._current

    @property
    def step(self) -> int | None:
        """The training steps of the network under ``training``; None while there is none."""
        return self._snapshot.step if self._snapshot is not None else None

    @property
    def answering(self) -> str:
        """The key of the model that answers: until training begins a trained one, not a random one."""
        return self._stand_in() if self._current == TRAINING and not self.step else self._current

    @property
    def answering_title(self) -> str:
        """The name of the model that answers, and why it is not the one that is looked at."""
        words = self._titles[self.answering]
        return words if self.answering == self._current else f"{words}, until training begins"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all models: the network in training, the shipped ones, those added."""
        return tuple(self._titles)

    def title(self, key: str) -> str:
        """Return the name of a model for the user; raises ModelFileError if there is no such key."""
        self._check(key)
        return self._titles[key]

    def ready(self, key: str) -> bool:
        """Return whether ``get`` has its answer at hand; if not, ``changed`` will say when it has."""
        self._check(key)
        missing = [each for each in SHIPPED if each not in self._models]
        if key not in missing:
            return True
        if not self._reader.busy:
            self._reader.ask(lambda task: _read(missing, task), self._have_read, lambda _: None)
        return False

    def get(self, key: str) -> Model:
        """Return a model whose network nobody changes; one that is not ``ready`` is read in this thread.

        Raises:
            ModelFileError: there is no such key, its file cannot be read, or ``training`` is asked
                for before any snapshot of it came.
        """
        self._check(key)
        if key == TRAINING:
            return self._in_training()
        if key not in self._models:
            self._models.update(_read([key]))
        found = self._models[key]
        if isinstance(found, ModelFileError):
            raise found
        return found

    def add(self, key: str, title: str, model: Model, *, choose: bool = True) -> None:
        """Put a model on the registry under ``key``, in place of one that has this key already."""
        self._titles[key], self._models[key] = shown(title), model
        if choose:
            self._current = key
        self.changed.emit()

    def remove(self, key: str) -> None:
        """Take an added model away; a shipped one becomes again what it was."""
        self._check(key)
        self._models.pop(key, None)
        if key not in SHIPPED and key != TRAINING:
            del self._titles[key]
            if self._current == key:
                self._current = DIGITS
        self.changed.emit()

    def choose(self, key: str) -> None:
        """Look at another model; raises ModelFileError if there is no such key."""
        self._check(key)
        if key != self._current:
            self._current = key
            self.changed.emit()

    def _stand_in(self) -> str:
        """Return the key of the shipped model that knows the data set at hand, or of the one for digits."""
        dataset = self._bridge.dataset
        known = [key for key, data in SHIPPED.items() if dataset is not None and data == dataset.name]
        return known[0] if known else DIGITS

    def _check(self, key: str) -> None:
        if key not in self._titles:
            raise ModelFileError(f"There is no model {key!r}; there are {', '.join(self._titles)}.")

    def _in_training(self) -> Model:
        snapshot, dataset = self._snapshot, self._bridge.dataset
        if snapshot is None or snapshot.network is None or dataset is None:
            raise ModelFileError("The network in training is not there yet; it comes with its data set.")
        preprocessing = Preprocessing(dataset.mean, dataset.std)
        return Model(snapshot.network, preprocessing, dataset.class_names, {"steps": snapshot.step})

    def _have_read(self, models: Mapping[str, Model | ModelFileError]) -> None:
        self._models = {**models, **self._models}
        self.changed.emit()

    def _take(self, snapshot: Snapshot) -> None:
        if snapshot.network is not None:
            self._snapshot = snapshot

    def _forget(self, _config: RunConfig) -> None:
        self._snapshot = None


def _read(keys: list[str], task: Task | None = None) -> dict[str, Model | ModelFileError]:
    """Read shipped models; one that cannot be read is the error that says why."""
    found: dict[str, Model | ModelFileError] = {}
    for key in keys:
        if task is not None:
            task.check()
        try:
            found[key] = find_model(key)
        except ModelFileError as error:
            found[key] = error
    return found
