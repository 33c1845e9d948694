"""What the options of all commands have in common."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from engine.text import plain


class Parser(argparse.ArgumentParser):
    """Says a usage error in one line."""

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
