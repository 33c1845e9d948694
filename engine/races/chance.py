"""How likely a difference is to be mere chance: two tests for pairs, in closed form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

SURE = 0.05
"""What would come up by chance less often than this counts as more than chance."""


def mcnemar(first: int, second: int) -> float:
    r"""Return the p-value of McNemar's exact test, two-sided.

    Two networks answer the same images; those that both get right, or both wrong, say nothing about which is
    better. If the two were equally good, each of the other n images would fall to either like a coin:

    p = min(1, 2 \sum_{i=0}^{\min(b, c)} \binom{n}{i} 2^{-n}), n = b + c.

    Args:
        first: images that only the first one gets right, b.
        second: images that only the second one gets right, c.

    Source: McNemar, *Note on the sampling error of the difference between correlated proportions or
    percentages* (Psychometrika 12, 1947); for comparing classifiers Dietterich, *Approximate statistical
    tests for comparing supervised classification learning algorithms* (Neural Computation 10, 1998).
    """
    count, fewer = first + second, min(first, second)
    terms = accumulate(range(1, fewer + 1), lambda term, i: term * (count - i + 1) // i, initial=1)
    tail = 2 * sum(terms)  # whole numbers: nothing is rounded before the end
    whole = 1 << count
    return 1.0 if tail >= whole else tail / whole


def within_t(t: float, freedom: int) -> float:
    r"""Return the probability that Student's t lies between -t and t.

    With \theta = \arctan(t / \sqrt\nu), for odd \nu > 1

    A = (2/\pi) (\theta + \sin\theta (\cos\theta + (2/3) \cos^3\theta + ... ))

    and for even \nu

    A = \sin\theta (1 + (1/2) \cos^2\theta + (1 \cdot 3)/(2 \cdot 4) \cos^4\theta + ... ),

    up to the power \nu - 2 of the cosine.

    Args:
        t: at least 0.
        freedom: degrees of freedom, \nu, at least 1.

    Source: Abramowitz and Stegun, *Handbook of Mathematical Functions* (1964), 26.7.3 and 26.7.4.
    """
    angle = math.atan2(t, math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = 0.0
    for power in range(odd, freedom - 1, 2):
        total += term
        term *= cosine**2 * (power + 1) / (power + 2)
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


def t_quantile(share: float, freedom: int) -> float:
    """Return the t within which Student's t lies with probability ``share``; found by halving."""
    low, high = 0.0, 1.0
    while within_t(high, freedom) < share:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if within_t(middle, freedom) < share else (low, middle)
    return (low + high) / 2


@dataclass(frozen=True)
class Interval:
    """A mean of differences, and where the true one lies with a stated confidence.

    Attributes:
        mean: of the differences.
        low: lower end.
        high: upper end.
    """

    mean: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Whether 0 lies outside, so that the difference is more than chance."""
        return self.low > 0 or self.high < 0


def paired(differences: Sequence[float], confidence: float) -> Interval:
    r"""Return the mean of paired differences with its confidence interval.

    \bar d \pm t_{n-1} s / \sqrt n, where s^2 = \sum (d_i - \bar d)^2 / (n - 1): each seed is a pair of runs
    that share all chance, so that only the difference within a pair counts.

    Args:
        differences: one for each seed, at least two.
        confidence: 0 to 1, for example 0.95.

    Source: Student, *The probable error of a mean* (Biometrika 6, 1908).
    """
    count = len(differences)
    mean = math.fsum(differences) / count
    spread = math.sqrt(math.fsum((each - mean) ** 2 for each in differences) / (count - 1))
    half = t_quantile(confidence, count - 1) * spread / math.sqrt(count)
    return Interval(mean, mean - half, mean + half)
