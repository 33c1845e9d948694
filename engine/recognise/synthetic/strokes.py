"""From templates to strokes as a hand draws them: bent, slanted, stretched and shaken by chance."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from engine.types import Array

Lines = list[Array]
"""For each stroke its points, ``(N, 2)``, across and down."""
_SAMPLES = 12
"""Points on the curve between two points of a template."""


@lru_cache(maxsize=1024)
def parsed(text: str) -> tuple[tuple[tuple[float, float, bool], ...], ...]:
    """Return the strokes of a template: points across and down, and whether the curve has a corner there."""
    strokes = []
    for stroke in text.split("/"):
        points = []
        for word in stroke.split():
            x, y = word.rstrip("!").split(",")
            points.append((float(x), float(y), word.endswith("!")))
        strokes.append(tuple(points))
    return tuple(strokes)


def drawn(text: str, rng: np.random.Generator, wildness: float = 1.0) -> Lines:
    """Return a template as one hand might draw it once.

    Args:
        text: a form in ``templates``.
        rng: source of randomness.
        wildness: how far from the template, 0 is exactly.
    """
    jitter = 4.0 * wildness * rng.uniform(0.3, 1.3)
    turn = np.radians(7.0) * wildness * rng.standard_normal()
    slant = 0.16 * wildness * rng.standard_normal()
    wide = np.exp(0.22 * wildness * rng.standard_normal())
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = matrix @ np.array([[wide, -slant], [0.0, 1.0]])
    bend = rng.standard_normal((2, 2, 2)) * 4.0 * wildness
    lines = []
    for stroke in parsed(text):
        points = np.array([[x, y] for x, y, _ in stroke])
        points = points + jitter * rng.standard_normal(points.shape)
        if len(parsed(text)) > 1:
            points = points + 0.7 * jitter * rng.standard_normal(2)  # strokes do not meet exactly
        line = _curve(points, [corner for _, _, corner in stroke])
        phase = np.pi * line / np.array([100.0, 140.0])
        for axis in (0, 1):
            line = line + bend[axis, 0] * np.sin(phase[:, [axis]] + bend[axis, 1, 0]) * np.eye(2)[1 - axis]
        lines.append(_shaken(line @ matrix.T, 1.2 * wildness * rng.uniform(0, 1), rng))
    return lines


def _curve(points: Array, corners: list[bool]) -> Array:
    """Return a Catmull-Rom curve through ``points`` ``(N, 2)``, apart at its corners."""
    if len(points) == 1:
        return points
    parts, start = [], 0
    for end in range(1, len(points)):
        if corners[end] or end == len(points) - 1:
            parts.append(_smooth(points[start : end + 1]))
            start = end
    return np.concatenate(parts)


def _smooth(points: Array) -> Array:
    t = np.linspace(0, 1, _SAMPLES)[:, None]
    if len(points) == 2:
        return np.asarray(points[0] + t * (points[1] - points[0]))
    wide = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    pieces = []
    for a, b, c, d in zip(wide, wide[1:], wide[2:], wide[3:], strict=False):
        pieces.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    return np.concatenate(pieces)


def _shaken(line: Array, amount: float, rng: np.random.Generator) -> Array:
    """Return the line with the slow tremor of a hand, about ``amount`` units of the template."""
    count = len(line)
    knots = rng.standard_normal((max(2, count // 5), 2)) * amount
    at = np.linspace(0, len(knots) - 1, count)
    shake = np.stack([np.interp(at, np.arange(len(knots)), knots[:, axis]) for axis in (0, 1)], axis=1)
    return np.asarray(line + shake)
