"""The contract that every explanation keeps."""

from __future__ import annotations

from abc import ABC, abstractmethod
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


@dataclass(frozen=True, eq=False)
class Explanation:
    """One value for each pixel of an image.

    Attributes:
        values: what each pixel did for the class, float32 ``(H, W)``; read-only.
        signed: whether negative values speak against the class. Otherwise there are none.
        unit: what the values count, in words.
        detail: how it was made, in words: layer, resolution, patch.
        cells: rows and columns of independent values; each may cover several pixels.
    """

    values: Array
    signed: bool
    unit: str
    detail: str
    cells: tuple[int, int]


@dataclass(frozen=True)
class Method(Configurable, ABC):
    """A way to ask why a network gave a class to an image.

    Attributes:
        about: one sentence: what one sees, and how far it can be trusted.
    """

    about: ClassVar[str] = ""

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
        if image.shape != network.spec.in_shape:
            raise ExplainError(
                f"The image has the shape {image.shape}; the network takes {network.spec.in_shape}."
            )
        for target in targets:
            if not 0 <= target < network.classes:
                raise ExplainError(f"The class is {target}; allowed is 0 to {network.classes - 1}.")
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
        """Do the work of ``explain_each``; a method whose classes share nothing does one by one."""
        return tuple(self._explain(network, preprocessing, image, target, task) for target in targets)

    @abstractmethod
    def _explain(
        self,
        network: Network,
        preprocessing: Preprocessing,
        image: Bytes,
        target: int,
        task: Task,
    ) -> Explanation:
        """Do the work of ``explain``; image and class fit the network."""
