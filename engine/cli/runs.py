"""``runs``: list the recorded runs, look at one, compare some, note, delete and bring back."""

from __future__ import annotations

import argparse
import dataclasses
import json
from dataclasses import asdict
from typing import Any

from engine.cli import progress, runs_compare
from engine.cli.arguments import to_path
from engine.cli.progress import say
from engine.errors import ConfigError
from engine.formatting import DASH, counted, share
from engine.publish.share import SUFFIX, receive
from engine.runs.bin import BIN_DAYS
from engine.runs.budget import Budget
from engine.runs.folder import RunFolder
from engine.runs.library import Library
from engine.runs.notes import change_notes
from engine.runs.record import Trial
from engine.runs.summary import Summary
from engine.text import plain
from engine.typed_numbers import number_like

_RUN = "its name or the beginning of it, the name that you gave it, or its folder"

_MB = 1024**2
_NUMBERS = ("steps", "time", "best", "last", "test", "MB")
_SHOWN = 12
"""Kept steps that are named; of more only their number and the ends."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--sweep", metavar="NAME", help="list only the runs of sweeps whose name begins so")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    show = actions.add_parser("show", help="print what is known of a run")
    show.add_argument("run", metavar="RUN", help=_RUN)
    show.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    compare = actions.add_parser("compare", help=runs_compare.HELP)
    runs_compare.arguments(compare)
    compare.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    note = actions.add_parser("note", help="name a run, write notes about it, mark it with a star")
    note.add_argument("run", metavar="RUN", help=_RUN)
    note.add_argument("--name", metavar="NAME", help="what you call it; an empty one takes the name away")
    note.add_argument("--text", metavar="TEXT", help="the notes, in place of those that are there")
    note.add_argument("--star", action=argparse.BooleanOptionalAction, help="mark it, or do so no more")
    taken = actions.add_parser("add", help="take in a run that somebody has shared")
    taken.add_argument("file", type=to_path, metavar="FILE", help=f"a {SUFFIX} file")
    delete = actions.add_parser("delete", help=f"move a run to the bin, where it stays for {BIN_DAYS} days")
    delete.add_argument("run", metavar="RUN", help=_RUN)
    restore = actions.add_parser("restore", help="bring a deleted run back; without a name, list the bin")
    restore.add_argument("run", metavar="RUN", nargs="?", help="its name")
    actions.add_parser("empty-bin", help="remove the deleted runs for good")
    budget = actions.add_parser("budget", help="print or change how much room runs may take")
    for (name, info), flag in zip(Budget.options().items(), ("--run-mb", "--all-gb"), strict=True):
        default: Any = Budget.__dataclass_fields__[name].default
        text = f"{info.help} Allowed: {info.allowed()}; usual: {default:g}."
        budget.add_argument(flag, dest=name, type=number_like(default), metavar="N", help=text)


def run(args: argparse.Namespace) -> int:
    """Do what ``args`` say; returns 0.

    Raises:
        EngineError: there is no such run or step, or something cannot be read or written.
    """
    library = Library()
    if args.action == "show":
        _show(RunFolder(library.find(args.run)), as_json=args.json)
    elif args.action == "compare":
        runs_compare.run(args, library)
    elif args.action == "add":
        with progress.task("B", unit_scale=True, leave=False) as task:
            print(receive(args.file, library, task)[0].name)
    elif args.action == "note":
        _note(args, library)
    elif args.action == "delete":
        if "@" in args.run:
            raise ConfigError(f"A run is deleted as a whole; name it without a step, not {args.run!r}.")
        name = library.bin.delete(library.find(args.run))
        print(
            f"{plain(name)} is in the bin for {BIN_DAYS} days; main.py runs restore {plain(name)} undoes it"
        )
    elif args.action == "restore" and args.run:
        print(f"{plain(str(library.bin.restore(args.run)))} is back")
    elif args.action == "restore":
        print("\n".join(plain(run.name) for run in library.bin.deleted()) or "The bin is empty.")
    elif args.action == "empty-bin":
        print(f"{counted(library.bin.empty(), 'run')} removed for good")
    elif args.action == "budget":
        _budget(args, library)
    else:
        _list(library, args.sweep, as_json=args.json)
    return 0


def _note(args: argparse.Namespace, library: Library) -> None:
    if args.name is None and args.text is None and args.star is None:
        raise ConfigError("There is nothing to note; give --name, --text, --star or --no-star.")
    path = library.find(args.run)
    change_notes(path, name=args.name, text=args.text, star=args.star)
    print(f"{plain(path.name)} is noted")


def _budget(args: argparse.Namespace, library: Library) -> None:
    wanted = {name: value for name in Budget.options() if (value := getattr(args, name)) is not None}
    budget = dataclasses.replace(library.budget(), **wanted)
    if wanted:
        budget.write(library.folder)
    for problem in library.problems:
        say(problem)
    print(f"weights of one run: {budget.run_megabytes:,} MB\nall runs together: {budget.all_gigabytes:g} GB")


def _list(library: Library, sweep: str | None, *, as_json: bool) -> None:
    runs, old = library.runs(), library.too_many()
    if sweep is not None:
        runs = [each for each in runs if each.sweep and each.sweep.startswith(sweep)]
    for problem in library.problems:
        say(problem)
    if as_json:
        print(json.dumps([asdict(each) for each in runs], indent=2))
    elif not runs and sweep is not None:
        print(f"No runs of a sweep {plain(sweep)!r} are recorded in {plain(str(library.folder))}.")
    elif not runs:
        print(f"No runs are recorded in {plain(str(library.folder))} yet.")
    else:
        print(as_table(runs))
        total = sum(each.bytes for each in runs)
        print(f"{counted(len(runs), 'run')}, {total / _MB:,.0f} MB in {plain(str(library.folder))}")
    if old:
        names = ", ".join(each.name for each in old[:3]) + (", \u2026" if len(old) > 3 else "")
        say(
            f"The runs take more than {library.budget().all_gigabytes:g} GB; the oldest without a star could "
            f"go, {counted(len(old), 'run')} (main.py runs delete NAME): {names}"
        )


def as_table(runs: list[Summary]) -> str:
    """Return one line a run, under a line of titles."""
    titles = (
        "name",
        "called",
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
    right = range(5, 5 + len(_NUMBERS))
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
        run.title,
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
    record, status, notes, steps = folder.record, folder.status(), folder.notes(), folder.steps()
    history = folder.history()
    known: dict[str, Any] = {
        "name": record.id,
        "folder": str(folder.path),
        "created": record.created,
        "data": asdict(record.data),
        "config": record.config.to_json(),
        "versions": record.versions,
        "parent": asdict(record.parent) if record.parent else None,
        "race": asdict(record.race) if record.race else None,
        "trial": asdict(record.trial) if record.trial else None,
        "status": asdict(status),
        "notes": {"name": notes.name, "text": notes.text, "star": notes.star},
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
        "name": record.id + (" *" if notes.star else ""),
        **({"called": notes.name} if notes.name else {}),
        "folder": str(folder.path),
        "created": record.created,
        "data set": f"{data.title}, {data.train:,} training and {data.test:,} test images",
        "network": record.config.network.name,
        "state": f"{status.state} at step {status.step:,} {ended}",
        "accuracy": f"best {_percent(status.best_accuracy)}, last {_percent(status.last_accuracy)}, "
        f"test {_percent(status.test_accuracy)}",
        "parent": f"{record.parent.run}@{record.parent.step}" if record.parent else "-",
        **({"race": record.race.title} if record.race else {}),
        **({"sweep": _trial(record.trial)} if record.trial else {}),
        "weights": f"{len(steps)} steps: {', '.join(some)}",
    }
    for name, text in lines.items():
        print(f"{name:<10}{plain(text)}")
    for line in notes.text.splitlines():
        print(f"{'notes':<10}{plain(line)}")
    for at, setting, value in folder.changes():
        print(f"{'changed':<10}{plain(setting)} to {plain(value)} after step {at:,}")
    for notice in folder.notices:
        say(notice)


def _trial(trial: Trial) -> str:
    settings = ", ".join(f"{name} {value}" for name, value in trial.settings.items())
    return f"{trial.sweep}, trial {trial.number}: {settings}"
