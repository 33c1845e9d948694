"""From any numbers to bytes: which number is black and which is white, of pictures and arrays alike.

A picture of 8 bits says itself that 255 is white. Sixteen bits often hold ten or twelve, and an array
says nothing at all: there the largest value found anywhere in the data set tells, as far as it can.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.errors import ConfigError
from engine.types import Bytes

_WHITES = (1, 3, 7, 15, 16, 31, 63, 127, 255, 1023, 4095, 16383, 65535)
"""Largest values of usual depths; 16 is that of scikit-learn's digits."""
_PIECE = 2**22
"""Numbers that are worked on at a time."""
_HAIR = 0.1
"""Fractions may go so far beyond their range, by rounding and resampling; what does is cut off."""


@dataclass(frozen=True)
class Range:
    """Which number is black and which is white; in between it is linear, and beyond it is cut off.

    Attributes:
        black, white: two different finite numbers; a negative is one whose white is below its black.
    """

    black: float
    white: float

    def __post_init__(self) -> None:
        """Raise ConfigError if nothing lies between the two."""
        wide = math.isfinite(self.black) and math.isfinite(self.white)
        if not wide or not math.isfinite(self.white - self.black) or self.black == self.white:
            raise ConfigError(
                f"The range is {self.black:g} to {self.white:g}; allowed are two different, finite numbers."
            )

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.black:g} to {self.white:g}"


EIGHT_BITS = Range(0, 255)
SIXTEEN_BITS = Range(0, 65535)
_UNIT = Range(0, 1)


@dataclass(frozen=True)
class Numbers:
    """What numbers are found somewhere.

    Attributes:
        kind: the letter of their type: ``b`` truth values, ``u`` and ``i`` whole numbers, ``f`` fractions.
        bits: of one number.
        low, high: the smallest and the largest that are finite.
    """

    kind: str
    bits: int
    low: float
    high: float

    def joined(self, other: Numbers) -> Numbers:
        """Return what is found in both places together."""
        return Numbers(self.kind, self.bits, min(self.low, other.low), max(self.high, other.high))


@dataclass(frozen=True)
class Guess:
    """A range that fits numbers.

    Attributes:
        range: the best one.
        sure: whether hardly another can be meant.
        others: what else can be meant.
    """

    range: Range
    sure: bool = True
    others: tuple[Range, ...] = ()


def numbers_of(values: npt.NDArray[Any]) -> Numbers:
    """Return what numbers an array of any shape holds; without any finite one, 0 to 0."""
    lows, highs = [], []
    for piece in _pieces(values):
        if values.dtype.kind == "f":
            piece = piece[np.isfinite(piece)]
        if piece.size:
            lows.append(float(piece.min()))
            highs.append(float(piece.max()))
    return Numbers(
        values.dtype.kind, 8 * values.dtype.itemsize, min(lows, default=0.0), max(highs, default=0.0)
    )


def to_bytes(values: npt.NDArray[Any], range_: Range) -> Bytes:
    """Return ``255 (v - black) / (white - black)``, rounded and cut off at 0 and 255.

    Args:
        values: finite numbers or truth values of any shape.
        range_: which number is black and which is white.

    Returns:
        uint8 of the same shape.
    """
    if values.dtype == np.uint8 and range_ == EIGHT_BITS:
        return values
    low, high = sorted((range_.black, range_.white))
    level: Bytes = np.empty(values.shape, np.uint8)
    # In pieces, because a number takes eight bytes here; cut off first, so that nothing overflows.
    for source, target in zip(_pieces(values), _pieces(level), strict=True):
        within = np.clip(source.astype(np.float64), low, high)
        target[...] = np.rint((within - range_.black) / (range_.white - range_.black) * 255)
    return level


