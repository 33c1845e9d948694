"""``race``: entrants from the command line, their runs, the verdict, and Ctrl-C."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

import main
from engine import signals
from engine.runs.folder import RunFolder
from engine.training.checkpoint import load_checkpoint
from tests.processes import Command


def race(data: str, *more: object) -> int:
    return main.main(["race", "--data", data, "--quiet", "--threads", "1", "--epochs", "1", *map(str, more)])


def test_a_race_over_seeds(data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    vary = ("--vary", "optimiser=sgd,adam", "--vary", "learning-rate=0.05;0,002", "--name", "The race")
    assert race(data, *vary, "--seeds", 2, "--steps", 4, "--json", "--out", out) == 0
    found = json.loads(capsys.readouterr().out)
    titles = ["SGD with learning rate 0.05", "Adam with learning rate 0.002"]
    assert [each["name"] for each in found["entrants"]] == titles
    assert found["winner"] in titles
    assert found["comparisons"][0]["heats"] == 2
    assert len(list(out.iterdir())) == 4
    for each in found["entrants"]:
        for heat, run in enumerate(each["runs"], 1):
            folder = RunFolder(Path(run["folder"]))
            assert folder.record.config.seed == run["seed"] == heat
            assert folder.record.race is not None
            assert (folder.record.race.race, folder.record.race.entrant) == ("The race", each["name"])
            assert folder.status().test_accuracy == run["test_accuracy"]
            assert folder.status().closed
            assert folder.steps()[-1] == run["steps"] == 4
    assert race(data, *vary, "--out", out) == 1
    assert "name a new folder" in capsys.readouterr().err


def test_the_table(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert race(data, "--vary", "seed=1,2,3") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["entrant", "steps", "loss", "validation", "test"]
    assert [line.split()[:2] for line in lines[1:4]] == [["seed", "1"], ["seed", "2"], ["seed", "3"]]
    assert lines[-1].startswith("3 runs recorded in ")


@pytest.mark.parametrize(
    ("vary", "said"),
    [
        (
            ("optimiser=sgd,adam", "momentum=0.5"),
            "2 of the optimiser, 1 of the momentum; allowed is one value",
        ),
        (("optimiser=sgd,foo",), "There is no optimiser 'foo'; there are sgd"),
        (("optimiser",), "names no values"),
        (("seed=1,2", "seed=3,4"), "names the seed twice"),
        (("seed=1,x",), "--vary seed: 'x' is no number"),
        (("batch-size=4,8",), "would not train on the same batches"),
        (("colour=1,2",), "differ in the colour; in a race may differ"),
        (("network=classic,nothing",), "There is no network 'nothing'"),
    ],
)
def test_what_is_no_race(
    vary: tuple[str, ...], said: str, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert race(data, *(part for word in vary for part in ("--vary", word))) == 1
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_signal_keeps_all_runs(data: str, tmp_path: Path, start: Callable[..., Command]) -> None:
    out = tmp_path / "out"
    options = ("--data", data, "--out", out, "--epochs", 10000, "--validation-every", 5, "--threads", 1)
    command = start("race", "--vary", "seed=1,2", *options)
    command.until_said("validation accuracy")
    command.send(signal.SIGINT, group=False)
    assert command.end() == signals.EXIT_CODE
    last = command.error.splitlines()[-1]
    assert "the runs are kept, and main.py resume goes on with each" in last
    kept = [load_checkpoint(out / name / "state.safetensors") for name in ("seed-1", "seed-2")]
    assert len({each.values["step"] for each in kept}) == 1
    assert not RunFolder(out / "seed-1").status().closed
    whole = kept[0].values["epoch"] + 1
    assert main.main(["resume", str(out / "seed-1"), "--quiet", "--epochs", str(whole)]) == 0
    assert RunFolder(out / "seed-1").record.race is not None
