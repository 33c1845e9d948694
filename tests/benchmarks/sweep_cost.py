"""What a trial of a sweep costs beside its training: time, and traffic between computers.

Three processes of a real scheduler on this computer train: once seeing the disk of the leading process, and
once another, so that runs and the data set travel. Traffic is what went over the loopback interface, so the
figures are good only where nothing else uses it: ``unshare --net`` gives an interface of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from unittest import mock

from engine.data.folders import runs_folder, sweeps_folder
from engine.sweeps.cluster import connected
from engine.sweeps.plan import planned
from engine.sweeps.schedule import Schedule
from engine.sweeps.state import Sweep
from engine.task import Task
from tests.benchmarks.row import Row

NAME = "sweep-cost"
_TRIALS, _STEPS = 12, 50
_PORT = 18790


def run() -> list[Row]:
    """Measure the time and traffic of a trial with the same disk, and with another."""
    if not Path("/proc/net/dev").exists():
        return [Row("cost of a trial", None, "needs Linux", "", None)]
    found = []
    for elsewhere in (False, True):
        seconds, traffic, data = _swept(elsewhere=elsewhere)
        where = "another disk" if elsewhere else "the same disk"
        # What the data set took is told apart: it travels once to each process, whatever the trials are.
        each = (traffic - 3 * data) / _TRIALS
        found.append(Row(f"time of a trial beside its steps, {where}", seconds, "s", "", None))
        found.append(Row(f"traffic of a trial, {where}", each / 1e3, "kB", "", None))
        if elsewhere:
            found.append(Row("traffic of the data set, MNIST, each process", data / 1e6, "MB", "", None))
    return found


def _loopback() -> int:
    lines = Path("/proc/net/dev").read_text().splitlines()
    return next(int(line.split(":")[1].split()[0]) for line in lines if line.strip().startswith("lo:"))


def _swept(*, elsewhere: bool) -> tuple[float, int, int]:
    """Return the median seconds of a trial beside its steps, bytes of traffic, and those of the data set."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(mock.patch.dict(os.environ, KERNELSCOPE_DATA=str(home / "lead")))
        plan = planned(
            {
                "method": "random",
                "trials": _TRIALS,
                "steps": _STEPS,
                "base": {"network": "lenet5", "validation_images": 1000, "validation_every": 0},
                "space": {"learning_rate": {"log_uniform": [0.001, 0.02]}},
            },
            Path(),
        )
        sweep = Sweep(plan, sweeps_folder() / "x", Task())
        if elsewhere:  # a data set that no process knows, and a disk that none sees
            run = sweep.trials[0][0]
            changed = "0" * 64
            sweep.datasets[changed] = sweep.datasets[run.data]
            sweep.trials = [[replace(run, data=changed) for run in trial] for trial in sweep.trials]
            stack.enter_context(mock.patch.object(Sweep, "token", ("/nowhere", "")))
        stack.enter_context(sweep.held())
        address = f"tcp://127.0.0.1:{_PORT + elsewhere}"
        _start(stack, "dask_scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2])
        for _ in range(3):
            _start(stack, "dask_worker", address, "--nthreads", "1", "--no-nanny")
        cluster = stack.enter_context(connected(sweep.id, address))
        deadline = time.monotonic() + 60
        while cluster.workers < 3 and time.monotonic() < deadline:
            time.sleep(0.1)
        before = _loopback()
        Schedule(sweep, cluster, runs_folder()).carry_on(Task())
        traffic = _loopback() - before
        beside = [each.work_seconds - each.seconds for each in sweep.outcomes.values()]
        return sorted(beside)[len(beside) // 2], traffic, cluster.data_bytes


def _start(stack: ExitStack, command: str, *arguments: str) -> None:
    words = [sys.executable, "-m", f"distributed.cli.{command}", *arguments, "--no-dashboard"]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(process.wait)
    stack.callback(process.kill)
