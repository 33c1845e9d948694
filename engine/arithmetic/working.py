"""The form in which every calculation is handed out: the parts, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass

from engine.arithmetic.passes import Place, Weight
from engine.arithmetic.windows import Window


@dataclass(frozen=True)
class Line:
    """One number of a calculation.

    Attributes:
        name: what it is, in words.
        value: the number.
        place: the value that it is, if it is one that can be explained in turn.
        weight: the learnt value that it is, if it is one.
    """

    name: str
    value: float
    place: Place | None = None
    weight: Weight | None = None


@dataclass(frozen=True, eq=False)
class Working:
    """How one value came about.

    Attributes:
        place: the value.
        kind: the arithmetic: the word for the layer in JSON, or ``input``, ``sum``, ``softmax``.
        value: what the network holds there.
        total: what the lines give when they are worked out again from the numbers shown.
        lines: the calculation from top to bottom; the last line is ``total``.
        window: the values that are summed or compared, if it is made of many.
        following: the value of the next operation that depends on this one alone (an activation).
    """

    place: Place
    kind: str
    value: float
    total: float
    lines: tuple[Line, ...]
    window: Window | None = None
    following: Place | None = None

    @property
    def difference(self) -> float:
        """How far ``total`` is from ``value``."""
        return abs(self.total - self.value)
