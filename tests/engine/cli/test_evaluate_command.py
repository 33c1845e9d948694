"""``evaluate``: which data set it takes, and what it prints."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

import main
from engine.cli.evaluate import as_json, as_table
from engine.formatting import DASH
from engine.model.model_file import find_model, save_model
from engine.training.evaluation import Evaluation


@pytest.fixture
def result() -> Evaluation:
    labels, predicted = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    ones = np.ones(4, np.float32)
    return Evaluation(np.arange(4), labels, predicted, confidence=ones, loss=0 * ones, total=4, classes=3)


def test_a_class_without_images_has_no_accuracy(result: Evaluation) -> None:
    rows = as_table(result, ("a", "b", "c")).splitlines()[-3:]
    assert [row.split()[-2:] for row in rows[:2]] == [["50.00", "%"], ["100.00", "%"]]
    assert rows[2].split() == ["c", "0", "0", "0", DASH]
    told = json.loads(as_json(result, argparse.Namespace(model="m", data="d")))
    assert told["class_accuracy"] == [0.5, 1.0, None]


def test_a_shipped_model_is_judged_by_what_it_learnt_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["evaluate", "--model", "clothes"]) == 1
    assert "Fashion-MNIST is not on this computer" in capsys.readouterr().err
    assert main.main(["evaluate", "--model", "clothes", "--data", "cifar10"]) == 1
    assert "CIFAR-10 is not on this computer" in capsys.readouterr().err


def test_figures_that_are_no_numbers_are_not_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = find_model("digits")
    model.network.vector[:] *= 1e30
    save_model(tmp_path / "wild.safetensors", model)
    assert main.main(["evaluate", "--model", str(tmp_path / "wild.safetensors")]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "gives no finite numbers for some of the images" in told.err
