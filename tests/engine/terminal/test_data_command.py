"""The ``data`` command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from main import main


def test_the_list_says_what_is_here_and_what_can_be_fetched(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "list", "--json"]) == 0
    known = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert known["mnist"]["present"] and not known["cifar10"]["present"]
    assert known["cifar10"]["files"][0]["md5"] == "c58f30108f718f92721af3b95e74349a"
    for each in known.values():
        assert each["licence"] and each["home"] and each["citation"] and each["formats"] and each["mirrors"]
    assert main(["data", "list"]) == 0
    assert "cifar10          170 MB to fetch" in capsys.readouterr().out


def test_checking_reads_the_data_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", "mnist"]) == 0
    assert (
        "60,000 training and 10,000 test images of 1x28x28, 10 classes, mean 0.1307"
        in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "cifar10"], "CIFAR-10 is not on this computer: fetch it with"),
        (
            ["check", "nothing"],
            "There is no data set 'nothing'; there are mnist, fashion-mnist, kmnist, cifar10",
        ),
        (["add", "cifar10", "nowhere"], "There is no nowhere."),
    ],
)
def test_what_cannot_be_done_is_told(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["data", *arguments]) == 1
    assert message in capsys.readouterr().err


def test_what_is_here_is_not_fetched(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "get", "mnist"]) == 0
    assert "MNIST is here already." in capsys.readouterr().out
