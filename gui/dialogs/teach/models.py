"""TaughtModel models on the registry: put there, kept for the next start, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.reference import THE_RUN, Reference, TaughtModel
from engine.teaching.taught import Kept, discard, keep, kept
from gui.run.context import AppContext

if TYPE_CHECKING:
    from engine.model.model_file import Model


def restore(context: AppContext) -> None:
    """Put the taught models of earlier days on the registry; the model that is looked at stays."""
    found, broken = kept()
    for each in found:
        context.models.add(TaughtModel(each.key), each.title, each.model, choose=False)
    for sentence in broken:
        context.notices.problem(sentence)


def keep_taught(context: AppContext, model: Model, origin: Reference) -> Kept:
    """Keep a taught model and look at it; raises ModelFileError if it cannot be written."""
    title = "Network trained here" if origin == THE_RUN else context.models.title(origin)
    result = keep(model, title, origin.key)
    context.models.add(TaughtModel(result.key), result.title, result.model)
    return result


def is_taught(reference: Reference) -> bool:
    """Whether a model was taught, so that this can be taken back."""
    return isinstance(reference, TaughtModel)


def take_back(context: AppContext, reference: Reference) -> Reference:
    """Remove a taught model and look at the one it was made of; returns the one looked at now.

    Raises:
        ModelFileError: there is no such model, or its file cannot be removed.
    """
    teaching = context.models.get(reference).record.get("teaching", {})
    origin = context.models.find(teaching.get("origin")) if isinstance(teaching, dict) else None
    discard(reference.key)
    if origin is not None:
        context.models.choose(origin)
    context.models.remove(reference)
    return context.models.current
