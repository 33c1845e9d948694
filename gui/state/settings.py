"""What the window remembers from one start to the next; a broken file means defaults and a notice."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.data.folders import runs_folder
from engine.errors import ConfigError, EngineError
from engine.io.files import write_text
from engine.io.gate import CONFIG, explained, is_there
from engine.io.json_file import json_file

VERSION = 1
_WIDEST = 280
"""The pen of the pad, whose sheet has this many pixels a side."""


class NewerError(EngineError):
    """The settings are of a newer version of the program."""


@dataclass
class Settings:
    """The remembered choices.

    Attributes:
        theme: ``light``, ``dark``, or empty to follow the desktop.
        layout: the arrangement of the panels, as Qt describes it, in hex.
        geometry: place and size of the window, as Qt describes it, in hex.
        config: settings of the last run, as JSON values.
        follow: whether the pad is answered by the network in training.
        pen: width of the pen in pixels of the pad.
        hints: keys of the hints for the first minute that are not done yet.
        runs_table: the arrangement of the table of runs.
        drawing_share: share of the time that drawing may take while training.
        lessons: how far each lesson is, by its key: the steps that are done, or -1 if all are.
    """

    theme: str = ""
    layout: str = ""
    geometry: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    follow: bool = True
    pen: int = 20
    runs_table: str = ""
    drawing_share: float = 0.1
    lessons: dict[str, Any] = field(default_factory=dict)
    hints: list[str] = field(default_factory=lambda: ["draw", "start", "watch"])

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain JSON values."""
        return {"version": VERSION, **dataclasses.asdict(self)}

    @classmethod
    def from_json(cls, data: Any) -> Settings:
        """Build settings from what ``to_json`` gave.

        Raises:
            NewerError: they are of a newer version of the program.
            ConfigError: they are anything else.
        """
        if isinstance(data, dict) and type(version := data.get("version")) is int and version > VERSION:
            raise NewerError(f"They are of version {version}, and this program reads up to {VERSION}.")
        if not isinstance(data, dict) or data.get("version") != VERSION:
            told = data.get("version") if isinstance(data, dict) else None
            raise ConfigError(f"their version is {told!r:.60}; allowed is {VERSION}.")
        settings = cls()
        for name in (f.name for f in dataclasses.fields(cls)):
            usual = getattr(settings, name)
            value = data.get(name, usual)
            if type(value) is not type(usual):
                raise ConfigError(f"{name} is {value!r:.60}; allowed is a value like {usual!r:.60}.")
            setattr(settings, name, value)
        if not 1 <= settings.pen <= _WIDEST:
            raise ConfigError(f"pen is {settings.pen}; allowed is 1 to {_WIDEST}.")
        if not 0 < settings.drawing_share <= 1:
            raise ConfigError(f"drawing_share is {settings.drawing_share}; allowed is above 0 to 1.")
        return settings


@dataclass(frozen=True)
class Store:
    """Reads and writes the settings file, and knows where the program keeps its things."""

    folder: Path
    runs: Path

    @classmethod
    def of_user(cls) -> Store:
        """Return the store in the places the system has for it."""
        from platformdirs import user_config_path  # tests have folders of their own

        return cls(user_config_path("kernelscope"), runs_folder())

    @property
    def file(self) -> Path:
        """The settings file."""
        return self.folder / "settings.json"

    def load(self) -> tuple[Settings, str]:
        """Return the settings and a sentence for the user if the defaults had to be taken."""
        if not is_there(self.file):
            return Settings(), ""
        try:
            return self._read(), ""
        except NewerError as error:
            told = f"The settings in {self.file} stay as they are. {error} The defaults are used, and changes"
            return Settings(), f"{told} to them are not remembered."
        except ConfigError as error:
            return Settings(), f"The file settings.json could not be read, so the defaults are used: {error}"

    def save(self, settings: Settings) -> str:
        """Write the settings; returns a sentence for the user if that was not possible.

        Those of a newer version stay as they are; those that cannot be read are kept beside the new ones.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                if is_there(self.file):
                    self._read()
            except NewerError:
                return ""  # it was said when they were read
            except ConfigError:
                self.file.replace(self.file.with_suffix(".unreadable.json"))
            write_text(self.file, json.dumps(settings.to_json(), indent=2) + "\n")
        except OSError as error:
            return f"The settings could not be saved in {self.file}: {error.strerror or error}."
        return ""

    def _read(self) -> Settings:
        """Return what the file holds; raises ConfigError."""
        with explained(self.file, CONFIG):
            return Settings.from_json(json_file(self.file, CONFIG))
