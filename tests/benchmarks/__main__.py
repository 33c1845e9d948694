"""``python -m tests.benchmarks``: run the benchmarks, print one table, write JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.benchmarks import (
    curves,
    idle,
    instruments,
    latency,
    list_runs,
    map_quality,
    memory,
    monkey,
    processors,
    reading_pictures,
    record_cost,
    startup,
    step_profile,
    sweep_cost,
    time_to_accuracy,
    train_speed,
    travel,
    watch_cost,
)
from tests.benchmarks.row import Row

BENCHMARKS = {
    module.NAME: module
    for module in (
        train_speed,
        step_profile,
        processors,
        watch_cost,
        record_cost,
        travel,
        latency,
        list_runs,
        sweep_cost,
        monkey,
        curves,
        startup,
        idle,
        memory,
        instruments,
        map_quality,
        reading_pictures,
        time_to_accuracy,
    )
}
"""Adding a benchmark: a module with ``NAME`` and ``run() -> list[Row]``, and an entry here."""


def table(rows: list[Row]) -> str:
    """Return ``rows`` as text."""
    lines = [f"{'benchmark':<58}{'value':>12} {'unit':<14}{'goal':<16}met"]
    for row in rows:
        value = (
            "-" if row.value is None else f"{row.value:.3g}" if abs(row.value) < 100 else f"{row.value:.0f}"
        )
        met = {True: "yes", False: "NO", None: ""}[row.met]
        lines.append(f"{row.name:<58}{value:>12} {row.unit:<14}{row.goal:<16}{met}")
    return "\n".join(lines)


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Measure; run nothing beside it."
    )
    parser.add_argument(
        "--only", choices=list(BENCHMARKS), action="append", help="run only this one (repeatable)"
    )
    parser.add_argument(
        "--json", type=Path, default=Path("bench.json"), metavar="FILE", help="default: bench.json"
    )
    args = parser.parse_args()
    rows: list[Row] = []
    for name in args.only or BENCHMARKS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows += BENCHMARKS[name].run()
    print(table(rows))
    args.json.write_text(json.dumps([row._asdict() for row in rows], indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
