"""``sweep`` in the terminal: from a file to ranked runs, in this process and by real ones that are killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import main
from engine.data.folders import runs_folder, sweeps_folder
from tests.processes import ROOT, Command

TEXT = """
name = "four"
method = "grid"
[halving]
eta = 2
min_steps = 4
[base]
data = "DATA"
epochs = 2
batch_size = 20
validation_images = 20
network = { name = "tiny", in_shape = [1, 12, 12], layers = [LAYERS] }
[space]
learning_rate = [0.001, 0.01, 0.1, 0.3]
"""


@pytest.fixture
def file(tmp_path: Path, data: str) -> Path:
    path = tmp_path / "four.toml"
    kinds = ('"conv", filters = 2, kernel = 3', '"relu"', '"flatten"', '"dense", units = 2')
    layers = ", ".join(f"{{ kind = {kind} }}" for kind in kinds)
    path.write_text(TEXT.replace("DATA", data).replace("LAYERS", layers))
    return path


def figures(words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(words)["trials"]
    return found


def test_in_this_process_and_once_more(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["sweep", str(file), "--dry-run", "--quiet"]) == 0
    told = capsys.readouterr().err
    assert "4 trials, 4 runs, 30 steps (4 up to step 4, 2 up to step 8, 1 up to step 14)" in told
    assert not sweeps_folder().exists()
    assert main.main(["sweep", str(file), "--in-process", "--quiet"]) == 0
    table = capsys.readouterr().out
    assert [line.split()[0] for line in table.splitlines()] == ["trial", "1.", "2.", "3.", "4."]
    folder = next(sweeps_folder().iterdir())
    assert main.main(["sweep", "four", "--json", "--progress"]) == 0  # needs no process: all is done
    *progress, results = capsys.readouterr().out.splitlines()
    assert figures(results)[0]["steps"] == 14 and json.loads(progress[-1])["done"] == 30
    assert main.main(["runs", "--sweep", folder.name]) == 0
    assert "4 runs" in capsys.readouterr().out
    assert main.main(["runs", "show", f"{folder.name}-001"]) == 0
    assert "trial 1: learning_rate 0.001" in capsys.readouterr().out
    assert main.main(["sweep", "none"]) == 1
    assert "There is no sweep 'none' in" in capsys.readouterr().err


def test_killed_and_gone_on_with(
    file: Path, start: Callable[..., Command], capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(file.read_text().replace("epochs = 2", "epochs = 100"))
    assert main.main(["sweep", str(file), "--in-process", "--quiet", "--json"]) == 0
    whole = figures(capsys.readouterr().out)
    folder = next(sweeps_folder().iterdir())
    for place in (folder, *runs_folder().iterdir()):
        place.rename(place.with_name("." + place.name))
    command = start("sweep", file, "--in-process", "--quiet", "--verbose")
    command.until(lambda: command.error.count("after 4 steps") > 1)
    command.send(signal.SIGKILL, group=True)
    command.process.wait()
    assert 2 <= len((folder / "outcomes.jsonl").read_text().splitlines()) < 8
    assert main.main(["sweep", str(file), "--in-process", "--quiet", "--json"]) == 0
    assert figures(capsys.readouterr().out) == whole


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Return the address of a real scheduler, and three real processes that work for it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = []

    def begin(*arguments: str, name: str) -> None:
        environment["KERNELSCOPE_DATA"] = str(tmp_path / name)
        words = [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:], "--no-dashboard"]
        with (tmp_path / f"{name}.log").open("wb") as log:
            started.append(
                subprocess.Popen(words, env=environment, cwd=tmp_path, stdout=log, stderr=subprocess.STDOUT)
            )

    begin("dask_scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2], name="scheduler")
    for number in range(3):
        begin("dask_worker", address, "--nthreads", "1", "--no-nanny", name=f"worker-{number}")
    yield address, started[1:]
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.sweep
def test_ctrl_c_ends_the_processes_of_this_computer_and_keeps_what_is_done(
    file: Path, start: Callable[..., Command]
) -> None:
    file.write_text(file.read_text().replace("epochs = 2", "epochs = 2000"))
    command = start("sweep", file, "--workers", 1, "--quiet", "--verbose")
    command.until(lambda: command.error.count("after 4 steps") > 1)
    command.send(signal.SIGINT, group=True)  # as a terminal does it: all of them get it
    assert command.end() == 130  # and no process is left, and none has printed a traceback
    assert "all of which are kept; main.py sweep four-" in command.error


@pytest.mark.sweep
def test_three_processes_of_a_real_scheduler_one_of_them_killed(
    file: Path,
    start: Callable[..., Command],
    cluster: tuple[str, list[subprocess.Popen[bytes]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    file.write_text(
        file.read_text().replace("epochs = 2", "epochs = 60").replace("min_steps = 4", "min_steps = 120")
    )
    assert main.main(["sweep", str(file), "--in-process", "--quiet", "--json"]) == 0
    whole = figures(capsys.readouterr().out)
    for place in (next(sweeps_folder().iterdir()), *runs_folder().iterdir()):
        place.rename(place.with_name("." + place.name))
    address, workers = cluster
    command = start("sweep", file, "--scheduler", address, "--quiet", "--verbose", "--json")
    command.until_said("3 processes at")
    command.until_said("after 120 steps")
    workers[0].kill()
    assert command.error.count(" steps (process") < 7  # so it is in the middle
    assert command.process.stdout is not None
    assert figures(command.process.stdout.read().decode()) == whole
    assert command.end() == 0
    assert "of data to each process" in command.error  # which they have nowhere on their disks
    assert len(list(runs_folder().glob("four-*"))) == 4
