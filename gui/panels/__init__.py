"""What is edited: one file a panel, each given a ``AppContext``."""

from __future__ import annotations

from gui.panels.experiment import ExperimentPanel
from gui.panels.pad import PadPanel
from gui.run.view import View

PANELS: tuple[type[View], ...] = (ExperimentPanel, PadPanel)
"""The panels beside the views. Adding one: a file here, and an entry in this list."""
