"""Sets the window up as a lesson asks for, and puts it back afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PyQt5.QtCore import QByteArray
from PyQt5.QtWidgets import QDockWidget, QMainWindow

from engine.data.catalogue import entries, is_present
from engine.data.dataset import Dataset
from engine.formatting import counted
from engine.lessons.lesson import Scene
from engine.training.config import RunConfig
from gui.run.context import AppContext
from gui.run.run_control import RunControl
from gui.state.selection import Sample
from gui.window.arrangement import LAYOUT_VERSION


@dataclass(frozen=True)
class _Before:
    """What the window was like."""

    layout: QByteArray
    config: RunConfig
    model: Any


class Stage:
    """Begins runs, opens recorded ones and shows views for a lesson.

    Runs of lessons are recorded as all are, but never asked about: a lesson begins them anew.
    """

    def __init__(
        self,
        window: QMainWindow,
        context: AppContext,
        control: RunControl,
        arrange: Callable[[], None],
        docks: Mapping[str, QDockWidget],
        settings: Callable[[], RunConfig],
        open_picture: Callable[[Path], object],
    ) -> None:
        """Set nothing up yet.

        Args:
            window: holds the docks.
            context: the shared objects.
            control: of the run in training.
            arrange: puts every dock in its first place.
            docks: by the keys of their views.
            settings: those that the user has chosen.
            open_picture: opens one in the Test panel.
        """
        self._window, self._context, self._control = window, context, control
        self._arrange, self._docks, self._settings = arrange, docks, settings
        self._open_picture = open_picture
        self._before: _Before | None = None
        self._image: int | None = None
        context.moments.dataset_loaded.connect(self._have_images)

    @property
    def before(self) -> tuple[str, dict[str, Any]] | None:
        """Layout and settings as they were before the lesson, to be remembered; None without one."""
        if self._before is None:
            return None
        return bytes(self._before.layout.toHex()).decode(), self._before.config.to_json()

    @property
    def replays(self) -> bool:
        """Whether a recorded run is looked at, which is there at once."""
        moments = self._context.moments
        return moments.run is not moments.training

    def may_begin(self, scenes: Iterable[Scene]) -> bool:
        """Ask what has to be asked before a run is begun in one of ``scenes``; says what is missing."""
        config = next((scene.config for scene in scenes if scene.config is not None), None)
        if config is None:
            return True
        if config.data not in entries() or not is_present(config.data):
            told = f"This lesson learns from {config.data!r}, which is not on this computer"
            self._context.notices.problem(f"{told}; add the data set first.")
            return False
        if not self._control.unsaved:
            return True
        learnt = (
            f"The network has learnt for {counted(self._context.bridge.steps, 'step')} and is not saved. "
        )
        question = learnt + "The lesson begins a run of its own; yours stays recorded among your runs."
        return self._context.dialogs.confirm(question, "Begin the lesson")

    def enter(self) -> None:
        """Remember how things are."""
        if self._before is None:
            models = self._context.models
            layout = self._window.saveState(LAYOUT_VERSION)
            self._before = _Before(layout, self._settings(), models.current)

    def leave(self) -> None:
        """Put things back as they were."""
        before, self._before, self._image = self._before, None, None
        if before is None:
            return
        bridge, travel, models = self._context.bridge, self._context.moments.travel, self._context.models
        travel.go_live()
        if self._control.practice:
            self._control.practice = False
            bridge.start(before.config)
        if before.model in models.references:
            models.choose(before.model)
        self._window.restoreState(before.layout, LAYOUT_VERSION)

    def set_up(self, scene: Scene) -> None:
        """Set up what ``scene`` names; what it leaves open stays."""
        moments, models = self._context.moments, self._context.models
        if scene.views:
            self._show(scene.views)
        if scene.config is not None:
            moments.travel.go_live()
            self._begin(scene.config)
        if scene.run is not None and moments.run.folder != scene.run:
            moments.open_run(scene.run)
        if scene.at is not None:
            moments.travel.go(scene.at)
        found = models.find(scene.model) if scene.model else None
        if found is not None:
            models.choose(found)
        if scene.picture is not None:
            self._open_picture(scene.picture)
        if scene.image is not None:
            self._image = scene.image
            if moments.dataset is not None and scene.config is None:
                self._have_images(moments.dataset)

    def _begin(self, config: RunConfig) -> None:
        bridge, library = self._context.bridge, self._context.bridge.library
        self._control.practice = True
        record = library.destination(f"lesson {config.network.name}") if library is not None else None
        bridge.start(config, None, record)

    def _have_images(self, dataset: Dataset) -> None:
        number, self._image = self._image, None
        if number is not None and number < len(dataset.test_images):
            label = int(dataset.test_labels[number])
            self._context.selection.choose(
                Sample(dataset.test_images[number], f"test image {number}", label, number)
            )

    def _show(self, views: tuple[str, ...]) -> None:
        """Show these views, each in its first place, the first one in front."""
        self._arrange()
        for key, dock in self._docks.items():
            dock.setVisible(key in views)
        for key in reversed(views):
            self._docks[key].raise_()
