"""The lessons that come with the program, and finding one by its name or folder."""

from __future__ import annotations

from pathlib import Path

from engine.errors import ConfigError
from engine.io.gate import is_folder
from engine.lessons.lesson import Lesson
from engine.lessons.reading import read_lesson
from engine.resources import RESOURCES

FOLDER = RESOURCES / "lessons"
SHIPPED = (
    "first-minute",
    "what-a-kernel-learns",
    "learning-rate",
    "overfitting",
    "dead-units",
    "why-convolutions",
    "confusions",
    "teach-it-your-hand",
)
"""In the order in which they are best taken.

Adding one: a folder in ``resources/lessons``, and its name here.
"""


def find_lesson(name: str) -> Lesson:
    """Return the lesson with this name, or in this folder.

    Raises:
        ConfigError: there is none, or something in it is not allowed.
    """
    if name in SHIPPED:
        return read_lesson(FOLDER / name, name)
    folder = Path(name).expanduser()
    if is_folder(folder):
        return read_lesson(folder.resolve())
    raise ConfigError(
        f"There is no lesson {name!r}; there are {', '.join(SHIPPED)}, and folders of your own."
    )


def shipped_lessons() -> list[Lesson]:
    """Return the lessons that come with the program; raises ConfigError."""
    return [find_lesson(name) for name in SHIPPED]
