"""Pictures of the window, made by the command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

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
    done = run(["screenshot", "--out", str(out), *arguments], tmp_path)
    assert done.returncode == 0, done.stderr
    with Image.open(out) as picture:
        assert picture.size == size
        assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 50


def test_without_a_display_it_trains_in_the_terminal(tmp_path: Path) -> None:
    settings = tmp_path / "c.json"
    settings.write_text(json.dumps({"training_images": 400, "validation_images": 100, "epochs": 1}))
    done = run(["--config", str(settings), "--out", str(tmp_path / "out")], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "display" in done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "model.safetensors", "curves.csv", "validation.csv", "config.json", "result.json", "window.png"
    }  # fmt: skip
