"""Illnesses of the answers: a class that is never given, and labels that are probably wrong."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.formatting import counted, share
from engine.health.finding import Evidence, Finding, HealthWarning, Remedy, slower
from engine.health.learning import RateTooLow, risen
from engine.health.measure import Health
from engine.training.evaluation import Evaluation
from engine.types import Labels

_ENOUGH = 5
"""Images of a class that must be there before its absence from the answers says something."""
_SURE, _HARDLY, _GOOD = 0.4, 0.4, 0.5
"""For doubt: how sure an answer must be at least, how probable the label may be as a share of that, and how
accurate the network must be."""
_SHARE, _OF_MISTAKES = 0.01, 0.35
"""So many of the images, and of the mistakes, must be doubtful: where classes are hard to tell apart, most
mistakes are hesitant ones. Of those of healthy runs on MNIST 0 to 0.28 are doubtful, 0.35 to 0.8 where
3 to 30 % of the labels are wrong."""
_MOST = 200
"""Images that a finding names."""


class UnansweredClass(HealthWarning):
    """A class that the network never gives as its answer, although there are images of it."""

    name = "unanswered"
    title = "A class is never answered"

    def look(self, evidence: Evidence) -> Finding | None:
        """Look at the newest answers, and at those of the moments."""
        images, answers = _answers(evidence)
        missing = np.flatnonzero((images >= _ENOUGH) & (answers == 0))
        if not len(missing) or RateTooLow().look(evidence) is not None:  # it has answered nothing yet
            return None
        worst = int(missing[np.argmax(images[missing])])

        def absent(moment: Health) -> bool:
            return bool(moment.images[worst] and not moment.answers[worst])

        since = evidence.since(absent)
        names = ", ".join(f"“{evidence.class_names[k]}”" for k in missing[:4])
        more = f" and {len(missing) - 4} more" if len(missing) > 4 else ""
        seen = f"Of {counted(int(images[worst]), 'image')} of “{evidence.class_names[worst]}” none, and no "
        seen += "other, was taken for it." + (f" So are: {names}{more}." if len(missing) > 1 else "")
        share_of = evidence.class_images[worst] / max(1, evidence.class_images.sum())
        if share_of < 0.3 / len(evidence.class_names):
            epochs = min(2 * evidence.config.epochs, 10000)
            advice = (
                f"Only {share(float(share_of))} of the training images are of this class: add more of them, "
                "or let the network see them more often."
            )
            remedy = Remedy(f"Train for {epochs} epochs", {"epochs": epochs})
        else:
            advice = "There are enough images of it: the network got stuck. Smaller steps, in a new run."
            remedy = slower(evidence.config, 3)
        return self.found(
            seen, f"class “{evidence.class_names[worst]}”", since or evidence.step, advice, remedy
        )


def _answers(evidence: Evidence) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return how many images of each class were asked, and how often each class was the answer."""
    if evidence.answers is not None:
        confusion = evidence.answers.confusion
        return confusion.sum(axis=1), confusion.sum(axis=0)
    if evidence.moments:
        return evidence.moments[-1].images, evidence.moments[-1].answers
    nothing = np.zeros(len(evidence.class_names), np.int64)
    return nothing, nothing


class WrongLabels(HealthWarning):
    """Training images whose label the network contradicts with confidence.

    An answer counts when its probability is at least as high as usual for images that carry that label
    (Northcutt, Jiang and Chuang, *Confident learning: estimating uncertainty in dataset labels*, 2021), and
    that of the label itself is at most 0.4 of it. Many mistakes must be of this kind, and the network must
    not have been thrown off by too large steps.
    """

    name = "labels"
    title = "Labels look wrong"

    def look(self, evidence: Evidence) -> Finding | None:
        """Look at the answers to training images."""
        answers = evidence.training
        if answers is None or len(answers.labels) < 20 or not answers.accuracy >= _GOOD or risen(evidence):
            return None
        doubted = doubtful(answers)
        total = len(answers.labels)
        mistakes = np.count_nonzero(answers.labels != answers.predicted)
        if len(doubted) < max(4, _SHARE * total, _OF_MISTAKES * mistakes):
            return None
        worst = doubted[0]
        names, image = evidence.class_names, int(answers.indices[worst])
        seen = (
            f"{counted(len(doubted), 'training image')} of {total:,} that were looked at "
            f"({share(len(doubted) / total)}) are taken for another class with great confidence, for example "
            f"number {image}, labelled “{names[answers.labels[worst]]}”, as "
            f"“{names[answers.predicted[worst]]}”."
        )
        smoothing = max(0.1, evidence.config.smoothing)
        return self.found(
            seen,
            "the training images",
            evidence.step,
            "Look at these images and mend or remove them; label smoothing makes wrong labels do less harm.",
            Remedy(f"Label smoothing {smoothing:g}", {"smoothing": smoothing}),
            answers.indices[doubted[:_MOST]],
        )


def doubtful(answers: Evaluation) -> Labels:
    """Return positions (into ``indices``) of the images whose labels look wrong, the clearest first."""
    own = np.exp(-answers.loss.astype(np.float64))  # the probability of the class that the label names
    sums = np.bincount(answers.labels, own, answers.classes)
    usual = sums / np.maximum(np.bincount(answers.labels, minlength=answers.classes), 1)
    against = answers.predicted != answers.labels
    sure = answers.confidence >= np.maximum(np.minimum(usual, 0.99)[answers.predicted], _SURE)
    found = np.flatnonzero(against & sure & (own <= _HARDLY * answers.confidence))
    return found[np.argsort(-answers.loss[found], kind="stable")]
