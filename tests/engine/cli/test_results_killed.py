"""Whenever a program that replaces a run is killed, the older one or the new one is there, and whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.cli.results import MODEL, NAMES, recover, set_aside
from engine.io.files import together, write_text
from engine.runs import names
from tests.killing import at_every_change

RECORD = (names.STATUS, names.STEPS, names.STATE)


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def record(folder: Path, words: str) -> None:
    (folder / names.WEIGHTS).mkdir()
    write_text(folder / names.WEIGHTS / names.weights_file(1), words)
    for name in (*RECORD, names.RUN):  # what says that there is a run comes last
        write_text(folder / name, words)


def results(folder: Path, words: str) -> None:
    with together(folder) as new:
        for name in NAMES:
            (new / name).write_text(words)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def older(folder: Path) -> dict[str, str]:
    """Return what a run has left in the folder, beside something of the user's."""
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    record(folder, "old")
    results(folder, "old")
    return contents(folder)


def test_a_kill_at_any_moment_leaves_one_run_whole(folder: Path, older: dict[str, str]) -> None:
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept)
    newer = {name: text.replace("old", "new") for name, text in older.items()}
    seen = []

    def begin() -> None:
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)

    def act() -> None:
        with set_aside(folder):
            record(folder, "new")
            results(folder, "new")

    def check() -> None:
        recover(folder)
        found = contents(folder)
        whole = {name: text for name, text in found.items() if not name.startswith(".")}
        unfinished = {name: text for name, text in newer.items() if name not in NAMES}
        seen.append(whole)
        # A new run that can be resumed has no results yet; those of the older one are still set aside.
        assert whole in (older, unfinished, newer)
        assert whole != unfinished or found[f".kernelscope.replaced/{MODEL}"] == "old"

    assert at_every_change(begin, act, check) > 60
    assert all(state in seen for state in (older, newer))


def test_a_kill_while_the_older_run_comes_back_leaves_it_whole(folder: Path, older: dict[str, str]) -> None:
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept)

    def begin() -> None:
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)

    def act() -> None:
        with set_aside(folder):
            write_text(folder / names.STEPS, "new")  # a run that ends before it has a record

    def check() -> None:
        recover(folder)
        assert contents(folder) == older

    assert at_every_change(begin, act, check) > 20
    check()


def test_what_another_program_has_set_aside_is_not_taken_from_elsewhere(tmp_path: Path, folder: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / MODEL).write_text("mine")
    folder.mkdir()
    for name in (".kernelscope.moving", ".kernelscope.replaced"):
        (folder / name).symlink_to(mine)
    recover(folder)
    assert contents(mine) == {MODEL: "mine"} and not (folder / MODEL).exists()
