"""What a benchmark reports."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One measured figure.

    Attributes:
        name: what was measured.
        value: the figure, or None if it could not be measured (``unit`` says why).
        unit: of ``value``.
        goal: what was aimed at, in words, or an empty string.
        met: whether the goal is met; None if there is none or nothing was measured.
    """

    name: str
    value: float | None
    unit: str
    goal: str
    met: bool | None
