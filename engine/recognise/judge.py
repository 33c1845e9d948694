"""How sure an answer may sound, from the probabilities and from what is to be seen.

The pad and ``predict`` judge by the same rules.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.formatting import percent
from engine.model.network import Network
from engine.types import Array, Bytes, Context, Scratch

SURE = 0.6
"""Below this probability the best answer is a guess: it is given together with the second one."""
MARGIN = 0.25
"""Two answers closer together than this are both named."""
UNKNOWN_ENTROPY = 0.65
"""Above this share of the greatest possible entropy (even odds for all classes) nothing is claimed."""
LEAST_REACH = 0.07
"""A drawing whose longer side is less than this share of the sheet is a dot, whatever the network says."""
MOST_INK = 0.55
"""More ink than this in the middle 20x20 is a blot; of MNIST's digits, one in a thousand has over 0.59."""
SHIFT_CONSISTENCY = 0.3
"""An answer whose probability falls below this when the picture is moved is doubted. Measured with a
LeNet-5 at 99.1 %: 2 % of the digits it gets right are doubted, and 76 % of those it gets wrong."""
SHIFT = 2
"""By how many pixels, up, down, left and right, the picture is moved to see whether the answer holds."""

Verdict = Literal["empty", "sure", "doubt", "unknown"]
Reason = Literal["", "too small", "too much ink", "like nothing", "undecided", "unsteady"]
"""Why an answer is doubted: a dot; a blot; nearly even odds; two classes close together; another answer when
the picture is moved."""


@dataclass(frozen=True)
class Answer:
    """What is said about a drawing.

    Attributes:
        verdict: the kind of answer.
        headline: the answer in words.
        note: why it is not a plain answer; may be empty.
        top: the class that is claimed, or None.
        reason: the kind of doubt; empty if there is none.
    """

    verdict: Verdict
    headline: str
    note: str = ""
    top: int | None = None
    reason: Reason = ""


EMPTY = Answer("empty", "No answer yet", "The sheet is empty.")


def judge(
    probabilities: Array,
    names: Sequence[str],
    reach: float = 1.0,
    coverage: float = 0.0,
    shift_consistency: float = 1.0,
) -> Answer:
    """Turn probabilities ``(K,)`` into words that sound as sure as the figures allow.

    A softmax always prefers some class, so a claim needs four things: a picture that could be one
    at all (not a dot, not a blot), odds that are not nearly even, a clear winner, and an answer that
    stays when the picture is moved a little: scribbles and letters often fail only there.

    Args:
        probabilities: the network's answer, ``(K,)``.
        names: the classes.
        reach: longer side of the drawing as a share of the sheet, 0 to 1.
        coverage: mean of the middle 20x20 of the network's image, 0 to 1.
        shift_consistency: the least probability of the best class over the moved pictures.
    """
    first, second = (int(k) for k in np.argsort(-probabilities, kind="stable")[:2])
    top, next_best = float(probabilities[first]), float(probabilities[second])
    if reach < LEAST_REACH:
        return Answer("unknown", "Too small to tell", "Draw a little larger.", reason="too small")
    if coverage > MOST_INK:
        note = "A thinner pen or the eraser helps."
        return Answer("unknown", "Too much ink to tell", note, reason="too much ink")
    if entropy_share(probabilities) > UNKNOWN_ENTROPY:
        note = f"The closest is {names[first]} with {percent(top)}."
        return Answer("unknown", "Like nothing it knows", note, reason="like nothing")
    if top < SURE or top - next_best < MARGIN:
        figures = f"{percent(top)} and {percent(next_best)}"
        return Answer("doubt", f"Not sure: {names[first]} or {names[second]}?", figures, reason="undecided")
    if shift_consistency < SHIFT_CONSISTENCY:
        note = f"{percent(top)}, but another answer when moved by {SHIFT} pixels."
        return Answer("doubt", f"Perhaps {names[first]}?", note, reason="unsteady")
    return Answer("sure", f"{names[first]}, {percent(top)}", "", first)


def entropy_share(probabilities: Array) -> float:
    """Return ``-sum p ln p / ln K``: 0 for certainty, 1 for even odds."""
    p = np.clip(probabilities.astype(np.float64), 1e-12, 1.0)
    return float(-(p * np.log(p)).sum() / math.log(max(2, len(p))))


def reach(drawing: Array) -> float:
    """Return the longer side of what is drawn on ``(H, W)`` as a share of the sheet, 0 to 1."""
    rows = np.flatnonzero(drawing.max(axis=1) > 0.2)
    columns = np.flatnonzero(drawing.max(axis=0) > 0.2)
    if not len(rows) or not len(columns):
        return 0.0
    longer: int = max(int(rows[-1] - rows[0]), int(columns[-1] - columns[0])) + 1
    return float(longer / max(drawing.shape))


def ink_share(image: Bytes) -> float:
    """Return the mean ink, 0 to 1, in the middle 20x20 of the network's image ``(1, 28, 28)``."""
    return float(image[0, 4:24, 4:24].mean()) / 255


def moved(image: Bytes) -> Bytes:
    """Return ``image``, ``(C, H, W)``, and its four moved copies, ``(5, C, H, W)``; the edge goes on."""
    _, height, width = image.shape
    wide = np.pad(image, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT)), mode="edge")
    ways = ((0, 0), (-SHIFT, 0), (SHIFT, 0), (0, -SHIFT), (0, SHIFT))
    return np.stack([wide[:, SHIFT + y :, SHIFT + x :][:, :height, :width] for y, x in ways])


@dataclass(frozen=True)
class Source:
    """A network that can answer.

    Attributes:
        network: a copy of its own, which nobody trains.
        preprocessing: what its images go through.
        names: its classes.
        scratch: buffers for its predictions.
    """

    network: Network
    preprocessing: Preprocessing
    names: tuple[str, ...]
    scratch: Scratch = field(default_factory=Scratch, repr=False)

    def odds(self, images: Sequence[Bytes]) -> Array:
        """Return the probabilities ``(N, K)`` for several of the network's images, each ``(C, H, W)``."""
        rows = self.network.predict(self.preprocessing.apply(np.stack(images)), Context(scratch=self.scratch))
        return np.array(rows)

    def ask(self, image: Bytes) -> tuple[Array, float]:
        """Return the answer for the network's image, uint8 ``(C, H, W)``, and the least when it moves.

        Returns:
            The probabilities ``(K,)``, and the least probability of the best class when the image
            is moved by ``SHIFT`` pixels up, down, left and right.
        """
        rows = self.network.predict(self.preprocessing.apply(moved(image)), Context(scratch=self.scratch))
        return np.array(rows[0]), float(rows[1:, rows[0].argmax()].min())
