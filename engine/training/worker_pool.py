"""Processes that share in the micro-batches of every batch.

Threads would do, if the many short operations of a small network did not wait for one another at
Python's interpreter lock: two threads were slower than one. Processes have a lock each. They see the
parameters and write the gradients in shared memory; a pipe carries only numbers of images and sums.

With each step a process is told its share of the next one, too, and takes the images out of the data set
while the caller updates. Where the batch became another one, because a setting was changed, it is told again.

With m micro-batches and n processes a step takes as long as ceil(m / n) of them (up to eight, the number of
gradient buffers), and then as long as one process needs to add the buffers and to update; so a batch of 20
to 64 images keeps two busy, one of 128 four, one of 256 eight. Each buffer is as large as the parameters.

The first step starts them, and until they are there, or if one is lost, the caller computes their
share itself. The results are the same, bit for bit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from engine import signals
from engine.data.preprocess import Preprocessing
from engine.model.network import Network
from engine.training.config import RunConfig
from engine.training.gradient import (
    GRADIENT_BUFFERS,
    NO_SHARE,
    MicroBatches,
    MicroBatchResult,
    MicroBatchWorker,
    Share,
)
from engine.training.helper_process import end_helper, processes, start_helper
from engine.training.shared_array import Shared
from engine.training.wakeful_link import WakefulLink
from engine.training.workers import hold_blas_to_one_thread
from engine.types import Array, Bytes, Labels

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WorkerConfig:
    """What a process gets once: the run, and where the shared arrays are."""

    config: RunConfig
    preprocessing: Preprocessing
    state_vector: Shared
    gradient_buffers: Shared
    images: Shared
    labels: Shared

    def work(self) -> MicroBatchWorker:
        """Return a worker whose parameters are the shared ones."""
        network = Network.empty(self.config.network, self.state_vector.array())
        return MicroBatchWorker(
            self.config,
            network,
            self.preprocessing,
            self.images.array(),
            self.labels.array(),
            self.gradient_buffers.array(),
        )


_Packed: TypeAlias = tuple[int, list[tuple[int, bytes]]]


def _packed(share: Share) -> _Packed:
    """Return ``share`` for the pipe: its arrays as bytes, as pickling them takes ten times as long."""
    return share.step, [(index, chosen.tobytes()) for index, chosen in share.micro_batches]


def _unpacked(packed: _Packed) -> Share:
    step, micro_batches = packed
    return Share(step, [(index, np.frombuffer(chosen, np.int64)) for index, chosen in micro_batches])


def _serve(worker_config: WorkerConfig, connection: Connection) -> None:
    """Compute what ``connection`` asks for until it is closed; runs in a process of its own."""
    signals.ignore()  # they are for the caller, with whom this one ends
    hold_blas_to_one_thread()
    work, link = worker_config.work(), WakefulLink(connection)
    share = NO_SHARE
    try:
        link.send([])  # ready
        while True:
            told, following = link.recv()
            link.send(work.compute(*(_unpacked(told) if told else share)))
            share = _unpacked(following)
            work.prepare(*share)
    except (EOFError, OSError):
        return


class _Helper:
    """The caller's end of one process."""

    def __init__(self, worker_config: WorkerConfig) -> None:
        mine, other = processes().Pipe()
        self.link = WakefulLink(mine, awake=0)
        self.process = start_helper(_serve, worker_config, other)
        other.close()
        self.ready = False
        self.told = NO_SHARE

    def begin(self, share: Share, following: Share) -> None:
        """Let the process compute ``share`` now, and make ready for ``following`` then."""
        self.link.send((None if share is self.told else _packed(share), _packed(following)))
        self.told = following

    def look(self) -> bool:
        """Return whether the process is there by now."""
        if not self.ready and self.link.poll():
            self.link.recv()
            self.ready = True
        return self.ready

    def close(self) -> None:
        self.link.close()
        end_helper(self.process)


def _shares(step: int, micro_batches: MicroBatches, members: int) -> list[Share]:
    parts: list[list[tuple[int, Labels]]] = [[] for _ in range(members)]
    for index, chosen in micro_batches:
        parts[index % GRADIENT_BUFFERS % members].append((index, chosen))
    return [Share(step, part) for part in parts]


