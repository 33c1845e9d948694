"""What the options of all commands have in common."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from engine.text import plain


class Parser(argparse.ArgumentParser):
    """Says a usage error in one line.

    Attributes:
        fill: adds the options when they are needed, for a command that is loaded only then.
    """

    fill: Callable[[argparse.ArgumentParser], object] | None = None

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Add the options, if that was put off, and parse ``args``."""
        fill, self.fill = self.fill, None
        if fill is not None:
            fill(self)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Print ``message`` and exit with 2."""
        self.exit(2, f"{self.prog}: error: {plain(message)} (see {self.prog} --help)\n")


class Version(argparse.Action):
    """Prints the versions and ends; they are looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        """Print the versions of the program and of what it stands on, and exit with 0."""
        from engine.versions import as_text

        print(as_text())
        parser.exit(0)


def to_path(text: str) -> Path:
    """Return the path that ``text`` names; ``~`` is the home folder, also where the shell leaves it.

    A shell replaces it at the beginning of a word, so in ``--out ~/x`` but not in ``--out=~/x``.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError:  # ~nobody: there is no such user
        return Path(text)


def name_or_path(text: str) -> str:
    """Return the name or path ``text``, with ``~`` as in ``to_path``."""
    return str(to_path(text)) if text.startswith("~") else text
