"""A path that cannot be used is named in one sentence, whichever option it was given to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import main

if sys.platform != "win32":
    import resource

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")

NO_PATHS = {
    "too long": "n" * 300,
    "in one that is too long": "n" * 300 + "/x.safetensors",
    "too deep": "/".join(["d" * 200] * 30),
    "under a file": "file/x",
    "a link in a circle": "circle",
    "a pipe that nobody reads or writes": "pipe",
}
TRAIN = ("train", "--data", "{data}", "--epochs", "1", "--threads", "1", "--quiet")
COMMANDS = {
    "train --out": (*TRAIN, "--out", "{path}"),
    "train --overwrite": (*TRAIN, "--out", "{path}", "--overwrite"),
    "train --resume": ("train", "--resume", "--out", "{path}"),
    "train --config": (*TRAIN, "--out", "out", "--config", "{path}"),
    "train --network": (*TRAIN, "--out", "out", "--network", "{path}"),
    "train --from": (*TRAIN, "--out", "out", "--from", "{path}@3"),
    "train --data": ("train", "--data", "{path}", "--out", "out"),
    "resume": ("resume", "{path}"),
    "evaluate": ("evaluate", "--data", "{data}", "--model", "{path}"),
    "predict": ("predict", "{path}"),
    "predict --model": ("predict", "--model", "{path}", "file"),
    "export": ("export", "{path}", "--out", "out.onnx"),
    "export --out": ("export", "digits", "--out", "{path}"),
    "import": ("import", "{path}", "--out", "out.safetensors"),
    "import --out": ("import", "model.safetensors", "--out", "{path}"),
    "data add": ("data", "add", "mine", "{path}"),
    "data get": ("data", "get", "{path}"),
    "runs show": ("runs", "show", "{path}"),
    "runs delete": ("runs", "delete", "{path}"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that the commands run in, with what the paths name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("no picture, no model")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_a_path_that_cannot_be_used_is_named_in_one_sentence(
    command: str, folder: Path, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if command == "import --out":
        assert main.main(["export", "digits", "--out", "model.safetensors"]) == 0
    before = sorted(folder.iterdir())
    for what, path in NO_PATHS.items():
        capsys.readouterr()
        code = main.main([word.format(path=path, data=data) for word in COMMANDS[command]])
        told = capsys.readouterr().err.strip().splitlines()
        assert code == 1, what
        assert "unexpected" not in told[-1] and len(told[-1]) < 450, what
        assert told[-1].startswith(f"kernelscope {command.split()[0]}: error: "), what
    assert sorted(folder.iterdir()) == before


def test_a_disk_that_takes_no_more_is_told_by_every_command_that_writes(
    folder: Path, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main([word.format(data=data) for word in (*TRAIN, "--out", "run")]) == 0
    model = "run/model.safetensors"
    commands = (
        ("export", "digits", "--out", "full.onnx"),
        ("export", "digits", "--out", "full.safetensors"),
        ("evaluate", "--model", model, "--data", data, "--csv", "full.csv"),
        ("share", "run", "--out", "full.kscope"),
        ("report", "run", "--out", "full.html"),
    )
    before = sorted(folder.iterdir())
    for command in commands:
        capsys.readouterr()
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, limits[1]))
        try:
            code = main.main(list(command))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        *_, last = capsys.readouterr().err.strip().splitlines()
        assert code == 1 and "unexpected" not in last, last
        assert last.startswith(f"kernelscope {command[0]}: error: Cannot ") and "full." in last, last
        assert last.endswith("File too large."), last
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("option", ["--data", "--network"])
def test_an_empty_name_is_not_taken_for_none(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["train", option, "", "--out", str(tmp_path / "out")]) == 1
    assert f"There is no {'network' if option == '--network' else 'data set'} ''" in capsys.readouterr().err
