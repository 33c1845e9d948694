"""Whatever a server does not do, fetching from it ends soon after it is cancelled."""

from __future__ import annotations

import dataclasses
import gc
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from engine.data import connection as connecting
from engine.data import download as module
from engine.data.download import download
from engine.data.entry import Entry
from engine.task import Cancelled, Task
from tests.engine.data.conftest import Published, Server

SOON = 1.3
"""Seconds, on a busy machine; what nobody cancels would last longer than a time limit."""
IMAGES = "train-images-idx3-ubyte.gz"


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CONNECT_SECONDS", 1.5)
    monkeypatch.setattr(module, "_SILENCE_SECONDS", 1.5)


@pytest.fixture
def deaf() -> Iterator[str]:
    """The address of a server that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield "{}:{}".format(*listening.getsockname())


def seconds_to_end(entry: Entry, begun: threading.Event | None = None) -> float:
    """Return the time from cancelling to the end of fetching, in a moment when nothing comes."""
    task, times = Task(), []

    def cancel() -> None:
        if begun is not None:
            assert begun.wait(10)
        times.append(time.monotonic())
        task.cancel()

    timer = threading.Timer(0.15, cancel)
    timer.start()
    with pytest.raises(Cancelled):
        download(entry, task)
    timer.join()
    return time.monotonic() - times[0]


@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket")  # urllib3's, after its time limit
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_says_nothing(tiny: Published, deaf: str, scheme: str) -> None:
    entry = dataclasses.replace(tiny.entry, mirrors=(f"{scheme}://{deaf}/",))
    assert seconds_to_end(entry) < SOON
    for thread in [each for each in threading.enumerate() if each.name == "fetching"]:
        thread.join()
    gc.collect()


def test_a_name_that_nobody_finds(tiny: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def slow(*_: object) -> None:
        asked.set()
        time.sleep(1)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    entry = dataclasses.replace(tiny.entry, mirrors=("http://data.example/",))
    assert seconds_to_end(entry, asked) < SOON


def test_a_server_that_falls_silent_in_the_middle(tiny: Published, server: Server) -> None:
    server.files.update(tiny.files)
    server.faults[IMAGES] = ["stall"]
    entry = dataclasses.replace(tiny.entry, mirrors=(server.url,))
    assert seconds_to_end(entry) < SOON
    fetching = [each for each in threading.enumerate() if each.name == "fetching"]
    for thread in fetching:
        thread.join(SOON)
    assert not any(thread.is_alive() for thread in fetching)  # it was woken


def test_what_nobody_takes_ends(server: Server) -> None:
    server.files["large"] = bytes(8 * 1024 * 100)
    with connecting.Connection(f"{server.url}large", {}, 1024, (1.5, 1.5), Task()) as connection:
        assert connection.answer().status_code == 200
        assert len(next(connection.pieces())) == 1024
        [thread] = [each for each in threading.enumerate() if each.name == "fetching"]
    thread.join(SOON)
    assert not thread.is_alive()
