"""Training speed: images/s over PyTorch's on the same network, and how near it is to the hardware.

Both sides train with momentum on the same normalised images, on all processors, taking turns; the
engine through its ``Trainer``, PyTorch from batches that lie ready. Other work on the machine hurts
PyTorch far more, whose threads wait for each other at every layer (ratios of 70 and 190 were seen), so
processors are checked before and after each line, and a line that was disturbed claims nothing.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time

import numpy as np
from threadpoolctl import threadpool_info

from engine.data import catalogue
from engine.data.dataset import Dataset
from engine.model.model_file import Model
from engine.model.spec import NetworkSpec, preset
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers, default_threads
from engine.types import Scratch
from tests.benchmarks.networks import Case, cases, multiplications
from tests.benchmarks.row import Row
from tests.benchmarks.torch_side import TorchSide, installed

NAME = "train-speed"

_ROUNDS = 9
_SECONDS = 0.4
"""Length of one side's turn in a round."""

_UNSTEADY = 1.5
"""A side whose best turn is this much faster than its median one was disturbed."""

_CORE_TYPE = "OPENBLAS_CORETYPE"

_AVX2 = ("Haswell", "Zen")
"""OpenBLAS's names for processors with AVX2 and without AVX-512; they have the same kernels."""

_FOLLOWED, _FOLLOWED_RATE = 200, 0.001
"""Steps over which the losses of both sides are compared, and the learning rate for it.

With the usual rate of 0.01 training is chaotic: the losses agree to 4e-7 for ten steps, and then
differences in the last bit grow tenfold every few steps, on whichever side they are made. With this one
rounding still decides now and then which pixel is the largest of a pool; of six seeds the largest
difference was 6e-4 in the calmest and 6e-2 in the wildest.
"""


def noise(spec: NetworkSpec) -> Dataset:
    """Return random images of the network's shape: speed does not depend on what is in them."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (2048, *spec.in_shape), np.uint8)
    labels = rng.integers(0, 10, len(images))
    names = tuple("0123456789")
    return Dataset("noise", "Noise", names, images, labels, images[:10], labels[:10])


def new_trainer(
    spec: NetworkSpec, batch: int, dataset: Dataset, workers: Workers, rate: float = 0.01
) -> Trainer:
    """Return a trainer with the settings that PyTorch's side has too."""
    config = RunConfig(
        spec, batch_size=batch, learning_rate=rate, momentum=0.95, epochs=10000, validation_images=0
    )
    trainer = Trainer(config, dataset, workers)
    trainer.pool.wait()
    return trainer


def model_of(trainer: Trainer, dataset: Dataset) -> Model:
    """Return a copy of the network as it is now."""
    return Model(trainer.network.copy(), trainer.preprocessing, dataset.class_names)


def engine_turn(trainer: Trainer, count: int) -> float:
    """Train ``count`` steps and return the seconds."""
    start = time.perf_counter()
    for _ in range(count):
        trainer.step()
    return time.perf_counter() - start


def matrix_peak(threads: int) -> float:
    """Return the GFLOP/s of large float32 matrix products, one on each thread: the hardware's limit."""
    size, times = 1024, 10
    a, b = np.random.default_rng(0).standard_normal((2, size, size), dtype=np.float32)

    def multiply(_scratch: Scratch) -> None:
        out = np.empty_like(a)
        for _ in range(times):
            np.matmul(a, b, out=out)

    best = float("inf")
    with Workers(threads) as workers:
        for _ in range(5):
            start = time.perf_counter()
            workers.run([multiply] * threads)
            best = min(best, time.perf_counter() - start)
    return times * threads * 2 * size**3 / best / 1e9


def compare(case: Case, torch: TorchSide | None, workers: Workers) -> tuple[float, float | None, bool]:
    """Return the engine's images/s, the median ratio of alternating turns, and whether all was steady."""
    dataset = noise(case.spec)
    trainer = new_trainer(case.spec, case.batch, dataset, workers)
    turns = [lambda count: engine_turn(trainer, count)]
    if torch is not None:
        count = len(dataset.train_images) // case.batch
        x = trainer.preprocessing.apply(dataset.train_images[: count * case.batch])
        labels = dataset.train_labels[: count * case.batch].reshape(count, case.batch)
        x = x.reshape(count, case.batch, *case.spec.in_shape)
        torch.build(model_of(trainer, dataset), x, labels, trainer.live.learning_rate)
        turns.append(lambda count: torch.steps(count)[0])
    counts = []
    for turn in turns:
        turn(5)
        counts.append(max(5, round(_SECONDS * 10 / turn(10))))
    rates = [
        [count * case.batch / turn(count) for turn, count in zip(turns, counts, strict=True)]
        for _ in range(_ROUNDS)
    ]
    sides = list(zip(*rates, strict=True))
    own = statistics.median(sides[0])
    steady = all(max(side) < _UNSTEADY * statistics.median(side) for side in sides)
    ratio = None if torch is None else statistics.median(rate[0] / rate[1] for rate in rates)
    return own, ratio, steady


