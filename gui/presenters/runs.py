"""The table of recorded runs: what stands in each column, how it is sorted, and what a search finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.formatting import DASH, counted, grouped, share
from engine.model.history import History
from engine.runs.bin import Deleted
from engine.runs.budget import Budget
from engine.runs.library import Library
from engine.runs.summary import Summary
from gui.presenters.status import duration

_MB, _GB = 1 << 20, 1 << 30
STAR, NO_STAR = "\N{BLACK STAR}", "\N{WHITE STAR}"

Key = tuple[Any, ...]
"""What rows are sorted by; values that are not known come last."""


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Attributes:
        key: its name in the program.
        title: what stands above it.
        help: what it shows, as a sentence.
        text: what stands in the row of a run.
        order: what the rows are sorted by.
        number: whether it is aligned to the right.
        descending: whether the first click puts the largest on top.
        letters: how many letters it is wide.
    """

    key: str
    title: str
    help: str
    text: Callable[[Summary], str]
    order: Callable[[Summary], Key]
    number: bool = False
    descending: bool = False
    letters: int = 10


def _words(text: Callable[[Summary], str]) -> Callable[[Summary], Key]:
    return lambda run: (not text(run), text(run).casefold())


def _accuracy(key: str, title: str, help: str) -> Column:  # noqa: A002 - the field's own name
    def value(run: Summary) -> float | None:
        accuracy: float | None = getattr(run, key)
        return accuracy

    def text(run: Summary) -> str:
        accuracy = value(run)
        return DASH if accuracy is None else share(accuracy, 2)

    return Column(
        key, title, help, text, lambda run: (value(run) is not None, value(run) or 0.0), True, True, 8
    )


def name_of(run: Summary) -> str:
    """Return what the user calls a run, or the name of its folder."""
    return run.title or run.name


def settings_of(run: Summary) -> str:
    """Return what is unusual in the settings of a run."""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in run.unusual.items())


def moment_of(text: str) -> str:
    """Return a moment, ISO 8601, as it is read: ``25 Nov 2026, 15:30``; as it is if it is none."""
    try:
        moment = datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError):
        return text
    return f"{moment.day} {moment:%b %Y, %H:%M}"


COLUMNS = (
    Column(
        "star",
        STAR,
        "A star keeps a run from being offered for deletion; click it, or press *.",
        lambda run: STAR if run.star else NO_STAR,
        lambda run: (run.star, run.created),
        descending=True,
        letters=2,
    ),
    Column(
        "title", "Name", "Your name for the run, or that of its folder.", name_of, _words(name_of), letters=22
    ),
    Column(
        "data",
        "Data set",
        "What it learnt from.",
        lambda run: run.data,
        _words(lambda run: run.data),
        letters=8,
    ),
    Column(
        "network",
        "Network",
        "Its network.",
        lambda run: run.network,
        _words(lambda run: run.network),
        letters=7,
    ),
    Column(
        "unusual",
        "Unusual settings",
        "Settings that are not the usual ones.",
        settings_of,
        _words(settings_of),
        letters=20,
    ),
    Column(
        "steps",
        "Steps",
        "Training steps done.",
        lambda run: grouped(run.steps),
        lambda run: (run.steps,),
        True,
        True,
        7,
    ),
    Column(
        "seconds",
        "Time",
        "Time spent training.",
        lambda run: duration(run.seconds),
        lambda run: (run.seconds,),
        True,
        True,
        6,
    ),
    _accuracy("best_accuracy", "Best", "Accuracy of the best validation."),
    _accuracy("last_accuracy", "Last", "Accuracy of the last validation."),
    _accuracy("test_accuracy", "Test", "Accuracy on the test images, where it was measured."),
    Column(
        "state",
        "State",
        "What it does, or how it ended.",
        lambda run: run.state,
        _words(lambda run: run.state),
    ),
    Column(
        "created",
        "Begun",
        "When it began.",
        lambda run: moment_of(run.created),
        lambda run: (run.created,),
        descending=True,
        letters=16,
    ),
    Column(
        "parent",
        "Parent",
        "The moment of another run that it was branched off from.",
        lambda run: run.parent,
        _words(lambda run: run.parent),
        letters=12,
    ),
    Column(
        "sweep",
        "Sweep",
        "The sweep that it is a trial of.",
        lambda run: run.sweep,
        _words(lambda run: run.sweep),
        letters=10,
    ),
    Column(
        "note",
        "Notes",
        "How your notes begin.",
        lambda run: run.note,
        _words(lambda run: run.note),
        letters=20,
    ),
    Column(
        "bytes",
        "Room",
        "What it takes on the disk.",
        lambda run: room_words(run.bytes),
        lambda run: (run.bytes,),
        True,
        True,
        7,
    ),
)
"""The columns from left to right."""

