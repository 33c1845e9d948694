"""A few threads that share an evaluation.

NumPy releases the interpreter lock inside matrix products and element-wise loops, so threads
run truly side by side as long as each has enough to do.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from types import TracebackType
from typing import TypeVar

from threadpoolctl import threadpool_limits

from engine.types import Scratch

T = TypeVar("T")


@cache
def hold_blas_to_one_thread() -> None:
    """Let matrix products use one thread each: the shares of the batch already fill the cores.

    This holds for the whole process and is done once; undoing and redoing it around every step
    would cost more than it gives.
    """
    threadpool_limits(limits=1, user_api="blas")


def default_threads() -> int:
    """Return the number of processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


class Workers:
    """Runs functions on ``threads`` threads, the caller's own included.

    Each thread has a ``Scratch`` of its own that lasts as long as the workers.
    """

    def __init__(self, threads: int = 0) -> None:
        """Start the threads; 0 means one for each processor."""
        hold_blas_to_one_thread()
        self.threads = threads or default_threads()
        self._scratches = [Scratch() for _ in range(self.threads)]
        self._closing: list[Callable[[], None]] = []
        self._pool = ThreadPoolExecutor(self.threads - 1, "kernelscope") if self.threads > 1 else None

    def run(self, tasks: Sequence[Callable[[Scratch], T]]) -> list[T]:
        """Run all ``tasks`` and return their results in order; task i runs on thread i mod threads."""
        share = self.threads

        def strand(first: int) -> list[T]:
            return [task(self._scratches[first]) for task in tasks[first::share]]

        others = (
            []
            if self._pool is None
            else [self._pool.submit(strand, i) for i in range(1, min(share, len(tasks)))]
        )
        try:
            parts = [strand(0)]
        finally:
            # Wait in any case: no thread may still write into buffers after an error.
            parts_of_others = [other.result() for other in others]
        parts += parts_of_others
        return [parts[i % share][i // share] for i in range(len(tasks))]

    def on_close(self, call: Callable[[], None]) -> None:
        """Let ``call`` be called when the work is over."""
        self._closing.append(call)

    def close(self) -> None:
        """End the threads, and whatever else was to end with them."""
        while self._closing:
            self._closing.pop()()
        if self._pool is not None:
            self._pool.shutdown()

    def __enter__(self) -> Workers:
        """Return the workers themselves."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        """End the threads."""
        self.close()
