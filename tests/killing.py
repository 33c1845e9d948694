"""What a kill between two changes of the disk leaves, without a process: nothing changes from then on."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

_CHANGES = ("rename", "replace", "link", "unlink", "remove", "rmdir", "mkdir", "symlink", "chmod")
_PATHS = getattr(pathlib, "_normal_accessor", None)
"""What Python 3.10's paths keep the functions of ``os`` in."""
_WRITING = os.O_WRONLY | os.O_RDWR


class Killed(BaseException):
    """What is raised instead of a change after the end; no handler of the program expects it."""


@contextmanager
def killed_after(changes: int) -> Iterator[None]:
    """Let the block make so many changes of the disk; each later one raises ``Killed``, in handlers, too."""
    left = changes

    def spend() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed

    def counting(true: Callable[..., Any]) -> Callable[..., Any]:
        def change(*args: Any, **options: Any) -> Any:
            spend()
            return true(*args, **options)

        return change

    def opening(true: Callable[..., int]) -> Callable[..., int]:
        def opened(path: Any, flags: int, *args: Any, **options: Any) -> int:
            if flags & _WRITING:
                spend()
            return true(path, flags, *args, **options)

        return opened

    with pytest.MonkeyPatch.context() as patch:
        for name in _CHANGES:
            counted = counting(getattr(os, name))
            patch.setattr(os, name, counted)
            if hasattr(_PATHS, name):
                patch.setattr(_PATHS, name, counted)
        patch.setattr(os, "open", opening(os.open))
        patch.setattr(os, "fsync", lambda _handle: None)  # a kill is no power cut
        yield


def at_every_change(begin: Callable[[], None], act: Callable[[], None], check: Callable[[], None]) -> int:
    """Kill ``act`` at each of its changes in turn, begun anew by ``begin``, and ``check`` what is left.

    Returns how many kills there were; ``act`` has come to its end then.
    """
    changes = 0
    while True:
        begin()
        try:
            with killed_after(changes):
                act()
        except Killed:
            check()
            changes += 1
        else:
            return changes
