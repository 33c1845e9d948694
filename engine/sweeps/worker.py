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
from engine.sweeps.cluster import PLUGIN
from engine.sweeps.trial import Job, Outcome, carry_out


class Helper(WorkerPlugin):
    """What each process of the cluster has beside its jobs: data sets, and whether to end.

    Dask sets it up in every process, those that come later included.
    """

    def __init__(self, data: dict[str, bytes]) -> None:
        """Carry data sets, packed, by their fingerprints."""
        self.name = PLUGIN
        self._packed = data

    def setup(self, worker: Any) -> None:
        """Begin in a process; called by Dask."""
        self.stopping = threading.Event()
        self.datasets = {key: unpacked(data) for key, data in self._packed.items()}
        self._packed = {}

    def teardown(self, worker: Any) -> None:
        """End in a process; called by Dask."""


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
    helper: Helper = get_worker().plugins[PLUGIN]
    return carry_out(job, helper.datasets.get, helper.stopping.is_set)


def versions() -> dict[str, str]:
    """Return the versions that must be the same in all processes."""
    return {
        "kernelscope": VERSION,
        "python": ".".join(platform.python_version_tuple()[:2]),
        "distributed": distributed.__version__,
    }


def ask_to_stop(dask_worker: Any) -> None:
    """Ask the run in training in a process to end; Dask passes the process."""
    dask_worker.plugins[PLUGIN].stopping.set()
