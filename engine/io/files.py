"""Writing files so that no reader ever sees half of one, and a failure loses nothing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Yield a file that takes the place of ``path`` when the block ends without an error.

    The bytes go to a temporary file in the same folder, reach the disk, and are then renamed; on
    an error the temporary file is removed and an older file at ``path`` stays as it was.

    Raises:
        OSError: the folder cannot be written or the disk is full.
    """
    path = Path(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)  # mkstemp makes files only their owner can read
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


def write_text(path: Path, text: str) -> None:
    """Replace ``path`` by ``text`` in UTF-8; raises OSError and then changes nothing."""
    with replacing(path) as file:
        file.write(text.encode("utf-8"))
