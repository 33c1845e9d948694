"""Progress bars of the terminal; what draws them is loaded at the first one, not with the program."""

from __future__ import annotations

import sys
from typing import Any


def bar(total: float, unit: str, **options: Any) -> Any:
    """Return a progress bar on standard error; ``options`` are those of tqdm."""
    from tqdm import tqdm

    return tqdm(total=total, unit=unit, file=sys.stderr, **options)


def say(line: str) -> None:
    """Print a line on standard error, above a progress bar that may be there."""
    from tqdm import tqdm

    tqdm.write(line, file=sys.stderr)
