"""How much room recorded runs may take: what the user says holds for the window and the terminal alike."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from engine.errors import ConfigError
from engine.io.files import write_text
from engine.io.gate import CONFIG, explained, is_there
from engine.io.json_file import json_file
from engine.options import OptionInfo, checked, option
from engine.records import dataclass

_FILE = "budget.json"
_MB, _GB = 1 << 20, 1 << 30


@dataclass(frozen=True)
class Budget:
    """The room for runs, in the units in which people think of it."""

    run_megabytes: int = option(
        256, "Room for the weights that a run keeps, in MB; more shows more of its steps.", low=1, high=2**20
    )
    all_gigabytes: float = option(
        5.0, "Room for all runs, in GB, before the oldest are offered for deletion.", low=0.1, high=2**17
    )

    def __post_init__(self) -> None:
        """Check both numbers; raises ConfigError."""
        for field in dataclasses.fields(self):
            title, value = field.name.replace("_", " "), getattr(self, field.name)
            object.__setattr__(self, field.name, checked(title, value, field.default, field.metadata["info"]))

    @classmethod
    def options(cls) -> dict[str, OptionInfo]:
        """Return what is known of both numbers, by name."""
        return {field.name: field.metadata["info"] for field in dataclasses.fields(cls)}

    @property
    def run_bytes(self) -> int:
        """Bytes that the weights of one run may take."""
        return self.run_megabytes * _MB

    @property
    def all_bytes(self) -> int:
        """Bytes that all runs together may take before the oldest ones are offered for deletion."""
        return int(self.all_gigabytes * _GB)

    @classmethod
    def read(cls, runs: Path) -> Budget:
        """Return what the user has said for the folder ``runs``; raises ConfigError if it is damaged."""
        path = runs / _FILE
        if not is_there(path):
            return cls()
        with explained(path, CONFIG):
            data: Any = json_file(path, CONFIG)
            if not isinstance(data, dict):
                raise ConfigError(f"{path} holds no object.")
            return cls(**{name: data[name] for name in cls.options() if name in data})

    def write(self, runs: Path) -> None:
        """Keep it for the folder ``runs``; raises ConfigError if that cannot be written."""
        try:
            runs.mkdir(parents=True, exist_ok=True)
            write_text(runs / _FILE, json.dumps(dataclasses.asdict(self), indent=2) + "\n")
        except OSError as error:
            raise ConfigError(f"Cannot write {runs / _FILE}: {error.strerror or error}.") from None
