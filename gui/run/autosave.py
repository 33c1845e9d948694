"""Checkpoints that outlive a crash: one per process, kept until the run is saved or given up."""

from __future__ import annotations

import time
import uuid
from contextlib import suppress
from pathlib import Path

from PyQt5.QtCore import QLockFile


class Autosave:
    """The automatic checkpoint of this process, and those that others left behind.

    Attributes:
        path: where this process keeps its checkpoint; None if the folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        """Claim a file in ``folder``, which is made if needed."""
        self.path: Path | None = None
        self._folder = folder
        self._claimed: dict[Path, QLockFile] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
        name = f"unfinished-{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}.safetensors"
        for left in folder.glob("unfinished-*.lock"):
            if not left.with_suffix(".safetensors").exists():  # killed before there was anything to keep
                lock = self._lock_of(left)
                if lock.tryLock(0):
                    lock.unlock()
        self._lock = self._lock_of(folder / name)
        if self._lock.tryLock(0):
            self.path = folder / name

    def leftovers(self) -> list[Path]:
        """Return checkpoints of processes that no longer run, newest first."""
        found = []
        for path in self._folder.glob("unfinished-*.safetensors"):
            lock = self._lock_of(path)
            if path != self.path and lock.tryLock(0):
                lock.unlock()
                found.append(path)
        return sorted(found, reverse=True)

    def drop(self, path: Path | None = None) -> None:
        """Remove a checkpoint; without ``path`` that of this process."""
        path = path or self.path
        if path is not None:
            path.unlink(missing_ok=True)

    def claim(self, path: Path) -> bool:
        """Keep other processes from the leftover ``path``; returns whether it is there and now ours."""
        lock = self._lock_of(path)
        if not lock.tryLock(0):
            return False
        if not path.exists():
            lock.unlock()
            return False
        self._claimed[path] = lock
        return True

    def adopt(self, path: Path) -> None:
        """Let the claimed leftover ``path`` become the checkpoint of this process, in one go."""
        if self.path is not None:
            with suppress(OSError):  # then it stays where it is, and is offered again
                path.replace(self.path)
        self.release(path)

    def release(self, path: Path | None = None) -> None:
        """Give up the claim to a leftover, or without ``path`` all; the files stay for the next start."""
        for each in [path] if path is not None else list(self._claimed):
            self._claimed.pop(each).unlock()
        if path is None and self.path is not None:
            self._lock.unlock()
            self.path = None

    @staticmethod
    def _lock_of(path: Path) -> QLockFile:
        lock = QLockFile(str(path.with_suffix(".lock")))
        lock.setStaleLockTime(0)  # a lock is stale when its process is gone, however long it ran
        return lock
