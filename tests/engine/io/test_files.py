"""Replacing a file: all or nothing."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.io import files
from engine.io.files import replacing, staging, together, write_text
from engine.io.locks import Held


def test_the_new_content_replaces_the_old(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "one")
    write_text(path, "two")
    assert path.read_text() == "two"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "one")

    def write_half() -> None:
        with replacing(path) as file:
            file.write(b"half of it")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write_half()
    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are of POSIX")
def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    # None of the system's devices: a fault would replace it, if root runs the tests.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        for path in (pipe, tmp_path / "link"):
            with replacing(path) as file:
                assert os.get_blocking(file.fileno())  # who reads slowly is waited for
                file.write(b"one")
            assert os.read(end, 100) == b"one"
            assert pipe.is_fifo() and (tmp_path / "link").is_symlink()
    finally:
        os.close(end)
    with pytest.raises(OSError, match="No such device"):  # nobody reads it, and perhaps never will
        write_text(pipe, "one")
    assert len(list(tmp_path.iterdir())) == 2


def test_a_link_stays_one_and_what_it_points_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    path, behind = tmp_path / "a.txt", tmp_path / "elsewhere" / "b.txt"
    path.symlink_to(Path("elsewhere") / "b.txt")
    for text in ("made behind a link that led nowhere", "replaced"):
        write_text(path, text)
        assert path.is_symlink() and not behind.is_symlink()
        assert behind.read_text() == text
    assert list(behind.parent.iterdir()) == [behind]


def test_a_link_to_itself_is_an_error_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.symlink_to(path)
    with pytest.raises(OSError, match="symbolic links"):
        write_text(path, "one")
    assert path.is_symlink()


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_permissions_are_kept_and_new_ones_follow_the_mask(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    mask = os.umask(0o027)
    try:
        write_text(path, "one")
    finally:
        os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o640
    path.chmod(0o604)
    write_text(path, "two")
    assert path.stat().st_mode & 0o777 == 0o604


def test_a_name_may_be_as_long_as_the_disk_allows(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    write_text(path, "one")
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_removed_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from engine.io.files import replacing\n"
        "with replacing(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush(); print('at it', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "big")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            write_text(tmp_path / "small", "one")
            assert len(list(tmp_path.glob(".*.part"))) == 1
        finally:
            process.kill()
    write_text(tmp_path / "small", "two")
    assert [each.name for each in tmp_path.iterdir()] == ["small"]


def test_the_part_files_of_other_programs_stay(tmp_path: Path) -> None:
    others = {tmp_path / name for name in ("film.mkv.part", ".hidden.part", ".kernelscope.notes")}
    for each in others:
        each.write_text("theirs")
    write_text(tmp_path / "a", "one")
    assert set(tmp_path.iterdir()) == {*others, tmp_path / "a"}


def contents(folder: Path) -> dict[str, str]:
    return {each.name: each.read_text() for each in folder.iterdir() if each.is_file()}


def test_files_take_their_places_together(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "kept").write_text("kept")
    with together(tmp_path) as new:
        (new / "a").write_text("new")
        write_text(new / "b", "new")
        assert contents(tmp_path) == {"a": "old", "kept": "kept"}
    assert contents(tmp_path) == {"a": "new", "b": "new", "kept": "kept"}
    assert len(list(tmp_path.iterdir())) == 3


def test_if_one_file_cannot_take_its_place_none_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "b").write_text("old")

    def replace_all() -> None:
        with together(tmp_path) as new:
            for name in "abc":
                (new / name).write_text("new")

    (tmp_path / "c").mkdir()
    with pytest.raises(OSError, match="directory"):
        replace_all()
    assert contents(tmp_path) == {"b": "old"}
    (tmp_path / "c").rmdir()
    replace = Path.replace

    def held_open(self: Path, target: Path) -> Path:  # as Windows answers while another program reads it
        if target == tmp_path / "c":
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", held_open)
    with pytest.raises(PermissionError):
        replace_all()
    assert contents(tmp_path) == {"b": "old"}
    assert len(list(tmp_path.iterdir())) == 1


def test_what_was_there_comes_back_on_a_disk_without_links_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def fussy(self: Path, target: Path) -> Path:
        if self.parent.name == "old" or target == tmp_path / "c":
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return replace(self, target)

    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "replace", fussy)
    monkeypatch.setattr(os, "link", no_links)
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o640)
    os.utime(tmp_path / "a", (1000, 1000))

    def replace_all() -> None:
        with together(tmp_path) as new:
            for name in "abc":
                (new / name).write_text("new")

    with pytest.raises(OSError, match="cross-device"):
        replace_all()
    assert contents(tmp_path) == {"a": "old"}  # and no b
    assert (tmp_path / "a").stat().st_mtime == 1000
    assert len(list(tmp_path.iterdir())) == 1


def test_an_error_before_the_end_leaves_all_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")

    def fail() -> None:
        with together(tmp_path) as new:
            (new / "a").write_text("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert contents(tmp_path) == {"a": "old"}
    assert len(list(tmp_path.iterdir())) == 1


def test_a_link_in_the_folder_stays_one_also_to_another_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def on_one_disk(self: Path, target: Path) -> Path:
        if Path(target).parent not in self.parents:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", on_one_disk)
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "model").write_text("old")
    (tmp_path / "out" / "a").symlink_to(tmp_path / "elsewhere" / "model")
    with together(tmp_path / "out") as new:
        (new / "a").write_text("new")
    assert (tmp_path / "out" / "a").is_symlink()
    assert contents(tmp_path / "elsewhere") == {"model": "new"}


def test_one_that_cannot_be_put_back_holds_no_other_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        (tmp_path / name).write_text("old")
    replace, copy = Path.replace, shutil.copy2

    def stuck(self: Path, target: Path) -> Path:
        if target == tmp_path / "c" or self.parent.name == "old":
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    def refused(source: Path, target: Path) -> object:
        if target == tmp_path / "a":
            raise OSError(5, "Input/output error")
        return copy(source, target)

    monkeypatch.setattr(Path, "replace", stuck)
    monkeypatch.setattr(shutil, "copy2", refused)

    def replace_all() -> None:
        with together(tmp_path) as new:
            for name in "abc":
                (new / name).write_text("new")

    with pytest.raises(PermissionError):
        replace_all()
    assert contents(tmp_path) == {"a": "new", "b": "old"}


def test_a_disk_without_permissions_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(shutil, "copymode", unsupported)
    monkeypatch.setattr(Path, "glob", unsupported)  # nor can it be searched for what others left
    for text in ("one", "two"):
        write_text(tmp_path / "a", text)
        assert (tmp_path / "a").read_text() == text


def test_a_place_that_somebody_took_away_is_no_error(tmp_path: Path) -> None:
    with staging(tmp_path) as place:
        shutil.rmtree(place)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("error", [Held, FileNotFoundError])
def test_a_place_that_another_process_took_for_an_old_one_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    real, tried = files.lock, []

    def contested(path: Path) -> object:
        tried.append(path)
        if len(tried) < 3:
            raise error
        return real(path)

    monkeypatch.setattr(files, "lock", contested)
    with staging(tmp_path) as place:
        assert place == tried[-1].parent and len({*tried}) == 3
        assert (place / ".lock").exists()
    assert not list(tmp_path.iterdir())


def test_a_disk_without_locks_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: set[Path] = set()

    def no_locks(path: Path) -> object:
        tried.add(path.parent)
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(files, "lock", no_locks)
    left = {tmp_path / f".kernelscope.{number}.part" for number in range(3)}
    for each in left:
        each.mkdir()  # whoever left it may be at work
    write_text(tmp_path / "a", "one")
    assert contents(tmp_path) == {"a": "one"} and set(tmp_path.iterdir()) == {*left, tmp_path / "a"}
    assert left < tried