def loss_distance(torch: TorchSide, workers: Workers) -> float:
    """Return the largest difference of the losses of `classic` over the same steps on MNIST."""
    dataset = catalogue.load("mnist")
    trainer = new_trainer(preset("classic"), 20, dataset, workers, _FOLLOWED_RATE)
    start = model_of(trainer, dataset)
    batches, losses = [], []
    for _ in range(_FOLLOWED):
        batches.append(trainer.batch(trainer.step_count + 1).indices)
        losses.append(trainer.step().loss)
    x = np.stack([trainer.preprocessing.apply(dataset.train_images[chosen]) for chosen in batches])
    labels = np.stack([dataset.train_labels[chosen] for chosen in batches])
    torch.build(start, np.ascontiguousarray(x), labels, _FOLLOWED_RATE)
    return float(np.abs(np.subtract(losses, torch.steps(_FOLLOWED)[1])).max())


def free_processors(threads: int) -> float:
    """Return how many processors this process can have to itself."""
    return matrix_peak(threads) / matrix_peak(1)


def _kernels() -> str:
    """Return the processor that OpenBLAS's kernels in this process were written for."""
    return ", ".join(info["architecture"] for info in threadpool_info() if "architecture" in info)


def conditions(threads: int) -> tuple[float, list[Row]]:
    """Return the peak of all processors, and rows that say what the figures were measured on."""
    peak, free = matrix_peak(threads), free_processors(threads)
    kernels = _kernels()
    return peak, [
        Row(
            f"{NAME}: processors free", free, f"of {threads}", f">= {0.9 * threads:g}", free >= 0.9 * threads
        ),
        Row(f"{NAME}: peak of matrix products ({kernels})", peak, "GFLOP/s", "", None),
    ]


def run() -> list[Row]:
    """Measure with the kernels that OpenBLAS takes by itself, and with those for AVX2 if they are others."""
    rows = _in_child(None)
    if not any(kernels in row.name for row in rows for kernels in _AVX2):
        rows += _in_child(_AVX2[0])
    return rows


def _in_child(core_type: str | None) -> list[Row]:
    """Measure in a process that asks OpenBLAS for ``core_type``; it chooses its kernels as it is loaded."""
    environment = {key: value for key, value in os.environ.items() if key != _CORE_TYPE}
    if core_type:
        environment[_CORE_TYPE] = core_type
    done = subprocess.run(
        (sys.executable, "-m", "tests.benchmarks.train_speed"),
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return [Row(*values) for values in json.loads(done.stdout)]


def measured() -> list[Row]:
    """Measure every line of the table with the kernels of this process."""
    threads = default_threads()
    peak, rows = conditions(threads)
    kernels = _kernels()
    torch = TorchSide(threads) if installed() else None
    unit = "x PyTorch" if torch else "not installed"
    try:
        with Workers(threads) as workers:
            for case in cases():
                before = free_processors(threads)
                own, ratio, steady = compare(case, torch, workers)
                steady = steady and min(before, free_processors(threads)) >= 0.9 * threads
                share = own * 2 * multiplications(case.spec) / 1e9 / peak
                name = f"{NAME} ({kernels}): {case.name}"
                met = None if ratio is None or not steady else ratio >= case.goal
                rows += [
                    Row(
                        name,
                        ratio,
                        unit if steady or ratio is None else "machine busy",
                        f">= {case.goal:g}",
                        met,
                    ),
                    Row(f"{name}, alone", own, "images/s", "", None),
                    Row(f"{name}, share of the peak", 100 * share, "%", "", None),
                ]
            name = f"{NAME} ({kernels}): largest loss difference in {_FOLLOWED} steps"
            distance = None if torch is None else loss_distance(torch, workers)
            met = None if distance is None else distance < 0.01
            rows.append(Row(name, distance, "nats" if torch else unit, "< 0.01", met))
    finally:
        if torch is not None:
            torch.close()
    return rows


if __name__ == "__main__":
    print(json.dumps(measured()))
