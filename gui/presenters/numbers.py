"""Numbers as people type and step through them."""

from __future__ import annotations

import math

from engine.options import OptionInfo

_FINE = (1.0, 2.0, 5.0, 10.0)


def show(value: float) -> str:
    """Return a number in its shortest usual form: ``0.01``, ``1e-08``, ``5000``."""
    return str(value) if isinstance(value, int) else f"{value:.7g}"


def stepped(value: float, info: OptionInfo, *, whole: bool, up: bool) -> int | float:
    """Return the next sensible value, within what is allowed.

    Whole numbers move in their second digit (20 to 21, 5000 to 5100). A share close to 1 moves by
    what is missing (0.9, 0.95, 0.98, 0.99), other fractions up to 1 by 0.05, and all the rest in
    the series 1-2-5, because a learning rate is a matter of its order of magnitude.
    """
    if whole:
        return _stepped_whole(int(value), info, up=up)
    if info.high is not None and 0.99 <= info.high < 1:
        missing = _series(1 - value, up=not up)
        result = 1 - missing if missing <= 1 else 0.0
    elif info.high is not None and info.high <= 1 and info.low == 0 and not info.above_low:
        result = 0.05 * (math.floor(value / 0.05 + 1e-6) + 1 if up else math.ceil(value / 0.05 - 1e-6) - 1)
    elif value <= 0:
        result = 1e-4 if up else value
    elif not up and value <= 1.001e-5 and info.low == 0 and not info.above_low:
        result = 0.0
    else:
        result = _series(value, up=up)
    result = float(f"{result:.10g}")
    if info.high is not None:
        result = min(result, info.high)
    if info.low is not None and (result < info.low or (info.above_low and result <= info.low)):
        result = value if info.above_low else float(info.low)
    return result


def _stepped_whole(value: int, info: OptionInfo, *, up: bool) -> int:
    size = abs(value) if up else max(abs(value) - 1, 1)
    step = int(10 ** max(0, int(math.log10(max(size, 1))) - 1))
    result = (value // step + 1) * step if up else (-(-value // step) - 1) * step
    if info.low is not None:
        result = max(result, math.ceil(info.low) + int(info.above_low))
    return result if info.high is None else min(result, math.floor(info.high))


def _series(value: float, *, up: bool) -> float:
    """Return the next number of the series 1, 2, 5, 10, ... above or below a positive ``value``."""
    decade = 10.0 ** math.floor(math.log10(value) + 1e-9)
    digit = value / decade
    if up:
        return next(step for step in _FINE if step > digit * (1 + 1e-6)) * decade
    if digit <= 1 + 1e-6:
        return decade / 2
    return next(step for step in reversed(_FINE) if step < digit * (1 - 1e-6)) * decade
