"""Where the files are that come with the program, in a checkout, a wheel or a bundle."""

from __future__ import annotations

from pathlib import Path

import resources

RESOURCES = Path(next(iter(resources.__path__)))
"""The folder of data, models, networks, recipes, fonts and icons."""
