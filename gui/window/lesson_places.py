"""Where the places are that lessons speak of: a widget each, once it exists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PyQt5.QtWidgets import QWidget

from gui.run.view import View

_PARTS: dict[str, Callable[[Any], QWidget]] = {
    "pad.sheet": lambda pad: pad.holder,
    "pad.answer": lambda pad: pad.card,
    "pad.source": lambda pad: pad.source_box,
    "pad.clear": lambda pad: pad.tools.button("clear"),
    "pad.teach": lambda pad: pad.teach,
    "pad.examples": lambda pad: pad.teach.learn,
    "pad.explain": lambda pad: pad.explain_button,
    "learn.charts": lambda learn: learn.curves.charts,
    "learn.log": lambda learn: learn.curves.log,
    "learn.health_button": lambda learn: learn.curves.diagnose,
    "learn.health": lambda learn: learn.health,
    "learn.health.quantity": lambda learn: learn.health.quantity,
    "learn.health.findings": lambda learn: learn.health.findings,
    "network.canvas": lambda network: network.canvas,
    "network.image": lambda network: network.chooser,
    "network.break_button": lambda network: network.break_it,
    "network.break": lambda network: network.breaking,
    "network.break.kernels": lambda network: network.breaking.board,
    "network.break.off": lambda network: network.breaking.off,
    "network.break.tabs": lambda network: network.breaking.tabs.tabBar(),
    "network.break.kind": lambda network: network.breaking.kind,
    "network.break.apply": lambda network: network.breaking.apply,
    "network.break.reset": lambda network: network.breaking.reset,
    "network.break.rank": lambda network: network.breaking.rank,
    "network.break.ranking": lambda network: network.breaking.ranking,
    "network.break.accuracy": lambda network: network.breaking.accuracy,
    "evaluate.matrix": lambda evaluate: evaluate.matrix,
    "evaluate.gallery": lambda evaluate: evaluate.gallery,
    "explain.maps": lambda explain: explain.maps,
    "experiment.learning_rate": lambda experiment: experiment.training.form.fields["learning_rate"],
    "experiment.momentum": lambda experiment: experiment.training.form.fields["momentum"],
    "experiment.network": lambda experiment: experiment.network.box,
    "experiment.augmentation": lambda experiment: experiment.data.augmentation,
    "time_line.track": lambda line: line.track,
    "time_line.first": lambda line: line.buttons["first"],
    "time_line.best": lambda line: line.buttons["best"],
    "time_line.live": lambda line: line.live,
}
_BARS = ("time_line", "toolbar")


class Places:
    """Finds the widget at a place of ``engine.lessons.places``."""

    def __init__(
        self, parts: Callable[[str], View | None], time_line: QWidget, buttons: Mapping[str, QWidget]
    ) -> None:
        """Look among the views that exist.

        Args:
            parts: the view or panel with a key, or None while there is none.
            time_line: the time line.
            buttons: those of the toolbar, by the key of their action.
        """
        self._parts, self._time_line, self._buttons = parts, time_line, buttons

    def find(self, place: str) -> QWidget | None:
        """Return what is at ``place``; None if there is nothing yet."""
        owner, _, rest = place.partition(".")
        if owner == "toolbar":
            return self._buttons.get(rest)
        holder: QWidget | None = self._time_line if owner == "time_line" else self._parts(owner)
        if holder is None or not rest:
            return holder
        return _PARTS[place](holder)

    def owner(self, place: str) -> str:
        """Return the key of the view or panel that ``place`` is in; empty for a bar of the window."""
        owner = place.partition(".")[0]
        return "" if owner in _BARS else owner