def _pieces(values: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    """Return views of an array, none of them large, so that not all of it is copied at once."""
    return np.array_split(values, max(1, values.size // _PIECE + 1)) if values.ndim else [values]


def guess(numbers: Numbers) -> Guess:
    """Return the range that numbers most probably have."""
    if numbers.kind == "b":
        return Guess(_UNIT)
    if numbers.kind == "f" and numbers.high <= 1 + _HAIR and numbers.low >= -1 - _HAIR:
        return _fractions(numbers)
    if numbers.low < 0 and not (numbers.kind == "f" and numbers.low > -_HAIR * numbers.high):
        return _signed(numbers)
    return _from_zero(numbers)


def _fractions(numbers: Numbers) -> Guess:
    """Guess for numbers that lie between -1 and 1, or hardly beyond."""
    if numbers.low >= -_HAIR:
        dark = numbers.high <= 1 / 128  # as if bytes had been divided once too often
        return Guess(
            _UNIT,
            not dark or numbers.high <= 0,
            (Range(0, numbers.high),) if dark and numbers.high > 0 else (),
        )
    centred, half = Range(-1, 1), Range(-0.5, 0.5)
    if min(numbers.low, -numbers.high) >= -0.5 - _HAIR / 2:
        return Guess(half, False, (centred,))
    sure = numbers.low <= -1 + _HAIR
    return Guess(centred, sure, () if sure else (*_as_found(numbers),))


def _signed(numbers: Numbers) -> Guess:
    """Guess for numbers below zero, such as bytes from which 128 was taken."""
    bytes_ = Range(-128, 127)
    if numbers.kind == "i" and (numbers.low, numbers.high) == (-1, 1):
        return Guess(Range(-1, 1))
    if numbers.low >= -128.5 and numbers.high <= 127.5 and numbers.low < -64:
        sure = numbers.kind == "i" and numbers.bits == 8
        return Guess(bytes_, sure, () if sure else _as_found(numbers))
    if numbers.low == numbers.high:
        return Guess(Range(numbers.low, 0), False)
    others = (bytes_,) if -128 <= numbers.low < -8 and numbers.high <= 127 else ()
    return Guess(_as_found(numbers)[0], False, others)


def _from_zero(numbers: Numbers) -> Guess:
    """Guess for numbers from zero up."""
    high = numbers.high
    if high <= 0:
        return Guess(EIGHT_BITS)
    rounding = 1e-3 if numbers.kind == "f" else 0.0
    exact = next((each for each in _WHITES if abs(high - each) <= rounding * each), None)
    if exact is not None and exact != 127:
        return Guess(Range(0, exact))
    # Fractions that were resampled go a little beyond their white.
    beyond = 1.04 if numbers.kind == "f" else 1.0
    white = next((each for each in _WHITES if each >= 255 and high <= each * beyond), None)
    if white is None:
        return Guess(Range(0, high), sure=False)
    dark = {255: 1 / 4, 65535: 1 / 4}.get(white, 1 / 2)
    if high > white * dark and high not in (100, 127):
        return Guess(Range(0, white))
    return Guess(
        Range(0, high), sure=(numbers.kind, numbers.bits, high) == ("i", 8, 127), others=(Range(0, white),)
    )


def _as_found(numbers: Numbers) -> tuple[Range, ...]:
    return (Range(numbers.low, numbers.high),) if numbers.low < numbers.high else ()


def guesses(found: Sequence[Numbers]) -> list[Guess]:
    """Return a guess for each of several arrays of one data set.

    Arrays of the same type share one, unless one has fractions up to 1 and another does not; so do
    arrays of other types whose ranges differ less than twofold.
    """
    pools: dict[tuple[str, int, bool], Numbers] = {}
    keys = [(each.kind, each.bits, each.kind == "f" and each.high <= 1 + _HAIR) for each in found]
    for key, each in zip(keys, found, strict=True):
        pools[key] = pools[key].joined(each) if key in pools else each
    guessed = {key: guess(each) for key, each in pools.items()}

    def widest(key: tuple[str, int, bool]) -> Guess:
        own = guessed[key]
        black, white = own.range.black, own.range.white
        near = [each for each in guessed.values() if each.range.black == black]
        near = [each for each in near if white > 0 and white < each.range.white < 2 * white]
        return max(near, key=lambda each: each.range.white, default=own)

    return [widest(key) for key in keys]
