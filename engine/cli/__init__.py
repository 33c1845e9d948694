"""The commands of the terminal: one file each, with ``arguments(parser)`` and ``run(args)``."""

from __future__ import annotations

from types import ModuleType

from engine.cli import (
    data,
    evaluate,
    explain,
    export,
    export_log,
    health,
    import_,
    predict,
    report,
    resume,
    runs,
    train,
)

COMMANDS: dict[str, ModuleType] = {
    "train": train,
    "resume": resume,
    "runs": runs,
    "evaluate": evaluate,
    "predict": predict,
    "explain": explain,
    "health": health,
    "data": data,
    "export": export,
    "export-log": export_log,
    "report": report,
    "import": import_,
}
"""Adding a command: a module like these, and an entry here."""
