"""``evaluate``: which data set it takes, and what it prints."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

import main
from engine.cli import evaluate
from engine.cli.evaluate import as_json, as_table
from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.formatting import DASH
from engine.model.model_file import Model, find_model, save_model
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.training.evaluation import Evaluation
from engine.training.metrics import Metrics


@pytest.fixture
def result() -> Evaluation:
    labels, predicted = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    ones = np.ones(4, np.float32)
    return Evaluation(np.arange(4), labels, predicted, confidence=ones, loss=0 * ones, total=4, classes=3)


def test_a_class_without_images_has_no_accuracy(result: Evaluation) -> None:
    metrics = Metrics.of(result, ("a", "b", "c"))
    rows = as_table(result, metrics).splitlines()[5:8]
    assert [row.split()[-2:] for row in rows[:2]] == [["50.00", "%"], ["100.00", "%"]]
    assert rows[2].split() == ["c", "0", "0", "0", DASH]
    told = json.loads(as_json(result, metrics, argparse.Namespace(model="m", data="d", rejection=True)))
    assert told["rejection"]["limits"][0]["answered"] == 1
    assert told["class_accuracy"] == [0.5, 1.0, None]


def test_all_figures_are_printed_and_written(
    tmp_path: Path, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    network = NetworkSpec.from_json(
        {"name": "n", "in_shape": [1, 10, 10], "layers": [{"kind": "flatten"}, {"kind": "dense", "units": 3}]}
    )
    model = Model(Network.new(network, 1), Preprocessing(dataset.mean, dataset.std), dataset.class_names)
    save_model(tmp_path / "m.safetensors", model)
    monkeypatch.setattr(evaluate, "load", lambda _name: dataset)
    words = ["evaluate", "--model", str(tmp_path / "m.safetensors")]
    assert main.main([*words, "--json", "--csv", str(tmp_path / "m.csv")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["macro"]["recall"] == pytest.approx(np.mean([row["recall"] for row in told["classes"]]))
    assert sum(row["images"] for row in told["calibration"]["bins"]) == 150
    assert "expected calibration error" in (tmp_path / "m.csv").read_text()
    assert main.main([*words, "--rejection"]) == 0
    lines = capsys.readouterr().out
    assert "doubted below" in lines and "wrong" in lines
    assert "precision" in lines and "macro" in lines and "most frequent confusions: " in lines
    assert main.main([*words, "--csv", str(tmp_path / "no" / "m.csv")]) == 1
    assert "Cannot write" in capsys.readouterr().err


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
