"""Who has won a race, and how sure that is, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from engine.formatting import grouped, share
from engine.races.chance import SURE, Interval, mcnemar, paired
from engine.runs.compare import Answers
from engine.training.evaluation import Evaluation


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one entrant came to in one heat.

    Attributes:
        steps: steps done.
        loss: mean over its last batches; None if there is none.
        validation: accuracy of its last validation, 0 to 1; None if there is none.
        answers: what its network answers to the test images; None for one that dropped out.
        problem: why it dropped out, in words, or "".
        folder: where the run is recorded, or "".
    """

    steps: int
    loss: float | None = None
    validation: float | None = None
    answers: Evaluation | None = None
    problem: str = ""
    folder: str = ""

    @property
    def accuracy(self) -> float | None:
        """Share of the test images that it gets right, 0 to 1."""
        return None if self.answers is None else self.answers.accuracy


Heat = Sequence[Outcome]
"""The outcomes of all entrants with one seed, in their order."""


@dataclass(frozen=True)
class Comparison:
    """The winner beside another entrant.

    Attributes:
        winner: number of the entrant that did better, from 0.
        other: number of the other one.
        difference: of their accuracies, at least 0; the mean over the heats.
        sure: whether that is more than chance.
        p: p-value of McNemar's exact test, times the number of comparisons; None over several heats.
        interval: of the difference over several heats; None for one.
        heats: heats in which both came to the end.
        split: images that only the winner gets right, and only the other one; over several heats those heats
            in which the winner did better, and the other one.
    """

    winner: int
    other: int
    difference: float
    sure: bool
    p: float | None
    interval: Interval | None
    heats: int
    split: tuple[int, int]


@dataclass(frozen=True)
class Verdict:
    """Who has won.

    Attributes:
        winner: number of the entrant, from 0; None if nobody came to the end.
        sure: whether it beats each of the others by more than chance.
        comparisons: the winner beside each other one that came to the end, the closest first.
        accuracies: of each entrant, the mean over the heats that it came to the end of; None for none.
        sentences: all of it in words.
    """

    winner: int | None
    sure: bool
    comparisons: tuple[Comparison, ...]
    accuracies: tuple[float | None, ...]
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """The sentences as one."""
        return " ".join(self.sentences)


def verdict(titles: Sequence[str], heats: Sequence[Heat]) -> Verdict:
    """Return who has won the ``heats`` that were run to their end, which are at least one.

    The winner comes to the end most often, and has the best mean accuracy on the test images. It is compared
    with each of the others: over one heat by McNemar's exact test on the same images; over several by the
    confidence interval of the paired differences (see ``engine.races.chance``). Where there are three or more
    entrants, one is the best of them by chance more easily; so the p-value is multiplied, or the error that
    the interval allows divided, by the number of pairs (Bonferroni's inequality; Dunn, *Multiple comparisons
    among means*, Journal of the American Statistical Association 56, 1961).
    """
    lanes = range(len(titles))
    finished = [[heat[lane].accuracy for heat in heats if heat[lane].answers is not None] for lane in lanes]
    means = [fmean(each for each in found if each is not None) if found else None for found in finished]
    ranking = sorted(
        (lane for lane in lanes if finished[lane]),
        key=lambda lane: (len(finished[lane]), means[lane] or 0.0),
        reverse=True,
    )
    fallen = [_fallen(titles[lane], lane, heats) for lane in lanes]
    said = [sentence for sentence in fallen if sentence]
    if not ranking:
        return Verdict(None, False, (), tuple(means), ("Nobody has won.", *said))
    winner, pairs = ranking[0], len(list(combinations(ranking, 2)))
    compared = [_compare(winner, other, heats, pairs) for other in ranking[1:]]
    closest = sorted((each for each in compared if each is not None), key=lambda each: each.difference)
    sure = all(each.sure for each in closest) and len(closest) == len(ranking) - 1
    words = _words(titles, heats, means, closest, winner, pairs)
    return Verdict(winner, sure, tuple(closest), tuple(means), (*words, *said))


