"""Deleted runs: they can be brought back to where they were, and go for good after a while."""

from __future__ import annotations

import errno
import time
from pathlib import Path

import pytest

from engine.errors import ModelFileError
from engine.runs import bin as module
from engine.runs.bin import Bin
from engine.runs.hold import Hold
from engine.runs.library import Library
from engine.runs.record import RunRecord
from tests.engine.runs.test_library import run
from tests.engine.runs.test_recorder import CONFIG, made


@pytest.fixture(scope="module")
def record() -> RunRecord:
    return RunRecord.new("one", CONFIG, made())


def contents(path: Path) -> list[Path]:
    return sorted(each.relative_to(path) for each in path.rglob("*"))


def test_what_is_deleted_can_be_brought_back_for_thirty_days(
    tmp_path: Path, record: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(tmp_path)
    path = run(tmp_path, "a", record)
    before = contents(path)
    assert library.bin.delete(path) == "a"
    (deleted,) = library.bin.deleted()
    assert (deleted.name, deleted.origin, deleted.days_left) == ("a", path, 30)
    assert library.runs() == [] and not path.exists()
    assert library.bin.restore("a") == path
    assert contents(path) == before
    library.bin.delete(path)
    run(tmp_path, "a", record)
    with pytest.raises(ModelFileError, match="There is a run 'a' again"):
        library.bin.restore("a")
    library.bin.delete(path)  # in the same second as the other one of this name
    assert [each.name for each in library.bin.deleted()] == ["a", "a"]
    now = time.time()
    monkeypatch.setattr(module.time, "time", lambda: now + 31 * 86400)
    with pytest.raises(ModelFileError, match="no run 'a' in the bin"):
        library.bin.restore("a")
    assert library.bin.deleted() == []


def test_a_run_from_elsewhere_comes_back_to_where_it_was(tmp_path: Path, record: RunRecord) -> None:
    bin_ = Bin(tmp_path / "runs")
    path = run(tmp_path / "elsewhere", "mine", record)
    before = contents(path)
    bin_.delete(path)
    assert bin_.restore("mine") == path and contents(path) == before
    bin_.delete(path)
    path.parent.rmdir()
    assert bin_.restore("mine") == tmp_path / "runs" / "mine"
    assert contents(tmp_path / "runs" / "mine") == before


@pytest.mark.parametrize("breaks", [False, True])
def test_a_run_on_another_disk_is_copied_whole_or_stays(
    tmp_path: Path, record: RunRecord, monkeypatch: pytest.MonkeyPatch, *, breaks: bool
) -> None:
    bin_ = Bin(tmp_path / "runs")
    path = run(tmp_path / "disk", "mine", record)
    before = contents(path)
    rename = Path.rename

    def other_disk(self: Path, target: Path) -> Path:
        if ".kernelscope." not in str(self):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(self, target)

    def full(source: Path, target: Path, **options: bool) -> None:
        target.mkdir()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "rename", other_disk)
    if breaks:
        monkeypatch.setattr(module.shutil, "copytree", full)
        with pytest.raises(ModelFileError, match=r"Cannot delete .*: No space left"):
            bin_.delete(path)
        assert contents(path) == before and bin_.deleted() == []
        assert not any((tmp_path / "runs" / ".bin").iterdir())
    else:
        bin_.delete(path)
        assert not path.exists() and bin_.restore("mine") == path and contents(path) == before


def test_a_run_that_is_written_is_not_deleted(tmp_path: Path, record: RunRecord) -> None:
    path = run(tmp_path, "a", record)
    hold = Hold(path)
    with pytest.raises(ModelFileError, match="being written"):
        Library(tmp_path).bin.delete(path)
    hold.release()
    assert path.exists()


def test_the_bin_is_emptied_when_the_user_says_so(tmp_path: Path, record: RunRecord) -> None:
    bin_ = Bin(tmp_path)
    for name in ("a", "b~c"):
        bin_.delete(run(tmp_path, name, record))
    (tmp_path / ".bin" / "something else").mkdir()
    assert sorted(each.name for each in bin_.deleted()) == ["a", "b~c"]
    assert bin_.empty() == 2 and bin_.deleted() == []
    assert (tmp_path / ".bin" / "something else").exists()
