"""``runs``: list the recorded runs, look at one, delete it and bring it back."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from engine.cli.progress import say
from engine.errors import ConfigError
from engine.formatting import DASH, share
from engine.runs.folder import RunFolder
from engine.runs.library import BIN_DAYS, TOTAL_BUDGET, Library, Summary
from engine.text import plain

HELP = "list the recorded runs; show, delete or restore one"

_MB = 1024**2
_NUMBERS = ("steps", "time", "best", "last", "test", "MB")
_SHOWN = 12
"""Kept steps that are named; of more only their number and the ends."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    show = actions.add_parser("show", help="print what is known of a run")
    show.add_argument("run", metavar="RUN", help="its name or the beginning of it, or its folder")
    show.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    delete = actions.add_parser("delete", help=f"move a run to the bin, where it stays for {BIN_DAYS} days")
    delete.add_argument("run", metavar="RUN", help="its name or the beginning of it, or its folder")
    restore = actions.add_parser("restore", help="bring a deleted run back; without a name, list the bin")
    restore.add_argument("run", metavar="RUN", nargs="?", help="its name")


def run(args: argparse.Namespace) -> int:
    """Do what ``args`` say; returns 0."""
    library = Library()
    if args.action == "show":
        _show(RunFolder(library.find(args.run)), as_json=args.json)
    elif args.action == "delete":
        if "@" in args.run:
            raise ConfigError(f"A run is deleted as a whole; name it without a step, not {args.run!r}.")
        name = library.delete(library.find(args.run))
        print(
            f"{plain(name)} is in the bin for {BIN_DAYS} days; main.py runs restore {plain(name)} undoes it"
        )
    elif args.action == "restore" and args.run:
        print(f"{plain(str(library.restore(args.run)))} is back")
    elif args.action == "restore":
        print("\n".join(map(plain, library.deleted())) or "The bin is empty.")
    else:
        _list(library, as_json=args.json)
    return 0


def _list(library: Library, *, as_json: bool) -> None:
    runs = library.runs()
    for problem in library.problems:
        say(problem)
    if as_json:
        print(json.dumps([asdict(each) for each in runs], indent=2))
    elif not runs:
        print(f"No runs are recorded in {plain(str(library.folder))} yet.")
    else:
        print(as_table(runs))
        total = sum(each.bytes for each in runs)
        print(f"{len(runs)} runs, {total / _MB:,.0f} MB in {plain(str(library.folder))}")
    if old := library.too_many():
        names = ", ".join(each.name for each in old[:3]) + (", \u2026" if len(old) > 3 else "")
        say(
            f"The runs take more than {TOTAL_BUDGET // _MB // 1024} GB; the {len(old)} oldest ones could go "
            f"(main.py runs delete NAME): {names}"
        )


def as_table(runs: list[Summary]) -> str:
    """Return one line a run, under a line of titles."""
    titles = (
        "name",
        "data set",
        "network",
        "state",
        "steps",
        "time",
        "best",
        "last",
        "test",
        "MB",
        "settings",
    )
    rows = [titles, *(_row(each) for each in runs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(titles))]
    right = range(4, 4 + len(_NUMBERS))
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _row(run: Summary) -> tuple[str, ...]:
    settings = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in run.unusual.items())
    return (
        ("* " if run.star else "") + plain(run.name),
        run.data,
        run.network,
        run.state,
        f"{run.steps:,}",
        f"{run.seconds:.0f} s",
        *map(_percent, (run.best_accuracy, run.last_accuracy, run.test_accuracy)),
        f"{run.bytes / _MB:.0f}",
        settings + (f"  (from {plain(run.parent)})" if run.parent else ""),
    )


def _percent(accuracy: float | None) -> str:
    return DASH if accuracy is None else share(accuracy, 2)


def _show(folder: RunFolder, *, as_json: bool) -> None:
    record, status, steps = folder.record, folder.status(), folder.steps()
    history = folder.history()
    known: dict[str, Any] = {
        "name": record.id,
        "folder": str(folder.path),
        "created": record.created,
        "data": asdict(record.data),
        "config": record.config.to_json(),
        "versions": record.versions,
        "parent": asdict(record.parent) if record.parent else None,
        "status": asdict(status),
        "changes": [list(change) for change in folder.changes()],
        "kept_steps": steps,
        "recorded_steps": history.steps.length,
        "validations": history.validations.length,
        "problems": folder.notices,
    }
    if as_json:
        print(json.dumps(known, indent=2))
        return
    some = [f"{step:,}" for step in steps]
    if len(some) > _SHOWN:
        some = [*some[: _SHOWN // 2], "\u2026", *some[-_SHOWN // 2 :]]
    data, ended = record.data, f"({status.seconds:.1f} s of training), {status.changed}"
    lines = {
        "name": record.id,
        "folder": str(folder.path),
        "created": record.created,
        "data set": f"{data.title}, {data.train:,} training and {data.test:,} test images",
        "network": record.config.network.name,
        "state": f"{status.state} at step {status.step:,} {ended}",
        "accuracy": f"best {_percent(status.best_accuracy)}, last {_percent(status.last_accuracy)}, "
        f"test {_percent(status.test_accuracy)}",
        "parent": f"{record.parent.run}@{record.parent.step}" if record.parent else "-",
        "weights": f"{len(steps)} steps: {', '.join(some)}",
    }
    for name, text in lines.items():
        print(f"{name:<10}{plain(text)}")
    for at, setting, value in folder.changes():
        print(f"{'changed':<10}{plain(setting)} to {plain(value)} after step {at:,}")
    for notice in folder.notices:
        say(notice)
