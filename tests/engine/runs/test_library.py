"""All runs of a user: listed quickly, found by name, deleted to a bin and brought back."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest

from engine.errors import ModelFileError
from engine.runs import library as module
from engine.runs import names
from engine.runs.hold import Hold
from engine.runs.library import Library, split_moment
from engine.runs.record import RunRecord
from tests.engine.runs.test_recorder import CONFIG, made


@pytest.fixture(scope="module")
def record() -> RunRecord:
    return RunRecord.new("one", CONFIG, made())


def run(folder: Path, name: str, record: RunRecord, created: str = "2026-01-01", **status: object) -> Path:
    """Lay out the small files of a run."""
    path = folder / name
    (path / names.WEIGHTS).mkdir(parents=True)
    data = {**record.to_json(), "id": name, "created": created}
    (path / names.RUN).write_text(json.dumps(data))
    (path / names.STATUS).write_text(json.dumps({"state": "paused", "step": 7, **status}))
    (path / names.STATE).write_bytes(b"x" * 1000)
    return path


def test_runs_are_listed_the_newest_first(tmp_path: Path, record: RunRecord) -> None:
    run(tmp_path, "a", record, "2026-01-01", best_accuracy=0.5)
    run(tmp_path, "b", record, "2026-01-02", state="training", closed=True)
    (tmp_path / "b" / names.NOTES).write_text(json.dumps({"name": "mine", "star": True}))
    (tmp_path / "no run").mkdir()
    second, first = Library(tmp_path).runs()
    assert (first.name, first.steps, first.best_accuracy, first.state) == ("a", 7, 0.5, "paused")
    assert (second.name, second.title, second.star, second.closed) == ("b", "mine", True, True)
    assert second.state == "interrupted"  # nobody writes it
    assert first.unusual == {"batch_size": 8, "epochs": 50, "validation_images": 9}
    assert first.bytes > 1000
    hold = Hold(tmp_path / "b")
    assert Library(tmp_path).runs()[0].state == "training"
    hold.release()


def test_the_index_follows_the_folders_and_can_be_rebuilt(tmp_path: Path, record: RunRecord) -> None:
    run(tmp_path, "a", record)
    run(tmp_path, "b", record)
    library = Library(tmp_path)
    before = library.runs()
    (index,) = tmp_path.glob("index.json")
    assert library.runs() == before
    for damage in ("", "{", "[]", '{"version": 1, "runs": {"a": 3, "b": {"key": 1}}}'):
        index.write_text(damage)
        assert library.runs() == before
    (tmp_path / "a" / names.STATUS).write_text(json.dumps({"state": "finished", "step": 9}))
    shutil.rmtree(tmp_path / "b")
    assert [(each.name, each.state, each.steps) for each in library.runs()] == [("a", "finished", 9)]


@pytest.mark.parametrize("damage", ["", "[]", "{}", '{"format": "kernelscope-run", "config": 3}', "\x00"])
def test_a_damaged_run_is_told_and_the_others_are_listed(
    tmp_path: Path, record: RunRecord, damage: str
) -> None:
    run(tmp_path, "a", record)
    (run(tmp_path, "b", record) / names.RUN).write_text(damage)
    library = Library(tmp_path)
    assert [each.name for each in library.runs()] == ["a"]
    assert len(library.problems) == 1 and names.RUN in library.problems[0]


def test_a_thousand_runs_are_listed_in_half_a_second(tmp_path: Path, record: RunRecord) -> None:
    first = run(tmp_path, "0", record)
    for number in range(1, 1000):
        shutil.copytree(first, tmp_path / str(number))
    Library(tmp_path).runs()
    began = time.process_time()  # of this process: the machine may be busy with others
    assert len(Library(tmp_path).runs()) == 1000
    assert time.process_time() - began < 0.5


def test_runs_are_found_by_folder_by_name_and_by_beginning(tmp_path: Path, record: RunRecord) -> None:
    library = Library(tmp_path)
    for name in ("2026-a", "2026-b", "other"):
        run(tmp_path, name, record)
    assert library.find(str(tmp_path / "other")) == tmp_path / "other"
    assert library.find("2026-a") == library.find("2026-a") == tmp_path / "2026-a"
    assert library.find("o") == tmp_path / "other"
    with pytest.raises(ModelFileError, match="The runs 2026-a, 2026-b begin with '2026'"):
        library.find("2026")
    for word in ("nothing", "", "a/b", "..", "\0"):
        with pytest.raises(ModelFileError, match="There is no run"):
            library.find(word)


def test_new_runs_have_names_of_their_own(tmp_path: Path, record: RunRecord) -> None:
    library = Library(tmp_path)
    first = library.new_path("My net/..\u202e", 0.0)
    assert first.parent == tmp_path and first.name.endswith("-my-net")
    run(tmp_path, first.name, record)
    assert library.new_path("My net", 0.0).name == first.name + "-2"


def test_what_is_deleted_can_be_brought_back_for_thirty_days(
    tmp_path: Path, record: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(tmp_path)
    path = run(tmp_path, "a", record)
    before = sorted(each.relative_to(path) for each in path.rglob("*"))
    assert library.delete(path) == "a"
    assert library.runs() == [] and library.deleted() == ["a"] and not path.exists()
    assert library.restore("a") == path
    assert sorted(each.relative_to(path) for each in path.rglob("*")) == before
    library.delete(path)
    run(tmp_path, "a", record)
    with pytest.raises(ModelFileError, match="There is a run 'a' again"):
        library.restore("a")
    now = time.time()
    monkeypatch.setattr(module.time, "time", lambda: now + 31 * 86400)
    with pytest.raises(ModelFileError, match="no run 'a' in the bin"):
        library.restore("a")
    assert library.deleted() == []


def test_a_run_that_is_written_is_not_deleted(tmp_path: Path, record: RunRecord) -> None:
    path = run(tmp_path, "a", record)
    hold = Hold(path)
    with pytest.raises(ModelFileError, match="being written"):
        Library(tmp_path).delete(path)
    hold.release()
    assert path.exists()


def test_the_oldest_without_a_star_are_offered_when_there_is_too_much(
    tmp_path: Path, record: RunRecord
) -> None:
    for number in range(5):
        run(tmp_path, str(number), record, f"2026-01-0{number + 1}")
    (tmp_path / "0" / names.NOTES).write_text('{"star": true}')
    library = Library(tmp_path)
    assert library.too_many() == []
    sizes = [each.bytes for each in library.runs()]
    assert [each.name for each in library.too_many(sum(sizes) - sizes[0] - 1)] == ["1", "2"]
    assert len(library.runs()) == 5  # nothing is deleted by itself


def test_only_runs_that_nobody_writes_or_is_done_with_are_unfinished(
    tmp_path: Path, record: RunRecord
) -> None:
    for name, day, closed in (("a", 1, False), ("b", 2, True), ("c", 3, False), ("d", 4, False)):
        run(tmp_path, name, record, closed=closed, changed=f"2026-01-0{day}")
    hold = Hold(tmp_path / "c")
    (tmp_path / "d" / names.STATE).unlink()
    assert [each.name for each in Library(tmp_path).unfinished()] == ["a"]
    hold.release()
    assert [each.name for each in Library(tmp_path).unfinished()] == ["c", "a"]


def test_moments_are_named() -> None:
    assert split_moment("a@b@12") == ("a@b", 12)
    assert split_moment("a@x") == ("a@x", None) and split_moment("a") == ("a", None)
    assert split_moment("@1") == ("", 1) and split_moment("a@" + "9" * 40)[1] is None
