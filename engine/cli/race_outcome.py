"""What came of a race, as JSON and as lines for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.cli.tables import table
from engine.formatting import DASH, counted, grouped, loss_figure, share
from engine.races.race import Race
from engine.races.verdict import Outcome, Verdict


def as_json(race: Race, heats: Sequence[Sequence[Outcome]], found: Verdict) -> dict[str, Any]:
    """Return the outcome as plain JSON values."""
    return {
        "race": race.name,
        "entrants": [
            {
                "name": title,
                "test_accuracy": found.accuracies[lane],
                "runs": [_run(race, lane, heat[lane], number) for number, heat in enumerate(heats, 1)],
            }
            for lane, title in enumerate(race.titles)
        ],
        "winner": None if found.winner is None else race.titles[found.winner],
        "sure": found.sure,
        "comparisons": [
            {
                "other": race.titles[each.other],
                "difference": each.difference,
                "larger_than_chance": each.sure,
                "heats": each.heats,
                "p": each.p,
                "interval": None if each.interval is None else [each.interval.low, each.interval.high],
                "only_winner_right" if each.interval is None else "winner_better": each.split[0],
                "only_other_right" if each.interval is None else "other_better": each.split[1],
            }
            for each in found.comparisons
        ],
        "text": found.text,
    }


def _run(race: Race, lane: int, outcome: Outcome, heat: int) -> dict[str, Any]:
    return {
        "seed": race.config(lane, heat).seed,
        "steps": outcome.steps,
        "loss": outcome.loss,
        "validation_accuracy": outcome.validation,
        "test_accuracy": outcome.accuracy,
        "problem": outcome.problem,
        "folder": outcome.folder,
    }


def as_text(race: Race, heats: Sequence[Sequence[Outcome]], found: Verdict) -> list[str]:
    """Return the outcome as lines: a table, and who has won."""
    several = len(heats) > 1
    rows = [["entrant", *(["seed"] if several else []), "steps", "loss", "validation", "test"]]
    for lane, title in enumerate(race.titles):
        for number, heat in enumerate(heats, 1):
            each = heat[lane]
            rows.append(
                [
                    title,
                    *([str(race.config(lane, number).seed)] if several else []),
                    grouped(each.steps),
                    DASH if each.loss is None else loss_figure(each.loss),
                    _percent(each.validation),
                    _percent(each.accuracy) if each.answers is not None else "out",
                ]
            )
    folders = {str(Path(outcome.folder).parent) for heat in heats for outcome in heat if outcome.folder}
    count = counted(len(heats) * len(race.titles), "run")
    return [
        *table(rows),
        "",
        *found.sentences,
        *(f"{count} recorded in {folder}" for folder in sorted(folders)),
    ]


def _percent(accuracy: float | None) -> str:
    return DASH if accuracy is None else share(accuracy, 2)
