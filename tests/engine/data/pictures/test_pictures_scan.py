"""Finding pictures in folders, tables and archives: what counts, what is left out, and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.data.pictures import scan as scanning
from engine.data.pictures.scan import scan
from engine.errors import DataError
from engine.task import Cancelled, Task
from engine.text import natural


def save(path, level=0, size=(12, 10), mode="L"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, level if mode == "L" else (level, 0, 255 - level)).save(path)


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "shapes"
    for index in range(4):
        save(root / "class 10" / f"{index}.png", index)
        save(root / "class 2" / "deep" / "deeper" / f"{index}.png", 100 + index, mode="RGB")
    return root


def test_sub_folders_are_classes_in_their_natural_order(folder):
    found = scan(folder)
    assert found.title == "shapes"
    assert found.class_names == ("class 2", "class 10")
    assert found.labels == (0, 0, 0, 0, 1, 1, 1, 1)
    assert found.short_sides == (10,) * 8
    assert found.coloured == (True,) * 4 + (False,) * 4
    assert found.names[0] == str(Path("class 2", "deep", "deeper", "0.png"))
    assert [len(samples) for samples in found.samples] == [4, 4]
    assert not found.broken and not found.empty and not found.ignored and not found.tests


def test_what_is_no_picture_is_counted_or_listed(folder):
    (folder / "class 2" / "notes.txt").write_text("hello")
    (folder / "class 2" / ".hidden.png").write_bytes(b"")
    (folder / "class 2" / "broken.png").write_text("hello")
    (folder / "class 2" / "folder.png").mkdir()
    save(folder / ".thumbnails" / "1.png")
    (folder / "none" / "x.jpg").parent.mkdir()
    (folder / "none" / "x.jpg").write_bytes(b"\xff\xd8\xff")
    save(folder / "beside.png")
    found = scan(folder)
    assert dict(found.ignored) == {".txt": 1, ".png": 1}
    assert {each.name for each in found.broken} == {
        str(Path("class 2", "broken.png")),
        str(Path("none", "x.jpg")),
    }
    assert all(each.reason for each in found.broken)
    assert found.class_names == ("class 2", "class 10")
    assert found.empty == ("none",)
    assert found.labels == (0, 0, 0, 0, 1, 1, 1, 1)
    assert any("their class: 1 picture in" in note for note in found.notes)


def test_links_to_folders_are_followed_but_not_back_up(folder, tmp_path):
    save(tmp_path / "elsewhere" / "0.png", 50)
    (folder / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (folder / "class 2" / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "class 10" / "dangling.png").symlink_to(folder / "nowhere")
    (folder / "gone").symlink_to(folder / "nowhere")
    found = scan(folder)
    assert found.class_names == ("class 2", "class 10", "linked")
    assert found.labels == (0, 0, 0, 0, 1, 1, 1, 1, 2)
    assert {each.name: each.reason for each in found.broken} == {
        str(Path("class 10", "dangling.png")): "There is no such file.",
        "gone": "The link leads nowhere, or to no folder.",
    }
    assert any("1 link not followed" in note and "loop" in note for note in found.notes)


def test_links_that_multiply_come_to_an_end(tmp_path):
    for level in range(30):
        (tmp_path / f"{level}").mkdir()
        for name in "ab":
            (tmp_path / f"{level}" / name).symlink_to(tmp_path / f"{level + 1}", target_is_directory=True)
    save(tmp_path / "30" / "x" / "1.png")
    save(tmp_path / "30" / "y" / "1.png")
    assert any("not followed" in note for note in scan(tmp_path / "0").notes)


def test_folders_called_train_and_test_lay_the_split_down(tmp_path):
    for part, count in (("train", 3), ("Test", 2), ("valid", 1)):
        for name in ("cat", "dog"):
            for index in range(count):
                save(tmp_path / part / name / f"{index}.png", index)
    found = scan(tmp_path)
    assert found.class_names == ("cat", "dog")
    assert sum(found.tests) == 4 and len(found.tests) == 12
    assert found.understood[0].startswith("The classes are the folders of train/; Test/ has its own")


def test_a_folder_without_classes_is_refused(tmp_path):
    with pytest.raises(DataError, match="holds no picture"):
        scan(tmp_path)
    save(tmp_path / "1.png")
    with pytest.raises(DataError, match="holds 1 picture, but none in a sub-folder"):
        scan(tmp_path)


@pytest.mark.parametrize("name", ["missing", "missing.csv", "missing.npz"])
def test_what_is_not_there_is_said(tmp_path, name):
    with pytest.raises(DataError, match=name):
        scan(tmp_path / name)


def test_other_files_are_refused(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"")
    with pytest.raises(DataError, match="a table"):
        scan(tmp_path / "a.pdf")
    (tmp_path / "a.npy").write_bytes(b"")
    with pytest.raises(DataError, match="no labels"):
        scan(tmp_path / "a.npy")


def test_scanning_reports_and_stops(folder):
    seen = []
    scan(folder, Task(lambda now: seen.append((now.done, now.total))))
    assert seen[0] == (0, 8) and seen[-1] == (8, 8)
    for path in (folder, table(folder, "file,label\nclass 2/deep/deeper/0.png,a\n")):
        task = Task()
        task.cancel()
        with pytest.raises(Cancelled):
            scan(path, task)


def test_memory_is_bounded_by_few_small_samples(tmp_path, monkeypatch):
    monkeypatch.setattr(scanning, "SHOWN_CLASSES", 1)
    for name in "ab":
        for index in range(8):
            save(tmp_path / name / f"{index}.png", index, size=(400, 300))
    first, second = scan(tmp_path).samples
    assert len(first) == scanning.SAMPLES and not second
    assert all(min(sample.picture.size) == 160 for sample in first)


def test_natural_order():
    assert sorted(["b", "img10", "A", "img2", "²"], key=natural) == ["A", "b", "img2", "img10", "²"]


# --- tables ------------------------------------------------------------------------------------------


def table(folder, text, name="table.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture
def pictures(tmp_path):
    for index in range(4):
        save(tmp_path / "pics" / f"{index}, a.png", index)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ('file,label\n"pics/0, a.png",käse\n"pics/1, a.png"," brot "\n', "utf-8-sig"),
        ("pics/0, a.png;käse\r\npics/1, a.png;brot\r\n", "utf-8"),
        ("class\tsize\timage\nkäse\t7\tpics\\0, a.png\n\nbrot\t8\tpics/1, a.png\n", "utf-8"),
    ],
)
def test_tables_of_every_usual_form(pictures, text, encoding):
    found = scan(table(pictures, text, encoding=encoding))
    assert found.class_names == ("brot", "käse")
    assert found.labels == (1, 0)
    assert found.title == "table"
    assert not found.broken


def test_bad_lines_are_listed_with_their_numbers(pictures):
    text = "file;label\npics/0, a.png;1\npics/1, a.png\n;2\npics/none.png;2\npics/2, a.png;10\n/dev/zero;3\n"
    found = scan(table(pictures, text))
    assert found.class_names == ("1", "10")
    assert [each.name for each in found.broken] == [
        "line 3",
        "line 4",
        "line 5: pics/none.png",
        "line 7: /dev/zero",
    ]
    assert found.empty == ("2", "3")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "names no picture"),
        (b"file,label\n", "names no picture"),
        (b"caf\xe9.png,1\n", "UTF-8"),
        (b'a.png,"' + b"x" * 200_000 + b'"\n', "line 1"),
    ],
)
def test_tables_that_cannot_be_read_are_refused(tmp_path, content, reason):
    (tmp_path / "table.csv").write_bytes(content)
    with pytest.raises(DataError, match=reason):
        scan(tmp_path / "table.csv")


def test_a_link_in_a_circle_is_left_out_alone(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for number in range(3):
            Image.fromarray(np.full((9, 9), 50 * number, np.uint8)).save(tmp_path / name / f"{number}.png")
    for circle in (tmp_path / "circle", tmp_path / "cat" / "circle.png"):
        circle.symlink_to(circle)
    found = scan(tmp_path)
    assert found.class_names == ("cat", "dog") and len(found.names) == 6
    assert {each.name for each in found.broken} == {"circle", "cat/circle.png"}
