"""Reads a lesson from its folder, and says of every mistake where it is and what is allowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from engine.errors import ConfigError, EngineError
from engine.io.gate import LESSON, PICTURE, WORDS, check, explained, is_folder, is_there, text
from engine.io.toml_file import toml_file
from engine.lessons.conditions import condition_from_json
from engine.lessons.lesson import Lesson, Question, Scene, Step
from engine.lessons.places import PLACES, VIEWS
from engine.runs import names
from engine.runs.folder import RunFolder
from engine.text import plain, shortened
from engine.training.config import RunConfig

FILE = "lesson.toml"
VERSION = 1
STEPS, CHECKS, ANSWERS = 60, 8, 6
"""Most steps of a lesson, checks of a step, and answers to choose from."""
_TITLE, _SENTENCE, _TEXT = 80, 300, 8000
"""Most letters of a title, of a sentence, and of a text."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}")
_SCENE = ("settings", "run", "at", "views", "model", "image", "picture")
_HEAD = ("format", "title", "about", "minutes", "steps", *_SCENE)
_STEP = ("title", "text", "file", "do", "point", "check", "question", *_SCENE)
_QUESTION = ("ask", "answers", "right", "value", "within", "because", "hint")

T = TypeVar("T")


def read_lesson(folder: Path, key: str = "") -> Lesson:
    """Read the lesson in ``folder``; its key is the path, unless one is given.

    Raises:
        ConfigError: there is none, or something in it is not allowed; the sentence says where, and what is.
    """
    if not is_folder(folder):
        raise ConfigError(f"There is no folder {plain(str(folder))}; a lesson is a folder with a {FILE}.")
    path = folder / FILE
    if not is_there(path):
        raise ConfigError(f"There is no {FILE} in {plain(str(folder))}, so it is no lesson.")
    with explained(path, LESSON):
        return _lesson(_Table(toml_file(path, LESSON), "", _HEAD), folder, key or str(folder))


class _Table:
    """A table of which every value is asked for by its name, and said to be wrong by its place."""

    def __init__(self, values: Any, place: str, known: tuple[str, ...]) -> None:
        if not isinstance(values, dict):
            raise ConfigError(f"{place} is {_short(values)}; allowed is a table.")
        self.values: Mapping[str, Any] = values
        self.place = place
        for name in values:
            if name not in known:
                raise ConfigError(f"{self.at(name)} is not known; there are {', '.join(known)}.")

    def at(self, name: str) -> str:
        """Return where a value stands."""
        return f"{self.place}: {plain(name)[:40]}" if self.place else plain(name)[:40]

    def words(self, name: str, most: int, *, needed: bool = False) -> str:
        """Return a text of at most ``most`` letters; its lines are kept."""
        value = self.values.get(name, "")
        if not isinstance(value, str):
            raise ConfigError(f"{self.at(name)} is {_short(value)}; allowed is a text.")
        if len(value) > most:
            raise ConfigError(f"{self.at(name)} has {len(value):,} letters; allowed are {most:,}.")
        if needed and not value.strip():
            raise ConfigError(f"{self.at(name)} is missing or empty; a text is needed.")
        return "\n".join(plain(line) for line in value.strip().splitlines())

    def number(self, name: str, usual: float, low: float, high: float) -> float:
        """Return a number between ``low`` and ``high``."""
        value = self.values.get(name, usual)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ConfigError(f"{self.at(name)} is {_short(value)}; allowed is {low:g} to {high:g}.")
        return float(value)

    def whole(self, name: str, usual: int, low: int, high: int) -> int:
        """Return a whole number between ``low`` and ``high``."""
        value = self.number(name, usual, low, high)
        if value != int(value):
            raise ConfigError(
                f"{self.at(name)} is {value:g}; allowed is a whole number, {low:,} to {high:,}."
            )
        return int(value)

    def each(self, name: str, most: int, read: Callable[[Any, str], T], one: str) -> tuple[T, ...]:
        """Return a list, each of it read by ``read`` with its place."""
        value = self.values.get(name, [])
        if not isinstance(value, list):
            raise ConfigError(f"{self.at(name)} is {_short(value)}; allowed is a list.")
        if len(value) > most:
            raise ConfigError(f"{self.at(name)} has {len(value):,} entries; allowed are {most}.")
        place = f"{self.place}, {one}" if self.place else one
        return tuple(read(entry, f"{place} {number}") for number, entry in enumerate(value, 1))

    def one_of(self, name: str, known: Mapping[str, object]) -> str:
        """Return one of the names that are known, or nothing."""
        value = self.values.get(name, "")
        if value and (not isinstance(value, str) or value not in known):
            raise ConfigError(f"{self.at(name)} is {_short(value)}; allowed is one of {', '.join(known)}.")
        return str(value)


def _short(value: Any) -> str:
    return shortened(repr(value), 60)


