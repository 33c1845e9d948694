"""``data own`` makes a data set in the terminal, says what is doubtful, and refuses in one sentence."""

from __future__ import annotations

import argparse
import json

import numpy as np
import pytest
from PIL import Image

import main
from engine.cli import own_data
from engine.cli.results import RESULT
from engine.data.folders import own_folder
from engine.data.own import load_own, own_sets
from engine.errors import ConfigError, DataError


def call(*args):
    parser = argparse.ArgumentParser()
    own_data.arguments(parser)
    return own_data.run(parser.parse_args([str(arg) for arg in args]))


@pytest.fixture
def pictures(tmp_path):
    rng = np.random.default_rng(2)
    root = tmp_path / "shapes"
    for name, count in (("circle", 10), ("dot", 3)):
        (root / name).mkdir(parents=True)
        for index in range(count):
            pixels = rng.integers(0, 256, (24, 31)).astype(np.uint8)
            Image.fromarray(pixels).save(root / name / f"{index}.png")
    (root / "dot" / "broken.png").write_text("nothing")
    (root / "dot" / "notes.txt").write_text("nothing")
    return root


def test_it_makes_a_data_set_and_says_what_of(pictures, capsys):
    assert call(pictures) == 0
    assert capsys.readouterr().out.splitlines() == [
        "class     train     test",
        "circle        8        2",
        "dot           2        1  few pictures",
        "understood: Each folder of shapes/ is a class.",
        "warning: Fewer than 10 pictures, too few to learn from or to judge by: dot.",
        "left out: dot/broken.png: It is not a picture.",
        "passed over, because no picture: 1 file (.txt 1)",
        "own-shapes: made, 24x24 pixels in greyscale",
    ]
    assert list(own_sets()[0]) == ["own-shapes"]


def test_options_decide_size_colours_and_split(pictures, capsys):
    options = ("--title", "Two", "--size", 16, "--channels", 3, "--fit", "pad", "--test-share", 0.5)
    assert call(pictures, *options, "--seed", 4, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["name"] == "own-two" and result["shape"] == [3, 16, 16]
    assert result["classes"][0] == {"name": "circle", "train": 5, "test": 5, "warning": ""}
    assert result["left_out"] == [{"name": "dot/broken.png", "reason": "It is not a picture."}]
    assert result["no_pictures"] == 1
    dataset = load_own(own_folder() / "own-two.npz")
    assert dataset.in_shape == (3, 16, 16) and len(dataset.test_images) == 7


def test_looking_makes_nothing(pictures, capsys):
    assert call(pictures, "--look") == 0
    assert "circle" in capsys.readouterr().out
    assert not own_sets()[0]


def test_what_makes_no_data_set_is_refused(tmp_path, pictures, capsys):
    with pytest.raises(DataError, match="nowhere"):
        call(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="size"):
        call(pictures, "--size", 4)
    with pytest.raises(DataError, match="1 to 80"):
        call(pictures, "--title", " ")
    (pictures / "circle").rename(tmp_path / "circle")
    with pytest.raises(DataError, match="at least 2 classes"):
        call(pictures)
    assert "broken.png" in capsys.readouterr().out
    assert not own_sets()[0]


def test_a_network_is_trained_on_it_from_the_command_line(tmp_path, pictures, capsys):
    assert main.main(["data", "own", str(pictures), "--size", "16"]) == 0
    train = ["train", "--data", "own-shapes", "--epochs", "1", "--quiet"]
    assert main.main([*train, "--out", str(tmp_path / "out")]) == 0
    assert json.loads((tmp_path / "out" / RESULT).read_text())["test_images"] == 3
    assert main.main(["data", "own", str(tmp_path / "nowhere")]) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("kernelscope data: error: ") and "nowhere does not exist" in error


def test_what_is_not_clear_is_refused_and_names_the_options(tmp_path, capsys):
    rng = np.random.default_rng(2)
    path = tmp_path / "odd.npz"
    np.savez(path, images=rng.normal(size=(20, 9, 9)), labels=np.arange(20) % 2)
    with pytest.raises(DataError, match=r"not clear.*--range -\S+ \S+ \(") as caught:
        call(path)
    black, white = str(caught.value).split("--range ")[1].split()[:2]
    assert not own_sets()[0]
    assert call(path, "--range", black, white) == 0
    assert list(own_sets()[0]) == ["own-odd"]
    with pytest.raises(ConfigError, match="two different, finite numbers"):
        call(path, "--range", 1, 1)


def test_the_classes_can_be_said(pictures, capsys):
    (pictures / "circle").rename(pictures / "train")
    (pictures / "dot").rename(pictures / "test")
    with pytest.raises(DataError, match=r"--classes folders \(folders\)"):
        call(pictures, "--look")
    assert call(pictures, "--look", "--classes", "folders", "--json") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [row["name"] for row in result["classes"]] == ["test", "train"]
    assert not any(question["open"] for question in result["questions"])
    with pytest.raises(DataError, match="'deepest'; allowed are here: folders"):
        call(pictures, "--classes", "deepest")


def test_very_much_that_is_left_out_takes_few_lines(tmp_path, capsys):
    lines = [f"none/{index}.png,{index % 3}" for index in range(3000)]
    (tmp_path / "table.csv").write_text("\n".join(["file,label", *lines, *(["x"] * 50)]))
    with pytest.raises(DataError, match="None of the pictures can be read; line 2"):
        call(tmp_path / "table.csv")
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) < 12
    assert any("3,000 (line 2: none/0.png, " in line and line.endswith("no such file.") for line in printed)


def test_many_reasons_take_few_lines_too():
    left_out = [{"name": f"{i}.png", "reason": f"It has {i % 40}."} for i in range(400)]
    lines = own_data.grouped(left_out)
    assert len(lines) == 13 and lines[-1] == "280 more, for 28 other reasons"
