"""What a film can be of: reads a run step by step, then draws it at any moment."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import ClassVar

from engine.data.catalogue import load
from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.errors import ConfigError, EngineError, ModelFileError
from engine.model.history import History
from engine.model.network import Network
from engine.publish.film.page import Box, Page
from engine.publish.film.settings import Film
from engine.runs.folder import RunFolder
from engine.runs.record import fingerprint
from engine.task import Task
from engine.types import Bytes


class Source:
    """The run that is filmed.

    Attributes:
        folder: it.
        film: how it is to be filmed.
        steps: those that are seen, ascending; the maker of the film chooses them.
    """

    def __init__(self, folder: RunFolder, film: Film) -> None:
        """Film the run in ``folder``."""
        self.folder, self.film = folder, film
        self.steps: list[int] = []
        self._last: tuple[int, Network] | None = None

    @cached_property
    def history(self) -> History:
        """Its curves."""
        return self.folder.history()

    @cached_property
    def preprocessing(self) -> Preprocessing:
        """What its images go through."""
        return self.folder.record.data.preprocessing()

    @cached_property
    def dataset(self) -> Dataset:
        """Its data set; raises EngineError unless that is as it was when the run learnt from it."""
        record = self.folder.record
        dataset = load(record.config.data)
        if fingerprint(dataset) != record.data.fingerprint:
            raise EngineError(f"{dataset.title} is not the same as when the run learnt from it.")
        return dataset

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classes."""
        return self.folder.record.data.class_names

    @cached_property
    def image(self) -> Bytes:
        """The image ``(C, H, W)`` that is looked at; raises EngineError if it is not there."""
        if self.film.picture is not None:
            return self.film.picture
        images, number = self.dataset.test_images, self.film.image
        if number >= len(images):
            raise ConfigError(
                f"There is no test image {number}; {self.dataset.title} has 0 to {len(images) - 1:,}."
            )
        image: Bytes = images[number]
        return image

    def network(self, step: int) -> Network:
        """Return the network after ``step``, or the one before if that has gone meanwhile."""
        if self._last is None or self._last[0] != step:
            try:
                self._last = step, self.folder.network(step)
            except ModelFileError:
                if self._last is None:
                    raise
        return self._last[1]


class Subject(ABC):
    """Something that can be filmed.

    Class attributes:
        key: its name on the command line.
        title: what it is called.
        about: what is seen, a sentence.
        most: steps that are looked at, at most.
        glides: whether it is drawn between two steps, too; otherwise the nearer one is.
        weights: whether it needs the weights that the run has kept.
        takes_image: whether it is about one image.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    most: ClassVar[int] = 400
    glides: ClassVar[bool] = False
    weights: ClassVar[bool] = True
    takes_image: ClassVar[bool] = False

    def __init__(self, source: Source) -> None:
        """Film ``source``; raises EngineError if it has nothing of this."""
        self.source = source

    def steps(self) -> list[int]:
        """Return the steps that could be looked at, ascending."""
        return self.source.folder.steps()

    def take(self, network: Network, task: Task) -> None:  # noqa: B027 - not all need it
        """Look at the network of the next step; every one is looked at before the first is drawn."""

    def ready(self) -> None:  # noqa: B027 - not all need it
        """Work out what is the same in every picture; called when all steps were looked at."""

    def note(self, index: int) -> str:
        """Say something more about a step; ``index`` is its number among those that were taken."""
        return ""

    @abstractmethod
    def draw(self, page: Page, box: Box, at: float) -> None:
        """Draw the moment ``at``: a number among the steps, between two of them if it glides."""
