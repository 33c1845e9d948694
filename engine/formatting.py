"""Numbers as people read them, in the window and in the terminal alike."""

from __future__ import annotations

import math

DASH = "\N{EN DASH}"
"""Stands for a number that is not known."""


def grouped(number: float) -> str:
    """Return a number without decimals, its thousands apart: ``12,345``."""
    return f"{number:,.0f}"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: ``1 step``, ``2,000 steps``, and with ``many`` ``2 classes``."""
    return f"{grouped(number)} {one if number == 1 else many or one + 's'}"


def percent(value: float) -> str:
    """Return a probability as a percentage that never claims a certainty it does not have."""
    if value <= 0:
        return "0 %"
    if value < 0.001:
        return "<0.1 %"
    if value >= 0.9995:
        return ">99.9 %"
    if value < 0.0995 or value >= 0.995:
        return f"{100 * value:.1f} %"
    return f"{100 * value:.0f} %"


def share(value: float, digits: int = 1) -> str:
    """Return a share that was counted, such as an accuracy, in per cent: ``96.8 %``; a dash for NaN.

    Only a share of exactly one is written as 100.
    """
    if math.isnan(value):
        return DASH
    rounded = 100.0 if value >= 1 else min(100 * value, 100 - 10**-digits)
    return f"{rounded:.{digits}f} %"


def loss_figure(loss: float) -> str:
    """Write a loss with four digits after the point; one that has exploded with three digits in all."""
    return f"{loss:.4f}" if abs(loss) < 10_000 else f"{loss:.3g}".replace("e+", "e")
