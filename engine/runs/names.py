"""The files of a run's folder; ``resources/docs/run-folder.md`` documents them for other programs."""

from __future__ import annotations

FORMAT, VERSION = "kernelscope-run", 1

RUN = "run.json"
"""What the run was started with; written once."""
STATUS = "status.json"
"""How far it is and how it ended; replaced as a whole."""
NOTES = "notes.json"
"""Name, notes and star, which the user gives."""
STEPS, VALIDATIONS, CHANGES = "steps.csv", "validations.csv", "changes.csv"
"""One line a step, a validation, a changed setting."""
WEIGHTS = "weights"
"""Folder of ``<step>.safetensors``, one a kept step."""
STATE = "state.safetensors"
"""The newest complete state, to go on from."""
LOCK = "run.lock"
"""Held by the program that writes the run."""
NOTES_LOCK = "notes.lock"
"""Held for the moment in which a program changes the notes."""

FILES = (STATUS, NOTES, STEPS, VALIDATIONS, CHANGES, WEIGHTS, STATE)
"""All but what says that there is a run, and the lock."""

CHANGE_COLUMNS = ("step", "setting", "value")
SHARED = ".kscope"
"""How the name of a run ends that is one file, to be handed on."""


def weights_file(step: int) -> str:
    """Return the name of the file with the weights after ``step``."""
    return f"{step:09d}.safetensors"
