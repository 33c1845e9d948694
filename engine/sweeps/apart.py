"""A sweep led by a process of its own, so that whoever waits for it can do other things."""

from __future__ import annotations

import importlib.util
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from engine.errors import EngineError
from engine.task import Cancelled, Task

_END_SECONDS = 20.0
"""How long it may take to end after it was asked to; then it is killed, and goes on from what it has kept."""
_ERROR = "kernelscope sweep: error: "


def lead(file: Path, options: Sequence[str], task: Task) -> dict[str, Any]:
    """Carry out the sweep in ``file`` by the command ``sweep`` with these further options.

    Returns:
        What the command prints with ``--json``.

    Raises:
        EngineError: the command failed; its sentence.
        Cancelled: the task was cancelled; what was done is kept, and the same call goes on.
    """
    # What it prints is taken as it comes: progress, a line each, and at the end the results.
    with subprocess.Popen(  # noqa: S603 - this program itself
        [*_program(), "sweep", str(file), "--json", "--progress", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        told: list[str | None] = []
        readers = [
            threading.Thread(target=_read, args=(process.stdout, lines.put), name="sweep output"),
            threading.Thread(target=_read, args=(process.stderr, told.append), name="sweep errors"),
        ]
        for reader in readers:
            reader.start()
        try:
            return _follow(lines, task, told, process)
        finally:
            _end(process)
            for reader in readers:
                reader.join()


def _program() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable]
    found = importlib.util.find_spec("main")
    if found is None or found.origin is None:
        raise EngineError("The program itself is not found, so it cannot be started once more.")
    return [sys.executable, found.origin]


def _read(stream: IO[str] | None, take: Any) -> None:
    if stream is not None:
        for line in stream:
            take(line)
    take(None)


def _follow(
    lines: queue.SimpleQueue[str | None], task: Task, told: list[str | None], process: subprocess.Popen[str]
) -> dict[str, Any]:
    results: dict[str, Any] = {}
    while True:
        task.check()
        with suppress(queue.Empty):
            line = lines.get(timeout=0.1)
            if line is None:
                break
            with suppress(ValueError):
                said = json.loads(line)
                if "trials" in said:
                    results = said
                else:
                    task.report(said["done"], max(said["total"], 1), said["message"])
    code = process.wait()
    if code or not results:
        words = [line for line in told if line is not None]
        errors = [line.removeprefix(_ERROR) for line in words if line.startswith(_ERROR)]
        if code == 130:
            raise Cancelled
        raise EngineError(errors[-1].strip() if errors else f"The sweep has ended with the code {code}.")
    return results


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()  # it keeps what it has
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
