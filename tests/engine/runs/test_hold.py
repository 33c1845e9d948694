"""While one program writes a run, others may only look at it."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.errors import ModelFileError
from engine.runs import hold as module
from engine.runs import names
from engine.runs.hold import Hold, is_held


def test_one_holds_it_until_it_lets_go(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    hold = Hold(tmp_path)
    assert hold.path == tmp_path and is_held(tmp_path) and (tmp_path / names.LOCK).exists()
    with pytest.raises(ModelFileError, match=f"The run in {tmp_path} is being written by another process"):
        Hold(tmp_path)
    assert is_held(tmp_path)
    for _ in range(2):
        hold.release()
        assert not is_held(tmp_path) and not (tmp_path / names.LOCK).exists()
    Hold(tmp_path).release()


def test_a_folder_that_was_made_anew_is_claimed_anew(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    hold = Hold(folder)
    shutil.rmtree(folder)
    folder.mkdir()
    assert not is_held(folder)
    hold.renew()
    assert is_held(folder)
    hold.release()
    assert not is_held(folder)


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    for folder in (tmp_path / "none", tmp_path / "deep" / "none"):
        with pytest.raises(FileNotFoundError, match="No such file"):
            Hold(folder)
        assert not is_held(folder) and not list(tmp_path.iterdir())


def test_the_lock_of_a_killed_program_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / names.LOCK).touch()
    assert not is_held(tmp_path)
    Hold(tmp_path).release()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EACCES, errno.EROFS])
def test_a_disk_without_locks_leaves_its_runs_to_their_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    @contextmanager
    def lock(path: Path) -> Iterator[None]:
        assert path == tmp_path / names.LOCK
        raise OSError(number, os.strerror(number))
        yield

    monkeypatch.setattr(module, "lock", lock)
    (tmp_path / names.LOCK).touch()
    assert not is_held(tmp_path)
    if number in (errno.EACCES, errno.EROFS):
        with pytest.raises(OSError, match=os.strerror(number)):
            Hold(tmp_path)
    else:
        Hold(tmp_path).release()
