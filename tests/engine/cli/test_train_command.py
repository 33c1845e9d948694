"""``train`` into folders that hold something: nothing is lost, nothing is ignored, all changes together."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import main
from engine.cli.results import CONFIG, MODEL, RESULT
from engine.cli.results import NAMES as RESULTS
from engine.model.model_file import load_model
from engine.runs import names
from tests.processes import Command

RECORD = {*names.FILES, names.RUN} - {names.NOTES}
NAMES = {*RESULTS, *RECORD}
"""What ``train`` leaves behind: the record of the run, and its results."""


def train(data: str, out: Path, *more: object) -> int:
    return main.main(
        ["train", "--data", data, "--out", str(out), "--quiet", "--threads", "1", *map(str, more)]
    )


def resume(out: Path, *more: object) -> int:
    return main.main(["train", "--resume", "--out", str(out), "--quiet", *map(str, more)])


def contents(folder: Path) -> dict[str, bytes]:
    files = (each for each in folder.rglob("*") if each.is_file())
    return {str(each.relative_to(folder)): each.read_bytes() for each in files}


def top(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


@pytest.fixture
def trained(data: str, tmp_path: Path) -> Path:
    out = tmp_path / "out"
    assert train(data, out, "--epochs", 2) == 0
    return out


def test_a_finished_run_can_be_extended(data: str, trained: Path, tmp_path: Path) -> None:
    assert top(trained) == NAMES
    assert resume(trained, "--epochs", 5) == 0
    whole = tmp_path / "whole"
    assert train(data, whole, "--epochs", 5) == 0
    one, other = (load_model(folder / MODEL) for folder in (trained, whole))
    assert np.array_equal(one.network.vector, other.network.vector)
    assert (trained / CONFIG).read_bytes() == (whole / CONFIG).read_bytes()
    assert json.loads((trained / RESULT).read_text())["steps"] == one.record["steps"]


def test_a_finished_run_that_is_not_extended_says_how(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = load_model(trained / MODEL).network.vector
    assert resume(trained) == 0
    assert "All 2 epochs are done" in capsys.readouterr().err
    assert np.array_equal(load_model(trained / MODEL).network.vector, before)


@pytest.mark.parametrize("left", [RECORD, {MODEL}, NAMES])
def test_what_is_there_is_not_touched_unasked(
    left: set[str], data: str, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in NAMES - left:
        if name == names.WEIGHTS:
            shutil.rmtree(trained / name)
        else:
            (trained / name).unlink()
    before = contents(trained)
    assert train(data, trained) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert "--overwrite" in error
    assert ("--resume" in error) == (names.STATE in left)
    assert contents(trained) == before
    assert train(data, trained, "--overwrite", "--seed", 2) == 0
    assert top(trained) == NAMES
    assert json.loads((trained / CONFIG).read_text())["seed"] == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--seed", 3], "the seed 1, which --resume cannot change to 3"),
        (["--network", "lenet5"], "the network 'classic', which --resume cannot change to 'lenet5'"),
        (["--optimiser", "adam"], "optimiser 'momentum', which --resume cannot change to 'adam'"),
        (["--schedule", "cosine"], "schedule 'constant'"),
        (["--augmentation", "strong"], "the augmentation"),
        (["--data", "mnist"], "data 'own-tiny', which --resume cannot change to 'mnist'"),
        (["--averaging", 0.5], "the averaging 0, which --resume cannot change to 0.5"),
        (["--validation-images", 7], "the validation images 26"),
    ],
)
def test_resuming_refuses_what_cannot_change(
    options: list[object], words: str, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(trained)
    assert resume(trained, "--epochs", 3, *options) == 1
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert contents(trained) == before


def test_resuming_obeys_what_can_change(data: str, trained: Path, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"momentum": 0.5, "weight_decay": 0.125, "seed": 1}))
    changes = ["--learning-rate", 0.0025, "--batch-size", 40, "--epochs", 4, "--validation-every", 1]
    assert resume(trained, "--config", file, *changes, "--data", data, "--network", "classic") == 0
    config = json.loads((trained / CONFIG).read_text())
    assert [config[name] for name in ("momentum", "weight_decay", "learning_rate")] == [0.5, 0.125, 0.0025]
    model = load_model(trained / MODEL)
    assert model.history.steps.last("learning_rate") == 0.0025
    steps = model.history.steps.column("step")
    assert len(steps) == 2 * 7 + 2 * 4  # 134 images in batches of 20, then of 40
    assert model.history.validations.column("step")[-8:].tolist() == steps[-8:].tolist()


def test_resuming_without_a_checkpoint_makes_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert resume(tmp_path / "none") == 1
    assert "No such file" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_folder_that_vanishes_is_made_anew(
    data: str, tmp_path: Path, start: Callable[..., Command]
) -> None:
    out = tmp_path / "out"
    command = start("train", "--data", data, "--out", out, "--epochs", 10000)
    command.until_said("validation accuracy")
    out.rename(tmp_path / "taken away")  # in one go: files come while others would be removed
    shutil.rmtree(tmp_path / "taken away", ignore_errors=True)
    command.send(signal.SIGINT, group=True)
    assert command.end() == 130
    assert top(out) == NAMES


def test_results_that_cannot_be_where_they_should_are_elsewhere(
    data: str, tmp_path: Path, start: Callable[..., Command]
) -> None:
    out = tmp_path / "out"
    command = start("train", "--data", data, "--out", out, "--epochs", 10000, cwd=tmp_path)
    command.until_said("validation accuracy")
    out.rename(tmp_path / "taken away")
    out.write_text("a file")
    command.send(signal.SIGINT, group=True)
    assert command.end() == 130
    last = command.error.splitlines()[-1]
    (elsewhere,) = tmp_path.glob("kernelscope-*")
    assert f"Cannot write to {out}: " in last and f"The results are in {elsewhere} instead." in last
    assert top(elsewhere) == NAMES
    assert out.read_text() == "a file"


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of POSIX")
@pytest.mark.parametrize("room", [2000, 8000])  # for next to nothing, and for all but the state
def test_a_full_disk_leaves_the_older_results_as_they_were(
    room: int, data: str, trained: Path, start: Callable[..., Command]
) -> None:
    import resource  # Windows has none

    before = contents(trained)

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    command = start(
        *("train", "--data", data, "--out", trained, "--overwrite", "--seed", 2, "--quiet", "--threads", 1),
        prepare=small_disk,
    )
    assert command.end() == 1
    assert f"Cannot write {trained}" in command.error.splitlines()[-1]
    assert "File too large" in command.error.splitlines()[-1]
    assert contents(trained) == before
