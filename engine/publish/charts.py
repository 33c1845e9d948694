"""Curves as SVG paths: what a report draws without a library in the reader's browser."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

WIDTH, HEIGHT = 1000, 300
"""Of the plot, in units of the picture."""

POINTS = 600
"""Points of a curve: more cannot be told apart on a screen, and make the file large."""

_TICKS = 5


@dataclass(frozen=True)
class Series:
    """One curve.

    Attributes:
        name: what it shows.
        style: the class of its line in the style sheet.
        x: ascending, ``(N,)``.
        y: ``(N,)``; NaN and infinity leave a gap.
    """

    name: str
    style: str
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Chart:
    """Curves over one axis of steps.

    Attributes:
        title: what is drawn.
        unit: of the curves, put behind each number.
        lines: for each curve name, style, the ``d`` of its path, and its points as ``[x, y]``.
        x_ticks: place and number of each tick.
        y_ticks: place and number of each tick.
        scale: ``(lowest x, highest x, lowest y, highest y)`` of the plot.
    """

    title: str
    unit: str
    lines: list[dict[str, Any]]
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    scale: tuple[float, float, float, float]


def chart(title: str, unit: str, series: Sequence[Series], factor: float = 1.0) -> Chart | None:
    """Return the curves that have a finite point, or None if none has; ``factor`` multiplies all values."""
    thin = [thinned(one.x, one.y * factor) for one in series]
    finite = [values[np.isfinite(values)] for _, values in thin]
    if not any(len(values) for values in finite):
        return None
    xs = np.concatenate([x for x, _ in thin])
    ys = np.concatenate(finite)
    left, right = float(xs.min()), float(max(xs.max(), xs.min() + 1))
    y_marks = ticks(float(ys.min()), float(ys.max()))
    low, high = min(y_marks[0], float(ys.min())), max(y_marks[-1], float(ys.max()))

    def place(x: float, y: float) -> tuple[float, float]:
        return WIDTH * (x - left) / (right - left), HEIGHT * (high - y) / (high - low)

    lines = []
    for one, (x, y) in zip(series, thin, strict=True):
        points = [[a, b if math.isfinite(b) else None] for a, b in zip(x.tolist(), y.tolist(), strict=True)]
        lines.append(
            {"name": one.name, "style": one.style, "d": _path(points, place), "points": _short(points)}
        )
    return Chart(
        title,
        unit,
        lines,
        [(place(x, low)[0], f"{x:,.6g}") for x in ticks(left, right) if left <= x <= right],
        [(place(left, y)[1], f"{y:,.6g}{unit}") for y in y_marks],
        (left, right, low, high),
    )


def _path(points: list[list[Any]], place: Any) -> str:
    parts, drawing = [], False
    for x, y in points:
        if y is None:
            drawing = False
            continue
        a, b = place(x, y)
        parts.append(f"{'L' if drawing else 'M'}{a:.1f} {b:.1f}")
        drawing = True
    return "".join(parts)


def _short(points: list[list[Any]]) -> list[list[Any]]:
    return [[int(x), None if y is None else float(f"{y:.5g}")] for x, y in points]


def thinned(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return at most ``POINTS`` points: means over stretches of equal length, at the end of each."""
    if len(x) <= POINTS:
        return x, y
    edges = np.linspace(0, len(x), POINTS + 1).astype(int)
    counts = np.diff(edges)
    with np.errstate(invalid="ignore", over="ignore"):
        return x[edges[1:] - 1], np.add.reduceat(y, edges[:-1]) / counts


def ticks(low: float, high: float) -> list[float]:
    """Return about ``_TICKS`` round numbers, from at most ``low`` to at least ``high``.

    They are 1, 2 or 5 times a power of ten apart.
    """
    span = high - low if high > low else abs(high) or 1.0
    rough = span / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    spacing = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / spacing + 1e-9), math.ceil(high / spacing - 1e-9)
    return [float(f"{number * spacing:.12g}") for number in range(first, max(last, first + 1) + 1)]
