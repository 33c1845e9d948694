"""What the user says of a run: its name, notes, and whether it is marked with a star."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.errors import EngineError, ModelFileError
from engine.io.files import write_text
from engine.io.gate import CONFIG, is_there
from engine.io.json_file import json_file
from engine.io.locks import Held, lock
from engine.runs import names
from engine.text import name as clean

LONGEST_NAME, LONGEST_TEXT = 100, 20_000
"""Most characters of a name and of the notes."""
_PATIENCE_SECONDS = 1.0


def change_notes(
    path: Path, *, name: str | None = None, text: str | None = None, star: bool | None = None
) -> None:
    """Change what is said of the run in ``path``; None leaves a part as it is.

    The program that records a run writes other files, so this works while it trains. What other programs
    have added stays. Notes that cannot be read are kept beside the new ones, as ``notes.unreadable.json``.

    Raises:
        ModelFileError: there is no such run, a text is too long, or the folder cannot be written; nothing
            has changed then.
    """
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = clean(name)
    if text is not None:
        changes["text"] = text.strip()
    if star is not None:
        changes["star"] = star
    for key, most in (("name", LONGEST_NAME), ("text", LONGEST_TEXT)):
        if len(changes.get(key, "")) > most:
            what = "name" if key == "name" else "notes"
            raise ModelFileError(
                f"The {what} of a run may have {most:,} characters, not {len(changes[key]):,}."
            )
    if not is_there(path / names.RUN):
        raise ModelFileError(f"There is no run in {path}.")
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            with lock(path / names.NOTES_LOCK):
                return _write(path / names.NOTES, changes)
        except Held:
            if time.monotonic() > deadline:
                raise ModelFileError(f"Another program changes the notes of {path}; try again.") from None
            time.sleep(0.01)
        except OSError as error:
            raise ModelFileError(f"Cannot write to {path}: {error.strerror or error}.") from None


def _write(file: Path, changes: dict[str, Any]) -> None:
    data: Any = {}
    if is_there(file):
        with suppress(EngineError):
            data = json_file(file, CONFIG)
        if not isinstance(data, dict) or not data:
            data = {}
            file.replace(file.with_suffix(".unreadable.json"))
    text = json.dumps({**data, **changes}, indent=2, ensure_ascii=False) + "\n"
    write_text(file, text)
