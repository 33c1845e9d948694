"""Tables in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from engine.text import plain


def table(rows: Sequence[Sequence[str]], *, right: bool = True) -> list[str]:
    """Return rows of cells as lines with their columns aligned, all but the first to the ``right``."""
    cells = [[plain(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return [
        "  ".join(
            cell.rjust(width) if right and column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
