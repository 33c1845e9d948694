"""All runs of a user: listed quickly, and found by name."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from engine.data.augment import AUGMENTATIONS, Augmentation
from engine.errors import ConfigError, ModelFileError
from engine.io.gate import Kind
from engine.io.json_file import json_file
from engine.model.history import History
from engine.runs import library as module
from engine.runs import names, summary
from engine.runs.budget import Budget
from engine.runs.hold import Hold
from engine.runs.library import Library, split_moment
from engine.runs.notes import change_notes
from engine.runs.record import RunRecord
from engine.runs.recorder import Recorder
from engine.training.checkpoint import Checkpoint
from engine.training.trainer import Trainer
from engine.training.workers import Workers
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


@pytest.mark.parametrize(
    ("augmentation", "word"), [(AUGMENTATIONS["light"], "light"), (Augmentation(shift=3.0), "custom")]
)
def test_an_augmentation_is_called_as_in_the_window(
    tmp_path: Path, augmentation: Augmentation, word: str
) -> None:
    run(tmp_path, "a", RunRecord.new("one", dataclasses.replace(CONFIG, augmentation=augmentation), made()))
    assert Library(tmp_path).runs()[0].unusual["augmentation"] == word


def test_the_index_follows_the_folders_and_can_be_rebuilt(tmp_path: Path, record: RunRecord) -> None:
    run(tmp_path, "a", record)
    run(tmp_path, "b", record)
    library = Library(tmp_path)
    before = library.runs()
    (index,) = tmp_path.glob("index.json")
    assert library.runs() == before
    whole = json.loads(index.read_text())
    strange = json.loads(index.read_text())
    strange["runs"]["a"]["summary"]["created"] = 3
    del strange["runs"]["b"]["summary"]["data"]
    no_runs = {"version": whole["version"], "runs": {"a": 3, "b": {"key": 1}}}
    for damage in ("", "{", "[]", *map(json.dumps, (strange, no_runs))):
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


def test_a_second_listing_reads_no_file_of_a_run_that_has_not_changed(
    tmp_path: Path, record: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(tmp_path, "0", record)
    for number in range(1, 200):
        shutil.copytree(first, tmp_path / str(number))
    Library(tmp_path).runs()
    read: list[Path] = []

    def noted(path: Path, kind: Kind) -> object:
        read.append(path)
        return json_file(path, kind)

    monkeypatch.setattr(module, "json_file", noted)
    monkeypatch.setattr(summary, "json_file", noted)
    monkeypatch.setattr(summary, "size_of", lambda path: read.append(path) or 1)
    written: list[Path] = []
    monkeypatch.setattr(module, "write_text", lambda path, _text: written.append(path))
    assert len(Library(tmp_path).runs()) == 200
    assert read == [tmp_path / "index.json"] and written == []
    (tmp_path / "7" / names.STATUS).write_text('{"state": "finished"}')
    Library(tmp_path).runs()
    assert sorted({path.parent.name for path in read[2:] if path.name.endswith("json")}) == ["7"]
    assert written == [tmp_path / "index.json"]


def test_runs_are_found_by_folder_by_name_and_by_beginning(tmp_path: Path, record: RunRecord) -> None:
    library = Library(tmp_path)
    for name in ("2026-a", "2026-b", "other"):
        run(tmp_path, name, record)
    assert library.find(str(tmp_path / "other")) == tmp_path / "other"
    assert library.find("2026-a") == library.find("2026-a") == tmp_path / "2026-a"
    assert library.find("o") == tmp_path / "other"
    change_notes(tmp_path / "2026-b", name="My best")
    assert library.find("my best") == tmp_path / "2026-b"
    with pytest.raises(ModelFileError, match="The runs 2026-a, 2026-b are called '2026'"):
        library.find("2026")
    for word in ("nothing", "", "a/b", "..", "\0"):
        with pytest.raises(ModelFileError, match="There is no run"):
            library.find(word)


def test_new_runs_have_names_of_their_own(tmp_path: Path, record: RunRecord) -> None:
    library = Library(tmp_path)
    first = library.destination("My net/..\u202e", 0.0)
    assert first.path.parent == tmp_path and first.path.name.endswith("-my-net")
    run(tmp_path, first.path.name, record)
    assert library.destination("My net", 0.0).path.name == first.path.name + "-2"


def test_runs_that_begin_in_the_same_second_get_folders_of_their_own(tmp_path: Path) -> None:
    library, dataset = Library(tmp_path), made()
    wanted = [library.destination("net", 0.0) for _ in range(3)]
    assert len({each.path for each in wanted}) == 1  # none of them is there yet
    recorders = [Recorder(each, CONFIG, dataset, History()) for each in wanted]
    with Workers(1) as workers:
        arrays, values = Trainer(CONFIG, dataset, workers).state()
    for recorder in recorders:
        recorder.begin(Checkpoint(CONFIG, dict(arrays), values, History()))
    assert [recorder.close() for recorder in recorders] == ["", "", ""]
    name = wanted[0].path.name
    assert [recorder.path.name for recorder in recorders] == [name, f"{name}-2", f"{name}-3"]
    assert sorted(each.name for each in library.runs()) == [name, f"{name}-2", f"{name}-3"]


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


def test_the_user_says_how_much_room_there_is(tmp_path: Path, record: RunRecord) -> None:
    library = Library(tmp_path)
    assert library.budget() == Budget(256, 5.0)
    Budget(8, 0.5).write(tmp_path)
    assert library.budget() == Budget(8, 0.5)
    assert library.destination("net").budget == 8 << 20
    with (run(tmp_path, "a", record) / "big").open("wb") as file:
        file.truncate((1 << 29) + 1)  # a file of zeros that takes no room on the disk
    assert [each.name for each in library.too_many()] == ["a"]
    for wrong in ('{"run_megabytes": 0}', "[1]", '{"all_gigabytes": "much"}'):
        (tmp_path / "budget.json").write_text(wrong)
        library = Library(tmp_path)
        assert library.budget() == Budget() and len(library.problems) == 1
    with pytest.raises(ConfigError, match="run megabytes is 0"):
        Budget(0)


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
