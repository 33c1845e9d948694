"""Recorded runs that take more room than they should: the oldest ones are offered for deletion."""

from __future__ import annotations

from pathlib import Path

from engine.errors import EngineError
from engine.formatting import counted
from engine.runs.library import BIN_DAYS, TOTAL_BUDGET, Library
from gui.state.notices import Notices


def offer_room(library: Library, notices: Notices) -> None:
    """Offer to delete the oldest runs without a star, if all together take more than ``TOTAL_BUDGET``."""
    old = library.too_many()
    if not old:
        return

    def delete() -> None:
        try:
            for run in old:
                library.delete(Path(run.path))
        except EngineError as error:
            notices.problem(str(error))
        else:
            notices.tell(f"{counted(len(old), 'run')} deleted; they can be restored for {BIN_DAYS} days.")

    many = counted(len(old), "run")
    told = (
        f"The recorded runs take more than {TOTAL_BUDGET >> 30} GB. Delete the oldest, {many} without a star?"
    )
    notices.offer(told, "Delete them", delete)
