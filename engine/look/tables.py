"""Colour maps by name, as tables of colours."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path

import numpy as np

from engine.errors import EngineError
from engine.look.colour import EMPTY, TOP
from engine.types import Bytes


@lru_cache(maxsize=16)
def colour_map(name: str, count: int = TOP + 1) -> Bytes:
    """Return ``count`` colours ``(count, 3)`` of the colour map ``name``, from its low end to its high one.

    The maps are files that come with pyqtgraph; it is not loaded for them. ``grey`` goes from black to white.

    Raises:
        EngineError: there is no such map.
    """
    if name == "grey":
        return np.repeat(np.linspace(0, 255, count).round().astype(np.uint8)[:, None], 3, axis=1)
    try:
        given = np.loadtxt(_folder() / f"{name}.csv", delimiter=",", comments=";", ndmin=2)[:, :3]
    except OSError:
        raise EngineError(f"There is no colour map {name!r}.") from None
    places, wanted = np.linspace(0, 1, len(given)), np.linspace(0, 1, count)
    top = 255 if given.max() <= 1 else 1
    mixed = np.stack([np.interp(wanted, places, channel) for channel in given.T], axis=1) * top
    colours: Bytes = mixed.round().astype(np.uint8)
    return colours


@lru_cache(maxsize=16)
def colour_table(name: str, empty: str) -> Bytes:
    """Return 256 colours ``(256, 3)`` for the codes of ``engine.look.colour``.

    Args:
        name: of the colour map of codes 0 to ``TOP``.
        empty: ``#rrggbb`` of pixels without a value.
    """
    table = np.empty((EMPTY + 1, 3), np.uint8)
    table[: TOP + 1] = colour_map(name)
    table[EMPTY] = tuple(bytes.fromhex(empty[1:]))
    return table


def _folder() -> Path:
    found = importlib.util.find_spec("pyqtgraph")
    if found is None or found.origin is None:
        raise EngineError("The colour maps are not there: pyqtgraph is not installed.")
    return Path(found.origin).parent / "colors" / "maps"
