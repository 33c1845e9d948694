"""What a sweep varies: named settings, each with the values it may take."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.data.augment import AUGMENTATIONS
from engine.errors import ConfigError
from engine.model.spec import NetworkSpec, preset_or_file
from engine.training.config import RunConfig

Value = Any
"""A plain JSON value: what a setting is."""

RANGES = {
    "uniform": (False, False),
    "log_uniform": (True, False),
    "integers": (False, True),
    "log_integers": (True, True),
}
"""Kinds of ranges: whether they are even on a logarithmic axis, and whether they hold whole numbers."""
_PARTS = ("network", "optimiser", "schedule", "augmentation")
_WHOLE = RANGES.keys() | {"points", "kind", "layers"}
"""Names in a table that say that it is one value or range, not settings of a part."""
_NOT_VARIED = ("threads", "stop_minutes")
"""Settings that depend on the computer, so that two runs with them could not be compared."""
MOST_VALUES = 1000
"""Values of one setting."""


@dataclass(frozen=True)
class Dimension:
    """One setting that is varied: by a list of values, or within a range.

    Attributes:
        setting: its name: that of a run's settings, or with a dot an option of a part of them, such as
            ``optimiser.beta1``, ``augmentation.shift`` or ``network.conv1.filters``.
        values: what it may be; empty for a range.
        low: one end of the range.
        high: the other one; whole numbers include it.
        kind: of the range, a key of ``RANGES``, or "".
        points: values that a grid takes from the range, both ends among them; 0 where none are given.
    """

    setting: str
    values: tuple[Value, ...] = ()
    low: float = 0.0
    high: float = 0.0
    kind: str = ""
    points: int = 0

    @property
    def is_log(self) -> bool:
        """Whether the range is even on a logarithmic axis."""
        return bool(self.kind) and RANGES[self.kind][0]

    def at(self, place: float) -> Value:
        """Return the value at ``place``, from 0 up to but not including 1.

        Lists and whole numbers give each of their values an equal part of [0, 1).
        """
        if self.values:
            return self.values[min(int(place * len(self.values)), len(self.values) - 1)]
        log, whole = RANGES[self.kind]
        low, high = self.low, self.high
        if whole:  # each number n has the part of the axis from n - 1/2 to n + 1/2
            low, high = low - 0.5, high + 0.5
        value = low * (high / low) ** place if log else low + (high - low) * place
        return min(max(round(value), int(self.low)), int(self.high)) if whole else float(f"{value:.6g}")

    def grid(self) -> tuple[Value, ...]:
        """Return what a grid takes from it; raises ConfigError if that was not said."""
        if self.values:
            return self.values
        log, whole = RANGES[self.kind]
        if not self.points:
            raise ConfigError(
                f"{self.setting} is a range without points; allowed for the method grid are values, or a "
                "range with points = 2 or more."
            )
        steps = [number / (self.points - 1) for number in range(self.points)]
        values = [
            self.low * (self.high / self.low) ** step if log else self.low + (self.high - self.low) * step
            for step in steps
        ]
        return tuple(dict.fromkeys(round(v) if whole else float(f"{v:.6g}") for v in values))

    def to_toml(self) -> Value:
        """Return how a file of settings says it: a list, or a table with the kind of the range."""
        if self.values:
            return list(self.values)
        whole = RANGES[self.kind][1]
        ends = [int(self.low), int(self.high)] if whole else [self.low, self.high]
        return {self.kind: ends} | ({"points": self.points} if self.points else {})


def dimension(setting: str, said: Value) -> Dimension:
    """Return the dimension that ``said`` describes, as ``Dimension.to_toml`` gives it.

    Raises:
        ConfigError: it cannot be varied, or not so.
    """
    head = setting.partition(".")[0]
    known = RunConfig.__dataclass_fields__
    if head not in known or (head != setting and head not in _PARTS):
        raise ConfigError(f"There is no setting {setting!r} to vary; there are {', '.join(sorted(known))}.")
    if setting in _NOT_VARIED:
        raise ConfigError(f"{setting} cannot be varied: what it gives depends on the computer.")
    if isinstance(said, list):
        if not 1 <= len(said) <= MOST_VALUES or len({repr(value) for value in said}) < len(said):
            raise ConfigError(
                f"{setting} has {len(said):,} values; allowed are 1 to {MOST_VALUES:,}, each of them once."
            )
        return Dimension(setting, tuple(said))
    if isinstance(said, dict):
        kinds = [kind for kind in RANGES if kind in said]
        if len(kinds) == 1 and not said.keys() - {kinds[0], "points"}:
            return _range(setting, kinds[0], said[kinds[0]], said.get("points", 0))
    raise ConfigError(
        f"{setting} is {str(said)[:60]!r}; allowed is a list of values, or one of {', '.join(RANGES)} "
        "= [low, high]."
    )


def _range(setting: str, kind: str, ends: Value, points: Value) -> Dimension:
    log, whole = RANGES[kind]
    numbers = (int,) if whole else (int, float)
    fits = isinstance(ends, list) and len(ends) == 2 and all(type(end) in numbers for end in ends)
    if not fits or not ends[0] < ends[1] or (log and ends[0] <= 0) or max(map(abs, ends)) > 1e15:
        what = "whole numbers" if whole else "numbers"
        raise ConfigError(
            f"{setting}: {kind} is {str(ends)[:60]}; allowed are two {what}, the smaller one first"
            + (", above 0." if log else ".")
        )
    if type(points) is not int or not (points == 0 or 2 <= points <= MOST_VALUES):
        raise ConfigError(
            f"{setting}: points is {points!r}; allowed is a whole number from 2 to {MOST_VALUES:,}."
        )
    low, high = (int(end) if whole else float(end) for end in ends)
    return Dimension(setting, (), low, high, kind, points)


def flattened(table: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Return a table of settings with the names of inner ones joined by dots, as TOML takes them apart."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, dict) and not value.keys() & _WHOLE:
            found |= flattened(value, f"{before}{name}.")
        else:
            found[before + name] = value
    return found


def varied(base: dict[str, Any], settings: dict[str, Value], folder: Path) -> dict[str, Any]:
    """Return the settings of a run as JSON: those of ``base`` with some of them replaced.

    Args:
        base: as ``RunConfig.to_json`` gives them.
        settings: by name, as in ``Dimension.setting``.
        folder: where files of networks are looked for.

    Raises:
        ConfigError: there is no such part or layer.
    """
    data = dict(base)
    for name, value in sorted(settings.items(), key=lambda item: item[0].count(".")):
        head, *path = name.split(".")
        if not path:
            data[head] = _whole(head, value, folder)
            continue
        inside = dict(data[head]) if isinstance(data[head], dict) else {}
        if head == "network":
            if len(path) != 2:
                raise ConfigError(
                    f"{name} names no option of a layer; allowed is, say, network.conv1.filters."
                )
            inside["layers"] = _with_layer(name, path, inside.get("layers", []), value)
        else:
            if len(path) != 1:
                raise ConfigError(f"{name} names no option; allowed is {head} and one name after a dot.")
            inside[path[0]] = value
        data[head] = inside
    return data


def _whole(head: str, value: Value, folder: Path) -> Value:
    """Return the JSON of a part that is named in one word."""
    if head == "network" and isinstance(value, str):
        return preset_or_file(value, folder).to_json()
    if head == "network" and isinstance(value, dict):  # its layers may be changed before it is made
        return NetworkSpec.from_json({"in_shape": [1, 28, 28], **value}).to_json()
    if head in ("optimiser", "schedule") and isinstance(value, str):
        return {"kind": value}
    if head == "augmentation" and isinstance(value, str) and value in AUGMENTATIONS:
        return AUGMENTATIONS[value].to_json()
    return value


def _with_layer(name: str, path: list[str], layers: list[Any], value: Value) -> list[Any]:
    """Return ``layers`` with an option of one changed: ``conv2``, or ``4``."""
    word, option = path
    kind = word.rstrip("0123456789")
    number = int(word[len(kind) :] or 1) if len(word) - len(kind) < 6 else 0
    places = [place for place, layer in enumerate(layers) if not kind or layer.get("kind") == kind]
    if not 1 <= number <= len(places):
        there: dict[str, int] = {}
        called = []
        for layer in layers:
            there[layer["kind"]] = there.get(layer["kind"], 0) + 1
            called.append(f"{layer['kind']}{there[layer['kind']]}")
        raise ConfigError(f"{name}: the network has no layer {word!r}; it has {', '.join(called)}.")
    found = places[number - 1]
    return [*layers[:found], {**layers[found], option: value}, *layers[found + 1 :]]


def shown(value: Value) -> str:
    """Return a value as tables and names of runs show it."""
    if isinstance(value, dict):
        return str(value.get("name") or value.get("kind") or "own")
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.4g}"
    return str(value)