PLACES = {column.key: place for place, column in enumerate(COLUMNS)}
"""Where each column is."""


def room_words(size: int) -> str:
    """Return bytes as people read them."""
    if size >= _GB:
        return f"{size / _GB:.1f} GB"
    return f"{size / _MB:.0f} MB" if size >= _MB else f"{max(1, round(size / 1024))} kB"


def found(run: Summary, wanted: str) -> bool:
    """Return whether each word of ``wanted`` stands somewhere in the row of ``run``."""
    row = " ".join([run.name, *(column.text(run) for column in COLUMNS)]).casefold()
    return all(word in row for word in wanted.casefold().split())


def with_history(run: Summary, history: History) -> Summary:
    """Return the row of a run that trains, as far as its curves have come."""
    steps, rows, best = history.steps, history.validations, history.best()
    if not steps.length:
        return run
    return replace(
        run,
        steps=int(steps.last("step")),
        seconds=steps.last("seconds"),
        last_accuracy=rows.last("accuracy") if rows.length else run.last_accuracy,
        best_accuracy=run.best_accuracy if best is None else float(rows.column("accuracy")[best]),
    )


@dataclass(frozen=True)
class Listing:
    """All that the view shows, read at one time beside the window.

    Attributes:
        runs: the runs.
        budget: how much room they may take.
        problems: what could not be read, a sentence each.
    """

    runs: tuple[Summary, ...]
    budget: Budget
    problems: tuple[str, ...]

    @classmethod
    def of(cls, library: Library) -> Listing:
        """List ``library``."""
        runs, budget = tuple(library.runs()), library.budget()
        return cls(runs, budget, tuple(library.problems))

    def words(self, shown: int) -> str:
        """Say how many runs there are, how many of them are shown, and what they take."""
        many = counted(len(self.runs), "run")
        part = many if shown == len(self.runs) else f"{grouped(shown)} of {many}"
        taken = sum(run.bytes for run in self.runs)
        told = f"{part}, {room_words(taken)} of {self.budget.all_gigabytes:g} GB"
        if taken > self.budget.all_bytes:
            told += ", more than they may take: delete some, or give them more room"
        return " \N{MIDDLE DOT} ".join([told, *self.problems[:1]])


def deletion_question(runs: Sequence[Summary], days: int) -> str:
    """Return the question before runs are deleted."""
    if len(runs) == 1:
        return f"Delete the run “{name_of(runs[0])}”? It can be brought back from the bin for {days} days."
    marked = sum(run.star for run in runs)
    star = f" {grouped(marked)} of them have a star." if marked else ""
    return f"Delete {counted(len(runs), 'run')}? They can be brought back from the bin for {days} days.{star}"


def deleted_words(run: Deleted) -> str:
    """Return a line of the bin."""
    day = datetime.fromtimestamp(run.moment).astimezone()
    return (
        f"{run.name} \N{EN DASH} deleted {day.day} {day:%b %Y, %H:%M}; {counted(run.days_left, 'day')} left"
    )
