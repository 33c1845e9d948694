"""What recording costs: speed of a run that is recorded over speed of one that is not."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from engine.runs.destination import Destination
from tests.benchmarks.row import Row
from tests.benchmarks.watch_cost import blind, config

NAME = "record-cost"
PAIRS = 5
GOAL = 0.97


def recorded(network: str, batch: int) -> float:
    """Return images a second of a run that is recorded in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return blind(config(network, batch), Destination(Path(folder) / "run"))


def run() -> list[Row]:
    """Measure pairs, the first of which alternates, and return the medians."""
    rows = []
    for network, batch in (("classic", 20), ("lenet5", 64), ("deep", 64)):
        ratios = []
        for pair in range(PAIRS):
            if pair % 2:
                with_it = recorded(network, batch)
                ratios.append(with_it / blind(config(network, batch)))
            else:
                without = blind(config(network, batch))
                ratios.append(recorded(network, batch) / without)
        ratio = statistics.median(ratios)
        name = f"record-cost: {network} batch {batch}, speed recorded / not"
        rows.append(Row(name, ratio, "ratio", f">= {GOAL:g}", ratio >= GOAL))
    return rows
