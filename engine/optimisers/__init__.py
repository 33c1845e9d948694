"""How parameters follow the gradient. Adding one: a class in a file here, and a line below."""

from __future__ import annotations

from typing import Any

from engine.optimisers.adaptive import Adam, AdamW, RmsProp
from engine.optimisers.base import Optimiser, UpdateSettings
from engine.optimisers.momentum import Momentum, Nesterov, Sgd
from engine.options import from_json

OPTIMISERS: dict[str, type[Optimiser]] = {
    cls.type_name: cls for cls in (Sgd, Momentum, Nesterov, RmsProp, Adam, AdamW)
}


def optimiser_from_json(data: Any) -> Optimiser:
    """Return the optimiser that ``data`` describes; raises ConfigError."""
    return from_json(OPTIMISERS, data, "optimiser")


__all__ = ["OPTIMISERS", "Optimiser", "UpdateSettings", "optimiser_from_json"]
