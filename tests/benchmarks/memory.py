"""Whether an hour of training makes the process grow: memory after 20,000 steps less that after 2,000."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.row import Row
from tests.benchmarks.watch_cost import config, opened, pump

NAME = "memory"
EARLY, LATE = 2_000, 20_000
GOAL_MB = 16.0


def resident_mb() -> float | None:
    """Return the resident memory of this process in MB; None where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return None
    return pages * 4096 / 1e6


def run() -> list[Row]:
    """Train classic with every view visible and compare."""
    name = f"memory: after {LATE:,} steps less after {EARLY:,}"
    if resident_mb() is None:
        return [Row(name, None, "not known here", "", None)]
    with tempfile.TemporaryDirectory() as folder:
        program = opened(config(), Path(folder))
        sizes = []
        for goal in (EARLY, LATE):
            while program.context.bridge.steps < goal:
                pump(program, 0.05)
            sizes.append(resident_mb() or 0.0)
        program.close()
        pump(program, 0.05)
    grown = sizes[1] - sizes[0]
    return [Row(name, grown, "MB", f"<= {GOAL_MB:g}", grown <= GOAL_MB)]