class WorkerPool:
    """The caller and a number of helping processes."""

    def __init__(
        self,
        own: MicroBatchWorker,
        worker_config: Callable[[], WorkerConfig] | None = None,
        helpers: int = 0,
    ) -> None:
        """Share work between ``own`` and up to ``helpers`` processes, at most one for each buffer."""
        self._own = own
        self._worker_config = worker_config
        self._wanted = min(helpers, GRADIENT_BUFFERS - 1) if worker_config else 0
        self._helpers: list[_Helper] = []
        self._ahead: tuple[MicroBatches, list[Share]] = ([], [NO_SHARE])

    def compute(
        self, step: int, micro_batches: MicroBatches, following: MicroBatches = ()
    ) -> list[MicroBatchResult]:
        """Compute ``micro_batches``, which are in order, and return their results in order.

        Args:
            step: steps done before.
            micro_batches: of the step.
            following: of the next step, as far as is known now: what can be made ready meanwhile. It is
                taken to be so if the same object is given as ``micro_batches`` then.
        """
        if self._wanted:
            self._start()
        helpers = [helper for helper in list(self._helpers) if self._alive(helper)]
        own, *shares = self._shares(step, micro_batches, 1 + len(helpers))
        self._ahead = (following, _shares(step + 1, following, 1 + len(helpers)))
        own_next, *shares_next = self._ahead[1]
        asked = []
        for helper, share, share_next in zip(helpers, shares, shares_next, strict=True):
            if share.micro_batches:
                asked.append((helper, share))
                self._begin(helper, share, share_next)
        try:
            results = self._own.compute(*own)
            if asked:  # alone it would only be done earlier, not meanwhile
                self._own.prepare(*own_next)
        except BaseException:  # also Ctrl-C: an answer that is left lying would be taken for the next step's
            for helper, _ in asked:
                self._receive(helper)
            raise
        for helper, share in asked:
            answer = self._receive(helper)
            # A lost helper's buffers are begun anew from their first micro-batch; nothing counts twice.
            results += self._own.compute(*share) if answer is None else answer
        return sorted(results, key=lambda result: result.index)

    def wait(self) -> None:
        """Wait until all helpers are there; for measurements and tests."""
        if self._wanted:
            self._start()
        for helper in list(self._helpers):
            try:
                if not helper.ready:
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
            assert self._worker_config is not None  # noqa: S101 - for the type checker
            worker_config = self._worker_config()
            while self._wanted:
                self._wanted -= 1
                self._helpers.append(_Helper(worker_config))
        except OSError as error:
            self._wanted = 0
            _log.warning("no further process could be started: %s", error)

    def _shares(self, step: int, micro_batches: MicroBatches, members: int) -> list[Share]:
        """Return the share of each member, the very ones that were said to follow if they are the same."""
        following, shares = self._ahead
        ahead = following is micro_batches and (shares[0].step, len(shares)) == (step, members)
        return shares if ahead else _shares(step, micro_batches, members)

    def _alive(self, helper: _Helper) -> bool:
        try:
            return helper.look()
        except (EOFError, OSError):
            self._lose(helper)
            return False

    def _begin(self, helper: _Helper, share: Share, following: Share) -> None:
        try:
            helper.begin(share, following)
        except OSError:
            self._lose(helper)

    def _receive(self, helper: _Helper) -> Sequence[MicroBatchResult] | None:
        if helper not in self._helpers:
            return None
        try:
            answer: Sequence[MicroBatchResult] = helper.link.recv()
        except (EOFError, OSError):
            self._lose(helper)
            return None
        return answer

    def _lose(self, helper: _Helper) -> None:
        if helper in self._helpers:
            _log.warning("a process that helped with the training is gone; going on without it")
            self._helpers.remove(helper)
            helper.close()


def worker_pool(
    config: RunConfig,
    network: Network,
    preprocessing: Preprocessing,
    images: Bytes,
    labels: Labels,
    helpers: int,
) -> tuple[WorkerPool, Array]:
    """Return a pool for ``network``, whose state vector moves to shared memory, and its gradient buffers.

    Without helpers, or where shared memory is full, nothing is shared and the caller computes alone.
    """
    shape, dtype = (GRADIENT_BUFFERS, network.vector.size), network.vector.dtype
    try:
        shared = (Shared.copy_of(network.state_vector), Shared(shape, dtype)) if helpers else None
    except OSError as error:
        shared = None
        _log.warning("no shared memory for further processes: %s", error)
    if shared is None:
        private = np.zeros(shape, dtype)
        return WorkerPool(MicroBatchWorker(config, network, preprocessing, images, labels, private)), private
    vector, buffers = shared
    network.bind(vector.array())

    def worker_config() -> WorkerConfig:
        # Only the first step needs the images twice: a run that is set up and changed copies nothing.
        return WorkerConfig(
            config, preprocessing, vector, buffers, Shared.copy_of(images), Shared.copy_of(labels)
        )

    own = MicroBatchWorker(config, network, preprocessing, images, labels, buffers.array())
    return WorkerPool(own, worker_config, helpers), buffers.array()
