"""Training speed with 1, 2, 4 and 8 processors, as far as there are: images/s, and over that with one.

The same steps with each number, taking turns, the processors of the others asleep meanwhile.
"""

from __future__ import annotations

import statistics
from contextlib import ExitStack

from engine.model.spec import preset
from engine.training.workers import Workers, default_threads
from tests.benchmarks.row import Row
from tests.benchmarks.train_speed import engine_turn, new_trainer, noise

NAME = "processors"
CASES = (
    ("classic", (1, 28, 28), 20),
    ("classic", (1, 28, 28), 128),
    ("lenet5", (1, 28, 28), 20),
    ("lenet5", (1, 28, 28), 128),
    ("deep", (1, 28, 28), 128),
    ("resnet", (3, 32, 32), 128),
)

_ROUNDS, _SECONDS = 9, 0.4


def measure(name: str, in_shape: tuple[int, int, int], batch: int) -> list[Row]:
    """Return the speed of one network with each number of processors."""
    spec = preset(name, in_shape)
    dataset = noise(spec)
    counts = [count for count in (1, 2, 4, 8) if count <= default_threads()]
    with ExitStack() as stack:
        trainers = [
            new_trainer(spec, batch, dataset, stack.enter_context(Workers(count))) for count in counts
        ]
        for trainer in trainers:
            engine_turn(trainer, 5)
        steps = max(5, round(_SECONDS * 10 / engine_turn(trainers[0], 10)))
        rounds = [
            [steps * batch / engine_turn(trainer, steps) for trainer in trainers] for _ in range(_ROUNDS)
        ]
    rows = []
    for place, count in enumerate(counts):
        start = f"{NAME}: {name}, batch {batch}, {count}"
        speed = statistics.median(speeds[place] for speeds in rounds)
        rows.append(Row(start, speed, "images/s", "", None))
        if place:
            gain = statistics.median(speeds[place] / speeds[0] for speeds in rounds)
            rows.append(Row(f"{start}, over one", gain, "times", "", None))
    return rows


def run() -> list[Row]:
    """Measure every network."""
    return [row for case in CASES for row in measure(*case)]
