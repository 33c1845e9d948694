"""The ``export`` and ``import`` commands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.export import FORMATS
from engine.exchange import EXPORTS
from engine.model.model_file import find_model, load_model
from main import main


@pytest.mark.parametrize("form", ["safetensors", "onnx", "torch"])
def test_a_shipped_model_leaves_in_every_form(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"digits.{form}"
    assert main(["export", "digits", "--format", form, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "197,866 weights, takes pixels 0 to 255, (N, 1, 28, 28)" in said
    hint = "The class loads model.safetensors: export digits --format safetensors --out model.safetensors"
    assert (hint in said) == (form == "torch")
    if form != "torch":
        back = tmp_path / "back.safetensors"
        assert main(["import", str(out), "--out", str(back)]) == 0
        assert load_model(back).network.spec == find_model("digits").network.spec


def test_the_command_offers_every_form() -> None:
    assert set(FORMATS) == set(EXPORTS)


def test_what_cannot_be_done_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "nothing", "--out", str(tmp_path / "x")]) == 1
    assert "no model 'nothing'" in capsys.readouterr().err
    assert main(["import", str(tmp_path / "none"), "--out", str(tmp_path / "x")]) == 1
    assert "No such file" in capsys.readouterr().err
    (tmp_path / "words.txt").write_text("nothing of the kind")
    assert main(["import", str(tmp_path / "words.txt"), "--out", str(tmp_path / "x")]) == 1
    assert (
        "words.txt is no model; allowed are safetensors, ONNX and the trained.pickle"
        in capsys.readouterr().err
    )
    assert not (tmp_path / "x").exists()


def test_the_program_starts_without_the_heavy_libraries() -> None:
    heavy = "{'onnx', 'onnxruntime', 'requests', 'PIL', 'tqdm', 'google'}"
    text = f"import sys, main, gui.app.build; main.parser(); print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
