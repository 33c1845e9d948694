"""``health``: what it says of a recorded run."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

import main
from engine.cli import health
from engine.data.dataset import Dataset
from engine.health.recorded import spread
from engine.runs.folder import RunFolder
from engine.runs.recorder import Destination
from engine.session.messages import Play
from engine.training.config import RunConfig
from tests.engine.session.scripted import Scripted, carried_out


@pytest.fixture
def told(config: RunConfig, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(health, "load", lambda _name: dataset)
    config = dataclasses.replace(config, threads=1, learning_rate=1e-7, epochs=4)
    carried_out(config, dataset, Scripted(Play()), record=Destination(tmp_path / "run"))
    return tmp_path / "run"


def test_it_looks_at_recorded_moments_and_says_what_is_wrong(
    told: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["health", str(told), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in found["findings"]] == ["rate_too_low"]
    assert found["findings"][0]["remedy"] == {"learning_rate": 1e-6}
    folder = RunFolder(told)
    assert [each["step"] for each in found["moments"]] == spread(folder.steps(), 16)
    assert found["moments"][0]["layers"][0]["update_ratio"] is None
    assert found["moments"][-1]["layers"][0]["update_ratio"] > 0
    assert len(found["moments"][-1]["layers"]) == 7

    assert main.main(["health", str(told)]) == 0
    text = capsys.readouterr().out
    assert "The learning rate is too low (the loss of the batches, since step 1)" in text
    assert "To try: learning rate 1e-06." in text and "  1 Convolution" in text


def test_weights_that_cannot_be_read_are_left_out(told: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted((told / "weights").iterdir())
    files[-1].write_bytes(b"nonsense")
    assert main.main(["health", str(told), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["moments"]
    for each in files:
        each.write_bytes(b"nonsense")
    assert main.main(["health", str(told)]) == 1
    assert "None of the weights" in capsys.readouterr().err
    assert main.main(["health", "no-such-run"]) == 1
    assert "There is no run 'no-such-run'" in capsys.readouterr().err


def test_moments_are_spread() -> None:
    assert spread([1, 2, 3], 5) == [1, 2, 3]
    assert spread(list(range(100)), 4) == [0, 33, 66, 99]
