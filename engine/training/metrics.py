"""How good a classifier is beyond its accuracy: class by class, and how far to trust its probabilities."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.training.evaluation import Evaluation

BINS = 15
"""Bins of the reliability diagram, as in Guo et al. 2017."""

Values = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


class Confusion(NamedTuple):
    """Images of class ``true`` that were taken for class ``predicted``.

    Attributes:
        true: the class of the images.
        predicted: what they were taken for.
        images: how many.
        share: of all images of class ``true``, 0 to 1.
    """

    true: int
    predicted: int
    images: int
    share: float


@dataclass(frozen=True, eq=False)
class Reliability:
    """How often the answers of a given confidence are right.

    The bins have equal width; bin m holds the answers with a confidence in ``(edges[m], edges[m + 1]]``.
    The expected calibration error is ``sum_m n_m / N |accuracy_m - confidence_m|``.
    Source: Guo, Pleiss, Sun and Weinberger, *On calibration of modern neural networks*, 2017.

    Attributes:
        edges: of the bins, ``(M + 1,)``, 0 to 1.
        counts: answers in each bin, ``(M,)``.
        confidence: their mean confidence, ``(M,)``; NaN where there are none.
        accuracy: share of them that is right, ``(M,)``; NaN where there are none.
        error: the expected calibration error, 0 to 1; NaN without images.
    """

    edges: Values
    counts: Counts
    confidence: Values
    accuracy: Values
    error: float

    @classmethod
    def of(cls, evaluation: Evaluation, bins: int = BINS) -> Reliability:
        """Return the reliability of ``evaluation`` in ``bins`` bins."""
        edges = np.linspace(0, 1, bins + 1)
        confidence = evaluation.confidence.astype(np.float64)
        right = evaluation.labels == evaluation.predicted
        place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
        counts = np.bincount(place, minlength=bins)
        sums = np.bincount(place, confidence, bins), np.bincount(place, right, bins)
        full = counts > 0
        mean, accuracy = (np.where(full, each / np.maximum(counts, 1), np.nan) for each in sums)
        total = len(confidence)
        error = np.abs(sums[1] - sums[0]).sum() / total if total else float("nan")
        return cls(edges, counts, mean, accuracy, float(error))


@dataclass(frozen=True, eq=False)
class Metrics:
    """Precision, recall and F1 of each class, and what they are made of.

    With TP images of a class predicted as it, FP others predicted as it and FN of it predicted as others:
    ``precision = TP / (TP + FP)``, ``recall = TP / (TP + FN)``, ``F1 = 2 TP / (2 TP + FP + FN)``.
    What would divide by zero is NaN, but F1 is 0 where a class has images and is never predicted, or the
    other way round. Macro averages are means over the classes for which the figure is known.

    Attributes:
        names: of the classes.
        images: true images of each class, ``(K,)``.
        answers: images predicted as each class, ``(K,)``.
        precision: share of the answers that is right, ``(K,)``.
        recall: share of the images that is found, ``(K,)``.
        f1: harmonic mean of the two, ``(K,)``.
        accuracy: share of all images that is right.
        loss: mean cross-entropy.
        confusion: counts, rows are true classes, ``(K, K)``.
        reliability: how far the probabilities can be trusted.
    """

    names: tuple[str, ...]
    images: Counts
    answers: Counts
    precision: Values
    recall: Values
    f1: Values
    accuracy: float
    loss: float
    confusion: Counts
    reliability: Reliability

    @classmethod
    def of(cls, evaluation: Evaluation, names: Sequence[str]) -> Metrics:
        """Return the metrics of ``evaluation``, whose classes are called ``names``."""
        confusion = evaluation.confusion
        right, images, answers = confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0)
        return cls(
            tuple(names),
            images,
            answers,
            _ratio(right, answers),
            _ratio(right, images),
            _ratio(2 * right, images + answers),
            evaluation.accuracy,
            evaluation.mean_loss,
            confusion,
            Reliability.of(evaluation),
        )

    @property
    def macro(self) -> tuple[float, float, float]:
        """Macro averages of precision, recall and F1; NaN where no class has the figure."""
        precision, recall, f1 = (
            float(np.nanmean(each)) if np.isfinite(each).any() else float("nan")
            for each in (self.precision, self.recall, self.f1)
        )
        return precision, recall, f1

    def confusions(self, count: int = 10) -> list[Confusion]:
        """Return the most frequent confusions, at most ``count``, the most frequent first."""
        off = self.confusion.copy()
        np.fill_diagonal(off, 0)
        order = np.argsort(-off, axis=None, kind="stable")[: min(count, np.count_nonzero(off))]
        found = []
        for true, predicted in zip(*np.unravel_index(order, off.shape), strict=True):
            number = int(off[true, predicted])
            found.append(Confusion(int(true), int(predicted), number, number / int(self.images[true])))
        return found

    def to_json(self) -> dict[str, Any]:
        """Return all of it as plain JSON values; None stands for what is not known."""
        precision, recall, f1 = self.macro
        diagram = self.reliability
        return {
            "classes": [
                {
                    "name": name,
                    "images": int(self.images[index]),
                    "answers": int(self.answers[index]),
                    "precision": _known(self.precision[index]),
                    "recall": _known(self.recall[index]),
                    "f1": _known(self.f1[index]),
                }
                for index, name in enumerate(self.names)
            ],
            "macro": {"precision": _known(precision), "recall": _known(recall), "f1": _known(f1)},
            "confusions": [
                {
                    "true": self.names[each.true],
                    "predicted": self.names[each.predicted],
                    "images": each.images,
                    "share": each.share,
                }
                for each in self.confusions()
            ],
            "calibration": {
                "expected_error": _known(diagram.error),
                "bins": [
                    {
                        "from": float(low),
                        "to": float(high),
                        "images": int(number),
                        "confidence": _known(confidence),
                        "accuracy": _known(accuracy),
                    }
                    for low, high, number, confidence, accuracy in zip(
                        diagram.edges[:-1],
                        diagram.edges[1:],
                        diagram.counts,
                        diagram.confidence,
                        diagram.accuracy,
                        strict=True,
                    )
                ],
            },
        }

    def csv(self) -> str:
        """Return all of it as text in the form CSV: one table below the other, each with its own header."""
        text = io.StringIO()
        out = csv.writer(text, lineterminator="\n")
        data = self.to_json()
        macro = data["macro"]
        out.writerow(["class", "images", "answers", "precision", "recall", "f1"])
        out.writerows([_cell(value) for value in row.values()] for row in data["classes"])
        total = int(self.images.sum())
        out.writerow(["macro average", total, total, *(_cell(value) for value in macro.values())])
        out.writerow([])
        out.writerow(["true", "predicted", "images", "share of true"])
        for each in self.confusions(len(self.names) ** 2):
            out.writerow([self.names[each.true], self.names[each.predicted], each.images, _cell(each.share)])
        out.writerow([])
        out.writerow(["confidence from", "confidence to", "images", "mean confidence", "accuracy"])
        out.writerows([_cell(value) for value in row.values()] for row in data["calibration"]["bins"])
        out.writerow([])
        out.writerow(["accuracy", "mean loss", "expected calibration error"])
        out.writerow([_cell(value) for value in (self.accuracy, self.loss, self.reliability.error)])
        return text.getvalue()


def _ratio(part: Counts, whole: Counts) -> Values:
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _cell(value: object) -> object:
    """Return what stands in a cell of a table: six digits of a fraction, nothing for what is not known."""
    if value is None or value != value:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else value
