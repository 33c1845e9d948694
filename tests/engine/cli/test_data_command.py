"""The ``data`` command."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from engine.data import built_in, download
from engine.data.catalogue import is_present
from main import main
from tests.engine.data.conftest import Published, Server, server, spread, tiny

__all__ = ["server", "tiny"]  # fixtures


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


@pytest.fixture
def published(tiny: Published, server: Server, monkeypatch: pytest.MonkeyPatch) -> Published:
    """The data set ``tiny``, offered on loopback."""
    server.files.update(tiny.files)
    entry = dataclasses.replace(tiny.entry, mirrors=(server.url,))
    monkeypatch.setitem(built_in.DATASETS, "tiny", entry)
    return dataclasses.replace(tiny, entry=entry)


def test_a_data_set_is_fetched(published: Published, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "get", "tiny"]) == 0
    assert capsys.readouterr().out == "Tiny is ready: 600 training and 20 test images.\n"
    assert is_present("tiny")


def test_files_are_added(
    published: Published, server: Server, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["data", "add", "tiny", str(spread(tmp_path / "files", published.files))]) == 0
    assert capsys.readouterr().out == "Tiny is ready: 600 training and 20 test images.\n"
    assert is_present("tiny") and not server.requests


def test_what_cannot_be_fetched_is_told(
    published: Published, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.files.clear()
    assert main(["data", "get", "tiny"]) == 1
    assert "error: Tiny could not be fetched (127.0.0.1" in capsys.readouterr().err


def test_an_interrupt_keeps_what_has_come(
    published: Published,
    server: Server,
    data_elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    take = download._Fetch._take

    def interrupted(*arguments: Any) -> None:
        take(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(download._Fetch, "_take", interrupted)
        assert main(["data", "get", "tiny"]) == 130
    assert "goes on from here" in capsys.readouterr().err
    name = published.entry.files[0].name
    kept = (data_elsewhere / "fetching" / "tiny" / f"{name}.part").stat().st_size
    assert kept > 0
    assert main(["data", "get", "tiny"]) == 0
    assert (name, f"bytes={kept}-") in server.requests
