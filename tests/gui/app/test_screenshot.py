"""Pictures of the window, made by the command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from engine.model.spec import preset
from engine.signals import ENDING
from engine.training.config import RunConfig
from tests.engine.cli.test_train_command import NAMES
from tests.processes import Command

ROOT = Path(__file__).parents[3]


def run(arguments: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own, without a display."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    environment.pop("QT_QPA_PLATFORM", None)
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.mark.parametrize(
    ("panel", "scale", "size"), [("network", "1", (1280, 720)), ("evaluate", "2", (2560, 1440))]
)
def test_a_picture_of_the_window(tmp_path: Path, panel: str, scale: str, size: tuple[int, int]) -> None:
    out = tmp_path / "w.png"
    arguments = ["--steps", "5", "--size", "1280x720", "--scale", scale, "--theme", "dark", "--panel", panel]
    arguments += ["--look-at", "3"] if panel == "network" else []
    done = run(["screenshot", "--out", str(out), *arguments], tmp_path)
    assert done.returncode == 0, done.stderr
    with Image.open(out) as picture:
        assert picture.size == size
        assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 50


def test_there_is_no_earlier_step_before_the_first_one(tmp_path: Path) -> None:
    arguments = ["--steps", "0", "--look-at", "3", "--out", str(tmp_path / "w.png")]
    done = run(["screenshot", *arguments], tmp_path)
    assert done.returncode == 1 and "There is no earlier step to look at" in done.stderr


def test_without_a_display_it_trains_in_the_terminal(tmp_path: Path) -> None:
    settings = tmp_path / "c.json"
    settings.write_text(json.dumps({"training_images": 400, "validation_images": 100, "epochs": 1}))
    done = run(["--config", str(settings), "--out", str(tmp_path / "out")], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "display" in done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *NAMES,
        "window.png",
    }


def test_a_run_that_fails_ends_the_picture_at_once_with_its_sentence(tmp_path: Path) -> None:
    settings, out = tmp_path / "c.json", tmp_path / "w.png"
    settings.write_text(json.dumps({"learning_rate": 100, "momentum": 0.99, "network": "lenet5"}))
    arguments = ["--steps", "1000", "--config", str(settings), "--panel", "evaluate", "--out", str(out)]
    done = run(["screenshot", *arguments], tmp_path)
    assert done.returncode == 1
    assert "the steps are too large" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize("steps", [0, 30])
def test_few_test_images_are_soon_evaluated(tmp_path: Path, data: str, steps: int) -> None:
    config = RunConfig(network=preset("classic", (1, 12, 12), 2), data=data, validation_images=20)
    settings, out = tmp_path / "c.json", tmp_path / "w.png"
    settings.write_text(json.dumps(config.to_json()))
    arguments = ["--steps", str(steps), "--config", str(settings), "--panel", "all", "--out", str(out)]
    done = run(["screenshot", *arguments], tmp_path)
    assert done.returncode == 0, done.stderr
    assert out.exists()


def test_a_picture_in_which_nothing_is_found_or_that_is_none_ends_it(tmp_path: Path) -> None:
    out = tmp_path / "w.png"
    Image.new("L", (40, 40), 255).save(tmp_path / "white.png")
    arguments = ["screenshot", "--steps", "0", "--panel", "explain", "--out", str(out), "--open"]
    for name, words in (("white.png", "Nothing is found"), ("none.png", "Cannot read")):
        done = run([*arguments, str(tmp_path / name)], tmp_path)
        assert done.returncode == 1
        assert words in done.stderr and name in done.stderr
        assert not out.exists()


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_ends_the_picture(tmp_path: Path, number: int, start: Callable[..., Command]) -> None:
    command = start("screenshot", "--steps", 100000, "--out", tmp_path / "w.png", cwd=tmp_path)
    command.until(lambda: len(list(Path(f"/proc/{command.process.pid}/task").iterdir())) > 3)
    command.send(number, group=True)
    assert command.end() == 130
    assert command.error == "kernelscope screenshot: interrupted; no picture is written\n"
    assert not list(tmp_path.glob("*.png"))
