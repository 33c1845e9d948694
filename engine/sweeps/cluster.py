"""Carries out jobs by Dask's distributed scheduler: of this computer, or of a cluster that is there.

Dask passes Python objects on by pickling them, so whoever can reach the scheduler can run any code as the
users of its processes: a cluster is for a network and people that one trusts. The embedded scheduler listens
on this computer alone.
"""

from __future__ import annotations

import importlib.util
import logging
import pickle
import warnings
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from engine import signals
from engine.data.dataset import Dataset
from engine.errors import EngineError
from engine.formatting import counted
from engine.sweeps.trial import Job, Outcome
from engine.text import shortened
from engine.training.helper_process import start_tracker
from engine.training.workers import default_threads

_log = logging.getLogger(__name__)
_PATIENCE = "10s"
"""How long to wait for a scheduler, and for its first worker."""
_COMPARED = ("kernelscope", "python", "distributed")
"""Versions that must be the same everywhere; another NumPy may change the last digits of a loss."""


def data_name(key: str) -> str:
    """Return what a data set is called in the processes of a cluster."""
    return f"kernelscope-data-{key}"


def stopping_name(sweep: str) -> str:
    """Return what says in the processes of a cluster whether the runs of a sweep are to end."""
    return f"kernelscope-stopping-{sweep}"


class Cluster:
    """The processes of a scheduler.

    Attributes:
        client: Dask's end of the connection.
        address: of the scheduler.
        data_bytes: what the data sets that were sent have, packed; each process got as much.
    """

    def __init__(self, client: Any, address: str, sweep: str) -> None:
        """Use the processes behind ``client`` for the sweep of this name.

        Raises:
            EngineError: none is there, or they have another version.
        """
        from engine.sweeps import worker  # which needs Dask

        self.client, self.address, self._worker = client, address, worker
        self._sweep, self._plugins = sweep, [stopping_name(sweep)]
        self._futures: dict[Future[Outcome], Any] = {}
        self._given = 0
        self._sent_bytes = self._taken_bytes = self.data_bytes = 0
        self._work: list[float] = []
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            raise EngineError(
                f"The scheduler {address} has no workers; start one with: dask worker {address} --nthreads 1"
            ) from None
        self._compare()
        client.register_plugin(worker.Stopping(sweep))

    @property
    def workers(self) -> int:
        """How many processes there are now."""
        return len(self.client.scheduler_info(n_workers=-1)["workers"])

    def _compare(self) -> None:
        mine = self._worker.versions()
        try:
            theirs = self.client.run(self._worker.versions)
        except Exception as error:  # noqa: BLE001 - whatever it is, it came up where they run
            _log.info("workers cannot say their versions", exc_info=True)
            raise EngineError(
                f"The workers of {self.address} cannot load Kernelscope ({shortened(str(error), 120)}); "
                "install it with the extra sweep where they run."
            ) from None
        for worker, found in theirs.items():
            for name in _COMPARED:
                if found[name] != mine[name]:
                    raise EngineError(
                        f"The worker {worker} has {name} {found[name]}, this computer {mine[name]}; install "
                        "the same version on both."
                    )

    # --- what a schedule asks for ---------------------------------------------------------------------

    def submit(self, job: Job) -> Future[Outcome]:
        """Have a job carried out by one of the processes."""
        if self.client.status != "running":
            raise EngineError(f"The connection to the scheduler {self.address} is lost; the sweep can go on.")
        self._given += 1
        # A key that is new: a job that is given out again is not the one that failed.
        key = f"{job.run}-rung{job.rung}-{self._given}"
        self._sent_bytes += len(pickle.dumps(job))
        with warnings.catch_warnings():
            warnings.filterwarnings(
                "ignore", "Sending large graph"
            )  # a run's weights are what there is to send
            theirs = self.client.submit(self._worker.on_worker, job, key=key, pure=False)
        mine: Future[Outcome] = Future()
        self._futures[mine] = theirs
        theirs.add_done_callback(lambda _: self._finished(mine))
        return mine

    def _finished(self, mine: Future[Outcome]) -> None:
        theirs = self._futures.pop(mine, None)
        if theirs is None:
            return
        try:
            outcome = theirs.result()
        except CancelledError:
            mine.cancel()
        except Exception as error:  # noqa: BLE001 - the schedule tells it
            mine.set_exception(_explained(error))
        else:
            self._taken_bytes += len(pickle.dumps(outcome))
            self._work.append(outcome.work_seconds)
            mine.set_result(outcome)

    def send(self, fingerprint: str, dataset: Dataset) -> None:
        """Bring a data set to every process, once; those that come later get it, too."""
        data = self._worker.packed(dataset)
        self.data_bytes += len(data)
        self._plugins.append(data_name(fingerprint))
        self.client.register_plugin(self._worker.Data(fingerprint, data))

    def leave(self) -> None:
        """Take away what was brought."""
        for name in self._plugins:
            with suppress(Exception):
                self.client.unregister_worker_plugin(name)

    def costs(self) -> str:
        """Say what the jobs so far have cost in time and traffic, Dask's own messages apart."""
        jobs = max(1, self._given)
        data = f"; {self.data_bytes / 1e6:.1f} MB of data to each process" if self.data_bytes else ""
        return (
            f"{counted(self._given, 'job')} of {sum(self._work) / jobs:.2f} s on average; "
            f"{self._sent_bytes / jobs / 1e3:.1f} kB to the process and "
            f"{self._taken_bytes / jobs / 1e3:.1f} kB back for each{data}"
        )

    def stop(self) -> None:
        """Ask the runs in training to end, and take back what nobody has begun."""
        running = {key for keys in self.client.processing().values() for key in keys}
        waiting = [each for each in self._futures.values() if each.key not in running]
        self.client.cancel(waiting)
        self.client.run(self._worker.ask_to_stop, self._sweep, on_error="ignore")


