"""The figures at the ticks of an axis."""

from __future__ import annotations

import math
from collections.abc import Sequence


def tick_texts(values: Sequence[float], spacing: float | None, *, logarithmic: bool) -> list[str]:
    """Return a text for each tick.

    Args:
        values: where the ticks are; logarithms to base ten on a logarithmic axis.
        spacing: distance between two of them, None where it is not constant.
        logarithmic: whether the axis is logarithmic.
    """
    if logarithmic:
        # Between decades only 2 and 5 are written, so that the figures do not touch.
        return [_power(value) if _round_decade(value) else "" for value in values]
    places = 0 if not spacing else max(0, math.ceil(-math.log10(spacing) - 1e-9))
    texts = [f"{round(value, places) + 0.0:,.{places}f}" for value in values]
    if places:
        texts = [text.rstrip("0").rstrip(".") for text in texts]
    return [text.replace("-", "\N{MINUS SIGN}") for text in texts]


def _round_decade(value: float) -> bool:
    digit = 10 ** (value - math.floor(value + 1e-9))
    return any(abs(digit - allowed) < 1e-6 for allowed in (1, 2, 5))


def _power(value: float) -> str:
    number = 10**value
    if 1e-4 <= number < 1e5:
        return f"{number:.6g}"
    return f"{number:.0e}".replace("e-0", "e-").replace("e+0", "e").replace("-", "\N{MINUS SIGN}")
