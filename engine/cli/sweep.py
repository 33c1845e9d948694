"""``sweep``: train many runs whose settings are varied, by all processors or a cluster, and rank them."""

from __future__ import annotations

import argparse
import json
from contextlib import ExitStack
from pathlib import Path

from engine.cli import progress
from engine.cli.arguments import name_or_path, to_path
from engine.data.folders import runs_folder, sweeps_folder
from engine.errors import ConfigError
from engine.formatting import counted, grouped
from engine.io.gate import is_folder, is_there
from engine.sweeps import state
from engine.sweeps.cluster import Cluster, connected
from engine.sweeps.plan import Plan
from engine.sweeps.plan_file import read_plan
from engine.sweeps.results import as_json, as_table
from engine.sweeps.schedule import Executor, InProcess, Schedule
from engine.sweeps.state import Sweep, identity, plan_in
from engine.task import Progress, Task
from engine.text import shortened
from engine.typed_numbers import number_like


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "sweep",
        type=name_or_path,
        metavar="FILE_OR_SWEEP",
        help="a TOML file that describes the sweep, or the name or folder of one that was begun; "
        "one that was interrupted goes on",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--scheduler", metavar="ADDRESS", help="Dask's scheduler of a cluster, tcp://host:port; trust it"
    )
    where.add_argument(
        "--workers",
        type=number_like(1),
        default=0,
        metavar="N",
        help="processes here (default: one a processor)",
    )
    where.add_argument("--in-process", action="store_true", help="one run after another, without Dask")
    parser.add_argument("--dry-run", action="store_true", help="say how many runs there would be, and end")
    parser.add_argument("--json", action="store_true", help="print the results as JSON instead of a table")
    parser.add_argument("--verbose", action="store_true", help="say each result, and what it cost")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.add_argument(
        "--progress",
        action="store_true",
        help="print a line of JSON at each step forward, for programs",
    )


def run(args: argparse.Namespace) -> int:
    """Carry out the sweep that ``args`` name; returns 0.

    Raises:
        EngineError: something is wrong with the plan, the data, the folder or the cluster.
        KeyboardInterrupt: it was interrupted, and can go on.
    """
    if not 0 <= args.workers <= 1024:
        raise ConfigError(f"--workers is {args.workers}; allowed is 1 to 1024, or 0 for the processors.")
    plan, folder = found(args.sweep)
    with ExitStack() as stack:
        task = stack.enter_context(progress.task("step", leave=False, disable=args.quiet or args.progress))
        if args.progress:
            task = Task(_as_line)
        sweep = Sweep(plan, folder, task)
        seeds = f" with {counted(len(plan.seeds), 'seed')} each" if len(plan.seeds) > 1 else ""
        about = f"{sweep.id}: {counted(len(sweep.trials), 'trial')}{seeds}, {counted(sweep.runs, 'run')}, "
        rungs = ", ".join(f"{grouped(count)} up to step {grouped(until)}" for until, count in sweep.rungs)
        progress.say(f"{about}{counted(sweep.steps, 'step')} ({rungs})")
        if args.dry_run:
            return 0
        stack.enter_context(sweep.held())
        if sweep.outcomes:
            progress.say(f"{counted(len(sweep.outcomes), 'result')} are there already; the sweep goes on.")
        _carry_out(args, sweep, task, stack)
    print(json.dumps(as_json(sweep)) if args.json else as_table(sweep))
    if not args.json:
        best = sweep.trials[sweep.ranking()[0][0]][0].name
        progress.say(f"main.py runs show {best}: the best one; main.py runs --sweep {sweep.id}: all of them")
    return 0


def found(word: str) -> tuple[Plan, Path]:
    """Return the plan that ``word`` names, and the folder of the sweep.

    Raises:
        ConfigError: there is none.
    """
    path = to_path(word)
    if not is_there(path) or is_folder(path):
        named = sorted(sweeps_folder().glob(f"*/{state.PLAN}"))
        begun = [each.parent for each in named if each.parent.name.startswith(word)]
        for folder in (path, *(begun if len(begun) == 1 else ())):
            if is_there(folder / state.PLAN):
                return plan_in(folder), folder
        several = ", ".join(folder.name for folder in begun[:3])
        told = f"several are called so: {several}" if several else "name a TOML file, or one that was begun"
        raise ConfigError(shortened(f"There is no sweep {word!r} in {sweeps_folder()}; {told}."))
    plan = read_plan(path)
    return plan, sweeps_folder() / identity(plan)


def _carry_out(args: argparse.Namespace, sweep: Sweep, task: Task, stack: ExitStack) -> None:
    tell = progress.say if args.verbose else lambda _: None
    executor: Executor = InProcess()
    cluster: Cluster | None = None
    if not args.in_process and sweep.left():
        task.report(0, sweep.steps, "starting processes")
        executor = cluster = stack.enter_context(connected(sweep.id, args.scheduler or "", args.workers))
        progress.say(f"{counted(cluster.workers, 'process', 'processes')} at {cluster.address}")
    try:
        Schedule(sweep, executor, runs_folder(), tell).carry_on(task)
    except KeyboardInterrupt:
        done = counted(len(sweep.outcomes), "result")
        raise KeyboardInterrupt(
            f"interrupted with {done}, all of which are kept; main.py sweep {sweep.id} goes on"
        ) from None
    if args.verbose and cluster is not None:
        progress.say(cluster.costs())


def _as_line(now: Progress) -> None:
    line = {"done": now.done, "total": now.total, "message": now.message}
    print(json.dumps(line), flush=True)
