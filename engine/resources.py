"""Where the files are that come with the program, in a checkout, a wheel or a bundle."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

RESOURCES = Path(str(files("resources")))
"""The folder of data, models, networks, recipes, fonts and icons."""
