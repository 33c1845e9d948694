"""What is drawn: one file a view, each given a ``AppContext``."""

from __future__ import annotations

from gui.run.view import View
from gui.views.data import DataView
from gui.views.evaluate import EvaluateView
from gui.views.explain import ExplainView
from gui.views.learn import LearnView
from gui.views.map import MapView
from gui.views.network import NetworkView
from gui.views.runs import RunsView

VIEWS: tuple[type[View], ...] = (
    LearnView,
    NetworkView,
    ExplainView,
    EvaluateView,
    DataView,
    MapView,
    RunsView,
)
"""The views in the middle of the window. Adding one: a file here, and an entry in this list."""
