"""The gate: what passes, what does not, and that everything that goes wrong is one sentence."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import socket
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DataError, EngineError, ModelFileError, TrainingError
from engine.io import gate
from engine.io.gate import CONFIG, IDX, MODEL, PICTURE, explained
from engine.io.json_file import json_file
from engine.task import Cancelled
from engine.text import SENTENCE, plain

LIBRARY = (
    *(error("x") for error in (lzma.LZMAError, zlib.error, struct.error, EOFError, OSError, AttributeError)),
    *(error("x") for error in (OverflowError, NotImplementedError, KeyError, SyntaxError, SystemError)),
    *(ValueError("x\ny"), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x")),
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> gate.Kind:
    return gate.Kind("a small file", 100)


def test_every_kind_has_a_limit() -> None:
    assert len({kind.words for kind in gate.KINDS}) == len(gate.KINDS)
    assert all(0 < kind.largest <= 4 * 1024**3 for kind in gate.KINDS)


def test_what_is_no_regular_file_is_named_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(tmp_path)  # the path of a socket must be short
        server.bind("socket")
        for name, words in {
            "pipe": "is a pipe",
            "socket": "is a socket",
            "/dev/zero": "is a device",
            ".": "is a folder",
            "dangling": "No such file",
            "circle": "symbolic links",
            "x" * 300: "File name too long",
            "a\0b": "is not the name of a file",
        }.items():
            for call in (gate.content, gate.check, gate.text, json_file):
                with pytest.raises(ModelFileError, match=words) as caught:
                    call(tmp_path / name, MODEL)
                assert len(str(caught.value)) <= SENTENCE


def test_a_link_to_a_file_passes(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"here")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert gate.content(tmp_path / "link", MODEL) == b"here"


def test_the_size_is_looked_at_first(tmp_path: Path, small: gate.Kind) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(1024**4)
    with pytest.raises(DataError, match=r"has 1,048,576 MB; allowed for a small file are 0 MB"):
        gate.content(path, small)


def test_a_file_that_became_a_pipe_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(gate, "check", lambda *_: 0)
    with pytest.raises(DataError, match="is a pipe"):
        gate.content(tmp_path / "pipe", IDX)


def test_nobody_can_ask_for_more_than_there_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"four")
    with gate.opened(tmp_path / "file", IDX) as file:
        assert file.read(2) == b"fo"
        assert file.read(2**62) == b"ur"
        assert file.read(2**62) == b""
        assert file.read() == b""
        file.seek(0)
        assert file.read(-1) == b"four"


@pytest.mark.parametrize("raised", LIBRARY, ids=lambda error: type(error).__name__)
def test_whatever_a_library_raises_is_one_sentence(raised: Exception) -> None:
    with pytest.raises(DataError) as caught, explained("a\nb", PICTURE):
        raise raised
    assert str(caught.value) == "a b is damaged, or it is not a picture."


def test_what_has_a_reason_keeps_it() -> None:
    reasons: list[tuple[Exception, str]] = [
        (MemoryError(), "x.png needs more memory than there is."),
        (RecursionError(), "x.png is nested too deep to be a picture."),
        (PermissionError(13, "Permission denied"), "Cannot read x.png: Permission denied."),
        (DataError("It is empty."), "x.png cannot be used: It is empty."),
        (ModelFileError("x.png is empty."), "x.png is empty."),
    ]
    for raised, words in reasons:
        with pytest.raises(DataError) as caught, explained("x.png", PICTURE):
            raise raised
        assert str(caught.value) == words


@pytest.mark.parametrize("raised", [Cancelled(), TrainingError("x"), KeyboardInterrupt()])
def test_what_is_not_about_the_file_passes(raised: BaseException) -> None:
    with pytest.raises(type(raised)), explained("x.png", PICTURE):
        raise raised


@given(st.text(min_size=1), st.text())
def test_sentences_are_short_and_clean(where: str, words: str) -> None:
    with pytest.raises(ModelFileError) as caught, explained(where, MODEL), explained(where, CONFIG):
        raise DataError(words * 50)
    sentence = str(caught.value)
    assert len(sentence) <= SENTENCE and plain(sentence) == sentence and "\n" not in sentence


def test_gzip_may_unpack_to_a_hundred_times_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_ALWAYS", 1000)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(10**6)))
    (tmp_path / "fine.gz").write_bytes(gzip.compress(bytes(900)))
    with (
        pytest.raises(DataError, match="unpacks to more than"),
        gate.opened(tmp_path / "bomb.gz", IDX) as file,
    ):
        gate.ungzipped(file, IDX)
    with gate.opened(tmp_path / "fine.gz", IDX) as file:
        assert gate.ungzipped(file, IDX) == bytes(900)


def test_a_stream_that_never_ends_is_left_in_time() -> None:
    class Endless(io.RawIOBase):
        taken = 0

        def read(self, size: int = -1) -> bytes:
            self.taken += size
            return bytes(size)

    stream = Endless()
    with pytest.raises(DataError, match="unpacks to more than 5 MB"):
        gate.unpacked(stream, 5 * 1024**2)  # type: ignore[arg-type]
    assert stream.taken <= 7 * 1024**2


def test_text_is_utf8_or_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path.write_bytes("ä,b".encode(encoding))
        assert gate.text(path, CONFIG) == "ä,b"
    path.write_bytes(b"ab\xff")
    with pytest.raises(EngineError, match="is not UTF-8 at byte 2"):
        gate.text(path, CONFIG)
