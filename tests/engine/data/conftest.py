"""Small data sets in the forms in which large ones are published, and a server that can misbehave."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import http.server
import io
import pickle
import struct
import tarfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from engine.data import built_in
from engine.data.built_in import _fetched
from engine.data.entry import Entry, RemoteFile

IDX_NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def idx(values: np.ndarray) -> bytes:
    head = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    return head + values.astype(np.uint8).tobytes()


@dataclass(frozen=True)
class Published:
    """A data set of noise as its publisher has it: files by name, and its entry."""

    entry: Entry
    files: dict[str, bytes]
    arrays: tuple[np.ndarray, ...]


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Published:
    """A data set like MNIST, 600 and 20 images of 16x16, that the catalogue knows as ``tiny``."""
    rng = np.random.default_rng(3)
    arrays = (
        rng.integers(0, 256, (600, 16, 16)),
        rng.integers(0, 3, 600),
        rng.integers(0, 256, (20, 16, 16)),
        rng.integers(0, 3, 20),
    )
    content = [idx(values) for values in arrays]
    files = {
        f"{name}.gz": gzip.compress(each, mtime=0) for name, each in zip(IDX_NAMES, content, strict=True)
    }
    entry = Entry(
        name="tiny",
        title="Tiny",
        about="Noise.",
        in_shape=(1, 16, 16),
        class_names=("a", "b", "c"),
        train=600,
        test=20,
        loader=partial(_fetched, "tiny"),
        home="http://home.example/",
        formats=("idx",),
        files=tuple(
            RemoteFile(name, len(packed), md5(packed), md5(plain))
            for (name, packed), plain in zip(files.items(), content, strict=True)
        ),
    )
    monkeypatch.setitem(built_in.DATASETS, "tiny", entry)
    return Published(entry, files, arrays)


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> Published:
    """A data set like CIFAR-10 with 4 images a batch, as python and binary batches, known as ``batches``."""
    rng = np.random.default_rng(4)
    pixels, labels = rng.integers(0, 256, (6, 4, 3072)).astype(np.uint8), rng.integers(0, 10, (6, 4))
    names = [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]
    files = {}
    for name, images, marks in zip(names, pixels, labels, strict=True):
        files[name] = pickle.dumps({b"data": images, b"labels": marks.tolist(), b"filenames": [b"x"] * 4}, 2)
        files[f"{name}.bin"] = np.concatenate([marks[:, None].astype(np.uint8), images], 1).tobytes()
    entry = Entry(
        name="batches",
        title="Batches",
        about="Noise.",
        in_shape=(3, 32, 32),
        class_names=tuple("abcdefghij"),
        train=20,
        test=4,
        loader=partial(_fetched, "batches"),
        formats=("cifar-python", "cifar-binary"),
        files=(RemoteFile("batches.tar.gz", 1, ""),),
    )
    monkeypatch.setitem(built_in.DATASETS, "batches", entry)
    arrays = (
        pixels[:5].reshape(20, 3, 32, 32),
        labels[:5].ravel(),
        pixels[5].reshape(4, 3, 32, 32),
        labels[5],
    )
    return Published(entry, files, arrays)


def tarball(files: dict[str, bytes], *extra: tarfile.TarInfo) -> bytes:
    """Return an archive of ``files`` and of members without content."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for member in extra:
            archive.addfile(member)
    return out.getvalue()


@dataclass
class Server:
    """A publisher on loopback.

    Attributes:
        files: what it has.
        faults: how it answers the next requests for a file, one after the other: ``cut`` (break off in the
            middle), ``stall`` (fall silent in the middle), ``ignore`` (send all, whatever was asked for),
            ``wrong`` (other bytes), ``more`` (too many bytes), ``encoded`` (called packed for the way), or
            a number (an HTTP error).
        requests: what it was asked for: path and range.
        sent: bytes of content that left it.
        pause: seconds it waits after each piece of 4096 bytes.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[str | int]] = field(default_factory=dict)
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    sent: int = 0
    pause: float = 0.0
    closing: threading.Event = field(default_factory=threading.Event)

    def answer(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        name = handler.path.rsplit("/", 1)[-1]
        asked = handler.headers.get("Range")
        self.requests.append((name, asked))
        faults = self.faults.get(name, [])
        fault = faults.pop(0) if faults else ""
        if isinstance(fault, int) or name not in self.files:
            handler.send_error(fault if isinstance(fault, int) else 404)
            return
        content = self.files[name]
        if fault == "wrong":
            content = bytes(len(content))
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and fault != "ignore" else 0
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(len(content) - start + (100 if fault == "more" else 0)))
        if fault == "encoded":
            handler.send_header("Content-Encoding", "x-gzip")
        handler.end_headers()
        body = content[start:] + (bytes(100) if fault == "more" else b"")
        if fault in ("cut", "stall"):
            body = body[: len(body) // 2]
        for place in range(0, len(body), 4096):
            handler.wfile.write(body[place : place + 4096])
            self.sent += len(body[place : place + 4096])
            time.sleep(self.pause)
        if fault == "stall":
            handler.wfile.flush()
            self.closing.wait(5)


@pytest.fixture
def server() -> Iterator[Server]:
    """A running server; its threads end with the test."""
    state = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the other side has had enough
                state.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads = False
        state.url = f"http://127.0.0.1:{httpd.server_address[1]}/files/"
        thread = threading.Thread(target=partial(httpd.serve_forever, 0.02))
        thread.start()
        yield state
        state.closing.set()
        httpd.shutdown()
        thread.join()


def spread(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files into a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder
