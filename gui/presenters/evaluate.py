"""What an evaluation says, in figures and words for the Evaluate view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.formatting import counted, grouped, share
from engine.look.matrix import Counts
from engine.training.evaluation import Evaluation
from engine.types import Labels

WORST = 60
"""The number of the worst mistakes that are shown."""
MOST = 240
"""The number of images of one cell that are shown."""


@dataclass(frozen=True)
class Entry:
    """One image of the gallery.

    Attributes:
        index: its number among the test images.
        label: its true class.
        predicted: the class the network took it for.
        confidence: the network's probability for that class.
    """

    index: int
    label: int
    predicted: int
    confidence: float


@dataclass(frozen=True)
class Choice:
    """A cell of the confusion matrix."""

    true: int
    predicted: int


def scope(evaluation: Evaluation, step: int | None) -> str:
    """Say which images were used and when."""
    used, total = len(evaluation.indices), evaluation.total
    images = f"all {grouped(total)}" if used == total else f"{grouped(used)} of {grouped(total)}"
    return f"on {images} test images" + (f", step {grouped(step)}" if step is not None else "")


def evaluating(step: int, done: float) -> str:
    """Say which step is being evaluated, and how far that is, 0 to 1."""
    return f"evaluating step {grouped(step)}: {100 * done:.0f} %"


def cell_words(counts: Counts, names: Sequence[str], choice: Choice) -> str:
    """Say what a cell means, for example ``“7” predicted as “2”: 12 of 1028 images (1.1 %)``."""
    count, total = int(counts[choice.true, choice.predicted]), int(counts[choice.true].sum())
    part = f" ({share(count / total)})" if total else ""
    return f"{choice_words(names, choice)}: {grouped(count)} of {counted(total, 'image')}{part}"


def choice_words(names: Sequence[str], choice: Choice) -> str:
    """Name a cell in words."""
    if choice.true == choice.predicted:
        return f"“{names[choice.true]}” predicted correctly"
    return f"“{names[choice.true]}” predicted as “{names[choice.predicted]}”"


def entries(evaluation: Evaluation, choice: Choice | None) -> list[Entry]:
    """Return the images of a cell, surest first, or without a cell the worst mistakes."""
    if choice is None:
        positions = evaluation.worst(WORST)
    else:
        positions = evaluation.cell(choice.true, choice.predicted)
        order = np.argsort(-evaluation.confidence[positions], kind="stable")
        positions = positions[order][:MOST]
    return _entries(evaluation, positions)


def gallery_title(evaluation: Evaluation, names: Sequence[str], choice: Choice | None) -> tuple[str, str]:
    """Return the gallery's heading and a note to it."""
    if choice is not None:
        count = len(evaluation.cell(choice.true, choice.predicted))
        shown = f"the {MOST} surest of them" if count > MOST else "the surest first"
        heading = f"{choice_words(names, choice)}: {counted(count, 'image')}"
        return heading, shown if count > 1 else ""
    wrong = int(np.count_nonzero(evaluation.labels != evaluation.predicted))
    if not wrong:
        return "No mistakes", "every one of these images was predicted correctly"
    shown = f"{min(wrong, WORST)} of {counted(wrong, 'mistake')}" if wrong > WORST else "all of them"
    return "The worst mistakes", f"true class → answer, how sure the network was; {shown}"


def _entries(evaluation: Evaluation, positions: Labels) -> list[Entry]:
    columns = (evaluation.indices, evaluation.labels, evaluation.predicted, evaluation.confidence)
    return [Entry(*row) for row in zip(*(column[positions].tolist() for column in columns), strict=True)]
