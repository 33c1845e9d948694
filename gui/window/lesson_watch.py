"""Says what stands on the screen, for the checks of a lesson."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from PyQt5.QtCore import QEvent, QObject
from PyQt5.QtWidgets import QApplication, QWidget

from engine.damage.network_changes import SwitchOff
from engine.lessons.situation import Situation, recent_loss, validations
from engine.model.input_form import takes_digits
from engine.model.reference import THE_RUN, TaughtModel
from engine.session.messages import State
from engine.types import Bytes
from gui.run.context import AppContext
from gui.run.model_registry import DIGITS
from gui.views.health.work import Looker, Seen
from gui.widgets.ring import seen
from gui.window.lesson_places import Places

_USES = (QEvent.MouseButtonPress, QEvent.KeyPress)


class LessonWatch(QObject):
    """Looks at views, run and drawing; views that do not exist yet are no part of it.

    Attributes:
        places: where the places are.
    """

    def __init__(
        self, context: AppContext, places: Places, parts: Callable[[str], Any], parent: QObject
    ) -> None:
        """Watch nothing yet.

        Args:
            context: the shared objects.
            places: where the places are.
            parts: the view or panel with a key, or None while there is none.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._context, self.places, self._parts = context, places, parts
        self._found: frozenset[str] = frozenset()
        self._looker: Looker | None = None
        self._marks: set[str] = set()
        self._uses: tuple[str, ...] = ()
        self._drawn: tuple[Bytes | None, str] = (None, "")
        context.moments.run_changed.connect(lambda _run: self._forget())

    def begin(self, uses: Iterable[str] = ()) -> None:
        """Begin with another step, which checks whether the places ``uses`` were used."""
        self._marks.clear()
        before, self._uses = self._uses, tuple(uses)
        app = QApplication.instance()
        if app is not None and bool(before) is not bool(self._uses):
            (app.installEventFilter if self._uses else app.removeEventFilter)(self)

    def mark(self, place: str) -> None:
        """Note that a place was used for the learner."""
        self._marks.add(place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note what is clicked or typed at a place; only while that is checked."""
        if event.type() in _USES and isinstance(watched, QWidget):
            for place in self._uses:
                target = self.places.find(place)
                if target is not None and (target is watched or target.isAncestorOf(watched)):
                    self._marks.add(place)
        return False

    def situation(self, places: Iterable[str] = (), *, judged: bool = False) -> Situation:
        """Return what stands on the screen.

        Args:
            places: the places of which is asked whether they are in sight.
            judged: whether the shipped model is asked what the drawing shows.
        """
        moments, bridge, models = self._context.moments, self._context.bridge, self._context.models
        settings = {}
        if bridge.config is not None and bridge.live is not None:
            config = bridge.config.changed(bridge.live)
            settings = {name: float(getattr(config, name)) for name in config.options()}
        now = Situation(
            steps=moments.travel.newest,
            looked_at=moments.travel.at,
            running=bridge.state is State.RUNNING,
            ended=moments.state is State.FINISHED,
            diverged=moments.run.diverged,
            loss=recent_loss(moments.history),
            validations=validations(moments.history),
            settings=settings,
            shown=frozenset(place for place in places if self._in_sight(place)),
            model=models.answering.key,
            warnings=self._warnings(),
            taught=isinstance(models.current, TaughtModel),
            marks=frozenset(self._marks),
        )
        return dataclasses.replace(now, **self._drawing(judged), **self._image(), **self._copy())

    def _in_sight(self, place: str) -> bool:
        target = self.places.find(place)
        return target is not None and not seen(target).isEmpty()

    def _drawing(self, judged: bool) -> dict[str, Any]:
        pad = self._parts("pad")
        if pad is None:
            return {}
        found: dict[str, Any] = {"strokes": len(pad.canvas.drawing.strokes), "examples": pad.teach.number}
        odds = pad.probabilities
        # What another network has answered a moment ago is no answer of this one.
        ours = pad.reading is not None and pad.reading.reference == self._context.models.answering
        if found["strokes"] and odds is not None and ours:
            top = int(np.argmax(odds))
            found |= {"reads": pad.reading.names[top], "sure": float(odds[top])}
        if judged and found["strokes"]:
            found["shows"] = self._shows(pad.image)
        return found

    def _shows(self, image: Bytes | None) -> str:
        """Return the digit that the shipped model sees, which is asked once about each drawing."""
        before, answer = self._drawn
        if image is None or not self._context.models.ready(DIGITS):
            return ""
        if before is not None and before.shape == image.shape and np.array_equal(before, image):
            return answer
        model = self._context.models.get(DIGITS)
        answer = ""
        if takes_digits(model) and model.network.spec.in_shape == image.shape:
            odds = model.network.predict(model.preprocessing.apply(image[None]))[0]
            answer = model.class_names[int(np.argmax(odds))]
        self._drawn = (image, answer)
        return answer

    def _image(self) -> dict[str, Any]:
        sample, dataset = self._context.selection.sample, self._context.moments.dataset
        if sample is None or dataset is None or sample.label is None:
            return {}
        names = dataset.class_names
        found = {"image_class": names[sample.label] if sample.label < len(names) else ""}
        moment = self._context.moments.latest(THE_RUN)
        if moment is None or moment.probabilities is None or moment.image is None:
            return found
        if np.array_equal(moment.image, sample.image):
            found["image_answer"] = names[int(np.argmax(moment.probabilities))]
        return found

    def _copy(self) -> dict[str, Any]:
        network = self._parts("network")
        if network is None or not network.break_it.isChecked() or network.breaking.copy.original is None:
            return {}
        changes = network.breaking.copy.damage.changes
        found: dict[str, Any] = {
            "off": len({change.target for change in changes if isinstance(change, SwitchOff)}),
            "damaged": frozenset(change.type_name for change in changes),
        }
        return found | {"copy_accuracy": network.breaking.accuracy.share}

    def _warnings(self) -> frozenset[str]:
        learn = self._parts("learn")
        looker = learn.findChild(Looker) if learn is not None else None
        if looker is not None and self._looker is not looker:
            self._looker = looker
            looker.seen.connect(self._looked)
        return self._found

    def _looked(self, seen: Seen) -> None:
        self._found = frozenset(found.name for found in seen.found)

    def _forget(self) -> None:
        self._found = frozenset()
