"""Recorded runs that take more room than they should: the oldest ones are offered for deletion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.errors import EngineError
from engine.formatting import counted
from engine.runs.bin import BIN_DAYS
from engine.runs.library import Library
from gui.run.runner import nothing
from gui.state.notices import Notices


def offer_room(library: Library, notices: Notices, deleted: Callable[[], object] = nothing) -> None:
    """Offer to delete the oldest runs without a star, if all together take more than the user allows.

    ``deleted`` is called when that was done.
    """
    old = library.too_many()
    if not old:
        return

    def delete() -> None:
        offered, gone = {run.path for run in old}, 0
        try:
            for run in library.too_many():  # meanwhile some may have a star, or be gone
                if run.path in offered:
                    library.bin.delete(Path(run.path))
                    gone += 1
        except EngineError as error:
            notices.problem(str(error))
        else:
            told = f"{counted(gone, 'run')} deleted; they can be restored for {BIN_DAYS} days"
            notices.tell(f"{told}, and keep their room until the bin is emptied.")
        deleted()

    many = counted(len(old), "run")
    told = (
        f"The recorded runs take more than {library.budget().all_gigabytes:g} GB. "
        f"Delete the oldest, {many} without a star?"
    )
    notices.offer(told, "Delete them", delete)
