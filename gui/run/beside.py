"""What networks at rest make of images, worked out beside the window and remembered within a bound."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PyQt5.QtCore import QObject, QTimer, pyqtSignal

from engine.data.dataset import Dataset
from engine.errors import EngineError
from engine.model.reference import Reference, RunStep
from engine.records import dataclass
from engine.task import Progress, Task
from engine.types import Bytes
from gui.run.answers import Answers
from gui.run.moment import Judged, Moment, unbroken

if TYPE_CHECKING:
    from engine.damage.stack import Damage
    from engine.model.model_file import Model
    from engine.training.evaluation import Evaluation
    from engine.training.workers import Workers

QUICK = 0.012
"""Seconds: what is seen within this time is worked out in the window's thread, without the hand-over."""
CALM_MS = 120
"""An evaluation begins when the handle has rested for so long."""
FIRST = 1000
"""Images that are evaluated and shown before all of them are."""


@dataclass(frozen=True, eq=False)
class Sight:
    """A network that is looked at, and the image that it is to see.

    Attributes:
        of: what was asked for.
        reference: which network it is.
        step: training steps done, where that is known.
        read: returns the model; any thread may call it.
        image: uint8 ``(C, H, W)``; None for the network alone.
        damage: of a copy that is being broken, what is done to it and to all images that enter it.
    """

    of: Reference
    reference: Reference
    step: int | None
    read: Callable[[], Model]
    image: Bytes | None
    damage: Damage = field(default_factory=unbroken)

    @property
    def key(self) -> Hashable:
        """Names what is seen."""
        return "look", self.of, self.reference, id(self.image)


class Beside(QObject):
    """Looks into networks, and evaluates them, in threads; the newest question first."""

    seen = pyqtSignal(object)
    """The ``Moment`` of a sight."""
    judged = pyqtSignal(object)
    """The ``Judged`` of a network: at first on some test images, then on all."""
    judging = pyqtSignal(float)
    """How far the evaluation of all of them is, 0 to 1."""
    failed = pyqtSignal(str)
    """The sentence why nothing came of it."""

    def __init__(self, answers: Answers) -> None:
        """Ask ``answers``."""
        super().__init__(answers)
        self._answers = answers
        self._memory = answers.memory
        self._workers: Workers | None = None
        self._spent = float("inf")  # seconds that the last sight took, with its reading
        self._wanted: tuple[Hashable, Sight, Dataset] | None = None
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(CALM_MS)
        self._calm.timeout.connect(self._begin)

    @property
    def looking(self) -> bool:
        """Whether what was to be seen is not there yet."""
        return self._answers.busy("look")

    # --- kernels and maps -----------------------------------------------------------------------------

    def look(self, sights: Sequence[Sight], ahead: Sequence[Sight]) -> None:
        """Bring what is seen of ``sights``, what is remembered at once; then read ``ahead``."""
        missing = []
        for sight in sights:
            moment = self._memory.get(sight.key)
            if moment is not None:
                self.seen.emit(moment)
            else:
                missing.append(sight)
        if len(missing) == 1 and self._spent < QUICK and not self.looking and self._try(missing[0]):
            missing = []
        if missing:
            self._answers.drop("ahead")

            def bring(moments: list[Moment]) -> None:
                for moment in moments:
                    self.seen.emit(moment)
                self._read(ahead)

            work = lambda _task: [self._see(sight) for sight in missing]  # noqa: E731
            self._answers.ask("look", work, bring, self.failed.emit, patient=True)
        else:
            self._answers.drop("look")
            self._read(ahead)

    def _try(self, sight: Sight) -> bool:
        """See it here and now; returns whether that went well."""
        try:
            moment = self._see(sight)
        except EngineError:  # it is tried again beside the window, and told
            return False
        self._answers.drop("ahead")
        self.seen.emit(moment)
        return True

    def _read(self, ahead: Sequence[Sight]) -> None:
        """See what may be looked at next."""
        missing = [sight for sight in ahead if self._memory.get(sight.key) is None]

        def work(task: Task) -> None:
            for sight in missing:
                task.check()
                self._see(sight)

        if missing and not self.looking:
            self._answers.ask("ahead", work, lambda _: None, lambda _: None)

    def _see(self, sight: Sight) -> Moment:
        from engine.session.capture import look

        began = time.perf_counter()
        model = self._model(sight)
        maps, probabilities = look(model.network, model.preprocessing, sight.image)
        moment = Moment(
            sight.of,
            sight.reference,
            model,
            sight.step,
            image=sight.image,
            maps=maps,
            probabilities=probabilities,
            damage=sight.damage,
        )
        self._spent = time.perf_counter() - began
        self._memory.put(sight.key, moment, moment.network.state_vector.nbytes + sum(m.nbytes for m in maps))
        return moment

    def _model(self, sight: Sight) -> Model:
        if not isinstance(sight.reference, RunStep):
            return sight.read()
        key = ("model", sight.reference)
        model: Model | None = self._memory.get(key)
        if model is None:
            model = sight.read()
            self._memory.put(key, model, model.network.state_vector.nbytes)
        return model

    # --- evaluations ------------------------------------------------------------------------------------

    def judge(self, sight: Sight | None, dataset: Dataset | None) -> None:
        """Evaluate a network on the test images of ``dataset``; None for none."""
        if sight is None or dataset is None:
            self._drop()
            return
        key = ("judged", sight.of, sight.reference, id(dataset))
        known = self._memory.get(key)
        if known is not None:
            self._drop()
            self.judged.emit(known)
        elif self._wanted is None or self._wanted[0] != key:
            self._drop()
            self._wanted = key, sight, dataset
            self._calm.start()
            self.judging.emit(0.0)

    def _drop(self) -> None:
        self._calm.stop()
        self._answers.drop("judge")
        self._wanted = None

    def _begin(self, first: int = FIRST) -> None:
        if self._wanted is None:
            return
        key, sight, dataset = self._wanted
        count = min(first, len(dataset.test_images)) if first else len(dataset.test_images)

        def done(evaluation: Evaluation) -> None:
            judged = Judged(sight.of, sight.reference, sight.step, evaluation, dataset, sight.damage)
            if count < len(dataset.test_images):
                self._begin(0)
            else:
                self._wanted = None
                size = sum(v.nbytes for v in (evaluation.labels, evaluation.predicted, evaluation.loss))
                self._memory.put(key, judged, 3 * size)
            self.judged.emit(judged)

        def moved(progress: Progress) -> None:
            self.judging.emit(progress.done / len(dataset.test_images))

        self._answers.ask(
            "judge", partial(self._evaluate, sight, dataset, count), done, self.failed.emit, moved=moved
        )

    def _evaluate(self, sight: Sight, dataset: Dataset, count: int, task: Task) -> Evaluation:
        """Evaluate ``count`` test images, the same ones for every network; runs beside the window."""
        from engine.training.evaluation import CHUNK, Sweep
        from engine.training.workers import Workers

        model = self._model(sight)
        if self._workers is None:
            self._workers = Workers(1)
        order = np.random.default_rng(0).permutation(len(dataset.test_images))
        indices = np.sort(order[:count])
        prepared = sight.damage.before(model.preprocessing)
        sweep = Sweep(model.network, prepared, dataset.test_images, dataset.test_labels, indices)
        done = 0
        while not sweep.finished:
            sweep.advance(CHUNK, self._workers)
            done += CHUNK
            task.report(min(done, count), count)
        return sweep.result()
