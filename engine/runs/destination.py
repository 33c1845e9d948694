"""Where a run is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from engine.records import dataclass
from engine.runs.budget import Budget
from engine.runs.hold import Hold

if TYPE_CHECKING:
    from engine.runs.record import Parent, RaceEntry, Trial


@dataclass(frozen=True)
class Destination:
    """Where a run is recorded.

    Attributes:
        path: the folder; made when the first step is taken, unless it holds the run that is gone on with.
        hold: the claim on it, where it is claimed already.
        parent: the recorded moment that the run was branched off from.
        budget: bytes that the weights may take.
        numbered: whether the run goes to a folder beside ``path``, with a number, if there is one already.
        race: the race that it is part of.
        trial: of which sweep it is a trial, if it is one.
    """

    path: Path
    hold: Hold | None = None
    parent: Parent | None = None
    budget: int = Budget().run_bytes
    numbered: bool = False
    race: RaceEntry | None = None
    trial: Trial | None = None


def free_path(path: Path) -> Path:
    """Return ``path``, or if it is taken one with a number; by the time it is made it may be taken, too."""
    return next(each for each in _numbered(path) if not each.exists())


def make_free(path: Path) -> Path:
    """Make the folder ``path``, or one with a number, which nobody else makes; returns which.

    Raises:
        OSError: it cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for each in _numbered(path):
        try:
            each.mkdir()
        except FileExistsError:
            continue
        return each
    raise FileExistsError  # of infinitely many names one is free


def _numbered(path: Path) -> Iterator[Path]:
    yield path
    yield from (path.with_name(f"{path.name}-{number}") for number in count(2))
