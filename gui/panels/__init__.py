"""What is edited: one file a panel, each given a ``AppContext``."""

from __future__ import annotations

from gui.run.view_spec import ViewSpec

PANELS: tuple[ViewSpec, ...] = (
    ViewSpec(
        "experiment",
        "Experiment",
        "What is learnt, by which network, and how.",
        "gui.panels.experiment.ExperimentPanel",
        late=248,
    ),
    ViewSpec("pad", "Test", "Draw or bring a picture; the network answers.", "gui.panels.pad.PadPanel"),
)
"""The panels beside the views. Adding one: a file here, and an entry in this list."""
