"""What can be understood in several ways: how it is settled for now, and the question about it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.data.pictures.found import Choice, Question
from engine.data.pictures.values import EIGHT_BITS, Numbers, Range, guesses
from engine.errors import DataError
from engine.formatting import counted
from engine.text import plain

FOLDERS, SPLIT, DEEPEST, NAMES = WAYS = ("folders", "split", "deepest", "names")
"""What can say the classes of a folder: its folders, those of its part to train on, the folders in which
the pictures lie, or the names of files."""


def listed(names: Sequence[str], most: int = 5, longest: int = 32) -> str:
    """Return the first names, none of them so long that it hides the others."""
    names = [plain(name) for name in names]
    short = [name if len(name) <= longest else f"{name[: longest - 1]}\u2026" for name in names[:most]]
    if len(names) <= most:
        return ", ".join(short)
    return f"{', '.join(short)} and {len(names) - most:,} more"


def passed_over(ignored: Sequence[tuple[str, int]]) -> str:
    """Return how many files were no pictures, and of which suffixes: ``3 files (.txt 2, .db 1)``."""
    kinds = [f"{suffix or 'no suffix'} {count:,}" for suffix, count in ignored]
    return f"{counted(sum(count for _, count in ignored), 'file')} ({listed(kinds)})"


def value_of(range_: Range) -> str:
    """Return the word for a range on the command line."""
    return f"{_typed(range_.black)} {_typed(range_.white)}"


def _typed(number: float) -> str:
    """Return a number without an exponent, with which the command line takes a negative one for an option."""
    text = f"{number:g}"
    return text if "e" not in text else f"{number:.12f}".rstrip("0").rstrip(".")


def settled(
    found: Sequence[Numbers], answer: Range | None, understood: list[str], names: Sequence[str] = ()
) -> tuple[list[Range], Question]:
    """Decide which number is black and which is white.

    Args:
        found: what numbers there are, array by array or type by type; empty if all are bytes.
        answer: what the user says; None to guess.
        understood: gets what was decided, unless it goes without saying.
        names: of the arrays.

    Returns:
        A range for each of ``found``, and the question about it.
    """
    guessed = guesses(found)
    ranges = [answer or each.range for each in guessed]
    choices = [each.range for each in guessed] + [other for each in guessed for other in each.others]
    low, high = min((each.low for each in found), default=0), max((each.high for each in found), default=0)
    if low >= 0 and high <= EIGHT_BITS.white:
        choices.append(EIGHT_BITS)
    if answer is not None:
        choices.append(answer)
    several = len(set(ranges)) > 1
    sure = answer is not None or all(each.sure for each in guessed)
    if not sure:
        black, white = ranges[0].black, ranges[0].white
        understood.append(f"For now, {black:g} is shown as black and {white:g} as white.")
    elif several:
        each_own = ", ".join(f"{name} {range_}" for name, range_ in zip(names, ranges, strict=False))
        understood.append(f"The arrays hold values of several ranges, each is scaled by its own: {each_own}.")
    elif (taken := ranges[0] if ranges else answer or EIGHT_BITS) != EIGHT_BITS:
        found_there = f"The values go from {low:g} to {high:g}: " if found else "Of the values, "
        understood.append(f"{found_there}{taken.black:g} is black, {taken.white:g} is white.")
    words = ""
    if not all(each.sure for each in guessed):
        words = (
            f"The values go from {low:g} to {high:g}, and it is not clear which is black and which is white."
        )
    chosen = "" if several else value_of(ranges[0] if ranges else answer or EIGHT_BITS)
    own = [Choice("", "each array by its own")] if several else []
    offered = (*own, *(Choice(value_of(each), f"{each}") for each in dict.fromkeys(choices)))
    return ranges, Question("range", words, offered, chosen, answer is not None)


def picked(question: Question, answer: str) -> Question:
    """Return a question about the classes with its answer, or with none if that is empty.

    Raises:
        DataError: the answer is none of the choices.
    """
    if not answer:
        return question
    values = [choice.value for choice in question.choices]
    if answer not in values:
        there = ", ".join(values) or "nothing"
        raise DataError(f"The classes are to be {answer!r}; allowed are here: {there}.")
    return Question(question.about, question.words, question.choices, answer, answered=True)
