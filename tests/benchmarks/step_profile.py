"""Where the time of one training step goes, in milliseconds: `lenet5` and `classic` at batch 20.

The engine's own functions are measured where they stand, each without what it calls that is measured too,
so the parts add up to the step. With one processor every part is seen; with all of them, what the caller
does besides its share: sending, and waiting for the others. Measuring itself takes about 8 % of a step.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np

from engine.data.preprocess import Preprocessing
from engine.layers import LAYERS, dense
from engine.model.network import Network
from engine.model.spec import NetworkSpec, preset
from engine.ops import convolution, winograd_rows, winograd_tiles
from engine.training import gradient, trainer, worker_pool
from engine.training.restore_point import RestorePoint
from engine.training.train_state import TrainState
from engine.training.workers import Workers, default_threads
from tests.benchmarks.row import Row
from tests.benchmarks.train_speed import new_trainer, noise

NAME = "step-profile"
CASES = (("lenet5", 20), ("classic", 20))

_STEPS, _WARM = 400, 30

_PRODUCTS = "products of matrices, in all layers"


class Clock:
    """Adds up the time that calls take, each without the measured calls inside of it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inner = [0.0]

    def measured(
        self, call: Callable[..., Any], part: Callable[[tuple[Any, ...]], str]
    ) -> Callable[..., Any]:
        """Return ``call`` with its time added to what ``part`` says of its arguments."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            self._inner.append(0.0)
            start = time.perf_counter()
            try:
                return call(*args, **kwargs)
            finally:
                whole = time.perf_counter() - start
                self.seconds[part(args)] += whole - self._inner.pop()
                self._inner[-1] += whole

        return timed


class _Numpy:
    """NumPy with matrix products that are measured, to stand for ``np`` in a module."""

    def __init__(self, clock: Clock) -> None:
        self.matmul = clock.measured(np.matmul, partial(_always, _PRODUCTS))

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


@contextmanager
def watched(clock: Clock, spec: NetworkSpec) -> Iterator[None]:
    """Measure the parts of every step that is taken meanwhile in this process."""
    parts: list[tuple[Any, str, str]] = [
        (trainer.Trainer, "step", "the rest of the step"),
        (trainer, "mean_gradient", "adding the gradient buffers"),
        (trainer, "not_finite", "looking for what is not finite"),
        (RestorePoint, "keep", "copy to the restore point"),
        (TrainState, "update", "update by the optimiser"),
        (worker_pool.WorkerPool, "compute", "sharing out the batch, waiting for other processes"),
        (gradient, "micro_batch_images", "taking the images out of the data set"),
        (Preprocessing, "apply", "standardising the pixels"),
        (gradient, "softmax_cross_entropy", "loss"),
        (gradient.MicroBatchWorker, "_micro_batch", "the rest of a micro-batch"),
        (Network, "forward", "from layer to layer, forward"),
        (Network, "backward", "from layer to layer, backward"),
    ]
    used = {type(layer) for layer in spec.layers}
    with ExitStack() as stack:
        for owner, name, words in parts:
            call = clock.measured(getattr(owner, name), partial(_always, words))
            stack.enter_context(patch.object(owner, name, call))
        for kind in (kind for kind in LAYERS.values() if kind in used):
            for name, place in (("forward", 3), ("backward", 4)):
                call = clock.measured(getattr(kind, name), _of_layer(spec, name, place))
                stack.enter_context(patch.object(kind, name, call))
        for module in (convolution, winograd_rows, winograd_tiles, dense):
            stack.enter_context(patch.object(module, "np", _Numpy(clock)))
        yield


def _always(words: str, _: tuple[Any, ...]) -> str:
    return words


def _of_layer(spec: NetworkSpec, name: str, place: int) -> Callable[[tuple[Any, ...]], str]:
    """Return what names a layer's part by the context among its arguments, which knows its number."""

    def part(args: tuple[Any, ...]) -> str:
        index = args[place].scope[-1]
        return f"layer {index + 1:2}, {spec.layers[index].title}, {name}"

    return part


def faults() -> int:
    """Return how many pages of memory this process was given anew so far; 0 where nobody counts."""
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def profile(name: str, batch: int, threads: int) -> list[Row]:
    """Return the median time of a step, what it is made of, and the pages it is given."""
    spec, clock = preset(name, (1, 28, 28)), Clock()
    start = f"{NAME}: {name}, batch {batch}, {threads} processor{'s' if threads > 1 else ''}"
    with Workers(threads) as workers:
        training = new_trainer(spec, batch, noise(spec), workers)
        for _ in range(_WARM):
            training.step()
        spent, before = [], faults()
        for _ in range(_STEPS):
            began = time.perf_counter()
            training.step()
            spent.append(time.perf_counter() - began)
        pages = (faults() - before) / _STEPS
        with watched(clock, spec):
            for _ in range(_STEPS):
                training.step()
    rows = [
        Row(f"{start}, a step", 1e3 * statistics.median(spent), "ms", "", None),
        Row(f"{start}, new pages of memory a step", pages, "pages", "< 10", pages < 10),
    ]
    # Scaled to the median step that nobody measures: this machine's disturbances are not the step's.
    scale = 1e3 * statistics.median(spent) / sum(clock.seconds.values())
    return rows + [
        Row(f"  {part}", scale * seconds, "ms", "", None)
        for part, seconds in sorted(clock.seconds.items(), key=lambda item: -item[1])
    ]


def run() -> list[Row]:
    """Take a step of each network apart, with one processor and with all of them."""
    counts = sorted({1, default_threads()})
    return [row for name, batch in CASES for threads in counts for row in profile(name, batch, threads)]
