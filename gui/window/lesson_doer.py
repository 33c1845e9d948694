"""Does in the window what a lesson asks for, for those who want to be shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from PyQt5.QtCore import QTimer
from PyQt5.QtWidgets import QAbstractButton, QCheckBox, QTabWidget, QWidget

from engine.damage import CHANGES
from engine.damage.network_changes import SwitchOff
from engine.lessons.doer import Doer
from engine.recognise.synthetic.strokes import drawn
from engine.recognise.synthetic.templates import DIGITS
from gui.presenters.evaluate import Choice
from gui.presenters.strokes import SIDE, Point, Stroke
from gui.run.context import AppContext
from gui.run.run_control import RunControl
from gui.state.selection import Sample
from gui.window.lesson_places import Places

_BOX = (100.0, 140.0)
"""Width and height of the templates of digits."""
_AGAIN_MS = 250
_HIGH = 190
"""Height of a digit on the sheet, in its units."""


class LessonDoer(Doer):
    """Uses the same buttons and commands as the learner would."""

    def __init__(
        self,
        context: AppContext,
        control: RunControl,
        places: Places,
        show_part: Callable[[str], object],
        parts: Callable[[str], Any],
    ) -> None:
        """Do nothing yet.

        Args:
            context: the shared objects.
            control: of the run in training.
            places: where the places are.
            show_part: brings a view to the front, which makes it if it does not exist.
            parts: the view or panel with a key, or None while there is none.
        """
        self._context, self._control, self._places = context, control, places
        self._show_part, self._parts = show_part, parts

    def show(self, place: str) -> None:
        """Bring a view, or a page of it, to the front."""
        owner = self._places.owner(place)
        if owner:
            self._show_part(owner)
        if place.startswith("learn.health"):
            self._parts("learn").turn_to(health=place != "learn.health_button")
        elif place.startswith("learn"):
            self._parts("learn").turn_to(health=False)
        elif place.startswith("network.break"):
            self._parts("network").break_it.setChecked(place != "network.break_button")

    def train(self, steps: int = 0) -> None:
        """Train until the run stands at ``steps``; 0: on and on."""
        bridge = self._context.bridge
        if not self._control.can_train:
            return
        if not steps:
            bridge.play()
        elif steps > bridge.steps:
            bridge.advance(steps - bridge.steps)

    def look_at(self, step: int) -> None:
        """Take all views to a step of the run."""
        self._context.moments.travel.go(step)

    def set(self, name: str, value: float) -> None:
        """Change a numeric setting, as if it had been typed."""
        self._show_part("experiment")
        self._parts("experiment").take({name: value})

    def choose(self, model: str) -> None:
        """Make the model with this key the current one."""
        found = self._context.models.find(model)
        if found is not None:
            self._context.models.choose(found)

    def draw(self, digit: str) -> None:
        """Draw a digit on a clean sheet, as a steady hand would."""
        self._show_part("pad")
        pad = self._parts("pad")
        pad.draw()
        pad.canvas.clear()
        for stroke in strokes(digit, pad.canvas.pen_width):
            pad.canvas.add(stroke)

    def switch_off(self, filters: int) -> None:
        """Switch off the first filters of the first layer with kernels."""
        self.show("network.break")
        panel = self._parts("network").breaking
        layer = panel.layer.currentData()
        for number in range(filters):
            panel.copy.do(SwitchOff(0 if layer is None else int(layer), number))

    def damage(self, kind: str, options: dict[str, float]) -> None:
        """Make a change of this kind."""
        self.show("network.break")
        change = replace(CHANGES[kind](), **options)
        panel = self._parts("network").breaking
        if panel.kind.box.findData(kind) >= 0:
            panel.kind.show_part(change)
            panel.tabs.setCurrentIndex(1)
        panel.copy.do(change)

    def look_at_confusion(self, true: str, answer: str, attempts: int = 40) -> None:
        """Look at a test image that is confused; that needs the evaluation, which the view brings."""
        self._show_part("evaluate")
        view, dataset = self._parts("evaluate"), self._context.moments.dataset
        if dataset is None or true not in dataset.class_names:
            return
        names = dataset.class_names
        label = names.index(true)
        index = int(np.flatnonzero(dataset.test_labels == label)[0])
        if answer in names:
            view.choose(Choice(label, names.index(answer)))
            entries = view.gallery.entries_model.entries
            if not entries and attempts:  # the test images are being judged
                again = partial(self.look_at_confusion, true, answer, attempts - 1)
                QTimer.singleShot(_AGAIN_MS, again)
            if not entries:
                return
            index = entries[0].index
        image = dataset.test_images[index]
        self._context.selection.choose(Sample(image, f"test image {index}", label, index))
        self._show_part("network")  # as a click on the image does

    def open(self, place: str) -> None:
        """Press what is at a place, if it can be pressed."""
        self.show(place)
        target = self._places.find(place)
        page = target
        while page is not None and target is not None:  # behind a tab it could not be seen
            above = page.parentWidget()
            if isinstance(above, QTabWidget):
                above.setCurrentWidget(next(p for p in _pages(above) if p.isAncestorOf(target)))
            page = above
        pressed = isinstance(target, QCheckBox) and target.isChecked()
        if isinstance(target, QAbstractButton) and target.isEnabled() and not pressed:
            target.click()


def _pages(tabs: QTabWidget) -> list[QWidget]:
    return [tabs.widget(number) for number in range(tabs.count())]


def strokes(digit: str, width: float) -> list[Stroke]:
    """Return the strokes of a digit, in the middle of the sheet."""
    lines = drawn(DIGITS[digit][0], np.random.default_rng(0), wildness=0.0)
    scale = _HIGH / _BOX[1]
    left, top = (SIDE - scale * _BOX[0]) / 2, (SIDE - _HIGH) / 2
    return [
        Stroke(tuple(Point(left + scale * float(x), top + scale * float(y), width) for x, y in line))
        for line in lines
    ]
