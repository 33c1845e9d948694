"""The curves as CSV files: every step, written in small pieces so that the window stays awake."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

from engine.io.files import replacing
from engine.model.history import Columns, History

ROWS = 1000
"""Rows written at a time: about five milliseconds."""


def tables(history: History, path: Path) -> list[tuple[Path, Columns]]:
    """Return which table goes to which file: the steps to ``path``, the validations beside it."""
    beside = path.with_name(f"{path.stem}-validation{path.suffix}")
    return [(path, history.steps), (beside, history.validations)]


def write_tables(parts: Sequence[tuple[Path, Columns]]) -> Generator[float, None, None]:
    """Write each table as CSV at full resolution; a file appears only once it is complete.

    The numbers are those of ``Columns.csv``. Rows that come while it writes are left out.

    Yields:
        The share that is done, 0 to 1, after every piece. Closing the iterator cancels: files that
        are not complete are removed.

    Raises:
        OSError: a folder cannot be written or the disk is full.
    """
    lengths = [columns.length for _, columns in parts]
    total, done = max(sum(lengths), 1), 0
    for (path, columns), length in zip(parts, lengths, strict=True):
        with replacing(path) as file:
            file.write(columns.csv_header.encode("ascii"))
            for start in range(0, length, ROWS):
                stop = min(start + ROWS, length)
                file.write(columns.csv_lines(start, stop).encode("ascii"))
                done += stop - start
                yield done / total
