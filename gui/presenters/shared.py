"""What a window shows, as plain values that travel with a shared run: nothing of it is trusted."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from engine.errors import EngineError
from engine.records import dataclass
from gui.presenters.strokes import Point, Stroke

VERSION = 1
_MOST_STROKES, _MOST_POINTS = 2000, 200_000
_FARTHEST = 10_000
_WIDEST = 400
_MOST_GROUPS = 64
_LARGEST = 32_767

Place = tuple[int, int, int, int]
"""Left, top, width and height in pixels."""


@dataclass(frozen=True)
class Group:
    """Parts of the window that lie in one place, as tabs.

    Attributes:
        keys: their names, as the tabs stand.
        front: the one that is seen.
        place: where, from the left upper corner of the window.
        floating: whether it is a window of its own.
    """

    keys: tuple[str, ...]
    front: str
    place: Place
    floating: bool = False


@dataclass(frozen=True)
class Sitting:
    """What a window shows.

    Attributes:
        step: the step of the run that is looked at; None for the newest.
        strokes: the drawing on the Test panel.
        size: width and height of the window; None for no wish.
        groups: where its parts lie; those that are named nowhere are hidden. None for no wish.
        problems: what of it could not be read, a sentence each.
    """

    step: int | None = None
    strokes: tuple[Stroke, ...] = ()
    size: tuple[int, int] | None = None
    groups: tuple[Group, ...] | None = None
    problems: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        groups = [
            {"keys": list(one.keys), "front": one.front, "place": list(one.place), "floating": one.floating}
            for one in self.groups or ()
        ]
        strokes = [
            {
                "eraser": stroke.eraser,
                "points": [
                    [round(value, 2) for value in (each.x, each.y, each.width)] for each in stroke.points
                ],
            }
            for stroke in self.strokes
        ]
        return {
            "version": VERSION,
            "step": self.step,
            "drawing": strokes,
            "size": list(self.size) if self.size is not None else None,
            "groups": groups if self.groups is not None else None,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Sitting:
        """Return what ``to_json`` gave; a part that cannot be read is left out and named in ``problems``.

        Names that this version does not know are passed over, so that files of later ones can be opened.
        """
        found: dict[str, Any] = {}
        problems = []
        for name, words, read in (
            ("step", "which step was looked at", _step),
            ("drawing", "the drawing", _strokes),
            ("size", "the size of the window", _size),
            ("groups", "the arrangement of the window", _groups),
        ):
            if data.get(name) is None:
                continue
            try:
                found["strokes" if name == "drawing" else name] = read(data[name])
            except (EngineError, KeyError, TypeError, ValueError):
                problems.append(f"The file says {words} in a way that cannot be read; the rest is opened.")
        return cls(**found, problems=tuple(problems))


def _step(value: Any) -> int:
    return _number(value, 0, 10**9)


def _strokes(value: Any) -> tuple[Stroke, ...]:
    if len(value) > _MOST_STROKES or sum(len(each["points"]) for each in value) > _MOST_POINTS:
        raise ValueError
    return tuple(
        Stroke(tuple(_points(each["points"])), each.get("eraser") is True) for each in value if each["points"]
    )


def _points(value: Any) -> Iterable[Point]:
    for x, y, width in value:
        if not all(isinstance(each, int | float) and math.isfinite(each) for each in (x, y, width)):
            raise ValueError
        if max(abs(x), abs(y)) > _FARTHEST or not 0 < width <= _WIDEST:
            raise ValueError
        yield Point(float(x), float(y), float(width))


def _size(value: Any) -> tuple[int, int]:
    width, height = value
    return _number(width, 1, _LARGEST), _number(height, 1, _LARGEST)


def _groups(value: Any) -> tuple[Group, ...]:
    if not isinstance(value, list) or len(value) > _MOST_GROUPS:
        raise ValueError
    found: list[Group] = []
    seen: set[str] = set()
    for each in value:
        keys = tuple(key for key in each["keys"] if isinstance(key, str) and key not in seen)
        seen.update(keys)
        left, top, width, height = (_number(one, -_LARGEST, _LARGEST) for one in each["place"])
        if width < 1 or height < 1:
            raise ValueError
        if keys:
            front = each.get("front")
            found.append(
                Group(
                    keys,
                    front if front in keys else keys[0],
                    (left, top, width, height),
                    each.get("floating") is True,
                )
            )
    return tuple(found)


def _number(value: Any, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise ValueError
    return value


def halves(groups: list[Group]) -> tuple[list[Group], list[Group], bool] | None:
    """Cut a rectangle full of groups in two.

    Returns:
        Those on the left or above, the others, and whether the cut goes from top to bottom, so that they lie
        beside each other; None if no straight line parts them.
    """
    for axis in (0, 1):
        for edge in sorted({one.place[axis] for one in groups})[1:]:
            first = [one for one in groups if one.place[axis] + one.place[axis + 2] <= edge]
            rest = [one for one in groups if one.place[axis] >= edge]
            if first and rest and len(first) + len(rest) == len(groups):
                return first, rest, axis == 0
    return None
