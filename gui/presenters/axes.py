"""Axes of runs: a setting or a figure, where each run lies on it, and what stands beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.formatting import DASH, share
from engine.runs.facts import FIGURES, Fact, Facts
from gui.presenters.ticks import tick_texts

Places = npt.NDArray[np.float64]

_LOG_FROM = 30.0
"""Ratio of the largest to the least positive value from which an axis is logarithmic."""
_MOST_WORDS = 12
"""Words that stand at an axis; of more, every second or third."""
_SMALL = 0.25
"""Share of the largest number below which half of them lie on a logarithmic axis."""
_FEW = 6
"""Different numbers up to which each of them is a tick."""
_MARGIN = 0.04
"""Room at both ends of an axis of numbers, as a share."""


@dataclass(frozen=True, eq=False)
class Axis:
    """One axis.

    Attributes:
        key: the name of the setting or figure.
        title: what stands above it.
        places: where each run lies, from 0 (low) to 1, ``(N,)``; NaN where it is not known.
        values: what each run has, in words.
        ticks: places and what stands there.
        kind: ``linear``, ``log`` or ``words``.
    """

    key: str
    title: str
    places: Places
    values: tuple[str, ...]
    ticks: tuple[tuple[float, str], ...]
    kind: str


def title_of(key: str) -> str:
    """Return what a setting or figure is called."""
    if key in FIGURES:
        return FIGURES[key]
    parts = key.removeprefix("network.").split(".")
    return " \N{MIDDLE DOT} ".join(part.replace("_", " ") for part in parts)


def axis(key: str, values: Sequence[Fact]) -> Axis:
    """Return the axis of ``values``, one for each run; numbers are numbers only if all are."""
    known = [value for value in values if value is not None]
    numbers = known and all(
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        for value in known
    )
    if not numbers:
        return _of_words(key, values)
    array = np.array([math.nan if value is None else float(value) for value in values], np.float64)
    low, high = float(np.nanmin(array)), float(np.nanmax(array))
    # Evenly spread numbers have a small one among them by chance; most of them are small only on a log axis.
    log = low > 0 and high / low >= _LOG_FROM and float(np.nanmedian(array)) < _SMALL * high
    scaled = np.log10(array) if log else array
    low, high = (math.log10(low), math.log10(high)) if log else (low, high)
    spread = (high - low) or max(abs(high), 1.0) * 0.1
    low, high = low - _MARGIN * spread, high + _MARGIN * spread
    as_share = key.endswith("accuracy")
    distinct = np.unique(scaled[~np.isnan(scaled)]).tolist()
    ticks = distinct if len(distinct) <= _FEW else _ticks(low, high, log=log)
    if as_share:
        texts = [f"{100 * tick:.4g} %" for tick in ticks]
    elif len(distinct) <= _FEW:
        texts = [f"{10**tick if log else tick:.4g}" for tick in ticks]
    else:
        texts = tick_texts(ticks, _spacing(ticks), logarithmic=log)
    return Axis(
        key,
        title_of(key),
        (scaled - low) / (high - low),
        tuple(_in_words(value, as_share=as_share) for value in values),
        tuple(((tick - low) / (high - low), text) for tick, text in zip(ticks, texts, strict=True) if text),
        "log" if log else "linear",
    )


def _of_words(key: str, values: Sequence[Fact]) -> Axis:
    words = tuple(_in_words(value) for value in values)
    order = sorted(set(words), key=lambda word: (word == DASH, word.casefold()))
    step = 1 / max(1, len(order))
    at = {word: (place + 0.5) * step for place, word in enumerate(order)}
    every = -(-len(order) // _MOST_WORDS)
    return Axis(
        key,
        title_of(key),
        np.array([at[word] for word in words], np.float64),
        words,
        tuple((at[word], word) for word in order[::every]),
        "words",
    )


def _ticks(low: float, high: float, *, log: bool) -> list[float]:
    """Return three to seven round places between ``low`` and ``high``; on a logarithmic axis logarithms."""
    if log:
        digits = (1, 2, 5) if high - low < 3 else (1,)
        every = max(1, round((high - low) / 6))
        decades = range(math.floor(low), math.ceil(high) + 1)
        found = [decade + math.log10(d) for decade in decades if decade % every == 0 for d in digits]
        return [tick for tick in found if low <= tick <= high]
    rough = (high - low) / 5
    decade = 10.0 ** math.floor(math.log10(rough))
    step = next(s * decade for s in (1.0, 2.0, 2.5, 5.0, 10.0) if s * decade >= rough)
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _spacing(ticks: Sequence[float]) -> float | None:
    return ticks[1] - ticks[0] if len(ticks) > 1 else None


def _in_words(value: Fact, *, as_share: bool = False) -> str:
    if value is None:
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    if as_share and isinstance(value, float):
        return share(value, 2)
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else value


def varied(facts: Sequence[Facts]) -> list[str]:
    """Return the settings that differ between runs: first those of the run, then those of its layers.

    What only some runs have comes last. Left out is what says no more than another setting: what a part has
    always with the same value, and what is the same in all networks of one name.
    """
    found: dict[str, set[Fact]] = {}
    within: dict[tuple[str, Fact], set[Fact]] = {}
    for run in facts:
        for name in run.settings:
            found.setdefault(name, set())
    for name, values in found.items():
        for run in facts:
            values.add(run.settings.get(name))
            within.setdefault((name, run.settings.get("network")), set()).add(run.settings.get(name))
    networks = found.get("network", set())

    def tells(name: str) -> bool:
        of_layer = name.startswith("network.")
        return not of_layer or any(len(within[name, network] - {None}) > 1 for network in networks)

    differing = [name for name, values in found.items() if len(values - {None}) > 1 and name != "threads"]
    return sorted(
        filter(tells, differing), key=lambda name: (None in found[name], name.startswith("network."))
    )


def measured(facts: Sequence[Facts]) -> list[str]:
    """Return the figures that at least one run has."""
    return [name for name in FIGURES if any(run.figures.get(name) is not None for run in facts)]


def value_of(run: Facts, key: str) -> Fact:
    """Return a setting or a figure of a run."""
    return run.figures.get(key) if key in FIGURES else run.settings.get(key)


def brushed(axes: Sequence[Axis], brushes: Mapping[str, tuple[float, float]]) -> npt.NDArray[np.bool_]:
    """Return which runs lie within all brushes, ranges of places by the key of their axis, ``(N,)``."""
    count = len(axes[0].places) if axes else 0
    inside = np.ones(count, bool)
    for each in axes:
        if each.key in brushes:
            low, high = brushes[each.key]
            with np.errstate(invalid="ignore"):
                inside &= (each.places >= low) & (each.places <= high)
    return inside
