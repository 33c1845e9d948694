"""How sure an answer may sound, from the probabilities and from what is to be seen.

The pad and ``predict`` judge by the same rules.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.formatting import percent
from engine.model.familiar import Familiar, checksum, feature_layer
from engine.records import dataclass
from engine.types import Array, Bytes, Context, Scratch

if TYPE_CHECKING:
    from engine.model.model_file import Model
    from engine.model.network import Network

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
SHIFT_CONSISTENCY = 0.1
"""An answer whose probability falls below this when the picture is moved is doubted. A higher limit would
find a few more of the wrong ones; together with the distance to the training pictures it would doubt more
than 2 % of the right ones."""
SHIFT = 2
"""By how many pixels, up, down, left and right, the picture is moved to see whether the answer holds."""

Verdict = Literal["empty", "sure", "doubt", "unknown"]
Reason = Literal[
    "", "too small", "too much ink", "like nothing", "undecided", "unlike the training pictures", "unsteady"
]
"""Why an answer is doubted: a dot; a blot; nearly even odds; two classes close together; far from all
training pictures (see ``engine.model.familiar``); another answer when the picture is moved."""


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
    strangeness: float = 0.0,
) -> Answer:
    """Turn probabilities ``(K,)`` into words that sound as sure as the figures allow.

    A softmax always prefers some class, so a claim needs five things: a picture that could be one
    at all (not a dot, not a blot), odds that are not nearly even, a clear winner, features like those of
    training pictures, and an answer that stays when the picture is moved a little. Each of them is enough for
    doubt: letters often fail only by their features, digits that are read wrongly only by moving.

    Args:
        probabilities: the network's answer, ``(K,)``.
        names: the classes.
        reach: longer side of the drawing as a share of the sheet, 0 to 1.
        coverage: mean of the middle 20x20 of the network's image, 0 to 1.
        shift_consistency: the least probability of the best class over the moved pictures.
        strangeness: distance to the training pictures as a share of its limit; 0 where nobody knows.
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
    if strangeness > 1:
        note = f"Unlike the training pictures; the closest is {names[first]} with {percent(top)}."
        return Answer("unknown", "Looks unfamiliar", note, reason="unlike the training pictures")
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


@dataclass(frozen=True, eq=False)
class Odds:
    """What a network says about one picture, and how far it can be trusted.

    Attributes:
        probabilities: of each class, ``(K,)``.
        shift_consistency: the least probability of the best class when the picture is moved by ``SHIFT``
            pixels up, down, left and right.
        strangeness: distance to the training pictures as a share of its limit; 0 where nobody knows.
    """

    probabilities: Array
    shift_consistency: float = 1.0
    strangeness: float = 0.0

    @property
    def best(self) -> int:
        """The most probable class."""
        return int(self.probabilities.argmax())

    @property
    def certainty(self) -> float:
        """How sure the answer is, 0 to 1, all signs of doubt taken together.

        The least probability, moved or not, halved for each limit of distance: an order to leave answers
        out in, not a probability.
        """
        least = min(float(self.probabilities[self.best]), self.shift_consistency)
        return float(least * 0.5 ** min(self.strangeness, 100.0))

    def answer(self, names: Sequence[str], reach: float = 1.0, coverage: float = 0.0) -> Answer:
        """Return what may be claimed; see ``judge``."""
        return judge(self.probabilities, names, reach, coverage, self.shift_consistency, self.strangeness)


@dataclass(frozen=True)
class Source:
    """A network that can answer.

    Attributes:
        network: a copy of its own, which nobody trains.
        preprocessing: what its images go through.
        names: its classes.
        familiar: what its training pictures look like to it; None for a network in training, whose features
            change with every step, and wherever nobody knows.
        scratch: buffers for its predictions.
    """

    network: Network
    preprocessing: Preprocessing
    names: tuple[str, ...]
    familiar: Familiar | None = None
    scratch: Scratch = field(default_factory=Scratch, repr=False)

    @classmethod
    def of(cls, model: Model) -> Source:
        """Return a model's network, with what is known of its training pictures if that is still true."""
        known = model.familiar
        if known is not None and known.network != checksum(model.network):
            known = None
        return cls(model.network, model.preprocessing, model.class_names, known)

    def odds(self, images: Sequence[Bytes]) -> Array:
        """Return the probabilities ``(N, K)`` for several of the network's images, each ``(C, H, W)``."""
        rows = self.network.predict(self.preprocessing.apply(np.stack(images)), Context(scratch=self.scratch))
        return np.array(rows)

    def ask(self, image: Bytes) -> Odds:
        """Return the answer for the network's image, uint8 ``(C, H, W)``; raises AnswerError."""
        return self.ask_all(image[None])[0]

    def ask_all(self, images: Bytes) -> list[Odds]:
        """Return the answers for some images, uint8 ``(N, C, H, W)``, asked at once; raises AnswerError."""
        every = np.concatenate([moved(image) for image in images])
        context = Context(scratch=self.scratch)
        with np.errstate(over="ignore", invalid="ignore"):
            trace = self.network.trace(self.preprocessing.apply(every), context)
        odds = self.network.probabilities(trace.logits).reshape(len(images), -1, self.network.classes)
        strangeness: Array = np.zeros(len(images), np.float32)
        layer = feature_layer(self.network.spec)
        if self.familiar is not None and layer is not None:
            own = trace.outputs[layer][:: odds.shape[1]].reshape(len(images), -1)
            strangeness = self.familiar.strangeness(own)
        return [
            Odds(rows[0].copy(), float(rows[1:, rows[0].argmax()].min()), float(strange))
            for rows, strange in zip(odds, strangeness, strict=True)
        ]
