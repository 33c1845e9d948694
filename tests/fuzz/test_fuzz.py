"""Damaged files of every kind are read or refused in one sentence, with little memory and in little time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.errors import DataError
from tests.fuzz.campaign import campaign
from tests.fuzz.readers import READERS, Reader
from tests.fuzz.worker import content, fault, made, outcome

FILES, SEED = 2_000, 1

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited as Linux does it")


@linux
def test_two_thousand_damaged_files(tmp_path: Path) -> None:
    tallies = campaign(FILES, SEED, tmp_path / "kept")
    faults = [fault for tally in tallies.values() for fault in tally.faults]
    assert not faults, "\n".join(faults)
    assert sum(tally.files for tally in tallies.values()) == FILES
    # If nothing is refused any more, nothing is damaged; if nothing is read, nothing is looked into.
    strict = [reader.name for reader in READERS if not reader.forgiving]
    assert [name for name in strict if not tallies[name].counts["refused"]] == []
    assert sum(tally.counts["read"] for tally in tallies.values()) > FILES // 20


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_what_is_damaged_was_whole(tmp_path: Path, data_elsewhere: Path, reader: Reader) -> None:
    assert made(reader)
    for seed in made(reader):
        path = tmp_path / "files" / reader.file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(seed)
        assert outcome(reader, path) == "read"


def test_the_same_numbers_give_the_same_file() -> None:
    assert content(READERS[0], 1, 7) == content(READERS[0], 1, 7) != content(READERS[0], 1, 8)


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (DataError("It is damaged."), "refused"),
        (DataError("It needs more memory than there is."), "more than 1024 MB of memory"),
        (DataError("no end"), "no clean sentence: 'no end'"),
        (KeyError("x"), "KeyError: 'x'"),
        (RecursionError("deep"), "RecursionError: deep"),
    ],
)
def test_anything_but_a_sentence_is_a_fault(tmp_path: Path, raised: Exception, said: str) -> None:
    def read(_path: Path) -> None:
        raise raised

    assert outcome(Reader("x", "x", list, read), tmp_path / "x") == said
    assert fault("Whole.") == ""
