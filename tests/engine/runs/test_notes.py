"""What the user says of a run: all of a change is written or none, also while the run trains."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ModelFileError
from engine.io.locks import lock
from engine.runs import names
from engine.runs import notes as module
from engine.runs.folder import RunFolder
from engine.runs.hold import Hold
from engine.runs.notes import LONGEST_NAME, LONGEST_TEXT, change_notes
from engine.runs.record import Notes, RunRecord
from tests.engine.runs.test_library import run
from tests.engine.runs.test_recorder import CONFIG, made


@pytest.fixture(scope="module")
def record() -> RunRecord:
    return RunRecord.new("one", CONFIG, made())


def test_each_part_is_changed_by_itself(tmp_path: Path, record: RunRecord) -> None:
    path = run(tmp_path, "a", record)
    hold = Hold(path)  # a program records the run meanwhile
    change_notes(path, name="  My\nrun ")
    change_notes(path, star=True)
    change_notes(path, text="First line\nsecond line\n")
    assert RunFolder(path).notes() == Notes("My run", "First line\nsecond line", star=True)
    change_notes(path, name="")
    assert RunFolder(path).notes() == Notes("", "First line\nsecond line", star=True)
    hold.release()
    assert not (path / names.NOTES_LOCK).exists()


@given(name=st.text(max_size=LONGEST_NAME), text=st.text(max_size=200), star=st.booleans())
def test_whatever_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, record: RunRecord, name: str, text: str, *, star: bool
) -> None:
    path = run(tmp_path_factory.mktemp("runs"), "a", record)
    change_notes(path, name=name, text=text, star=star)
    folder = RunFolder(path)
    written = folder.notes()
    assert folder.notices == [] and written.star == star
    change_notes(path, name=written.name, text=written.text)
    assert RunFolder(path).notes() == written


def test_what_others_have_added_stays_and_damaged_notes_are_kept(tmp_path: Path, record: RunRecord) -> None:
    path = run(tmp_path, "a", record)
    notes = path / names.NOTES
    notes.write_text('{"colour": "blue", "star": true}')
    change_notes(path, name="x")
    assert json.loads(notes.read_text()) == {"colour": "blue", "star": True, "name": "x"}
    notes.write_text("{torn")
    change_notes(path, name="y")
    assert json.loads(notes.read_text()) == {"name": "y"}
    assert (path / "notes.unreadable.json").read_text() == "{torn"


def test_what_cannot_be_written_changes_nothing(
    tmp_path: Path, record: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = run(tmp_path, "a", record)
    change_notes(path, name="old")
    before = (path / names.NOTES).read_bytes()
    for change in ({"name": "x" * (LONGEST_NAME + 1)}, {"text": "x" * (LONGEST_TEXT + 1)}):
        with pytest.raises(ModelFileError, match="characters, not"):
            change_notes(path, **change)
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.02)
    with lock(path / names.NOTES_LOCK), pytest.raises(ModelFileError, match="Another program changes"):
        change_notes(path, name="new")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module, "write_text", refuse)
    with pytest.raises(ModelFileError, match=r"Cannot write to .*: Permission denied"):
        change_notes(path, name="new")
    assert (path / names.NOTES).read_bytes() == before
    with pytest.raises(ModelFileError, match="There is no run"):
        change_notes(tmp_path / "nothing", name="x")
