"""What holds for every test: no window on the screen, no thread left behind, no file at home."""

from __future__ import annotations

import importlib.util
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
from tqdm import tqdm

from engine.data.dataset import Dataset
from engine.data.own import store
from engine.training.workers import hold_blas_to_one_thread
from tests.processes import Command

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for name in ("QT_SCALE_FACTOR", "QT_SCREEN_SCALE_FACTORS", "QT_STYLE_OVERRIDE"):
    os.environ.pop(name, None)

# CI repeats the same examples, so that a change is judged by what it changed; runs at a context look further.
hypothesis.settings.register_profile(
    "kernelscope", deadline=None, max_examples=25, derandomize="CI" in os.environ
)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=500)
# A mutant is to be noticed, not to be explained: the first failure is enough, and the same one each time.
hypothesis.settings.register_profile(
    "mutation",
    deadline=None,
    max_examples=25,
    derandomize=True,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "kernelscope"))

# tqdm's watchdog is a thread that lives as long as the process.
tqdm.monitor_interval = 0

PATIENCE = 2.0
"""Seconds that a thread may take to end after its test."""


@pytest.fixture(scope="session", autouse=True)
def home_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep settings and caches of the person who runs the tests out of them, and the other way round."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(home / name.lower()))
        # Qt warns if this folder is not there or others can read it.
        runtime = home / "runtime"
        runtime.mkdir(mode=0o700)
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        yield home


@pytest.fixture(scope="session", autouse=True)
def one_thread_each() -> None:
    """Count in one thread, as the program does: on a busy machine several wait for each other for long."""
    hold_blas_to_one_thread()


@pytest.fixture(autouse=True)
def data_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test a folder of data sets of its own, empty and not yet made."""
    folder = tmp_path / "datasets"
    monkeypatch.setenv("KERNELSCOPE_DATA", str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_thread_outlives_its_test() -> Iterator[None]:
    """Fail a test that leaves a thread running."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + PATIENCE
    # Python lists a thread that Qt started as a dummy and never takes it off again.
    left = [
        thread
        for thread in threading.enumerate()
        if thread not in before and not isinstance(thread, threading._DummyThread)
    ]
    for thread in left:
        thread.join(max(0.0, deadline - time.monotonic()))
    alive = [thread.name for thread in left if thread.is_alive()]
    if alive:
        pytest.fail(f"These threads outlived the test: {', '.join(alive)}.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs Dask where it is missing: a skipped test would fail a CI run."""
    if importlib.util.find_spec("distributed") is None:
        left_out = [item for item in items if item.get_closest_marker("sweep")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a CI run that skipped a test: what is claimed there has been compared."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if "CI" in os.environ and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def data(tmp_path: Path, data_elsewhere: Path) -> str:
    """Return the name of a data set so small that a run of it takes a moment."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (160, 1, 12, 12), np.uint8)
    labels = (images[:, 0, :, :6].mean((1, 2)) > images[:, 0, :, 6:].mean((1, 2))).astype(np.int64)
    return store(Dataset("x", "Tiny", ("left", "right"), images, labels, images, labels), "Tiny")


@pytest.fixture
def start() -> Iterator[Callable[..., Command]]:
    """Return what starts a command, which is over after the test."""
    started: list[Command] = []

    def begin(*arguments: object, **options: Any) -> Command:
        started.append(Command(*arguments, **options))
        return started[-1]

    yield begin
    for each in started:
        each.kill()
