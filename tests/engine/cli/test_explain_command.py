"""The ``explain`` command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.cli.explain import KINDS
from engine.data.catalogue import load
from engine.explain import METHODS
from engine.explain.base import Explanation
from engine.explain.overlay import AGAINST, FOR, as_rgb, overlay
from engine.model.model_file import find_model
from main import main


@pytest.fixture(scope="module")
def seven() -> np.ndarray:
    return load("mnist").test_images[0]


@pytest.fixture
def picture(seven: np.ndarray, tmp_path: Path) -> Path:
    path = tmp_path / "seven.png"
    Image.fromarray(seven[0]).save(path)
    return path


def test_a_map_is_written_and_its_numbers_are_those_of_the_engine(
    picture: Path, seven: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "map.png"
    command = ["explain", str(picture), "--method", "integrated_gradients", "--option", "steps=4"]
    assert main([*command, "--out", str(out), "--json", "--class", "3"]) == 0
    found = json.loads(capsys.readouterr().out)
    model = find_model("digits")
    expected = METHODS["integrated_gradients"](steps=4).explain(model.network, model.preprocessing, seven, 3)
    np.testing.assert_allclose(found["values"], expected.values, rtol=1e-5)
    assert found["class"] == "3" and found["method"]["steps"] == 4
    assert found["balance"]["sum"] == pytest.approx(expected.balance.total)
    assert len(found["deletion"]["shares"]) == len(found["deletion"]["probabilities"])
    with Image.open(out) as image:
        assert image.size == (448, 448)
        np.testing.assert_array_equal(np.asarray(image), overlay(seven, expected))
    assert main([*command, "--out", str(out)]) == 0
    text = capsys.readouterr().out
    assert "Integrated gradients for 7" in text and "completeness: " in text and "map.png: 448×448" in text


def test_the_smallest_change_and_the_sanity_check(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(picture), "--method", "smallest_change", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    model = find_model("digits")
    odds = model.network.predict(model.preprocessing.apply(np.array([found["pixels"]], np.uint8)))[0]
    assert found["answers"] == ["7", model.class_names[int(odds.argmax())]] and found["answers"][1] != "7"
    assert main(["explain", str(picture), "--method", "guided_backprop", "--sanity"]) == 0
    assert "do not rely on it" in capsys.readouterr().out


def test_a_picture_is_grown_for_a_class_or_a_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "three.png"
    command = ["explain", "--method", "maximise", "--option", "steps=30"]
    assert main([*command, "--class", "3", "--out", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["answer"] == "3" and found["part"] == "class 3" and found["file"] is None
    with Image.open(out) as image:
        np.testing.assert_array_equal(np.asarray(image)[::16, ::16, 0], np.array(found["pixels"][0]))
    assert main([*command, "--part", "1,32"]) == 0
    assert "layer 1, part 32: " in capsys.readouterr().out


def test_all_methods_are_listed_with_their_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--list"]) == 0
    text = capsys.readouterr().out
    for name, kind in KINDS.items():
        assert f"{name}: " in text and all(f"    {option}=" in text for option in kind.options())
    assert main(["explain", "--list", "--json"]) == 0
    assert [each["method"] for each in json.loads(capsys.readouterr().out)] == list(KINDS)


@pytest.mark.parametrize(
    ("rest", "sentence"),
    [
        ((), "needs a picture"),
        (("--method", "maximise"), "needs either --class or --part"),
        (("--method", "maximise", "--part", "1,33"), "Layer 1: the unit is 32; allowed is 0 to 31"),
        (("PICTURE", "--option", "steps"), "'steps' is not NAME=VALUE"),
        (("PICTURE", "--option", "steps=4"), "'saliency' has no option 'steps'; its options are: none"),
        (
            ("PICTURE", "--method", "smooth_grad", "--option", "samples=x"),
            "samples is 'x'; allowed is 2 to 1000",
        ),
        (("PICTURE", "--class", "ten"), "no class 'ten'; there are 0, 1"),
        (("PICTURE", "--out", "map.doc"), "'map.doc' has no ending that names its form"),
        (("PICTURE", "--out", "/nowhere/map.png"), "Cannot write /nowhere/map.png"),
        (("PICTURE", "--crop", "0,0,99,99"), "not inside the picture"),
        (("PICTURE", "--model", "nothing"), "no model 'nothing'"),
        (("nowhere.png",), "nowhere.png"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(
    rest: tuple[str, ...], sentence: str, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(picture) if word == "PICTURE" else word for word in rest]
    assert main(["explain", *words]) == 1
    said = capsys.readouterr().err.split("\r")[-1].lstrip()  # after the bar of the work that was done
    assert sentence in said and said.count("\n") == 1 and said.startswith("kernelscope explain: error: ")


def test_the_colours_of_a_map_by_hand() -> None:
    values = np.array([[2, -2], [0, np.nan]], np.float32)
    picture = overlay(np.full((1, 2, 2), 100, np.uint8), Explanation(values, True, "", "", (2, 2)))
    assert picture.shape == (448, 448, 3)
    assert tuple(picture[0, 0]) == FOR and tuple(picture[0, -1]) == AGAINST
    assert tuple(picture[-1, 0]) == tuple(picture[-1, -1]) == (95, 95, 95)
    colours = np.arange(12, dtype=np.uint8).reshape(3, 2, 2)
    np.testing.assert_array_equal(as_rgb(colours)[1, 0], [2, 6, 10])
    assert as_rgb(colours[:2])[0, 0].tolist() == [2, 2, 2]
