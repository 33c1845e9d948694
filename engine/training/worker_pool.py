"""Processes that share in the slices of every batch.

Threads would do, if the many short operations of a small network did not wait for one another at
Python's interpreter lock: two threads were slower than one. Processes have a lock each. They see the
parameters and write the gradients in shared memory; a pipe carries only numbers of images and sums.

The first step starts them, and until they are there, or if one is lost, the caller computes their
share itself. The results are the same, bit for bit.
"""

from __future__ import annotations

import ctypes
import logging
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from engine.data.preprocess import Preprocessing
from engine.model.network import Network
from engine.training.config import RunConfig
from engine.training.gradient import LANES, SliceResult, SliceWork
from engine.training.workers import hold_blas_to_one_thread
from engine.types import Array, Bytes, Labels

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnContext, SpawnProcess

_log = logging.getLogger(__name__)

Slices = list[tuple[int, Labels]]


def _processes() -> SpawnContext:
    """Return what starts processes anew on every system; loaded with the first run, not before."""
    from multiprocessing import get_context

    return get_context("spawn")


class Shared:
    """An array in memory that other processes can see; it is handed over when they start."""

    def __init__(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> None:
        """Reserve the memory, filled with zeros."""
        self._shape, self._dtype = shape, np.dtype(dtype)
        size = max(1, int(np.prod(shape)) * self._dtype.itemsize)
        self._memory: Any = _processes().RawArray(ctypes.c_byte, size)

    @classmethod
    def copy_of(cls, array: npt.NDArray[Any]) -> Shared:
        """Return shared memory with the values of ``array``."""
        shared = cls(array.shape, array.dtype)
        shared.array()[...] = array
        return shared

    def array(self) -> npt.NDArray[Any]:
        """Return the memory as an array."""
        flat = np.frombuffer(self._memory, self._dtype, int(np.prod(self._shape)))
        return flat.reshape(self._shape)


@dataclass(frozen=True)
class Brief:
    """What a process is told once: the run, and where the shared arrays are."""

    config: RunConfig
    preprocessing: Preprocessing
    flat: Shared
    lanes: Shared
    images: Shared
    labels: Shared

    def work(self) -> SliceWork:
        """Return a worker whose parameters are the shared ones."""
        network = Network.empty(self.config.network, self.flat.array())
        return SliceWork(
            self.config,
            network,
            self.preprocessing,
            self.images.array(),
            self.labels.array(),
            self.lanes.array(),
        )


def _serve(brief: Brief, link: Connection) -> None:
    """Compute what ``link`` asks for until it is closed; runs in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the caller, who ends this one
    hold_blas_to_one_thread()
    work = brief.work()
    try:
        link.send([])  # ready
        while True:
            step, slices = link.recv()
            link.send(work.compute(step, slices))
    except (EOFError, OSError):
        return


class _Helper:
    """The caller's end of one process."""

    def __init__(self, brief: Brief) -> None:
        context = _processes()
        self.link, other = context.Pipe()
        self.process: SpawnProcess = context.Process(target=_serve, args=(brief, other), daemon=True)
        self.process.start()
        other.close()
        self.ready = False

    def look(self) -> bool:
        """Return whether the process is there by now."""
        if not self.ready and self.link.poll():
            self.link.recv()
            self.ready = True
        return self.ready

    def close(self) -> None:
        self.link.close()
        self.process.terminate()
        self.process.join()


class Crew:
    """The caller and a number of helping processes."""

    def __init__(self, own: SliceWork, brief: Callable[[], Brief], helpers: int) -> None:
        """Share work between ``own`` and up to ``helpers`` processes, at most one for each lane."""
        self._own = own
        self._brief = brief
        self._wanted = min(helpers, LANES - 1)
        self._helpers: list[_Helper] = []

    def compute(self, step: int, slices: Slices) -> list[SliceResult]:
        """Compute ``slices``, which are in order, and return their results in order."""
        if self._wanted:
            self._start()
        helpers = [helper for helper in self._helpers if self._alive(helper)]
        shares = self._shares(slices, 1 + len(helpers))
        for helper, share in zip(helpers, shares[1:], strict=True):
            if share:
                self._send(helper, (step, share))
        results = self._own.compute(step, shares[0])
        for helper, share in zip(helpers, shares[1:], strict=True):
            if share:
                answer = self._receive(helper)
                # A lost helper's lanes are begun anew from their first slice, so nothing counts twice.
                results += self._own.compute(step, share) if answer is None else answer
        return sorted(results, key=lambda result: result.index)

    def wait(self) -> None:
        """Wait until all helpers are there; for measurements and tests."""
        if self._wanted:
            self._start()
        for helper in list(self._helpers):
            try:
                helper.link.poll(None)
            except OSError:
                self._lose(helper)
            else:
                self._alive(helper)

    @property
    def helping(self) -> int:
        """How many helpers are at work."""
        return sum(helper.ready for helper in self._helpers)

    def close(self) -> None:
        """End the processes."""
        for helper in self._helpers:
            helper.close()
        self._helpers, self._wanted = [], 0

    def _start(self) -> None:
        try:
            brief = self._brief()
            while self._wanted:
                self._wanted -= 1
                self._helpers.append(_Helper(brief))
        except OSError as error:
            self._wanted = 0
            _log.warning("no further process could be started: %s", error)

    @staticmethod
    def _shares(slices: Slices, members: int) -> list[Slices]:
        shares: list[Slices] = [[] for _ in range(members)]
        for index, chosen in slices:
            shares[index % LANES % members].append((index, chosen))
        return shares

    def _alive(self, helper: _Helper) -> bool:
        try:
            return helper.look()
        except (EOFError, OSError):
            self._lose(helper)
            return False

    def _send(self, helper: _Helper, task: tuple[int, Slices]) -> None:
        try:
            helper.link.send(task)
        except OSError:
            self._lose(helper)

    def _receive(self, helper: _Helper) -> Sequence[SliceResult] | None:
        if helper not in self._helpers:
            return None
        try:
            answer: Sequence[SliceResult] = helper.link.recv()
        except (EOFError, OSError):
            self._lose(helper)
            return None
        return answer

    def _lose(self, helper: _Helper) -> None:
        if helper in self._helpers:
            _log.warning("a process that helped with the training is gone; going on without it")
            self._helpers.remove(helper)
            helper.close()


def crew(
    config: RunConfig,
    network: Network,
    preprocessing: Preprocessing,
    images: Bytes,
    labels: Labels,
    helpers: int,
) -> tuple[Crew, Array]:
    """Return a crew for ``network``, whose parameters move to shared memory, and its lanes."""
    flat, lanes = Shared.copy_of(network.flat), Shared((LANES, network.flat.size), network.flat.dtype)
    network.rebase(flat.array())

    def brief() -> Brief:
        # Only the first step needs the images twice: a run that is set up and changed copies nothing.
        return Brief(config, preprocessing, flat, lanes, Shared.copy_of(images), Shared.copy_of(labels))

    own = SliceWork(config, network, preprocessing, images, labels, lanes.array())
    return Crew(own, brief, helpers), lanes.array()