def _explained(error: Exception) -> Exception:
    """Return the error that a user is told."""
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return EngineError("The processes that trained it died, each time that it was begun again.")
    return error


def missing() -> str:
    """Return in a sentence what has to be installed, or "" if it is there."""
    if importlib.util.find_spec("distributed") is not None:
        return ""
    return "Sweeps by several processes need Dask, which is not installed: pip install 'kernelscope[sweep]'."


@contextmanager
def connected(sweep: str, scheduler: str = "", processes: int = 0) -> Iterator[Cluster]:
    """Yield the processes of the scheduler at an address, or of this computer, which end with the block.

    Args:
        sweep: the name of the sweep that they are for.
        scheduler: the address, ``tcp://host:port``, or "" for one that runs here.
        processes: how many there are to be here; 0 for one a processor.

    Raises:
        EngineError: Dask is not installed, nobody answers at the address, or the versions differ.
    """
    if told := missing():
        raise EngineError(told)
    import distributed

    for name in ("distributed", "distributed.worker", "distributed.scheduler", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        local = None
        if not scheduler:
            start_tracker()  # else it lets signals through, and Ctrl-C would reach the processes, too
            # A process gets one thread: there are as many runs at a time as processors.
            with signals.held_back():
                local = stack.enter_context(
                    distributed.LocalCluster(
                        n_workers=processes or default_threads(),
                        threads_per_worker=1,
                        processes=True,
                        dashboard_address=None,
                        memory_limit=0,
                        silence_logs=logging.CRITICAL,
                    )
                )
        address = scheduler or local.scheduler_address  # type: ignore[union-attr]
        try:
            client = stack.enter_context(distributed.Client(local or address, timeout=_PATIENCE))
        except (OSError, ValueError, TimeoutError) as error:
            told = str(error) if isinstance(error, ValueError) else "nobody answers there"
            raise EngineError(
                f"Cannot reach a scheduler at {address}: {told}; allowed is tcp://host:port of one that runs."
            ) from None
        cluster = Cluster(client, address, sweep)
        try:
            yield cluster
        finally:
            if scheduler:
                cluster.leave()