def _compare(winner: int, other: int, heats: Sequence[Heat], pairs: int) -> Comparison | None:
    """Compare two over the heats in which both came to the end; None if there is none."""
    both = [
        Answers(heat[winner].answers, heat[other].answers)  # type: ignore[arg-type]
        for heat in heats
        if heat[winner].answers is not None and heat[other].answers is not None
    ]
    if not both:
        return None
    gaps = [each.first.accuracy - each.second.accuracy for each in both]
    if len(both) == 1:
        second, first, _ = both[0].counts
        p = min(1.0, pairs * mcnemar(first, second))
        return Comparison(winner, other, gaps[0], p < SURE, p, None, 1, (first, second))
    interval = paired(gaps, 1 - SURE / pairs)
    split = (sum(gap > 0 for gap in gaps), sum(gap < 0 for gap in gaps))
    return Comparison(winner, other, interval.mean, interval.low > 0, None, interval, len(both), split)


def _fallen(title: str, lane: int, heats: Sequence[Heat]) -> str:
    out = [heat[lane] for heat in heats if heat[lane].answers is None]
    if not out:
        return ""
    often = f" with {len(out)} of {len(heats)} seeds" if len(heats) > 1 else ""
    return f"{title} dropped out{often} after step {grouped(out[0].steps)}: {out[0].problem or 'it ended.'}"


def _words(
    titles: Sequence[str],
    heats: Sequence[Heat],
    means: Sequence[float | None],
    closest: Sequence[Comparison],
    winner: int,
    pairs: int,
) -> list[str]:
    name, best = titles[winner], means[winner] or 0.0
    if not closest:
        return [f"{name} has won: it is the only one that came to the end, with {share(best, 2)}."]
    found, tested = closest[0], next(h[winner].answers for h in heats if h[winner].answers is not None)
    other = titles[found.other]
    images = grouped(len(tested.labels)) if tested is not None else "0"
    versus = f"{share(best, 2)} of the {images} test images against {share(means[found.other] or 0.0, 2)}"
    adjusted = f", for {pairs} comparisons" if pairs > 1 else ""
    if found.interval is not None:
        return _over_seeds(name, other, found, versus, adjusted)
    first, second = found.split
    if found.difference == 0:
        return [
            f"{name} and {other} are level: each gets {share(best, 2)} of the {images} test images right.",
            _ONE_SEED,
        ]
    test = f"McNemar\u2019s exact test{adjusted}: p {_p(found.p or 0.0)}"
    split = (
        f"Of the images that just one of the two gets right, {grouped(first)} fall to {name} and "
        f"{grouped(second)} to {other}"
    )
    if found.sure:
        return [
            f"{name} has won: {versus} for {other}.",
            (
                f"{split}; between two networks that are equally good, chance would rarely split them so "
                f"unevenly, so the difference is larger than chance ({test})."
            ),
            _ONE_SEED,
        ]
    return [
        f"{name} is ahead, but not surely: {versus} for {other}.",
        (
            f"{split}; chance alone often splits them so between two networks that are equally good, so the "
            f"difference is not larger than chance ({test})."
        ),
        _ONE_SEED,
    ]


_ONE_SEED = (
    "This compares two trained networks; with another seed it may come out otherwise, so repeat the race "
    "over several seeds to judge the settings."
)


def _over_seeds(name: str, other: str, found: Comparison, versus: str, adjusted: str) -> list[str]:
    interval = found.interval
    assert interval is not None  # noqa: S101 - for the type checker
    ends = (max(interval.low, -1.0), min(interval.high, 1.0))  # no accuracy lies outside
    low, high = (f"{100 * end:+.2f}".replace("-", "\u2212") for end in ends)
    range_ = f"with 95 % confidence between {low} and {high} points (paired t interval{adjusted})"
    seeds = f"over {found.heats} seeds, and better with {found.split[0]} of them"
    difference = f"{100 * interval.mean:.2f} points, {range_}"
    if found.sure:
        told = f"It is better by {difference}; the whole interval lies above 0, so it is larger than chance."
        return [f"{name} has won: on average {versus} for {other}, {seeds}.", told]
    told = (
        f"The difference is {difference}; 0 lies inside, so it is not larger than chance, and more "
        "seeds would tell more."
    )
    return [f"{name} is ahead, but not surely: on average {versus} for {other}, {seeds}.", told]


def _p(p: float) -> str:
    return f"= {p:.2g}" if p >= 0.0001 else "< 0.0001"
