"""Fetching from a server on loopback that is slow, breaks off, errs and lies."""

from __future__ import annotations

import collections
import dataclasses
import shutil
import threading

import numpy as np
import pytest

from engine.data import download as module
from engine.data.catalogue import is_present, load
from engine.data.download import download
from engine.data.entry import Entry
from engine.data.folders import data_folder
from engine.errors import DataError
from engine.task import Cancelled, Progress, Task
from tests.engine.data.conftest import Published, Server

IMAGES = "train-images-idx3-ubyte.gz"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SILENCE_SECONDS", 0.3)
    monkeypatch.setattr(module, "_PAUSE_SECONDS", 0.0)


@pytest.fixture
def entry(tiny: Published, server: Server) -> Entry:
    server.files.update(tiny.files)
    return dataclasses.replace(tiny.entry, mirrors=(server.url,))


def fetch(entry: Entry) -> list[Progress]:
    """Fetch; return what was reported."""
    seen: list[Progress] = []
    download(entry, Task(seen.append))
    return seen


def test_all_files_come_and_are_kept(entry: Entry, tiny: Published) -> None:
    seen = fetch(entry)
    assert np.array_equal(load("tiny").train_labels, tiny.arrays[1])
    assert seen[-1].done == seen[-1].total == entry.size_bytes
    assert [each.done for each in seen] == sorted(each.done for each in seen)
    assert all(" from 127.0.0.1:" in each.message for each in seen)
    # Nothing is left but the data set itself.
    assert [path.name for path in data_folder().rglob("*") if path.is_file()] == ["tiny.npz"]


@pytest.mark.parametrize("fault", ["cut", "stall"])
def test_a_broken_connection_is_taken_up_where_it_broke(entry: Entry, server: Server, fault: str) -> None:
    server.faults[IMAGES] = [fault, fault]
    fetch(entry)
    assert is_present("tiny")
    first, *later = [asked for name, asked in server.requests if name == IMAGES]
    assert first is None
    starts = [int(asked.removeprefix("bytes=").rstrip("-")) for asked in later if asked]
    size = len(server.files[IMAGES])
    assert len(starts) == 2
    assert size // 2 - module._CHUNK <= starts[0] <= size // 2 < starts[1] < size
    assert server.sent <= entry.size_bytes + 2 * module._CHUNK


def test_a_server_that_cannot_go_on_in_the_middle_begins_anew(entry: Entry, server: Server) -> None:
    server.faults[IMAGES] = ["cut", "ignore"]
    fetch(entry)
    assert is_present("tiny")


def test_what_is_called_compressed_for_the_way_is_kept_as_it_is(entry: Entry, server: Server) -> None:
    server.faults = {file.name: ["encoded"] for file in entry.files}
    fetch(entry)
    assert is_present("tiny")
    assert len(server.requests) == len(entry.files)


def test_only_one_fetches_at_a_time(entry: Entry, server: Server) -> None:
    refused: list[str] = []

    def meanwhile(_: Progress) -> None:
        asked = len(server.requests)
        with pytest.raises(DataError, match="Tiny is being fetched already") as caught:
            fetch(entry)
        assert len(server.requests) == asked
        refused.append(str(caught.value))

    download(entry, Task(meanwhile))
    assert refused
    assert is_present("tiny")
    fetch(entry)  # and whoever asks afterwards may


def test_what_was_stopped_goes_on_next_time(entry: Entry, server: Server) -> None:
    size = len(server.files[IMAGES])
    server.pause = 0.02
    task = Task(lambda _: server.sent > size // 2 and task.cancel())
    with pytest.raises(Cancelled):
        download(entry, task)
    assert not is_present("tiny")
    kept = (data_folder() / "fetching" / "tiny" / f"{IMAGES}.part").stat().st_size
    assert 0 < kept < size
    server.pause = 0.0
    fetch(entry)
    assert (IMAGES, f"bytes={kept}-") in server.requests
    assert is_present("tiny")


def test_files_that_are_whole_are_not_fetched_again(entry: Entry, server: Server) -> None:
    last = entry.files[-1].name
    server.faults[last] = [404]
    with pytest.raises(DataError):
        fetch(entry)
    server.requests.clear()
    fetch(entry)
    assert [name for name, _ in server.requests] == [last]


@pytest.mark.parametrize("fault", ["wrong", "more", 404, 410])
def test_the_next_mirror_is_tried(entry: Entry, server: Server, fault: str | int) -> None:
    server.faults[IMAGES] = [fault]
    two = dataclasses.replace(entry, mirrors=(server.url, server.url.replace("files", "mirror")))
    fetch(two)
    assert is_present("tiny")
    assert [name for name, _ in server.requests].count(IMAGES) == 2


def test_a_server_in_trouble_is_asked_again(entry: Entry, server: Server) -> None:
    server.faults[IMAGES] = [503, 500]
    fetch(entry)
    assert is_present("tiny")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("wrong", r"sent a train-images-idx3-ubyte\.gz with a wrong checksum"),
        ("more", r"sends more than the [\d,]+ bytes of train-images-idx3-ubyte\.gz"),
        (404, "answers with error 404"),
        (503, "answers with error 503"),
    ],
)
def test_what_no_mirror_gives_is_told(entry: Entry, server: Server, fault: str | int, reason: str) -> None:
    server.faults[IMAGES] = [fault] * 9
    with pytest.raises(
        DataError, match=rf"Tiny could not be fetched \(127\.0\.0\.1:\d+ {reason}\)\. Get train"
    ):
        fetch(entry)
    assert not is_present("tiny")


def test_without_a_network_the_error_says_so_and_what_to_do(entry: Entry, server: Server) -> None:
    nowhere = dataclasses.replace(entry, mirrors=("http://127.0.0.1:9/", "http://127.0.0.1:9/b/"))
    with pytest.raises(
        DataError, match=r"there seems to be no network: .* another way, then choose Add files"
    ):
        fetch(nowhere)
    assert not server.requests


def test_stopping_works_while_nothing_comes(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSE_SECONDS", 30.0)
    nowhere = dataclasses.replace(entry, mirrors=("http://127.0.0.1:9/",))
    task = Task()
    threading.Timer(0.2, task.cancel).start()
    with pytest.raises(Cancelled):
        download(nowhere, task)


def test_a_full_disk_is_told_first(entry: Entry, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = collections.namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 10**9, 0))
    with pytest.raises(DataError, match="has 0 MB free"):
        fetch(entry)
    assert not server.requests
