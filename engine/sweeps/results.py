"""What a sweep has found: its trials, the best first, with the settings that were varied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.formatting import DASH, counted, grouped, loss_figure, share
from engine.sweeps.space import shown
from engine.sweeps.state import Sweep
from engine.text import plain


@dataclass(frozen=True)
class Row:
    """A trial.

    Attributes:
        rank: its place, from 1; None while none of its figures are known.
        number: which trial, from 1.
        settings: what was varied, by name.
        runs: the names of its runs.
        steps: of the run that went furthest.
        accuracy: of the last validation, of each run that has one.
        loss: of the same validations.
        going: whether it was not given up.
        problem: why a run of it failed, or "".
    """

    rank: int | None
    number: int
    settings: dict[str, Any]
    runs: tuple[str, ...]
    steps: int
    accuracy: tuple[float, ...]
    loss: tuple[float, ...]
    going: bool
    problem: str

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain JSON values; means and deviations are over the seeds."""
        figures: dict[str, Any] = {}
        for name, values in (("accuracy", self.accuracy), ("loss", self.loss)):
            figures[name] = float(np.mean(values)) if values else None
            figures[f"{name}_deviation"] = float(np.std(values, ddof=1)) if len(values) > 1 else None
        return {
            "rank": self.rank,
            "trial": self.number,
            "settings": self.settings,
            "runs": list(self.runs),
            "steps": self.steps,
            **figures,
            "given_up": not self.going,
            "problem": self.problem,
        }


def rows(sweep: Sweep) -> list[Row]:
    """Return the trials of a sweep, the best first."""
    ranking = sweep.ranking()
    furthest = ranking[0][1] if ranking else 0
    found = []
    for place, (trial, done, score) in enumerate(ranking, 1):
        last = []
        for run in sweep.trials[trial]:
            outcomes = [sweep.outcomes.get((run.name, rung)) for rung in range(len(sweep.rungs))]
            last += [outcome for outcome in outcomes if outcome is not None][-1:]
        good = [each for each in last if not each.problem]
        found.append(
            Row(
                None if score is None else place,
                trial + 1,
                sweep.trials[trial][0].mark.settings,
                tuple(run.name for run in sweep.trials[trial]),
                max((each.step for each in last), default=0),
                tuple(each.accuracy for each in good if each.accuracy is not None),
                tuple(each.loss for each in good if each.loss is not None),
                done == furthest,
                next((each.problem for each in last if each.problem), ""),
            )
        )
    return found


def as_table(sweep: Sweep, most: int = 20) -> str:
    """Return the best trials as a table, one line each, and what is not in it."""
    found = rows(sweep)
    settings = [each.setting for each in sweep.plan.space]
    table = [("", "trial", *settings, "steps", "accuracy", "loss")]
    for row in found[:most]:
        accuracy, loss = (
            (share(float(np.mean(row.accuracy)), 2), loss_figure(float(np.mean(row.loss))))
            if row.accuracy
            else (DASH, DASH)
        )
        if len(row.accuracy) > 1:
            accuracy += f" \N{PLUS-MINUS SIGN} {100 * float(np.std(row.accuracy, ddof=1)):.2f}"
        values = [shown(row.settings.get(name, "")) for name in settings]
        rank = DASH if row.rank is None else f"{row.rank}."
        table.append((rank, str(row.number), *values, grouped(row.steps), accuracy, loss))
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in table]
    failed = [row for row in found if row.problem]
    if len(found) > most:
        lines.append(f"and {counted(len(found) - most, 'more trial')}; --json prints all of them")
    if failed:
        lines.append(f"{counted(len(failed), 'trial')} failed; the first one: {plain(failed[0].problem)}")
    return "\n".join(lines)


def as_json(sweep: Sweep) -> dict[str, Any]:
    """Return all that was found as plain JSON values."""
    rungs = [{"steps": until, "trials": count} for until, count in sweep.rungs]
    trials = [row.to_json() for row in rows(sweep)]
    return {"sweep": sweep.id, "folder": str(sweep.folder), "rungs": rungs, "trials": trials}
