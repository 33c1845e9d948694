"""A run gets a folder that nobody else has."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from engine.runs.destination import free_path, make_free


def test_a_free_name_is_the_first_that_nobody_has(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run.1"
    names = ["run.1", "run.1-2", "run.1-3"]
    for number, name in enumerate(names):
        assert free_path(path) == tmp_path / "deep" / name
        assert sorted(each.name for each in tmp_path.glob("deep/*")) == names[:number]
        assert make_free(path) == tmp_path / "deep" / name
    (tmp_path / "deep" / "run.1-2").rmdir()
    (tmp_path / "deep" / "run.1-2").write_text("no folder")
    assert free_path(path).name == "run.1-4" and make_free(path).name == "run.1-4"


def test_a_name_that_another_takes_in_this_moment_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.mkdir

    def contested(self: Path, **options: bool) -> None:
        if self.name == "run":
            real(self)  # by another, a moment before
        real(self, **options)

    monkeypatch.setattr(Path, "mkdir", contested)
    assert make_free(tmp_path / "run") == tmp_path / "run-2"


def test_what_cannot_be_made_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(OSError, match="No space"):
        make_free(tmp_path / "run")
