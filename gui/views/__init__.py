"""What is drawn: one file a view, each given a ``AppContext``."""

from __future__ import annotations

from gui.run.view_spec import ViewSpec

VIEWS: tuple[ViewSpec, ...] = (
    ViewSpec(
        "learn",
        "Learn",
        "How the network learns: loss and accuracy of every batch (the pale band), their average, and the "
        "validation on images it does not learn from.",
        "gui.views.learn.LearnView",
    ),
    ViewSpec(
        "network",
        "Network",
        "From left to right: kernels above, what each layer makes of the image below.",
        "gui.views.network.NetworkView",
    ),
    ViewSpec(
        "explain",
        "Explain",
        "Why the network answers as it does, and what its filters, units and classes look for.",
        "gui.views.explain.ExplainView",
    ),
    ViewSpec(
        "evaluate",
        "Evaluate",
        "How the network does on test images, which it never learns from, and what it confuses.",
        "gui.views.evaluate.EvaluateView",
    ),
    ViewSpec(
        "data",
        "Data",
        "The images that are learnt from and tested on, and what the network is given of them.",
        "gui.views.data.DataView",
    ),
    ViewSpec(
        "map",
        "Map",
        "Where a layer puts the test images: what lies together is alike for the network.",
        "gui.views.map.MapView",
    ),
    ViewSpec(
        "runs",
        "Runs",
        "Every run that was recorded: open it, compare it with others, resume it, name it.",
        "gui.views.runs.RunsView",
    ),
    ViewSpec(
        "race",
        "Race",
        "Runs that differ in what you choose, on the same images in the same order.",
        "gui.views.race.RaceView",
    ),
)
"""The views in the middle of the window. Adding one: a file here, and an entry in this list."""
