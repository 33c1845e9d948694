"""A run handed on arrives as it was sent; a file that is no run leaves nothing behind."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

import main
from engine.errors import ModelFileError
from engine.publish.share import WINDOW, receive, share
from engine.runs import names
from engine.runs.folder import RunFolder
from engine.runs.library import Library
from engine.task import Cancelled, Task


@pytest.fixture
def sent(path: Path, tmp_path: Path) -> Path:
    file = tmp_path / "run.kscope"
    share(RunFolder(path), file, Task(), {"drawing": [[1, 2]]})
    return file


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "elsewhere" / "runs")


def files(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()
    }


def test_it_arrives_as_it_was_sent(path: Path, sent: Path, library: Library) -> None:
    folder, window = receive(sent, library, Task())
    assert window == {"drawing": [[1, 2]]}
    assert folder.parent == library.folder and folder.name == RunFolder(path).record.id
    arrived, before = files(folder), files(path)
    assert arrived == {name: data for name, data in before.items() if not name.endswith(".lock")}
    run = RunFolder(folder)
    assert run.steps() == RunFolder(path).steps() and run.notices == []
    np.testing.assert_array_equal(run.network(5).vector, RunFolder(path).network(5).vector)
    assert run.checkpoint().values == RunFolder(path).checkpoint().values
    assert [each.name for each in library.runs()] == [folder.name]


def test_what_a_later_version_adds_is_passed_over(sent: Path, library: Library) -> None:
    changed(sent, {"lesson.json": b"[1"})
    folder, window = receive(sent, library, Task())
    assert window == {"drawing": [[1, 2]]} and "lesson.json" not in files(folder)


def test_a_second_time_it_gets_another_name(sent: Path, library: Library) -> None:
    first, second = (receive(sent, library, Task())[0] for _ in range(2))
    assert first != second and files(first) == files(second)


def changed(sent: Path, change: dict[str, bytes | None]) -> None:
    """Write the members of ``sent`` again, some of them others, or without those that are None."""
    with zipfile.ZipFile(sent) as archive:
        members = {name: archive.read(name) for name in archive.namelist()} | change
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            if data is not None:
                archive.writestr(name, data)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"../outside.txt": b"x"}, "outside.txt', which no run has"),
        ({"/etc/passwd": b"x"}, "/etc/passwd', which no run has"),
        ({"weights/../../x.safetensors": b"x"}, "which no run has"),
        ({"weights\\000000001.safetensors": b"x"}, "which no run has"),
        ({"run.json/": b""}, "which no run has"),
        ({"code.py": b"x"}, "which no run has"),
        ({names.RUN: None}, "there is no run.json in it"),
        ({names.STEPS: b"0" * 300_000_000}, "more than a run of its size"),
        ({names.RUN: b"{}"}, "holds no run"),
        ({WINDOW: b"[1]"}, "window.json holds no object"),
        ({WINDOW: b" " * 5_000_000}, "window.json is too large"),
        ({WINDOW: b"\xff"}, "damaged"),
    ],
)
def test_what_is_no_shared_run_is_refused_and_leaves_nothing(
    sent: Path, library: Library, change: dict[str, bytes | None], words: str
) -> None:
    changed(sent, change)
    with pytest.raises(ModelFileError) as refused:
        receive(sent, library, Task())
    assert words in str(refused.value) and "\n" not in str(refused.value)
    assert files(library.folder) == {} and library.runs() == []


def test_a_member_twice_is_refused(sent: Path, library: Library) -> None:
    with zipfile.ZipFile(sent, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(names.RUN, "{}")
    with pytest.raises(ModelFileError, match="twice"):
        receive(sent, library, Task())


def test_a_size_that_lies_unpacks_no_more_than_it_says(sent: Path, library: Library) -> None:
    data = bytearray(sent.read_bytes())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo(names.STEPS).file_size
    assert data.count(size.to_bytes(4, "little")) >= 1
    place = data.rindex(names.STEPS.encode()) - 46 + 24  # uncompressed size in the directory
    assert data[place : place + 4] == size.to_bytes(4, "little")
    data[place : place + 4] = (size - 1).to_bytes(4, "little")
    sent.write_bytes(data)
    with pytest.raises(ModelFileError):
        receive(sent, library, Task())
    assert files(library.folder) == {}


def test_a_file_that_was_cut_off_leaves_nothing(sent: Path, library: Library) -> None:
    sent.write_bytes(sent.read_bytes()[:-40])
    with pytest.raises(ModelFileError, match="damaged, or it is not a shared run"):
        receive(sent, library, Task())
    assert files(library.folder) == {}


def test_a_disk_without_room_is_told(sent: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr("engine.publish.share.shutil.disk_usage", lambda _: usage)
    with pytest.raises(ModelFileError, match="and the disk has 0 MB left"):
        receive(sent, library, Task())


def test_a_name_that_leads_elsewhere_does_not(path: Path, tmp_path: Path, library: Library) -> None:
    data = json.loads((path / names.RUN).read_text())
    (path / names.RUN).write_text(json.dumps(data | {"id": "../../../evil\n name"}))
    share(RunFolder(path), tmp_path / "x.kscope", Task())
    folder, window = receive(tmp_path / "x.kscope", library, Task())
    assert folder.parent == library.folder and folder.name == "evil-name" and window == {}


def test_what_is_cancelled_leaves_nothing(path: Path, sent: Path, library: Library) -> None:
    task = Task()
    task.cancel()
    before = sent.read_bytes()
    with pytest.raises(Cancelled):
        share(RunFolder(path), sent, task)
    assert sent.read_bytes() == before
    with pytest.raises(Cancelled):
        receive(sent, library, task)
    assert files(library.folder) == {}


def test_the_commands(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "it.kscope"
    assert main.main(["share", str(path), "--out", str(file)]) == 0
    assert "open it with: runs add FILE" in capsys.readouterr().out
    assert main.main(["runs", "add", str(file)]) == 0
    name = capsys.readouterr().out.strip()
    assert (Library().find(name) / names.RUN).is_file()
    assert main.main(["share", str(path), "--out", str(tmp_path / "it.zip")]) == 1
    assert "does not end in .kscope" in capsys.readouterr().err
