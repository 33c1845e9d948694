"""Shares damaged files out to processes that read them, and counts what came of it."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from tests.fuzz.readers import READERS
from tests.fuzz.worker import SECONDS

ROOT = Path(__file__).parents[2]
_HANGS = 12 * SECONDS
"""Seconds without an answer after which a process waits for something, or hangs in a library."""


@dataclass
class Tally:
    """What came of the files of one reader."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0

    @property
    def files(self) -> int:
        """Files tried."""
        return sum(self.counts.values())


def campaign(
    files: int, seed: int, keep: Path, names: Sequence[str] = (), processes: int = 2
) -> dict[str, Tally]:
    """Read ``files`` damaged files, shared evenly among the readers.

    Args:
        files: how many.
        seed: the same one gives the same files.
        keep: folder for the files that were not read as promised; made if there is one.
        names: of the readers; all of them if there is none.
        processes: that read at the same time.
    """
    chosen = names or [reader.name for reader in READERS]
    tallies = {name: Tally() for name in chosen}
    work = iter(
        [(name, number // len(chosen)) for number, name in zip(range(files), cycle(chosen), strict=False)]
    )
    lock = threading.Lock()
    threads = [
        threading.Thread(target=_work, args=(work, lock, seed, keep, tallies)) for _ in range(processes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tallies


def _work(
    work: Iterator[tuple[str, int]], lock: threading.Lock, seed: int, keep: Path, tallies: dict[str, Tally]
) -> None:
    """Have one process read files until there are no more; start another one if it dies."""
    process = None
    while True:
        with lock:
            job = next(work, None)
        if job is None:
            break
        process = process or _started(seed, keep)
        name, number = job
        said, seconds = _asked(process, f"{name} {number}")
        if said.startswith("the process"):
            process.kill()
            process.communicate()
            process = None
        with lock:
            tally = tallies[name]
            good = said in ("read", "refused")
            tally.counts[said if good else "failed"] += 1
            tally.slowest = max(tally.slowest, seconds)
            if not good:
                tally.faults.append(f"{name} {number}: {said}")
    if process is not None:
        process.communicate()


def _started(seed: int, keep: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fuzz.worker", str(seed), str(keep)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "QT_QPA_PLATFORM": "offscreen",
        },
    )
    if _line(process, 300.0).strip() != b"ready":
        raise RuntimeError("the fuzzer's process did not start")
    return process


def _asked(process: subprocess.Popen[bytes], question: str) -> tuple[str, float]:
    assert process.stdin is not None
    process.stdin.write(question.encode() + b"\n")
    process.stdin.flush()
    line = _line(process, _HANGS)
    if not line:
        code = process.poll()
        return (f"the process ended with {code}" if code is not None else "the process hangs"), _HANGS
    said, seconds = json.loads(line)
    return said, seconds


def _line(process: subprocess.Popen[bytes], seconds: float) -> bytes:
    """Return the next line of a process; nothing if it ends or says nothing for so long."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    return process.stdout.readline() if ready else b""


def table(tallies: dict[str, Tally]) -> str:
    """Return the figures as text, a line for each reader."""
    heads = ("files", "read", "refused", "failed", "slowest")
    lines = [f"{'reader':24}" + "".join(f"{head:>9}" for head in heads)]
    total = Tally()
    for name, tally in tallies.items():
        lines.append(_row(name, tally))
        total.counts += tally.counts
        total.slowest = max(total.slowest, tally.slowest)
    return "\n".join([*lines, _row("all", total)])


def _row(name: str, tally: Tally) -> str:
    figures = (tally.files, *(tally.counts[word] for word in ("read", "refused", "failed")))
    return f"{name:24}" + "".join(f"{figure:9,}" for figure in figures) + f"{tally.slowest:7.2f} s"
