"""What all views look at: one moment of one run, or a trained network, and what comes of it.

Views say what they want, and of which network; what they get is a ``Moment`` or ``Judged``. Whether it was
sent by the session that trains, or read from a folder and worked out beside the window, they do not see.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PyQt5 import sip
from PyQt5.QtCore import QObject, QTimer, pyqtSignal

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.errors import EngineError
from engine.model.reference import THE_RUN, Damaged, Reference, RunStep
from engine.session.messages import EvaluationDone, Snapshot
from engine.types import Bytes
from gui.run.answers import Answers
from gui.run.beside import Beside, Sight
from gui.run.model_registry import ModelRegistry
from gui.run.moment import Judged, Moment
from gui.run.of_run import OfRun
from gui.run.run import Run
from gui.run.session_bridge import SessionBridge
from gui.run.travel import Travel
from gui.run.wants import Wants, Watcher
from gui.state.selection import Selection


class Moments(OfRun, QObject):
    """Brings every view what it wants of the network that it looks at.

    Attributes:
        run: the run that is looked at.
        travel: at which of its steps.
        watchers: the views.
        answers: the work beside the window.
    """

    run_changed = pyqtSignal(object)
    """Another Run is looked at; all earlier curves and pictures are old."""
    travelled = pyqtSignal()
    """Another step, or another run, is looked at; its ``Moment`` will come."""
    dataset_loaded = pyqtSignal(object)
    """The data set of the run is there (a Dataset)."""
    history_grew = pyqtSignal()
    """Its curves have new rows; at most about three times a second."""
    validated = pyqtSignal(int)
    """``history.validations`` has this new row."""
    moved = pyqtSignal(object)
    """A ``Moment`` of a network that some view looks at: another one, or with another image."""
    judged = pyqtSignal(object)
    """The ``Judged`` of a network whose evaluation some view wants."""
    judging = pyqtSignal(float)
    """How far an evaluation beside the window is, 0 to 1."""
    failed = pyqtSignal(str)
    """The sentence why nothing came of what was asked."""

    def __init__(
        self,
        bridge: SessionBridge,
        selection: Selection,
        models: ModelRegistry,
        parent: QObject | None = None,
    ) -> None:
        """Look at the run in training of ``bridge`` and the trained networks of ``models``."""
        super().__init__(parent)
        self.run = bridge.run
        bridge.run_started.connect(lambda _config: self._forget_present())
        self.travel = Travel(bridge, self)
        self.travel.ready = lambda: not self._beside.looking
        self.travel.run_changed.connect(self._turned)
        self.travel.moved.connect(self._travelled)
        self.watchers: list[Watcher] = []
        self.answers = Answers(self)
        self._beside = Beside(self.answers)
        self._beside.seen.connect(self._seen)
        self._beside.judged.connect(self.judged)
        self._beside.judging.connect(self.judging)
        self._beside.failed.connect(self.failed)
        self._bridge, self._selection, self._models = bridge, selection, models
        self._latest: dict[Reference, Moment] = {}
        self._present: Moment | None = None  # a session that stands still sends it once
        self._present_judged: Judged | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._look)
        bridge.add_watcher(self)
        bridge.snapshot_ready.connect(self._snapshot)
        bridge.evaluation_ready.connect(self._evaluation)
        bridge.dataset_loaded.connect(lambda dataset: self._of_training(self.dataset_loaded, dataset))
        bridge.history_grew.connect(lambda: self._of_training(self.history_grew))
        bridge.validated.connect(lambda row: self._of_training(self.validated, row))
        selection.changed.connect(lambda _sample: self._soon.start())
        self.dataset_loaded.connect(selection.fit)
        self._subject = self.subject
        models.changed.connect(self._models_changed)

    def add_watcher(self, watcher: Watcher) -> None:
        """Let ``watcher`` say what it needs before every request."""
        self.watchers.append(watcher)

    def latest(self, of: Reference) -> Moment | None:
        """Return the newest moment that was brought of a network, if any."""
        return self._latest.get(of)

    @property
    def subject(self) -> Reference:
        """What views without a choice of their own look at: the run, or a broken copy in its place."""
        current = self._models.current
        return current if isinstance(current, Damaged) else THE_RUN

    @property
    def training(self) -> Run:
        """The run in training, whichever is looked at."""
        return self._bridge.run

    def refresh(self) -> None:
        """Bring what is wanted now; call when a view becomes visible, or wants something else."""
        self._soon.start()
        self._bridge.refresh()

    def wants(self) -> Wants:
        """Return what the session shall send now."""
        return self._wanted().get(THE_RUN, Wants()) if self.travel.live else Wants()

    def _wanted(self) -> dict[Reference, Wants]:
        """Return what all views together want, by network."""
        wanted: dict[Reference, Wants] = {}
        for watcher in self.watchers:
            if isinstance(watcher, QObject) and sip.isdeleted(watcher):
                continue
            if wants := watcher.wants():
                wanted[wants.of] = wanted.get(wants.of, Wants(of=wants.of)) | wants
        return wanted

    # --- where the views look -----------------------------------------------------------------------

    def open_run(self, path: Path) -> bool:
        """Look at the recorded run in the folder ``path``, without training it; returns whether it can be.

        What is wrong is told by ``failed``.
        """
        try:
            run = self.travel.open(path)
        except EngineError as error:
            self.failed.emit(str(error))
            return False
        for sentence in run.missing():
            self.failed.emit(sentence)
        if not self.travel.kept:
            self.failed.emit("This run has kept no weights, so there are only its curves to look at.")
        return True

    def _turned(self, run: Run) -> None:
        self.run = run
        self._latest.pop(THE_RUN, None)
        if self.travel.step is None:
            self._models.follow(None)
        self._name()
        self.run_changed.emit(run)
        if run.dataset is not None:
            self.dataset_loaded.emit(run.dataset)
        elif run is not self._bridge.run:
            self.answers.ask(
                "data", lambda _task: run.load_data(), partial(self._have_data, run), self.failed.emit
            )

    def _have_data(self, run: Run, dataset: Dataset) -> None:
        run.dataset = dataset
        if run is self.run:
            self.dataset_loaded.emit(dataset)
            self.refresh()

    def _travelled(self) -> None:
        """Let all that shows something look where the handle stands, whatever network it showed before."""
        self._name()
        if not self.travel.live:
            self._models.choose(THE_RUN)
        self.travelled.emit()
        if self.travel.live:
            self._bring_present()
        self.refresh()

    def _models_changed(self) -> None:
        before, self._subject = self._subject, self.subject
        if before != self._subject == THE_RUN and self.travel.live:  # a copy is broken no more
            self._bring_present()
        self._soon.start()

    def _forget_present(self) -> None:
        self._present = self._present_judged = None

    def _bring_present(self) -> None:
        """Bring what is known of the newest step at once; what is newer will come."""
        if self._present is not None:
            self._bring(self._present)
        if self._present_judged is not None:
            self.judged.emit(self._present_judged)

    def _name(self) -> None:
        own = self.run is self._bridge.run
        title = "Network in training" if self.travel.live else "This run" if own else f"Run {self.run.title}"
        self._models.rename(THE_RUN, title)

    def _of_training(self, signal: Any, *values: object) -> None:
        if self.run is self._bridge.run:
            signal.emit(*values)

    # --- from the session ---------------------------------------------------------------------------

    def _snapshot(self, snapshot: Snapshot) -> None:
        from engine.model.model_file import Model  # which no window waits for

        dataset = self._bridge.dataset
        if snapshot.network is None or dataset is None:
            return
        preprocessing = Preprocessing(dataset.mean, dataset.std)
        about = {"steps": snapshot.step}
        self._present = Moment(
            THE_RUN,
            RunStep(self._bridge.run.number, snapshot.step),
            Model(snapshot.network, preprocessing, dataset.class_names, about),
            snapshot.step,
            True,
            snapshot.image,
            snapshot.maps,
            snapshot.probabilities,
            snapshot.start,
        )
        if self.travel.live:
            self._bring(self._present)

    def _evaluation(self, done: EvaluationDone) -> None:
        if self._bridge.dataset is not None:
            reference = RunStep(self._bridge.run.number, done.step)
            judged = Judged(THE_RUN, reference, done.step, done.evaluation, self._bridge.dataset)
            self._present_judged = judged
            if self.travel.live:
                self.judged.emit(judged)

    # --- of networks at rest --------------------------------------------------------------------------

    def _look(self) -> None:
        """Ask for what is wanted of networks that send nothing by themselves."""
        sample = self._selection.sample
        image = sample.image if sample is not None else None
        sights, judged = [], None
        for of, wants in self._wanted().items():
            sight = self._sight(of, image if wants.maps else None)
            if sight is not None and (wants.kernels or wants.maps):
                sights.append(sight)
            if sight is not None and wants.evaluate:
                judged = sight
        ahead = []
        for sight in sights:
            if sight.of == THE_RUN:
                near = [self._sight(THE_RUN, sight.image, step) for step in self.travel.near()]
                ahead = [each for each in near if each is not None]
        self._beside.look(sights, ahead)
        self._beside.judge(judged, self.dataset)

    def _sight(self, of: Reference, image: Bytes | None, step: int | None = None) -> Sight | None:
        """Return what is to be seen of a network; None while the session sends it, or it is not there."""
        if of == THE_RUN:
            run, at = self.run, self.travel.step if step is None else step
            if at is None:
                return None
            return Sight(of, RunStep(run.number, at), at, lambda: run.model(at), image)
        if not self._models.ready(of):  # the registry tells when it is
            return None
        try:
            model = self._models.get(of)
        except EngineError:  # whoever looks at it says so
            return None
        return Sight(of, of, None, lambda: model, image, self._models.damage(of))

    def _seen(self, moment: Moment) -> None:
        """Bring what was seen, unless it is of a step that is not looked at any more."""
        reference = moment.reference
        other = isinstance(reference, RunStep) and reference.run != self.run.number
        if moment.of != THE_RUN or not (self.travel.live or other):
            self._bring(moment)

    def _bring(self, moment: Moment) -> None:
        self._latest[moment.of] = moment
        if moment.of == THE_RUN:
            self._models.follow(moment)
        self.moved.emit(moment)
