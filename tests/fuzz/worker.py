"""The process that reads the damaged files: it has little memory and little time for each.

Started by ``tests.fuzz.campaign``; a line ``READER NUMBER`` on its standard input is answered by a line of
JSON, and a fault leaves the file in the folder that is named on the command line.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import warnings
import zlib
from pathlib import Path

import numpy as np

from engine.errors import EngineError
from engine.text import SENTENCE, plain
from tests.fuzz.mutations import mutated
from tests.fuzz.readers import READERS, Reader

MEMORY = 1024**3
"""Bytes that reading one file may take beyond what the process has."""
SECONDS = 10.0
"""Time of a processor that reading one file may take; the slowest of all takes 2."""


class OutOfTimeError(BaseException):
    """Reading took too long; not an Exception, so that no reader takes it for a damaged file."""


def content(reader: Reader, seed: int, number: int) -> bytes:
    """Return damaged file ``number`` of a reader; the same numbers give the same bytes."""
    rng = np.random.default_rng([seed, zlib.crc32(reader.name.encode()), number])
    return mutated(rng, made(reader), reader.inside)


_made: dict[str, list[bytes]] = {}


def made(reader: Reader) -> list[bytes]:
    """Return the well-formed files of a reader."""
    if reader.name not in _made:
        _made[reader.name] = list(reader.seeds())
    return _made[reader.name]


def outcome(reader: Reader, path: Path) -> str:
    """Read a file; returns ``read``, ``refused``, or what is wrong."""
    try:
        reader.read(path)
    except EngineError as error:
        return fault(str(error)) or "refused"
    except OutOfTimeError:
        return f"more than {SECONDS:g} s"
    except BaseException as error:  # noqa: BLE001 - that nothing else comes out is what is tested
        return f"{type(error).__name__}: {error}"[:200]
    return "read"


def fault(sentence: str) -> str:
    """Return what is wrong with a sentence; nothing if it is as promised."""
    if "more memory than there is" in sentence:
        return f"more than {MEMORY // 1024**2} MB of memory"
    if len(sentence) > SENTENCE:
        return f"a sentence of {len(sentence)} characters"
    if plain(sentence) != sentence or not sentence.endswith("."):
        return f"no clean sentence: {sentence!r}"
    return ""


def main() -> None:
    """Answer until the input ends."""
    seed, keep = int(sys.argv[1]), Path(sys.argv[2])
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    for reader in READERS:
        made(reader)
    limit = _size() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))
    signal.signal(signal.SIGPROF, _too_long)
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    os.environ["KERNELSCOPE_DATA"] = str(folder / "data")
    by_name = {reader.name: reader for reader in READERS}
    print("ready", flush=True)
    for line in sys.stdin:
        name, number = line.rstrip("\n").rsplit(" ", 1)
        reader = by_name[name]
        bad = content(reader, seed, int(number))
        path = folder / "files" / reader.file
        path.parent.mkdir()
        path.write_bytes(bad)
        began = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            said = outcome(reader, path)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        if said not in ("read", "refused"):
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{reader.file}-{number}").write_bytes(bad)
        print(json.dumps([said, round(time.process_time() - began, 3)]), flush=True)
        for used in folder.iterdir():
            shutil.rmtree(used)
    shutil.rmtree(folder)


def _too_long(*_: object) -> None:
    raise OutOfTimeError


def _size() -> int:
    """Return the address space that this process has taken, in bytes."""
    pages = Path("/proc/self/statm").read_text("ascii").split()[0]
    return int(pages) * resource.getpagesize()


if __name__ == "__main__":
    main()
