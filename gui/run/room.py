"""Recorded runs that take more room than they should: the oldest ones are offered for deletion."""

from __future__ import annotations

from pathlib import Path

from engine.errors import EngineError
from engine.formatting import counted
from engine.runs.bin import BIN_DAYS
from engine.runs.library import Library
from gui.state.notices import Notices


def offer_room(library: Library, notices: Notices) -> None:
    """Offer to delete the oldest runs without a star, if all together take more than the user allows."""
    old = library.too_many()
    if not old:
        return

    def delete() -> None:
        try:
            for run in old:
                library.bin.delete(Path(run.path))
        except EngineError as error:
            notices.problem(str(error))
        else:
            notices.tell(f"{counted(len(old), 'run')} deleted; they can be restored for {BIN_DAYS} days.")

    many = counted(len(old), "run")
    told = (
        f"The recorded runs take more than {library.budget().all_gigabytes:g} GB. "
        f"Delete the oldest, {many} without a star?"
    )
    notices.offer(told, "Delete them", delete)
