"""Leads a sweep: gives out jobs, takes in what comes of them, decides who goes on."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from engine.data.dataset import Dataset
from engine.errors import EngineError, in_words
from engine.io.files import staging
from engine.sweeps.state import Sweep, SweepRun
from engine.sweeps.trial import DATA, FOLDER, Job, Outcome, as_bytes, carry_out, from_bytes
from engine.task import Task

TRIES = 4
"""How often a job is given out: processes die of much that is not its fault."""
_LOOK_SECONDS = 0.2
_END_SECONDS = 5.0
"""How long an interrupted sweep waits for its runs to be kept."""
_MB = 1024**2


class Executor(Protocol):
    """What carries out jobs: processes of this computer or of a cluster, or this process itself."""

    def submit(self, job: Job) -> Future[Outcome]:
        """Have a job carried out; raises EngineError if nobody is there to do it."""

    def send(self, fingerprint: str, dataset: Dataset) -> None:
        """Bring a data set to all processes, those that come later included."""

    def stop(self) -> None:
        """Ask the runs in training to keep what they have and end."""


class InProcess:
    """Carries out jobs one after another in this process, as they are given."""

    def submit(self, job: Job) -> Future[Outcome]:
        """Carry out ``job`` now."""
        future: Future[Outcome] = Future()
        future.set_result(carry_out(job))
        return future

    def send(self, fingerprint: str, dataset: Dataset) -> None:
        """Do nothing: this process has all that the sweep has."""

    def stop(self) -> None:
        """Do nothing: a job is over when it was given."""


@dataclass
class _Sent:
    """A job that was given out, and how often."""

    job: Job
    tries: int = 1


class Schedule:
    """Carries out a sweep, or what is left of it.

    Attributes:
        sent_data: fingerprints of the data sets that had to be sent.
    """

    def __init__(
        self, sweep: Sweep, executor: Executor, runs: Path, tell: Callable[[str], object] = lambda _: None
    ) -> None:
        """Lead ``sweep``, whose folder is held.

        Args:
            sweep: what is to be done.
            executor: who does it.
            runs: the folder of the runs.
            tell: is given a sentence for each outcome.
        """
        self.sent_data: set[str] = set()
        self._sweep, self._executor, self._runs, self._tell = sweep, executor, runs, tell
        self._sent: dict[Future[Outcome], _Sent] = {}
        self._ready: queue.Queue[Future[Outcome]] = queue.Queue()
        self._elsewhere = False  # whether a process sees another disk
        self._by_name = {run.name: run for trial in sweep.trials for run in trial}
        self._total, self._done = sweep.steps, 0

    def carry_on(self, task: Task) -> None:
        """Train all that is still to be trained.

        Raises:
            Cancelled, KeyboardInterrupt: it was interrupted; what was done is kept, and it can go on.
            EngineError: it cannot go on; what was done is kept.
        """
        try:
            self._runs.mkdir(parents=True, exist_ok=True)
            for rung, (until, _) in enumerate(self._sweep.rungs):
                self._rung(rung, until, task)
            task.report(self._total, self._total, "done")
        except BaseException:
            self._end()
            raise

    def _rung(self, rung: int, until: int, task: Task) -> None:
        going = self._sweep.going_on(rung)
        jobs = []
        for run in (run for trial in going for run in self._sweep.trials[trial]):
            before = self._sweep.outcomes.get((run.name, rung - 1))
            if (run.name, rung) in self._sweep.outcomes:
                self._count(run, rung)
            elif before is not None and before.ended:  # there is nothing more to train
                self._sweep.record(replace(before, rung=rung))
                self._count(run, rung)
            else:
                jobs.append(self._job(run, rung, min(until, run.steps)))
        words = f"rung {rung + 1} of {len(self._sweep.rungs)}" if len(self._sweep.rungs) > 1 else "runs"
        for job in jobs:
            self._give(_Sent(job))
            task.report(self._done, self._total, words)
            self._take_ready()
        while self._sent:
            with suppress(queue.Empty):
                self._take(self._ready.get(timeout=_LOOK_SECONDS))
            task.report(self._done, self._total, words)

    def _job(self, run: SweepRun, rung: int, until: int) -> Job:
        return Job(
            run.name,
            rung,
            until,
            run.config.to_json(),
            run.mark,
            run.data,
            str(self._runs.absolute()),
            self._sweep.token,
            self._sweep.plan.megabytes * _MB,
            self._recorded(run.name) if rung and self._elsewhere else None,
        )

    def _recorded(self, run: str) -> bytes:
        """Return what was recorded of a run; nothing makes it begin anew."""
        return as_bytes(self._runs / run) or b""

    # --- giving and taking ----------------------------------------------------------------------------

    def _give(self, sent: _Sent) -> None:
        future = self._executor.submit(sent.job)
        self._sent[future] = sent
        future.add_done_callback(self._ready.put)

    def _take_ready(self) -> None:
        with suppress(queue.Empty):
            while True:
                self._take(self._ready.get_nowait())

    def _take(self, future: Future[Outcome]) -> None:
        sent = self._sent.pop(future)
        job = sent.job
        try:
            outcome = future.result(timeout=0)
        except CancelledError:  # nobody knows any more what became of it
            self._again(sent, "The process that trained it was lost")
            return
        except Exception as error:  # noqa: BLE001 - whatever became of one run, the others go on
            self._keep(Outcome(job.run, job.rung, problem=in_words(error)))
            return
        if outcome.refused:
            raise EngineError(outcome.refused)
        if outcome.wants == DATA:
            if job.data not in self.sent_data:
                self._executor.send(job.data, self._sweep.datasets[job.data])
                self.sent_data.add(job.data)
            self._again(sent, "The process that was to train it has no data set")
        elif outcome.wants == FOLDER:
            self._elsewhere = True
            self._again(
                _Sent(replace(job, folder=self._recorded(job.run)), sent.tries), "Nothing is recorded"
            )
        elif outcome.stopped:
            self._take_folder(outcome)
            self._again(sent, "The process that trained it was told to end")
        else:
            self._take_folder(outcome)
            self._keep(outcome)

    def _again(self, sent: _Sent, why: str) -> None:
        if sent.tries < TRIES:
            self._give(_Sent(sent.job, sent.tries + 1))
        else:
            self._keep(Outcome(sent.job.run, sent.job.rung, problem=f"{why}, {TRIES} times."))

    def _keep(self, outcome: Outcome) -> None:
        self._sweep.record(outcome)
        run = self._by_name[outcome.run]
        self._count(run, outcome.rung)
        self._tell(told(run, outcome))

    def _count(self, run: SweepRun, rung: int) -> None:
        ends = [min(until, run.steps) for until, _ in self._sweep.rungs]
        self._done += ends[rung] - (ends[rung - 1] if rung else 0)

    def _take_folder(self, outcome: Outcome) -> None:
        """Put what was recorded elsewhere among the runs, in the place of what is known of the run."""
        if outcome.folder is None:
            return
        self._elsewhere = True
        final = self._runs / outcome.run
        try:
            with staging(self._runs) as place:
                from_bytes(outcome.folder, place / "new")
                if final.exists():
                    final.rename(place / "old")
                (place / "new").rename(final)
        except OSError as error:
            raise EngineError(f"Cannot write to {self._runs}: {error.strerror or error}.") from None

    def _end(self) -> None:
        """Let the runs in training be kept, and record those that are over."""
        with suppress(Exception):
            self._executor.stop()
        deadline = time.monotonic() + _END_SECONDS
        while self._sent and time.monotonic() < deadline:
            with suppress(queue.Empty):
                future = self._ready.get(timeout=_LOOK_SECONDS)
                sent = self._sent.pop(future, None)
                if sent is None:
                    continue
                with suppress(Exception):
                    outcome = future.result(timeout=0)
                    self._take_folder(outcome)
                    if not (outcome.stopped or outcome.wants or outcome.refused):
                        self._sweep.record(outcome)


def told(run: SweepRun, outcome: Outcome) -> str:
    """Return a sentence about an outcome."""
    if outcome.problem:
        return f"{run.name}: {outcome.problem}"
    figures = (
        f"accuracy {outcome.accuracy:.4f}, loss {outcome.loss:.4f}" if outcome.accuracy is not None else "-"
    )
    return f"{run.name}: {figures} after {outcome.step:,} steps ({outcome.worker})"
