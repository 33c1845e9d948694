"""Taught models on the registry: put there, kept for the next start, taken back."""

from __future__ import annotations

from engine.model.model_file import Model
from engine.teaching.taught import PREFIX, Kept, discard, keep, kept
from gui.run.context import AppContext
from gui.run.model_registry import TRAINING


def restore(context: AppContext) -> None:
    """Put the taught models of earlier days on the registry; the model that is looked at stays."""
    found, broken = kept()
    for each in found:
        context.models.add(each.key, each.title, each.model, choose=False)
    for sentence in broken:
        context.notices.problem(sentence)


def keep_taught(context: AppContext, model: Model, origin: str) -> Kept:
    """Keep a taught model and look at it; raises ModelFileError if it cannot be written."""
    title = "Network trained here" if origin == TRAINING else context.models.title(origin)
    result = keep(model, title, origin)
    context.models.add(result.key, result.title, result.model)
    return result


def is_taught(key: str) -> bool:
    """Whether the model under ``key`` was taught, so that this can be taken back."""
    return key.startswith(PREFIX)


def take_back(context: AppContext, key: str) -> str:
    """Remove a taught model and look at the one it was made of; returns the key looked at now.

    Raises:
        ModelFileError: there is no such model, or its file cannot be removed.
    """
    teaching = context.models.get(key).record.get("teaching", {})
    origin = teaching.get("origin") if isinstance(teaching, dict) else None
    discard(key)
    if origin in context.models.keys:
        context.models.choose(origin)
    context.models.remove(key)
    return context.models.current
