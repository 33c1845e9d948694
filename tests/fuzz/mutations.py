"""Ways to damage a file: at random, in its numbers, in its structure, and inside of what wraps it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

Rng = np.random.Generator

_HUGE = (0, 1, 0x7F, 0xFF, 0xFFFF, 99_999_999, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**63 - 1, 2**64 - 1)
_NUMBERS = (b"-1", b"0", b"1e300", b"-1e-300", b"1e400", b"NaN", b"Infinity", b"99999999", b"4097")
_NUMBERS += (b"9" * 400, b"9" * 5000, b"null", b"true", b'""', b"[]", b"{}", b"0.5", b"1.0")
_WORDS = (b"\x1b[31m", b"<b>", b"\\ud800", "\u202e".encode(), b"\0", b"../../x", b"x" * 300, b"\n", b'"')
_NESTS = ((b"[", b"]"), (b'{"a":', b"}"), (b"(", b")"))


def mutated(rng: Rng, seeds: Sequence[bytes], inside: Sequence[Inside] = ()) -> bytes:
    """Return one of ``seeds``, damaged once or several times, on the outside or inside of what wraps it."""
    content = seeds[int(rng.integers(len(seeds)))]
    if inside and rng.random() < 0.7:
        change = inside[int(rng.integers(len(inside)))]
        return change(rng, content, lambda part: _damaged(rng, part, seeds))
    return _damaged(rng, content, seeds)


def _damaged(rng: Rng, content: bytes, seeds: Sequence[bytes]) -> bytes:
    for _ in range(int(rng.choice([1, 1, 1, 2, 4]))):
        change = CHANGES[int(rng.integers(len(CHANGES)))]
        content = change(rng, content, seeds)
    return content


def _place(rng: Rng, content: bytes) -> int:
    """Return a place, often near the beginning or the end, where headers lie."""
    size = len(content)
    where, kind = int(rng.integers(0, size + 1)), rng.random()
    if kind < 0.5:
        return where % (64 if kind < 0.3 else 1024)
    return max(0, size - where % 128) if kind < 0.6 else where


def _flip(rng: Rng, content: bytes, _: Sequence[bytes]) -> bytes:
    changed = bytearray(content)
    for _ in range(int(rng.choice([1, 1, 2, 8])) if changed else 0):
        changed[min(_place(rng, content), len(changed) - 1)] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _cut(rng: Rng, content: bytes, _: Sequence[bytes]) -> bytes:
    return content[: _place(rng, content)]


def _drop(rng: Rng, content: bytes, _: Sequence[bytes]) -> bytes:
    start = _place(rng, content)
    return content[:start] + content[start + int(rng.integers(1, 40)) :]


def _again(rng: Rng, content: bytes, _: Sequence[bytes]) -> bytes:
    start, length = _place(rng, content), int(rng.integers(1, 200))
    return content[:start] + content[start : start + length] * int(rng.integers(2, 6)) + content[start:]


def _splice(rng: Rng, content: bytes, seeds: Sequence[bytes]) -> bytes:
    other = seeds[int(rng.integers(len(seeds)))]
    return content[: _place(rng, content)] + other[_place(rng, other) :]


def _maximise(rng: Rng, content: bytes, _: Sequence[bytes]) -> bytes:
    """Put a very large number, or another limit, into what may be a field of a header."""
    width = int(rng.choice([1, 2, 4, 8]))
    value = _HUGE[int(rng.integers(len(_HUGE)))] % 2 ** (8 * width)
    start = _place(rng, content)
    field = value.to_bytes(width, "little" if rng.random() < 0.5 else "big")
    return content[:start] + field + content[start + width :]


def _number(rng: Rng, content: bytes, _: Sequence[bytes]) -> bytes:
    """Put something else in the place of a number that is written in digits."""
    found = list(re.finditer(rb"-?\d+(?:\.\d+)?", content[:65536]))
    if not found:
        return content
    match = found[int(rng.integers(len(found)))]
    return content[: match.start()] + _NUMBERS[int(rng.integers(len(_NUMBERS)))] + content[match.end() :]


def _word(rng: Rng, content: bytes, _: Sequence[bytes]) -> bytes:
    start = _place(rng, content)
    return content[:start] + _WORDS[int(rng.integers(len(_WORDS)))] + content[start:]


def _nest(rng: Rng, content: bytes, _: Sequence[bytes]) -> bytes:
    """Nest a part of a text, or nothing, very deep."""
    depth = int(rng.choice([10, 65, 200, 1500, 20_000]))
    left, right = _NESTS[int(rng.integers(len(_NESTS)))]
    start = _place(rng, content)
    stop = start + int(rng.integers(0, 40))
    return content[:start] + left * depth + content[start:stop] + right * depth + content[stop:]


def _noise(rng: Rng, content: bytes, _: Sequence[bytes]) -> bytes:
    start = _place(rng, content)
    return content[:start] + rng.bytes(int(rng.integers(1, 60))) + content[start:]


CHANGES = (_flip, _flip, _cut, _drop, _again, _splice, _maximise, _maximise, _number, _word, _nest, _noise)
"""Every way to damage bytes; the usual ones stand twice."""

Inside = Callable[[Rng, bytes, Callable[[bytes], bytes]], bytes]
"""Damages what a file wraps, and wraps it again so that the outside is right; see ``tests.fuzz.inside``."""
