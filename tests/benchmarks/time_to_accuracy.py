"""Seconds from a random start to 97 % and 99 % on the MNIST test images, through ``main.py train``."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.row import Row

NAME = "time-to-accuracy"
SEEDS = (1, 2, 3, 4, 5)
_ROOT = Path(__file__).parents[2]

GOALS = (("quick-97", 0.97, 10.0), ("quick-99", 0.99, 10.0))
"""Recipe in ``resources/recipes``, the accuracy it has to reach, and in how many seconds."""


def train(recipe: str, seed: int) -> tuple[float, float]:
    """Return the seconds the whole command takes, start and final test included, and its accuracy."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "main.py",
            "train",
            "--config",
            f"resources/recipes/{recipe}.json",
            "--seed",
            str(seed),
            "--out",
            folder,
            "--quiet",
        ]
        began = time.perf_counter()
        subprocess.run(command, cwd=_ROOT, check=True, capture_output=True)
        spent = time.perf_counter() - began
        result = json.loads((Path(folder) / "result.json").read_text(encoding="utf-8"))
    return spent, float(result["test_accuracy"])


def run() -> list[Row]:
    """Train with five seeds for each goal; return the median time and the lowest accuracy."""
    rows = []
    for recipe, goal, limit in GOALS:
        results = [train(recipe, seed) for seed in SEEDS]
        spent = statistics.median(seconds for seconds, _ in results)
        accuracy = min(accuracy for _, accuracy in results)
        met = spent < limit and accuracy >= goal
        name = f"time-to-accuracy: {recipe}, whole command"
        rows.append(Row(name, spent, "s", f"< {limit:g}", met))
        name = f"time-to-accuracy: {recipe}, lowest test accuracy"
        rows.append(Row(name, 100 * accuracy, "%", f">= {100 * goal:g}", met))
    return rows
