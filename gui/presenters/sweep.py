"""A sweep as the dialog shows it: settings that are varied as rows of text, and what it will come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import ConfigError
from engine.formatting import counted, grouped, share
from engine.runs.facts import flat_settings
from engine.sweeps.space import RANGES, Dimension, Value, dimension, shown
from engine.training.config import RunConfig
from gui.presenters.time_left import in_words

VALUES = "values"
HOW = {
    VALUES: "These values",
    "uniform": "Between",
    "log_uniform": "Between, logarithmic",
    "integers": "Whole numbers between",
    "log_integers": "Whole numbers, logarithmic",
}
"""How a setting is varied, and what that is called; all but the first are keys of ``RANGES``."""
_LEFT_OUT = ("threads", "stop_minutes")
EXAMPLE = {
    VALUES: "0.001, 0.01, 0.1",
    **dict.fromkeys(RANGES, "lowest, highest; for a grid: number of points"),
}


@dataclass(frozen=True)
class Row:
    """A row of the table: which setting, how it is varied, and the values as they were typed."""

    setting: str
    how: str = VALUES
    text: str = ""


def settings_of(config: RunConfig) -> list[str]:
    """Return the names of all settings that can be varied."""
    return [name for name in flat_settings(config.to_json()) if name not in _LEFT_OUT]


def to_dimension(row: Row) -> Dimension:
    """Return what a row says; raises ConfigError."""
    parts = [part.strip() for part in row.text.split(",") if part.strip()]
    if row.how == VALUES:
        return dimension(row.setting, [_value(part) for part in parts])
    if len(parts) not in (2, 3):
        raise ConfigError(
            f"{row.setting} is {row.text!r}; allowed are the lowest and the highest value, and for a grid "
            "the number of points."
        )
    ends = [_value(part) for part in parts]
    return dimension(row.setting, {row.how: ends[:2]} | ({"points": ends[2]} if len(ends) > 2 else {}))


def to_row(found: Dimension) -> Row | None:
    """Return the row that says ``found``; None if a row cannot say it, as values are tables."""
    said = found.to_toml()
    if isinstance(said, dict):
        values = [*said[found.kind], *([found.points] if found.points else [])]
        return Row(found.setting, found.kind, ", ".join(map(_typed, values)))
    if any(isinstance(value, dict | list) or "," in str(value) for value in said):
        return None
    return Row(found.setting, VALUES, ", ".join(map(_typed, said)))


def _typed(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _value(text: str) -> Value:
    """Return what was typed: a number where it is one, a word else."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def preview(
    runs: int, steps: int, rungs: Sequence[tuple[int, int]], seconds: float | None, processes: int
) -> str:
    """Say how many runs there will be and how long they take."""
    told = f"{counted(runs, 'run')}, at most {counted(steps, 'step')}"
    if len(rungs) > 1:
        told += ": " + ", ".join(f"{grouped(count)} up to step {grouped(until)}" for until, count in rungs)
    if seconds is None:
        return told + "; measuring how long that takes\N{HORIZONTAL ELLIPSIS}"
    return f"{told}; about {in_words(seconds)} with {counted(processes, 'process', 'processes')}"


def best_of(results: dict[str, Any]) -> str:
    """Say which trial is best, and how many have failed; of what ``sweep --json`` prints."""
    trials = results["trials"]
    failed = sum(bool(each["problem"]) for each in trials)
    told = "No trial came to a validation."
    if trials and trials[0]["rank"] is not None:
        best = trials[0]
        settings = ", ".join(f"{name} {shown(value)}" for name, value in best["settings"].items())
        told = (
            f"Best of {len(trials)}: {settings}, with a validation accuracy of {share(best['accuracy'], 2)} "
        )
        told += f"(loss {best['loss']:.4g}) after {counted(best['steps'], 'step')}."
    return told + (f" {failed} failed." if failed else "")
