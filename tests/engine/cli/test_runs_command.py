"""Runs in the terminal: recorded unasked, listed, resumed, branched off from, deleted, restored."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import main
from engine.data.folders import runs_folder
from engine.errors import EngineError
from engine.model.model_file import load_model, save_model
from engine.runs import names
from engine.runs.budget import Budget
from engine.runs.destination import Destination
from engine.runs.folder import RunFolder
from engine.runs.hold import Hold
from engine.training.checkpoint import load_checkpoint, save_checkpoint
from tests.engine.cli.test_train_command import NAMES, contents, top

Said = pytest.CaptureFixture[str]


def call(*arguments: object) -> int:
    return main.main([*map(str, arguments)])


@pytest.fixture
def train(data: str) -> Callable[..., int]:
    def begin(*more: object) -> int:
        return call("train", "--data", data, "--quiet", "--threads", 1, "--epochs", 2, *more)

    return begin


@pytest.fixture
def recorded(train: Callable[..., int]) -> RunFolder:
    """Return a run that was begun without a word about where."""
    assert train() == 0
    (path,) = (each for each in runs_folder().iterdir() if each.is_dir())
    return RunFolder(path)


def test_a_run_is_recorded_without_being_asked(recorded: RunFolder, capsys: Said) -> None:
    assert recorded.path.name.endswith("-classic") and top(recorded.path) == NAMES
    assert recorded.history().steps.length == 14 and recorded.steps() == list(range(15))
    assert recorded.status().closed and recorded.status().state == "finished"
    capsys.readouterr()
    assert call("runs", "--json") == 0
    (listed,) = json.loads(capsys.readouterr().out)
    result = json.loads((recorded.path / "result.json").read_text())
    assert listed["name"] == recorded.path.name and listed["steps"] == 14
    assert listed["test_accuracy"] == result["test_accuracy"]
    assert call("runs") == 0
    lines = capsys.readouterr().out.splitlines()
    assert recorded.path.name in lines[1] and "finished" in lines[1] and lines[2].startswith("1 run,")


def test_what_is_known_of_a_run_is_shown(recorded: RunFolder, capsys: Said) -> None:
    capsys.readouterr()
    assert call("runs", "show", recorded.path.name[:10], "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["kept_steps"] == list(range(15)) and shown["recorded_steps"] == 14
    assert shown["config"]["seed"] == 1 and shown["problems"] == []
    (recorded.path / names.VALIDATIONS).unlink()
    assert call("runs", "show", recorded.path) == 0
    told = capsys.readouterr()
    assert "finished at step 14" in told.out and names.VALIDATIONS in told.err


def test_a_run_is_resumed_by_name(recorded: RunFolder, train: Callable[..., int], tmp_path: Path) -> None:
    assert call("resume", recorded.path.name, "--quiet", "--epochs", 4, "--learning-rate", 0.002) == 0
    assert recorded.history().steps.length == 28
    assert {name: (at, value) for at, name, value in recorded.changes()} == {
        "epochs": (14, "4"),
        "learning_rate": (14, "0.002"),
    }
    assert train("--out", tmp_path / "out", "--epochs", 2) == 0
    assert call("train", "--resume", "--out", tmp_path / "out", "--quiet", "--epochs", 4) == 0
    assert call("resume", tmp_path / "out", "--quiet", "--epochs", 5) == 0
    assert RunFolder(tmp_path / "out").history().steps.length == 35


@pytest.mark.parametrize("word", ["nothing", "a/b", "", "../x"])
def test_runs_that_are_not_there_are_told(word: str, capsys: Said) -> None:
    for command in (["resume", word], ["runs", "show", word], ["runs", "delete", word]):
        assert call(*command) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert "There is no run" in line


def test_a_run_that_is_written_is_left_alone(
    recorded: RunFolder, train: Callable[..., int], capsys: Said
) -> None:
    before = contents(recorded.path)
    hold = Hold(recorded.path)
    for command in (
        ("resume", recorded.path.name, "--epochs", 9),
        ("runs", "delete", recorded.path.name),
        ("train", "--data", recorded.record.config.data, "--out", recorded.path, "--overwrite"),
    ):
        assert call(*command) == 1
        assert "is being written by process" in capsys.readouterr().err
    hold.release()
    assert contents(recorded.path) == before


def test_a_run_is_deleted_and_restored(recorded: RunFolder, capsys: Said) -> None:
    name, before = recorded.path.name, contents(recorded.path)
    assert call("runs", "delete", name) == 0
    assert not recorded.path.exists() and f"runs restore {name}" in capsys.readouterr().out
    assert call("runs", "restore") == 0
    assert capsys.readouterr().out == f"{name}\n"
    assert call("runs", "restore", name) == 0
    assert contents(recorded.path) == before


def test_a_recorded_moment_is_a_model(recorded: RunFolder, tmp_path: Path, capsys: Said) -> None:
    name = recorded.path.name
    capsys.readouterr()
    for word in (f"{name}@5", f"{recorded.path}@5"):
        assert call("evaluate", "--model", word, "--json") == 0
        assert json.loads(capsys.readouterr().out)["data"] == recorded.record.config.data
    path = tmp_path / "five.safetensors"
    save_model(path, recorded.model(5))
    assert call("evaluate", "--model", path, "--data", recorded.record.config.data, "--json") == 0
    for word, why in ((f"{name}@99", "the nearest that it has is 14"), ("nothing@5", "There is no run")):
        assert call("evaluate", "--model", word) == 1
        assert why in capsys.readouterr().err
    assert call("export", f"{name}@5", "--out", tmp_path / "five.onnx", "--format", "onnx") == 0


def test_a_run_is_branched_off(
    recorded: RunFolder, train: Callable[..., int], tmp_path: Path, capsys: Said
) -> None:
    out, word = tmp_path / "branch", f"{recorded.path.name}@6"
    options = ("--quiet", "--out", out, "--optimiser", "adam", "--averaging", 0.5, "--learning-rate", 0.001)
    assert call("train", "--from", word, *options) == 0
    branch = RunFolder(out)
    assert branch.record.parent is not None
    assert (branch.record.parent.run, branch.record.parent.step) == (recorded.record.id, 6)
    assert np.array_equal(branch.network(0).state_vector, recorded.network(6).state_vector)
    config = branch.record.config
    assert config.data == recorded.record.config.data and config.epochs == 2
    assert (config.averaging, config.learning_rate) == (0.5, 0.001)
    assert call("resume", out, "--quiet", "--epochs", 3) == 0
    capsys.readouterr()
    assert call("train", "--from", word, "--network", "lenet5", "--out", tmp_path / "no") == 1
    assert "with other layers" in capsys.readouterr().err
    assert not (tmp_path / "no").exists()


def test_a_folder_of_an_earlier_version_is_resumed(train: Callable[..., int], tmp_path: Path) -> None:
    out, old = tmp_path / "new", tmp_path / "old"
    assert train("--out", out) == 0
    old.mkdir()
    save_checkpoint(old / "checkpoint.safetensors", load_checkpoint(out / names.STATE))
    for name in ("curves.csv", "validation.csv"):
        (old / name).write_text("old")
    assert call("resume", old, "--quiet", "--epochs", 3) == 0
    assert top(old) == NAMES
    assert RunFolder(old).history().steps.length == 21
    assert call("resume", out, "--quiet", "--epochs", 3) == 0
    one, other = (load_model(each / "model.safetensors") for each in (out, old))
    assert np.array_equal(one.network.vector, other.network.vector)


def test_a_run_whose_state_is_damaged_says_so(recorded: RunFolder, capsys: Said) -> None:
    state = recorded.path / names.STATE
    state.write_bytes(state.read_bytes()[:500])
    shutil.rmtree(recorded.path / names.WEIGHTS)
    capsys.readouterr()
    assert call("resume", recorded.path.name) == 1
    assert names.STATE in capsys.readouterr().err
    assert call("evaluate", "--model", f"{recorded.path.name}@5") == 1
    assert "has kept no weights" in capsys.readouterr().err


def test_runs_are_noted_and_found_by_what_they_are_called(recorded: RunFolder, capsys: Said) -> None:
    name = recorded.path.name
    assert call("runs", "note", name, "--name", "Best one", "--text", "wide\nkernels", "--star") == 0
    capsys.readouterr()
    assert call("runs") == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert line.startswith(f"* {name}") and "Best one" in line
    assert call("runs", "show", "best one") == 0
    told = capsys.readouterr().out
    assert "called    Best one" in told and "notes     wide\nnotes     kernels" in told
    assert call("runs", "note", "Best one", "--no-star") == 0
    capsys.readouterr()
    assert call("runs", "show", name, "--json") == 0
    assert json.loads(capsys.readouterr().out)["notes"] == {
        "name": "Best one",
        "text": "wide\nkernels",
        "star": False,
    }
    assert call("runs", "note", name) == 1
    assert "nothing to note" in capsys.readouterr().err


def test_the_room_for_runs_is_the_users(
    train: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    assert call("runs", "budget", "--run-mb", 1, "--all-gb", 0.5) == 0
    assert capsys.readouterr().out == "weights of one run: 1 MB\nall runs together: 0.5 GB\n"
    assert call("runs", "budget", "--run-mb", 0) == 1
    assert "run megabytes is 0; allowed is 1 to" in capsys.readouterr().err
    budgets: list[int] = []

    def attend(_config: object, _data: object, record: Destination, *_: object, **__: object) -> int:
        budgets.append(record.budget >> 20)
        return 0

    monkeypatch.setattr("engine.cli.train._attend", attend)
    assert train() == train("--run-mb", 2) == 0
    assert budgets == [1, 2]
    assert train("--run-mb", 0) == 1
    assert not list(runs_folder().glob("2*"))  # nothing came of them


def test_the_oldest_runs_are_named_when_there_is_too_much(
    recorded: RunFolder, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    monkeypatch.setattr(Budget, "all_bytes", 1000)
    assert call("runs", "note", recorded.path.name, "--star") == 0
    capsys.readouterr()
    assert call("runs") == 0
    assert "take more than" not in capsys.readouterr().err  # the only one has a star
    assert call("runs", "note", recorded.path.name, "--no-star") == 0
    assert call("runs") == 0
    told = capsys.readouterr().err
    assert "The runs take more than 5 GB" in told and recorded.path.name in told and recorded.path.exists()


def test_deleted_runs_are_removed_for_good(recorded: RunFolder, capsys: Said) -> None:
    assert call("runs", "delete", recorded.path.name) == 0
    assert call("runs", "empty-bin") == 0
    assert "1 run removed for good" in capsys.readouterr().out
    assert call("runs", "restore") == 0 and "empty" in capsys.readouterr().out


def test_runs_are_compared(recorded: RunFolder, train: Callable[..., int], capsys: Said) -> None:
    assert train("--learning-rate", 0.05, "--epochs", 1) == 0
    (other,) = (each for each in runs_folder().iterdir() if each.is_dir() and each != recorded.path)
    capsys.readouterr()
    assert call("runs", "compare", recorded.path.name, other.name, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["step"] for each in told["runs"]] == [14, 7]
    assert {row["name"] for row in told["settings"] if row["differs"]} == {"learning rate", "epochs"}
    (difference,) = told["differences"]
    counts = [difference[key] for key in ("only_second_right", "only_first_right", "neither_right")]
    assert sum(counts) == len(difference["disagreements"]) > 0
    one, two = (each["accuracy"] for each in told["runs"])
    assert (two - one) * 160 == pytest.approx(counts[0] - counts[1])
    accuracies = []
    for word in (recorded.path.name + "@14", other.name + "@7"):
        assert call("evaluate", "--model", word, "--json") == 0
        accuracies.append(json.loads(capsys.readouterr().out)["accuracy"])
    assert accuracies == [one, two]
    assert call("runs", "compare", f"{recorded.path.name}@3", other.name, "--images", 1) == 0
    text = capsys.readouterr().out
    assert f"A: {recorded.path.name} at step 3" in text and "* learning rate" in text
    assert "B minus that of A" in text and "more; --images" in text


def test_what_cannot_be_compared_is_told(recorded: RunFolder, capsys: Said) -> None:
    name = recorded.path.name
    capsys.readouterr()
    assert call("runs", "compare", name) == 1
    assert "two runs or more" in capsys.readouterr().err
    other = runs_folder() / "other"
    shutil.copytree(recorded.path, other)
    shutil.rmtree(other / names.WEIGHTS)
    assert call("runs", "compare", name, "other") == 0
    told = capsys.readouterr()
    assert "has kept no weights that can be read" in told.err and "learning rate" in told.out
    shutil.copytree(recorded.path / names.WEIGHTS, other / names.WEIGHTS)
    record = json.loads((other / names.RUN).read_text())
    record["data"] |= {"title": "Elsewhere", "class_names": ["up", "down"]}
    (other / names.RUN).write_text(json.dumps(record))
    assert call("runs", "compare", name, "other") == 0
    assert "the answers cannot be compared" in capsys.readouterr().err


def test_a_run_without_results_that_took_the_place_of_another_says_where_that_is(
    recorded: RunFolder, train: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    out = recorded.path
    aside = out / ".kernelscope.replaced"
    with monkeypatch.context() as patch:
        patch.setattr("engine.cli.results.Results.write", refuse)
        assert train("--out", out, "--overwrite", "--seed", 2) == 1
    assert f"What {out} held before is in {aside} until this run has results." in capsys.readouterr().err
    assert (aside / "model.safetensors").exists() and not (out / "model.safetensors").exists()
    assert call("resume", out, "--quiet", "--epochs", 3) == 0
    assert (out / "model.safetensors").exists() and not aside.exists()


def refuse(*_: object) -> None:
    raise EngineError("The disk is full.")
