"""How long a thousand recorded runs take to be listed: with the index, and when it has to be rebuilt."""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from engine.data.catalogue import load
from engine.model.network import Network
from engine.model.spec import preset
from engine.runs import names
from engine.runs.library import Library
from engine.runs.record import RunRecord
from engine.training.config import RunConfig
from tests.benchmarks.row import Row

NAME = "list-runs"
RUNS, WEIGHTS, REPEATS = 1000, 20, 5
GOAL = 0.5


def lay_out(folder: Path) -> None:
    """Write ``RUNS`` runs with ``WEIGHTS`` kept steps each."""
    config = RunConfig(network=preset("classic"))
    record = RunRecord.new("first", config, load("mnist")).to_json()
    size = Network.empty(config.network).state_vector.nbytes
    first = folder / "first"
    (first / names.WEIGHTS).mkdir(parents=True)
    (first / names.RUN).write_text(json.dumps(record))
    (first / names.STATUS).write_text(json.dumps({"state": "finished", "step": 1234, "closed": True}))
    for step in range(WEIGHTS):
        with (first / names.WEIGHTS / names.weights_file(step)).open("wb") as file:
            file.truncate(size)  # their contents are nobody's affair here
    for number in range(1, RUNS):
        shutil.copytree(first, folder / f"run-{number}")


def seconds(folder: Path) -> float:
    """Return how long one listing takes."""
    began = time.perf_counter()
    assert len(Library(folder).runs()) == RUNS
    return time.perf_counter() - began


def run() -> list[Row]:
    """Measure listings with and without the index; the medians."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        lay_out(folder)
        anew = []
        for _ in range(REPEATS):
            (folder / "index.json").unlink(missing_ok=True)
            anew.append(seconds(folder))
        known = [seconds(folder) for _ in range(REPEATS)]
    with_index = statistics.median(known)
    return [
        Row(f"list-runs: {RUNS:,} runs", with_index, "s", f"<= {GOAL:g}", with_index <= GOAL),
        Row(f"list-runs: {RUNS:,} runs, index rebuilt", statistics.median(anew), "s", "", None),
    ]
