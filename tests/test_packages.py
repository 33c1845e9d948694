"""The wheel, installed into an empty environment and used from another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(arguments: list[str], cwd: Path, *, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run a program without anything of this checkout in its way."""
    environment = {n: v for n, v in os.environ.items() if n not in ("PYTHONPATH", "DISPLAY", "CI")}
    environment["QT_QPA_PLATFORM"] = "offscreen"
    done = subprocess.run(
        arguments, cwd=cwd, env=environment, capture_output=True, text=True, timeout=timeout, check=False
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of programs of an environment that holds the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    run([*pip, "wheel", "--no-deps", "-w", str(folder), str(ROOT)], folder)
    wheel = next(folder.glob("kernelscope-*.whl"))
    venv.create(folder / "empty", with_pip=False)
    programs = folder / "empty" / ("Scripts" if os.name == "nt" else "bin")
    pip = [*pip, "--python", str(programs / "python"), "install", "-c", str(ROOT / "constraints.txt")]
    run([*pip, str(wheel)], folder, timeout=900)
    return programs


def test_the_commands_work_from_any_folder(installed: Path, tmp_path: Path) -> None:
    program = str(installed / "kernelscope")
    assert run([program, "--version"], tmp_path).stdout.startswith("Kernelscope ")
    short = ["--training-images", "600", "--validation-images", "100", "--epochs", "1", "--quiet"]
    run([program, "train", "--out", "result", *short], tmp_path)
    evaluated = run([program, "evaluate", "--model", "digits", "--json"], tmp_path)
    assert json.loads(evaluated.stdout)["accuracy"] > 0.99
    run([program, "screenshot", "--out", "window.png", "--steps", "3"], tmp_path)
    assert (tmp_path / "window.png").stat().st_size > 10_000
    read = run([program, "predict", "--model", "result/model.safetensors", "window.png", "--json"], tmp_path)
    assert json.loads(read.stdout)


def test_the_window_opens_from_any_folder(installed: Path, tmp_path: Path) -> None:
    code = (
        "from PyQt5.QtCore import QTimer\n"
        "from gui.app import build, launch\n"
        "app = build.application()\n"
        "timer = QTimer()\n"
        "timer.timeout.connect(lambda: [w.close() for w in app.topLevelWidgets() if w.isVisible()])\n"
        "timer.start(300)\n"
        "raise SystemExit(launch.window().run_window('dark', None))\n"
    )
    run([str(installed / "python"), "-c", code], tmp_path)


def test_desktop_entry_and_icon_are_installed(installed: Path) -> None:
    share = installed.parent / "share"
    entry = (share / "applications" / "kernelscope.desktop").read_text(encoding="utf-8")
    assert "Exec=kernelscope %f\n" in entry and "Icon=kernelscope\n" in entry
    assert (
        "application/x-kernelscope-run" in entry
        and (share / "mime" / "packages" / "kernelscope.xml").exists()
    )
    assert (share / "icons" / "hicolor" / "scalable" / "apps" / "kernelscope.svg").exists()
