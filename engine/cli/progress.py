"""Progress bars of the terminal; what draws them is loaded at the first one, not with the program."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.task import Progress, Task
from engine.text import plain

SHARE = "{desc}{percentage:3.0f}%|{bar}| {elapsed}, {remaining} left"
"""How a bar looks that shows a share of work, not a number of things."""


def bar(total: float, unit: str, **options: Any) -> Any:
    """Return a progress bar on standard error; ``options`` are those of tqdm."""
    from tqdm import tqdm

    return tqdm(total=total, unit=unit, file=sys.stderr, **options)


@contextmanager
def task(unit: str, **options: Any) -> Iterator[Task]:
    """Yield a task whose progress is shown as a bar while the block lasts."""
    with bar(0, unit, **options) as shown:

        def show(now: Progress) -> None:
            shown.total = now.total
            if now.message:
                shown.set_description(now.message, refresh=False)
            shown.update(now.done - shown.n)

        yield Task(show)


def say(line: str) -> None:
    """Print a line on standard error, above a progress bar that may be there."""
    from tqdm import tqdm

    tqdm.write(plain(line), file=sys.stderr)
    sys.stderr.flush()  # whoever reads it by a pipe wants it now
