"""Begins a lesson from what is on the screen: a folder with steps to be filled in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.errors import ConfigError
from engine.io.files import staging, write_text
from engine.io.gate import is_there
from engine.lessons.reading import FILE, VERSION, read_lesson
from engine.runs import names
from engine.runs.folder import RunFolder
from engine.task import Task
from engine.training.config import RunConfig

RUN, DRAWING = "run", "drawing.png"
"""The recorded run and the drawing in the folder of a lesson."""


def toml_value(value: Any) -> str:
    """Return a plain JSON value as TOML, tables in a line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {toml_value(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(each) for each in value) + "]"
    return repr(value)


def begin_lesson(
    folder: Path,
    title: str,
    views: Sequence[str],
    *,
    config: RunConfig | None = None,
    run: RunFolder | None = None,
    at: int | None = None,
    model: str = "",
    image: int | None = None,
    picture: bytes | None = None,
    task: Task | None = None,
) -> Path:
    """Write a lesson to ``folder``, which must not exist yet; returns its ``lesson.toml``.

    Args:
        folder: where.
        title: its name.
        views: keys of the views that are shown, the first in front.
        config: settings of the run that is trained in it.
        run: a recorded run that is looked at instead; its folder is copied.
        at: the step that is looked at.
        model: key of the network that answers.
        image: number of the test image that is looked at.
        picture: a drawing, as PNG.
        task: may cancel the copying.

    Raises:
        ConfigError: there is something at ``folder`` already.
        OSError: it cannot be written.
        Cancelled: the task was cancelled; nothing is there then.
    """
    if is_there(folder):
        raise ConfigError(f"{folder} is there already; a lesson is written to a new folder.")
    lines = [f"format = {VERSION}", f"title = {toml_value(title)}", 'about = "What one learns in it."']
    lines += ["minutes = 5", f"views = {toml_value(list(views))}"]
    lines += [f"model = {toml_value(model)}"] if model else []
    lines += [f"image = {image}"] if image is not None else []
    lines += [f"picture = {toml_value(DRAWING)}"] if picture is not None else []
    if run is not None:
        lines += [f"run = {toml_value(RUN)}", *([f"at = {at}"] if at is not None else [])]
    elif config is not None:
        usual = RunConfig(config.network).to_json()
        changed = {k: v for k, v in config.to_json().items() if k == "network" or v != usual[k]}
        lines += ["", "[settings]", *(f"{name} = {toml_value(each)}" for name, each in changed.items())]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with staging(folder.parent) as place:
        made = place / "lesson"
        made.mkdir()
        write_text(made / FILE, "\n".join([*lines, _STEPS]))
        if picture is not None:
            (made / DRAWING).write_bytes(picture)
        if run is not None:
            _copy(run, made / RUN, task or Task())
        read_lesson(made)  # what is written here can be read
        made.rename(folder)
    return folder / FILE


def _copy(run: RunFolder, to: Path, task: Task) -> None:
    """Copy what is needed to look at a run; the state to go on from is left out."""
    (to / names.WEIGHTS).mkdir(parents=True)
    for name in (names.RUN, names.STATUS, names.NOTES, names.STEPS, names.VALIDATIONS, names.CHANGES):
        if is_there(run.path / name):
            shutil.copyfile(run.path / name, to / name)
    for step in run.steps():
        task.check()
        name = names.weights_file(step)
        shutil.copyfile(run.path / names.WEIGHTS / name, to / names.WEIGHTS / name)


_STEPS = '''
# A step: a title, a text in Markdown, what to do, a place that is pointed at, and what is checked.
# resources/docs/writing-lessons.md lists the places and the checks.

[[steps]]
title = "The first step"
text = """
Say in a few sentences what is seen here. **Bold** and *italic* words and lists are possible.
"""
do = "Press Start"
point = "toolbar.start"
check = [{kind = "step", at_least = 1}]

[[steps]]
title = "The question"
text = """
What should have been noticed.
"""

[steps.question]
ask = "Which of these is right?"
answers = ["This one", "That one"]
right = 1
because = "Say why."
hint = "Say where to look."
'''
