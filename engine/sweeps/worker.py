"""The far side of a cluster: what runs in its processes. Loaded only where Dask is installed."""

from __future__ import annotations

import io
import platform
import threading
from typing import Any

import distributed
import numpy as np
from distributed import WorkerPlugin, get_worker

from engine import VERSION
from engine.data.dataset import Dataset
from engine.data.kept import ARRAYS
from engine.sweeps.cluster import data_name, stopping_name
from engine.sweeps.trial import Job, Outcome, carry_out


class Stopping(WorkerPlugin):
    """Whether the runs of a sweep are to end; each process has one, those that come later included."""

    def __init__(self, sweep: str) -> None:
        """Belong to the sweep of this name."""
        self.name = stopping_name(sweep)

    def setup(self, worker: Any) -> None:
        """Begin in a process; called by Dask."""
        self.event = threading.Event()


class Data(WorkerPlugin):
    """A data set that every process has, those that come later included; it travels once to each."""

    def __init__(self, key: str, data: bytes) -> None:
        """Carry a packed data set with this fingerprint."""
        self.name = data_name(key)
        self._data = data

    def setup(self, worker: Any) -> None:
        """Unpack it in a process; called by Dask."""
        self.dataset, self._data = unpacked(self._data), b""


def packed(dataset: Dataset) -> bytes:
    """Return a data set as bytes, compressed."""
    file = io.BytesIO()
    words = np.array([dataset.name, dataset.title, *dataset.class_names])
    np.savez_compressed(file, allow_pickle=False, words=words, **{n: getattr(dataset, n) for n in ARRAYS})
    return file.getvalue()


def unpacked(data: bytes) -> Dataset:
    """Return the data set of which ``packed`` made ``data``."""
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        name, title, *classes = archive["words"].tolist()
        return Dataset(name, title, tuple(classes), **{each: archive[each] for each in ARRAYS})


def on_worker(job: Job) -> Outcome:
    """Carry out ``job`` in a process of the cluster."""
    plugins = get_worker().plugins

    def given(key: str) -> Dataset | None:
        found = plugins.get(data_name(key))
        return None if found is None else found.dataset

    return carry_out(job, given, plugins[stopping_name(job.trial.sweep)].event.is_set)


def versions() -> dict[str, str]:
    """Return the versions that must be the same in all processes."""
    return {
        "kernelscope": VERSION,
        "python": ".".join(platform.python_version_tuple()[:2]),
        "distributed": distributed.__version__,
    }


def ask_to_stop(sweep: str, dask_worker: Any) -> None:
    """Ask the run in training in a process to end; Dask passes the process."""
    dask_worker.plugins[stopping_name(sweep)].event.set()
