"""From templates to strokes as a hand draws them: bent, slanted, stretched and shaken by chance."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from engine.types import Array

Lines = list[Array]
"""For each stroke its points, ``(N, 2)``, across and down."""
WIDTH, HEIGHT = 100.0, 140.0
"""Of the box that templates are written in."""
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
    hand, lines = _Hand(rng, wildness), []
    for stroke in parsed(text):
        points = np.array([[x, y] for x, y, _ in stroke])
        points = points + jitter * rng.standard_normal(points.shape)
        if len(parsed(text)) > 1:
            points = points + 0.7 * jitter * rng.standard_normal(2)  # strokes do not meet exactly
        lines.append(hand.repeated(_curve(points, [corner for _, _, corner in stroke])))
    return lines


def by_hand(lines: Lines, rng: np.random.Generator, wildness: float = 1.0) -> Lines:
    """Return lines in a box like that of templates as one hand might repeat them once."""
    hand = _Hand(rng, wildness)
    return [hand.repeated(line) for line in lines]


class _Hand:
    """Bends, turns, slants and stretches all lines of a sign alike, and each with its own tremor."""

    def __init__(self, rng: np.random.Generator, wildness: float) -> None:
        turn = np.radians(7.0) * wildness * rng.standard_normal()
        slant = 0.16 * wildness * rng.standard_normal()
        wide = np.exp(0.22 * wildness * rng.standard_normal())
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        self._matrix = matrix @ np.array([[wide, -slant], [0.0, 1.0]])
        self._bend = rng.standard_normal((2, 2, 2)) * 4.0 * wildness
        self._rng, self._wildness = rng, wildness

    def repeated(self, line: Array) -> Array:
        phase, bend = np.pi * line / np.array([WIDTH, HEIGHT]), self._bend
        for axis in (0, 1):
            line = line + bend[axis, 0] * np.sin(phase[:, [axis]] + bend[axis, 1, 0]) * np.eye(2)[1 - axis]
        return _shaken(line @ self._matrix.T, 1.2 * self._wildness * self._rng.uniform(0, 1), self._rng)


def sampled(lines: Lines, spacing: float, rng: np.random.Generator) -> Lines:
    """Return lines as a slow digitiser reports them: few points, not quite in place, joined by curves.

    Args:
        lines: points near to each other.
        spacing: units between two points where the hand has its mean speed; it is slower in curves.
        rng: source of randomness.
    """
    changed = []
    for line in lines:
        if len(line) < 3:
            changed.append(line)
            continue
        step = np.hypot(*np.diff(line, axis=0).T)
        turned = np.abs(np.diff(np.unwrap(np.arctan2(*np.diff(line, axis=0).T[::-1])), prepend=0.0))
        turned[0] = 0.0
        time = np.concatenate([[0.0], np.cumsum(step + 0.3 * spacing * np.minimum(turned, 1.5))])
        count = max(2, round(float(time[-1]) / spacing) + 1)
        at = np.linspace(0, time[-1], count)
        points = np.stack([np.interp(at, time, line[:, axis]) for axis in (0, 1)], axis=1)
        changed.append(_joined(points + 0.06 * spacing * rng.standard_normal(points.shape)))
    return changed


def _joined(points: Array) -> Array:
    """Return curves from middle to middle of neighbouring points, the point between as control point."""
    middles = (points[:-1] + points[1:]) / 2
    t = np.linspace(0, 1, 6)[None, :, None]
    start, control, end = (each[:, None] for each in (middles[:-1], points[1:-1], middles[1:]))
    curves = start * (1 - t) ** 2 + control * (2 * t * (1 - t)) + end * t**2
    return np.concatenate([points[:1], middles[:1], curves.reshape(-1, 2), points[-1:]])


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
