"""What the Test panel says of its network, and which classes it lists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.formatting import grouped
from engine.types import Array

LISTED = 5
"""The n likeliest classes are listed; the ten digits are few enough to be listed all."""


def caption(title: str, step: int | None = None) -> str:
    """Say which network answers: its name and, in training, after how many steps."""
    return title if step is None else f"{title}, step {grouped(step)}"


def top_classes(probabilities: Array, names: Sequence[str], count: int) -> list[int]:
    """Return which of the classes ``(K,)`` to list: digits all in their order, others the likeliest first."""
    if tuple(names) == tuple("0123456789") or len(names) <= count:
        return list(range(len(names)))
    return [int(k) for k in np.argsort(-probabilities, kind="stable")[:count]]
