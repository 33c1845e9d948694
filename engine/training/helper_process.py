"""Processes that compute for this one, and end with it."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine import signals

if TYPE_CHECKING:
    from multiprocessing.context import SpawnContext, SpawnProcess


def processes() -> SpawnContext:
    """Return what starts processes anew on every system; loaded with the first run, not before."""
    from multiprocessing import get_context

    return get_context("spawn")


def start_tracker() -> None:
    """Start what multiprocessing has beside its processes, which would let signals through meanwhile."""
    if sys.platform != "win32":
        from multiprocessing import resource_tracker

        with signals.held_back():
            resource_tracker.ensure_running()


def start_helper(target: Callable[..., None], *args: object) -> SpawnProcess:
    """Start a process that calls ``target``, which first ignores the signals: they are for this process.

    It holds nothing that could be lost, and is killed at the end of this process, or by ``end_helper``.

    Raises:
        OSError: no process can be started.
    """
    process = processes().Process(target=target, args=args, daemon=True)
    start_tracker()
    with signals.held_back():
        process.start()
    # Python would ask it to end by a signal, which it ignores, and wait for it without end.
    atexit.register(process.kill)
    return process


def end_helper(process: SpawnProcess) -> None:
    """End a process of ``start_helper``, whatever it is doing."""
    atexit.unregister(process.kill)
    process.kill()
    process.join()
