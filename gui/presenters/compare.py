"""Recorded runs beside each other, in words and entries of a gallery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from engine.formatting import counted, grouped, share
from engine.look.matrix import Counts, Shares
from engine.model.history import History
from engine.runs.compare import Answers, SettingRow, setting_rows
from engine.runs.folder import RunFolder
from engine.runs.keeping import nearest
from engine.types import Labels
from gui.presenters.curves import Reading
from gui.presenters.evaluate import MOST, Choice, Entry


class Lettered(Protocol):
    """Whoever has curves, and a letter by which it is called beside the others."""

    @property
    def letter(self) -> str:
        """The letter."""

    @property
    def history(self) -> History:
        """The curves."""


@dataclass(frozen=True, eq=False)
class Side:
    """One of the runs that are compared.

    Attributes:
        letter: what it is called beside the others.
        name: what its user calls it.
        folder: the run.
        history: its curves.
        steps: the steps whose weights it has kept.
    """

    letter: str
    name: str
    folder: RunFolder
    history: History
    steps: tuple[int, ...]

    @property
    def title(self) -> str:
        """Letter and name."""
        return f"{self.letter}: {self.name}"

    def at(self, step: int) -> int | None:
        """Return the kept step that is nearest to ``step``; None if there is none."""
        return nearest(self.steps, step)

    def step_words(self, step: int) -> str:
        """Say which step of this run is shown while ``step`` is looked at."""
        shown = self.at(step)
        if shown is None:
            return "no weights are kept"
        words = f"step {grouped(shown)}"
        if shown == step:
            return words
        return f"{words}, its last" if shown == self.steps[-1] < step else f"{words}, the nearest kept"


@dataclass(frozen=True, eq=False)
class Comparison:
    """All that is read of the runs before anything is asked of their networks.

    Attributes:
        sides: the runs.
        settings: their settings side by side.
        notices: what is missing or damaged, a sentence each.
    """

    sides: tuple[Side, ...]
    settings: tuple[SettingRow, ...]
    notices: tuple[str, ...]

    @classmethod
    def of(cls, runs: Sequence[tuple[str, Path]]) -> Comparison:
        """Read the runs, given by name and folder; raises ModelFileError."""
        sides = []
        for number, (name, path) in enumerate(runs):
            folder = RunFolder(path)
            sides.append(Side(letter(number), name, folder, folder.history(), tuple(folder.steps())))
        rows = setting_rows([side.folder for side in sides])
        notices = dict.fromkeys(notice for side in sides for notice in side.folder.notices)
        return cls(tuple(sides), tuple(rows), tuple(notices))

    @property
    def steps(self) -> tuple[int, ...]:
        """All steps at which any of the runs has kept its weights."""
        return tuple(sorted({step for side in self.sides for step in side.steps}))


def letter(number: int) -> str:
    """Return what the run ``number``, from 0, is called."""
    return chr(ord("A") + number) if number < 26 else str(number + 1)


def reading_words(side: Lettered, reading: Reading | None) -> str:
    """Return a line about a run at the reading line."""
    if reading is None:
        return f"{side.letter}: no step yet"
    words = [
        f"{side.letter}: step {grouped(reading.step)}",
        f"loss {reading.mean_loss:.4g}",
        f"accuracy {share(reading.mean_accuracy)}",
    ]
    if reading.validation is not None:
        mark = reading.validation
        words.append(f"validation at {grouped(mark.step)}: {mark.loss:.4g}, {share(mark.accuracy)}")
    return " \N{MIDDLE DOT} ".join(words)


def brief_reading(side: Lettered, reading: Reading | None) -> str:
    """Return a few words about a run at the reading line."""
    if reading is None:
        return f"{side.letter}: no step yet"
    step, loss = grouped(reading.step), f"{reading.mean_loss:.4g}"
    return f"{side.letter}: step {step}, loss {loss}, accuracy {share(reading.mean_accuracy)}"


@dataclass(frozen=True)
class Disagreement(Entry):
    """A test image to which two networks give different answers; ``predicted`` is that of the first.

    Attributes:
        other: the answer of the second.
        other_confidence: its probability.
    """

    other: int
    other_confidence: float


def disagreements(answers: Answers, choice: Choice | None) -> list[Disagreement]:
    """Return the images on which the networks disagree, or those of them behind a cell."""
    at = answers.disagreements if choice is None else answers.cell(choice.true, choice.predicted)
    return _entries(answers, at[:MOST])


def _entries(answers: Answers, at: Labels) -> list[Disagreement]:
    first, second = answers.first, answers.second
    columns = (
        first.indices,
        first.labels,
        first.predicted,
        first.confidence,
        second.predicted,
        second.confidence,
    )
    return [Disagreement(*row) for row in zip(*(column[at].tolist() for column in columns), strict=True)]


def disagreement_title(answers: Answers, one: str, other: str) -> tuple[str, str]:
    """Return the heading above the images, and a note to it."""
    count = len(answers.disagreements)
    if not count:
        return "No disagreements", "Both networks give the same answer to every test image."
    better, worse, neither = answers.counts
    heading = f"{counted(count, 'disagreement')} in {grouped(len(answers.first.labels))} test images"
    note = f"only {other} is right on {grouped(better)}, only {one} on {grouped(worse)}, "
    note += f"neither on {grouped(neither)}"
    return heading, note + (f"; {grouped(MOST)} are shown" if count > MOST else "")


def change_words(difference: Counts, names: Sequence[str], choice: Choice, one: str, other: str) -> str:
    """Say what a cell of the difference means: ``“7” predicted as “2”: 12 images more by B than by A``."""
    true, predicted = names[choice.true], names[choice.predicted]
    what = "predicted correctly" if choice.true == choice.predicted else f"predicted as “{predicted}”"
    change = int(difference[choice.true, choice.predicted])
    if not change:
        return f"“{true}” {what}: as many images by {other} as by {one}"
    words = "more" if change > 0 else "fewer"
    return f"“{true}” {what}: {counted(abs(change), 'image')} {words} by {other} than by {one}"


def change_shades(difference: Counts) -> Shares:
    """Return how strongly each cell is coloured, ``(K, K)``: -1 (worse) to 1 (better), logarithmic."""
    better = np.where(np.eye(len(difference), dtype=bool), difference, -difference).astype(np.float64)
    top = np.abs(better).max(initial=0.0)
    if not top:
        return better
    shades: Shares = np.sign(better) * np.log1p(np.abs(better) / top * 99) / np.log(100)
    return shades
