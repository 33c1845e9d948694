"""Points on a map: their colours, which of them are near or inside a line, and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.formatting import counted, grouped, percent
from engine.maps.landscape import Landscape
from engine.types import Array, Labels
from gui.presenters.evaluate import MOST, Entry

Values = npt.NDArray[np.float64]

MAPPED = (("pca", "Images: PCA"), ("tsne", "Images: t-SNE"), ("umap", "Images: UMAP"))
LOSSES = (("random", "Loss: random directions"), ("path", "Loss: path of the run"))
COLOURS = ("By class", "By answer", "By mistake")


@dataclass(frozen=True, eq=False)
class ImageMap:
    """Where images lie.

    Attributes:
        points: ``(N, 2)``.
        indices: their numbers among the test images, ``(N,)``.
        labels: their true classes, ``(N,)``.
        answers: the predicted ones, ``(N,)``.
        confidence: probability of these, ``(N,)``.
        names: of the classes.
        about: which layer, which step, and how much of the variance is seen.
    """

    points: Values
    indices: Labels
    labels: Labels
    answers: Labels
    confidence: Array
    names: tuple[str, ...]
    about: str

    @property
    def wrong(self) -> npt.NDArray[np.bool_]:
        """Which images are predicted wrongly, ``(N,)``."""
        return np.not_equal(self.labels, self.answers)

    def groups(self, colour: int) -> Labels:
        """Return the group of each point, ``(N,)``, when coloured by ``COLOURS[colour]``."""
        return (self.labels, self.answers, self.wrong.astype(np.int64))[colour]

    def group_names(self, colour: int) -> tuple[str, ...]:
        """Return what the groups are called."""
        return ("right", "wrong") if colour == 2 else self.names

    def entries(self, numbers: Sequence[int]) -> list[Entry]:
        """Return these points for a gallery."""
        columns = (self.indices, self.labels, self.answers, self.confidence)
        return [Entry(*row) for row in zip(*(each[list(numbers)].tolist() for each in columns), strict=True)]

    def words(self, number: int) -> str:
        """Say what a point is."""
        label, answer = self.names[self.labels[number]], self.names[self.answers[number]]
        what = f"“{label}”" if label == answer else f"“{label}”, taken for “{answer}”"
        return f"Test image {self.indices[number]}: {what}, {percent(float(self.confidence[number]))} sure"


def inside(points: Values, line: Sequence[tuple[float, float]]) -> npt.NDArray[np.bool_]:
    """Return which ``points`` ``(N, 2)`` lie inside a closed line: a ray from them crosses it oddly often."""
    found = np.zeros(len(points), bool)
    x, y = points[:, 0], points[:, 1]
    for (x1, y1), (x2, y2) in zip(line, [*line[1:], line[0]], strict=True):
        if y1 == y2:
            continue
        crosses = (y1 > y) != (y2 > y)
        found ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return found


def nearest(points: Values, place: tuple[float, float], within: float) -> int | None:
    """Return the point of ``(N, 2)`` nearest to ``place``, if one is ``within`` this distance."""
    if not len(points):
        return None
    distances = np.hypot(points[:, 0] - place[0], points[:, 1] - place[1])
    number = int(np.argmin(distances))
    return number if distances[number] <= within else None


def chosen_words(found: ImageMap, numbers: Sequence[int]) -> str:
    """Say what was chosen, or without anything what the map is."""
    if not numbers:
        return found.about
    wrong = int(np.count_nonzero(found.wrong[list(numbers)]))
    first = f" The first {MOST} are listed." if len(numbers) > MOST else ""
    return f"{counted(len(numbers), 'image')} chosen, {grouped(wrong)} predicted wrongly.{first}"


def landscape_words(found: Landscape, row: int, column: int) -> str:
    """Say what the loss is at a place."""
    return (
        f"Loss {found.loss[row, column]:.4g} at ({found.a[row]:.3g}, {found.b[column]:.3g}), "
        f"of {grouped(found.images)} training images"
    )


def landscape_about(found: Landscape) -> str:
    """Say what the two directions are."""
    if found.plane.shares:
        shares = " and ".join(f"{100 * each:.0f} %" for each in found.plane.shares)
        return f"The plane in which the weights moved most: its directions hold {shares} of the way."
    return (
        "Two random directions, each kernel's part as long as the kernel itself (Li et al. 2018): 1 is as "
        "far as the weights are from 0."
    )
