"""The contract that every explanation keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.errors import EngineError
from engine.model.network import Network
from engine.options import Configurable
from engine.task import Task
from engine.types import Array, Bytes


class ExplainError(EngineError):
    """A network cannot be explained in the way that was asked for."""


def check_image(network: Network, image: Bytes) -> None:
    """Raise ExplainError if ``image``, ``(C, H, W)``, does not fit the network."""
    if image.shape != network.spec.in_shape:
        raise ExplainError(
            f"The image has the shape {image.shape}; the network takes {network.spec.in_shape}."
        )


def check_images(network: Network, images: Bytes) -> None:
    """Raise ExplainError if there are no ``images``, ``(N, C, H, W)``, or they do not fit the network."""
    if len(images) == 0:
        raise ExplainError("There are no images to look through.")
    check_image(network, images[0])


def check_class(network: Network, target: int) -> None:
    """Raise ExplainError if the network has no class of this number."""
    if not 0 <= target < network.classes:
        raise ExplainError(f"The class is {target}; allowed is 0 to {network.classes - 1}.")


@dataclass(frozen=True)
class Balance:
    """What the values of a map add up to, and what theory says they should.

    Attributes:
        name: what the field calls it, for example ``completeness``.
        total: the sum of the map.
        expected: what it should be, in the same unit.
        about: in words, what is compared, and where a difference comes from.
    """

    name: str
    total: float
    expected: float
    about: str

    @property
    def gap(self) -> float:
        """The difference as a share of what is expected; 0 is perfect."""
        difference = abs(self.total - self.expected)
        return difference / abs(self.expected) if self.expected else difference


@dataclass(frozen=True, eq=False)
class Explanation:
    """One value for each pixel of an image.

    Attributes:
        values: what each pixel did for the class, float32 ``(H, W)``; read-only.
        signed: whether negative values speak against the class. Otherwise there are none.
        unit: what the values count, in words.
        detail: how it was made, in words: layer, resolution, patch.
        cells: rows and columns of independent values; each may cover several pixels.
        balance: the check of a method whose values must add up to something; None for others.
    """

    values: Array
    signed: bool
    unit: str
    detail: str
    cells: tuple[int, int]
    balance: Balance | None = None


@dataclass(frozen=True)
class Method(Configurable):
    """A way to ask why a network gave a class to an image.

    Attributes:
        about: one sentence: what one sees, and how far it can be trusted.
        slow: whether it takes many passes through the network; others take one or two.
        slopes: whether its values say how the score answers to a change of a pixel, so that their size counts
            and their sign says only which way. Otherwise they are shares: positive ones speak for the class.
    """

    about: ClassVar[str] = ""
    slow: ClassVar[bool] = False
    slopes: ClassVar[bool] = False

    def explain(
        self,
        network: Network,
        preprocessing: Preprocessing,
        image: Bytes,
        target: int,
        task: Task | None = None,
    ) -> Explanation:
        """Explain why ``network`` gives ``image`` the class ``target``, or why it does not.

        Args:
            network: is not changed.
            preprocessing: what is done to the image before it enters.
            image: pixels, ``(C, H, W)``.
            target: the class asked about, 0 to K - 1.
            task: gets the progress of a slow method, and can cancel it.

        Raises:
            ExplainError: image or class do not fit the network, or this method does not suit it.
            Cancelled: the task was cancelled.
        """
        return self.explain_each(network, preprocessing, image, (target,), task)[0]

    def explain_each(
        self,
        network: Network,
        preprocessing: Preprocessing,
        image: Bytes,
        targets: tuple[int, ...],
        task: Task | None = None,
    ) -> tuple[Explanation, ...]:
        """Do as ``explain`` for several classes, with the work that they share done once."""
        check_image(network, image)
        for target in targets:
            check_class(network, target)
        # Numbers that overflow in a network that went astray are shown as what they are.
        with np.errstate(over="ignore", invalid="ignore"):
            results = self._explain_each(network, preprocessing, image, targets, task or Task())
        for result in results:
            result.values.flags.writeable = False
        return results

    def _explain_each(
        self,
        network: Network,
        preprocessing: Preprocessing,
        image: Bytes,
        targets: tuple[int, ...],
        task: Task,
    ) -> tuple[Explanation, ...]:
        """Do the work of ``explain_each``: here one class after the other, which share nothing."""
        return tuple(self._explain(network, preprocessing, image, target, task) for target in targets)

    def _explain(
        self,
        network: Network,
        preprocessing: Preprocessing,
        image: Bytes,
        target: int,
        task: Task,
    ) -> Explanation:
        """Do the work of ``explain``; image and class fit the network. One that does all at once has none."""
        raise NotImplementedError
