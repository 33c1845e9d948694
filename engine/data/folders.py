"""Where data sets and recorded runs lie on the user's disk."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

_VARIABLE = "KERNELSCOPE_DATA"
"""Environment variable that names another folder for all of it."""
_PROGRAM = "kernelscope"


def data_folder() -> Path:
    """Return the folder of data sets that were fetched and can be fetched again."""
    named = os.environ.get(_VARIABLE)
    return Path(named) if named else user_cache_path(_PROGRAM, appauthor=False) / "datasets"


def own_folder() -> Path:
    """Return the folder of what the user made: own pictures and examples, which nobody can fetch again."""
    named = os.environ.get(_VARIABLE)
    return Path(named) / "own" if named else user_data_path(_PROGRAM, appauthor=False) / "own"


def runs_folder() -> Path:
    """Return the folder of the recorded runs."""
    named = os.environ.get(_VARIABLE)
    return Path(named) / "runs" if named else user_data_path(_PROGRAM, appauthor=False) / "runs"


def sweeps_folder() -> Path:
    """Return the folder of the sweeps, whose runs lie among the others."""
    return runs_folder().with_name("sweeps")
