"""Files that take their places together do so whenever the program is killed: all of them, or none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.io.files import recover, together
from tests.killing import Killed, at_every_change, killed_after

OLD = {"a.json": "old a", "b.json": "old b", "c.json": "old c"}
NEW = {"a.json": "new a", "b.json": "new b", "c.json": "new c", "d.json": "new d"}


def files_in(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)


def test_a_kill_between_any_two_changes_leaves_all_old_or_all_new(tmp_path: Path) -> None:
    folder, seen = tmp_path / "out", []

    def begin() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        write(folder, OLD)

    def act() -> None:
        with together(folder) as new:
            write(new, NEW)

    def check() -> None:
        recover(folder)
        seen.append(files_in(folder))
        assert seen[-1] in (OLD, NEW)

    assert at_every_change(begin, act, check) > 12
    assert OLD in seen and NEW in seen


def test_what_was_begun_is_finished_before_anything_else_is_written(tmp_path: Path) -> None:
    write(tmp_path, OLD)
    changes = 0
    while files_in_place(tmp_path) == OLD:  # until the first of them has been replaced
        with pytest.raises(Killed), killed_after(changes), together(tmp_path) as new:
            write(new, NEW)
        changes += 1
    with together(tmp_path) as new:
        assert files_in_place(tmp_path) == NEW
        write(new, {"a.json": "newest"})
    assert files_in(tmp_path) == {**NEW, "a.json": "newest"}


def files_in_place(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.glob("*.json")}


def test_what_lies_about_in_a_folder_from_elsewhere_reaches_nothing_outside(tmp_path: Path) -> None:
    out, mine = tmp_path / "out", tmp_path / "mine.txt"
    ready = out / ".kernelscope.x.part" / "ready"
    ready.mkdir(parents=True)
    mine.write_text("mine")
    (out / "a.json").symlink_to(mine)
    (ready / "a.json").write_text("theirs")
    (ready / "b.json").symlink_to(mine)
    recover(out)
    assert mine.read_text() == "mine"
    assert not (out / "b.json").exists() and not ready.exists()
