"""Training speed: images/s over PyTorch's on the same network, and how near it is to the hardware."""

from __future__ import annotations

import statistics
import time
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from engine.losses import softmax_cross_entropy
from engine.network import Network, NetworkSpec
from engine.slicing import slice_bounds
from engine.types import Context, Scratch
from engine.workers import Workers, default_threads
from tests.benchmarks.networks import Case, cases, multiplications
from tests.benchmarks.row import Row
from tests.benchmarks.torch_side import TorchSide, installed

NAME = "train-speed"

_ROUNDS = 7
_SECONDS = 0.4
"""Length of one side's turn in a round."""


class EngineSide:
    """Trains one network with momentum on batches that are already in memory."""

    def __init__(self, spec: NetworkSpec, x: np.ndarray, labels: np.ndarray, workers: Workers) -> None:
        self.network = Network.new(spec, seed=1)
        self._x, self._labels, self._workers = x, labels, workers
        image_bytes = sum(4 * int(np.prod(shape)) for shape in self.network.shapes)
        self._bounds = slice_bounds(x.shape[1], image_bytes)
        self._grads = [np.empty_like(self.network.flat) for _ in self._bounds]
        self._velocity = np.zeros_like(self.network.flat)

    def steps(self, count: int) -> tuple[float, list[float]]:
        """Train ``count`` steps; return the seconds and the loss of each step."""
        start = time.perf_counter()
        losses = [self._step(step % len(self._x)) for step in range(count)]
        return time.perf_counter() - start, losses

    def _step(self, batch: int) -> float:
        x, labels = self._x[batch], self._labels[batch]
        tasks = [partial(self._slice, i, x[a:b], labels[a:b]) for i, (a, b) in enumerate(self._bounds)]
        loss = sum(self._workers.run(tasks)) / len(x)
        grad = self._grads[0]
        for other in self._grads[1:]:
            grad += other
        grad *= 1 / len(x)
        self._velocity *= 0.95
        self._velocity += grad
        self.network.flat -= 0.01 * self._velocity
        return loss

    def _slice(self, index: int, x: np.ndarray, labels: np.ndarray, scratch: Scratch) -> float:
        ctx = Context(training=True, scratch=scratch)
        logits, caches = self.network.forward(x, ctx)
        loss, grad, _ = softmax_cross_entropy(logits, labels)
        self.network.backward(grad, caches, ctx, self._grads[index])
        return loss


def batches(case: Case, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ``count`` random batches and labels; speed does not depend on what is in them."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((count, case.batch, *case.spec.in_shape), dtype=np.float32)
    return x, rng.integers(0, case.spec.shapes()[-1][0], (count, case.batch))


def matrix_peak(threads: int) -> float:
    """Return the GFLOP/s of large float32 matrix products, one on each thread: the hardware's limit."""
    size = 1024
    a, b = np.random.default_rng(0).standard_normal((2, size, size), dtype=np.float32)

    def multiply(_scratch: Scratch) -> None:
        out = np.empty_like(a)
        for _ in range(10):
            np.matmul(a, b, out=out)

    best = float("inf")
    with Workers(threads) as workers, threadpool_limits(1, "blas"):
        for _ in range(5):
            start = time.perf_counter()
            workers.run([multiply] * threads)
            best = min(best, time.perf_counter() - start)
    return 10 * threads * 2 * size**3 / best / 1e9


def compare(case: Case, torch: TorchSide | None, workers: Workers) -> tuple[float, float | None]:
    """Return images/s of the engine, and over PyTorch's the median ratio of alternating turns."""
    x, labels = batches(case, 8)
    engine = EngineSide(case.spec, x, labels, workers)
    if torch is not None:
        torch.build(case.spec, engine.network.flat, x, labels)
    sides = [engine] if torch is None else [engine, torch]
    counts = []
    for side in sides:
        side.steps(5)
        counts.append(max(5, round(_SECONDS * 10 / side.steps(10)[0])))
    rates = [
        [count * case.batch / side.steps(count)[0] for side, count in zip(sides, counts, strict=True)]
        for _ in range(_ROUNDS)
    ]
    own = statistics.median(rate[0] for rate in rates)
    return own, None if torch is None else statistics.median(rate[0] / rate[1] for rate in rates)


def run(only: str = "") -> list[Row]:
    """Measure every line of the table whose name contains ``only``."""
    threads = default_threads()
    peak = matrix_peak(threads)
    rows = [Row("float32 matrix product peak", peak, "GFLOP/s", "", None)]
    torch = TorchSide(threads) if installed() else None
    try:
        with Workers(threads) as workers:
            for case in cases():
                if only not in case.name:
                    continue
                own, ratio = compare(case, torch, workers)
                share = own * 2 * multiplications(case.spec) / 1e9 / peak
                goal, unit = f">= {case.goal}", "x PyTorch" if torch else "not installed"
                rows.append(Row(case.name, ratio, unit, goal, None if ratio is None else ratio >= case.goal))
                rows.append(Row(f"{case.name}: speed", own, "images/s", "", None))
                rows.append(Row(f"{case.name}: share of the peak", share, "", "", None))
    finally:
        if torch is not None:
            torch.close()
    return rows
