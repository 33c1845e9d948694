"""What the import of a model says and offers."""

from __future__ import annotations

from dataclasses import dataclass

from engine.exchange.imported import Imported
from engine.exchange.input_range import InputRange, Suggestion, ranges_for
from engine.formatting import share


@dataclass(frozen=True)
class Choice:
    """A range that the model's pixels may have, and how well that went.

    Attributes:
        words: the range and its accuracy.
        given: the range.
        reading: which way of reading the file.
    """

    words: str
    given: InputRange
    reading: Imported


def choices(suggestion: Suggestion, imported: Imported) -> tuple[list[Choice], int]:
    """Return what can be chosen, and which of it is suggested.

    Args:
        suggestion: what trying has brought.
        imported: the file as it was read.
    """
    ranges = ranges_for(imported.network.spec.in_shape[0], suggestion.dataset)
    figures = {(trial.key, trial.reading): share(trial.accuracy, 2) for trial in suggestion.trials}
    best = figures.get((suggestion.trials[0].key, suggestion.trials[0].reading)) if suggestion.clear else ""
    found: list[Choice] = []
    start = 0
    for number, reading in enumerate((imported, *imported.alternatives)):
        for key, given in ranges.items():
            figure = figures.get((key, number), "")
            words = [
                given.title,
                *(["colours in the other order"] if number else []),
                *([figure] if figure else []),
            ]
            if reading is suggestion.imported and key == suggestion.key:
                start = len(found)
                words += ["best"] if figure and figure == best else []
            found.append(Choice(", ".join(words), given, reading))
    return found, start


def names_in(text: str) -> tuple[str, ...]:
    """Return the names of classes between commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def misnamed(names: tuple[str, ...], classes: int) -> str:
    """Say what is wrong with the names of the classes; nothing if they will do."""
    if len(names) != classes:
        return f"There are {len(names)} names; the model has {classes} classes."
    if len(set(names)) != len(names):
        return "Two classes have the same name."
    return ""


def judged(suggestion: Suggestion) -> str:
    """Say how the range was chosen, in a sentence or two."""
    if suggestion.dataset is None or not suggestion.trials:
        return (
            "The file itself says so."
            if suggestion.imported.sure
            else "No data set at hand fits the model, so this is a guess: if its answers make no sense, "
            "choose another."
        )
    if suggestion.clear:
        return suggestion.words
    return f"{suggestion.words} The model was made for something else, or its classes have another order."
