"""The claim of a process on its automatic checkpoint, and what others left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gui.run.autosave import Autosave

CLAIM = (
    "import sys; from pathlib import Path; from gui.run.autosave import Autosave\n"
    "kept = Autosave(Path(sys.argv[1])); print(kept.path, flush=True); sys.stdin.read()"
)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals of POSIX")
def test_locks_of_killed_processes_are_removed_and_those_in_use_are_not(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CLAIM, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        theirs = Path(other.stdout.readline().strip()).with_suffix(".lock")
        mine = Autosave(tmp_path)
        assert theirs.exists()
        assert mine.path is not None
        own = mine.path.with_suffix(".lock")
        other.kill()
    next_start = Autosave(tmp_path)
    assert next_start.path is not None
    assert set(tmp_path.iterdir()) == {own, next_start.path.with_suffix(".lock")}
    for each in (mine, next_start):
        each.release()
    assert not list(tmp_path.iterdir())
