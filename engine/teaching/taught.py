"""Taught networks on the disk: ``own/taught/KEY.safetensors``, there again at the next start."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.folders import own_folder
from engine.errors import ModelFileError
from engine.records import dataclass
from engine.text import name as shown
from engine.text import natural

if TYPE_CHECKING:
    from engine.model.model_file import Model

PREFIX = "taught-"
"""Every key of a taught model begins so."""


@dataclass(frozen=True)
class Kept:
    """A taught model and where it comes from.

    Attributes:
        key: its name among the models, and of its file.
        title: the words for it.
        origin: the key of the model it was made of.
        model: the taught model.
    """

    key: str
    title: str
    origin: str
    model: Model


def keep(model: Model, title: str, origin: str) -> Kept:
    """Keep ``model``, made of the model ``origin`` called ``title``, under a key that is free.

    Raises:
        ModelFileError: it cannot be written.
    """
    from engine.model.model_file import save_model

    word = re.sub(r"[^a-z0-9]+", "-", origin.removeprefix(PREFIX).lower()).strip("-")[:40] or "model"
    key = next(key for key in _numbered(f"{PREFIX}{word}") if not _path(key).exists())
    plain = re.sub(r", taught( \d+)?$", "", title)
    title = f"{plain}, taught" + "".join(f" {number}" for number in re.findall(r"-(\d+)$", key))
    teaching = {**model.record.get("teaching", {}), "title": title, "origin": origin}
    model = replace(model, record={**model.record, "teaching": teaching})
    path = _path(key)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelFileError(f"Cannot make the folder {path.parent}: {error.strerror}.") from None
    save_model(path, model)
    return Kept(key, title, origin, model)


def kept() -> tuple[list[Kept], list[str]]:
    """Return the taught models on the disk, and a sentence for each file that cannot be used."""
    found: list[Kept] = []
    broken: list[str] = []
    for path in sorted(_path("").parent.glob(f"{PREFIX}*.safetensors"), key=lambda path: natural(path.stem)):
        from engine.model.model_file import load_model  # most windows have none

        try:
            model = load_model(path)
        except ModelFileError as error:
            broken.append(str(error))
            continue
        teaching = model.record.get("teaching")
        words = teaching if isinstance(teaching, dict) else {}
        title, origin = shown(str(words.get("title", path.stem))), str(words.get("origin", ""))
        found.append(Kept(path.stem, title, origin, model))
    return found, broken


def discard(key: str) -> None:
    """Delete the taught model ``key``; raises ModelFileError if that fails."""
    if not re.fullmatch(rf"{PREFIX}[a-z0-9-]+", key):
        raise ModelFileError(f"There is no taught model {key!r}.")
    try:
        _path(key).unlink(missing_ok=True)
    except OSError as error:
        raise ModelFileError(f"Cannot remove {_path(key)}: {error.strerror}.") from None


def _path(key: str) -> Path:
    return own_folder() / "taught" / f"{key}.safetensors"


def _numbered(word: str) -> list[str]:
    return [word, *(f"{word}-{number}" for number in range(2, 1000))]
