"""Where the files are that come with the program."""

from __future__ import annotations

from pathlib import Path

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
"""The folder of data, models, networks, recipes, fonts and icons."""
