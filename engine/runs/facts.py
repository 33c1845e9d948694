"""All settings and figures of a run by name, to be set against each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from engine.runs.folder import RunFolder
from engine.runs.summary import Summary

Fact: TypeAlias = "float | int | str | bool | None"

FIGURES = {
    "best_accuracy": "Best validation accuracy",
    "last_accuracy": "Last validation accuracy",
    "last_loss": "Last validation loss",
    "best_loss": "Lowest validation loss",
    "test_accuracy": "Test accuracy",
    "steps": "Steps",
    "seconds": "Seconds of training",
    "bytes": "Bytes on the disk",
}
"""The figures of a run, and their titles."""


@dataclass(frozen=True)
class Facts:
    """What is known of a run.

    Attributes:
        name: of its folder.
        settings: every one; those of parts with a dot, ``optimiser.beta2``, ``network.conv1.filters``.
        figures: by the keys of ``FIGURES``; None where it was not measured.
    """

    name: str
    settings: dict[str, Fact]
    figures: dict[str, float | None]


def facts_of(run: Summary) -> Facts:
    """Return what is known of a run; raises ModelFileError if its record cannot be read."""
    folder = RunFolder(Path(run.path))
    loss = folder.validations().column("loss")
    figures: dict[str, float | None] = {name: getattr(run, name, None) for name in FIGURES}
    figures["last_loss"] = float(loss[-1]) if len(loss) else None
    figures["best_loss"] = float(loss.min()) if len(loss) else None
    return Facts(run.name, flat_settings(folder.record.config.to_json()), figures)


def flat_settings(config: dict[str, Any]) -> dict[str, Fact]:
    """Return settings, as ``RunConfig.to_json`` gives them, as one table; layers by kind and number."""
    found: dict[str, Fact] = {}
    for name, value in config.items():
        if not isinstance(value, dict):
            found[name] = value
        elif name == "network":
            found[name] = str(value.get("name"))
            found |= _of_layers(value.get("layers", []))
        else:
            found[name] = str(value.get("kind"))
            found |= {f"{name}.{key}": _plain(each) for key, each in value.items() if key != "kind"}
    return found


def _of_layers(layers: list[dict[str, Any]]) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    seen: dict[str, int] = {}
    for layer in layers:
        kind = str(layer.get("kind"))
        seen[kind] = seen.get(kind, 0) + 1
        found |= {
            f"network.{kind}{seen[kind]}.{key}": _plain(each) for key, each in layer.items() if key != "kind"
        }
    return found


def _plain(value: Any) -> Fact:
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