def _lesson(table: _Table, folder: Path, key: str) -> Lesson:
    version = table.whole("format", 0, 0, 10**6)
    if version != VERSION:
        raise ConfigError(f"format is {version}; this program reads format {VERSION}, which has to be given.")
    title = table.words("title", _TITLE, needed=True)
    about, minutes = table.words("about", _SENTENCE), table.whole("minutes", 5, 1, 600)
    settings = table.values.get("settings", {})
    scene = _scene(table, folder, {})
    if scene.config is not None and scene.run is not None:
        raise ConfigError(
            "settings and run are both given; a lesson begins a run, or looks at a recorded one."
        )
    steps = table.each("steps", STEPS, lambda entry, place: _step(entry, place, folder, settings), "step")
    if not steps:
        raise ConfigError("There are no [[steps]]; a lesson has at least one.")
    return Lesson(key, folder, title, about, minutes, scene, steps, settings)


def _scene(table: _Table, folder: Path, settings: Mapping[str, Any]) -> Scene:
    """Read what is set up; ``settings`` are those of the lesson, which a step changes."""
    if "settings" in table.values and "run" in table.values:
        raise ConfigError(
            f"{table.at('run')} and settings are both given; allowed is one of them: a run is begun, or a "
            "recorded one is looked at."
        )
    config = None
    if "settings" in table.values:
        changes = table.values["settings"]
        if not isinstance(changes, dict):
            raise ConfigError(f"{table.at('settings')} is {_short(changes)}; allowed is a table.")
        try:
            config = RunConfig.from_json({**settings, **changes})
        except EngineError as error:
            raise ConfigError(f"{table.at('settings')}: {error}") from None
    run = _run(table, folder) if "run" in table.values else None
    at = table.whole("at", 0, 0, 10**9) if "at" in table.values else None
    image = table.whole("image", 0, 0, 10**9) if "image" in table.values else None
    views = table.each("views", len(VIEWS), lambda entry, place: _view(entry, place), "view")
    picture = _inside(table, "picture", folder) if "picture" in table.values else None
    if picture is not None:
        check(picture, PICTURE)
    return Scene(config, run, at, views, table.words("model", _TITLE), image, picture)


def _view(value: Any, place: str) -> str:
    if not isinstance(value, str) or value not in VIEWS:
        raise ConfigError(f"{place} is {_short(value)}; allowed is one of {', '.join(VIEWS)}.")
    return value


def _run(table: _Table, folder: Path) -> Path:
    path = _inside(table, "run", folder)
    if not is_there(path / names.RUN):
        raise ConfigError(f"{table.at('run')}: there is no recorded run in the folder {path.name}.")
    try:
        RunFolder(path)
    except EngineError as error:
        raise ConfigError(f"{table.at('run')}: {error}") from None
    return path


def _inside(table: _Table, name: str, folder: Path) -> Path:
    """Return a file or folder directly in that of the lesson: no other one can be named."""
    value = table.values[name]
    if not isinstance(value, str) or not _NAME.fullmatch(value) or value.endswith((".", " ")):
        raise ConfigError(
            f"{table.at(name)} is {_short(value)}; allowed is a name in the lesson's folder, without a path."
        )
    return folder / value


def _step(entry: Any, place: str, folder: Path, settings: Mapping[str, Any]) -> Step:
    table = _Table(entry, place, _STEP)
    title = table.words("title", _TITLE, needed=True)
    if "text" in table.values and "file" in table.values:
        raise ConfigError(f"{place}: text and file are both given; allowed is one of them.")
    if "file" in table.values:
        written = _Table({"file": text(_inside(table, "file", folder), WORDS)}, place, ("file",))
        words = written.words("file", _TEXT, needed=True)
    else:
        words = table.words("text", _TEXT, needed=True)
    scene = _scene(table, folder, settings)
    checks = table.each("check", CHECKS, _check, "check")
    question = _question(table.values["question"], place) if "question" in table.values else None
    do, point = table.words("do", _SENTENCE), table.one_of("point", PLACES)
    return Step(title, words, do, point, scene, checks, question)


def _check(entry: Any, place: str) -> Any:
    try:
        return condition_from_json(entry)
    except ConfigError as error:
        raise ConfigError(f"{place}: {error}") from None


def _question(entry: Any, place: str) -> Question:
    table = _Table(entry, f"{place}, question", _QUESTION)
    ask = table.words("ask", _TEXT, needed=True)
    because, hint = table.words("because", _TEXT, needed=True), table.words("hint", _SENTENCE)
    if "answers" in table.values:
        if "value" in table.values:
            raise ConfigError(f"{table.place}: answers and value are both given; allowed is one of them.")
        answers = table.each("answers", ANSWERS, _answer, "answer")
        if len(answers) < 2:
            raise ConfigError(
                f"{table.at('answers')} has {len(answers)} entries; allowed are 2 to {ANSWERS}."
            )
        if "right" not in table.values:
            raise ConfigError(
                f"{table.at('right')} is missing; it is the number of the right answer, from 1."
            )
        return Question(
            ask, answers, table.whole("right", 1, 1, len(answers)) - 1, because=because, hint=hint
        )
    if "value" not in table.values:
        raise ConfigError(f"{table.place} has neither answers nor value; allowed is one of them.")
    value, within = table.number("value", 0, -1e12, 1e12), table.number("within", 0, 0, 1e12)
    return Question(ask, (), 0, value, within, because, hint)


def _answer(value: Any, place: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > _SENTENCE:
        raise ConfigError(f"{place} is {_short(value)}; allowed is a text of 1 to {_SENTENCE} letters.")
    return plain(value.strip())
