"""What all views look at: one moment of one run, or a trained network, and what comes of it.

Views say what they want, and of which network; what they get is a ``Moment`` or ``Judged``. Whether it was
sent by the session that trains, or read from a folder and worked out beside the window, they do not see.
"""

from __future__ import annotations

from functools import partial

from PyQt5 import sip
from PyQt5.QtCore import QObject, QTimer, pyqtSignal

from engine.data.preprocess import Preprocessing
from engine.errors import EngineError
from engine.model.model_file import Model
from engine.model.reference import THE_RUN, Reference, RunStep
from engine.session.capture import look
from engine.session.messages import EvaluationDone, Snapshot
from engine.task import Task
from engine.types import Bytes
from gui.run.answers import Answers
from gui.run.model_registry import ModelRegistry
from gui.run.moment import Judged, Moment
from gui.run.of_run import OfRun
from gui.run.session_bridge import SessionBridge
from gui.run.wants import Wants, Watcher
from gui.state.selection import Selection


class Moments(OfRun, QObject):
    """Brings every view what it wants of the network that it looks at.

    Attributes:
        run: the run that is looked at.
        watchers: the views.
        answers: the work beside the window.
    """

    run_changed = pyqtSignal(object)
    """Another Run is looked at; all earlier curves and pictures are old."""
    dataset_loaded = pyqtSignal(object)
    """The data set of the run is there (a Dataset)."""
    history_grew = pyqtSignal()
    """Its curves have new rows; at most about five times a second."""
    validated = pyqtSignal(int)
    """``history.validations`` has this new row."""
    moved = pyqtSignal(object)
    """A ``Moment`` of a network that some view looks at: another one, or with another image."""
    judged = pyqtSignal(object)
    """The ``Judged`` of a network whose evaluation some view wants."""
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
        self.watchers: list[Watcher] = []
        self.answers = Answers(self)
        self._bridge, self._selection, self._models = bridge, selection, models
        self._latest: dict[Reference, Moment] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._look)
        bridge.add_watcher(self)
        bridge.snapshot_ready.connect(self._snapshot)
        bridge.evaluation_ready.connect(self._evaluation)
        bridge.run_started.connect(lambda _config: self._begun())
        bridge.dataset_loaded.connect(self.dataset_loaded)
        bridge.history_grew.connect(self.history_grew)
        bridge.validated.connect(self.validated)
        selection.changed.connect(lambda _sample: self._soon.start())
        models.changed.connect(self._soon.start)

    def add_watcher(self, watcher: Watcher) -> None:
        """Let ``watcher`` say what it needs before every request."""
        self.watchers.append(watcher)

    def latest(self, of: Reference) -> Moment | None:
        """Return the newest moment that was brought of a network, if any."""
        return self._latest.get(of)

    def refresh(self) -> None:
        """Bring what is wanted now; call when a view becomes visible, or wants something else."""
        self._soon.start()
        self._bridge.refresh()

    def wants(self) -> Wants:
        """Return what the session shall send now."""
        return self._wanted().get(THE_RUN, Wants())

    def _wanted(self) -> dict[Reference, Wants]:
        """Return what all views together want, by network."""
        wanted: dict[Reference, Wants] = {}
        for watcher in self.watchers:
            if isinstance(watcher, QObject) and sip.isdeleted(watcher):
                continue
            if wants := watcher.wants():
                wanted[wants.of] = wanted.get(wants.of, Wants(of=wants.of)) | wants
        return wanted

    # --- from the session ---------------------------------------------------------------------------

    def _begun(self) -> None:
        self.run = self._bridge.run
        self._latest.pop(THE_RUN, None)
        self._models.follow(None)
        self.run_changed.emit(self.run)

    def _snapshot(self, snapshot: Snapshot) -> None:
        dataset = self._bridge.dataset
        if snapshot.network is None or dataset is None:
            return
        preprocessing = Preprocessing(dataset.mean, dataset.std)
        about = {"steps": snapshot.step}
        self._bring(
            Moment(
                THE_RUN,
                RunStep(self.run.number, snapshot.step),
                Model(snapshot.network, preprocessing, dataset.class_names, about),
                snapshot.step,
                True,
                snapshot.image,
                snapshot.maps,
                snapshot.probabilities,
            )
        )

    def _evaluation(self, done: EvaluationDone) -> None:
        if self._bridge.dataset is not None:
            reference = RunStep(self.run.number, done.step)
            self.judged.emit(Judged(THE_RUN, reference, done.step, done.evaluation, self._bridge.dataset))

    # --- beside the window ----------------------------------------------------------------------------

    def _look(self) -> None:
        """Ask for what is wanted of networks at rest; what is remembered comes at once."""
        sample = self._selection.sample
        image = sample.image if sample is not None else None
        tasks: list[tuple[Reference, Model, Bytes | None]] = []
        for of, wants in self._wanted().items():
            if of == THE_RUN or not (wants.kernels or wants.maps):
                continue
            if not self._models.ready(of):  # the registry tells when it is
                continue
            try:
                model = self._models.get(of)
            except EngineError:  # whoever looks at it says so
                continue
            if wants.maps:
                tasks.append((of, model, image))
            else:
                self._bring(Moment(of, of, model))
        if tasks:
            self.answers.ask(
                "look", partial(self._seen, tasks), self._bring_all, self.failed.emit, patient=True
            )
        else:
            self.answers.drop("look")

    def _seen(self, asked: list[tuple[Reference, Model, Bytes | None]], task: Task) -> list[Moment]:
        """Return what is seen of the networks; runs beside the window."""
        found = []
        for of, model, image in asked:
            key = ("look", of, id(model), id(image))
            moment = self.answers.memory.get(key)
            if moment is None:
                maps, probabilities = look(model.network, model.preprocessing, image)
                moment = Moment(of, of, model, None, False, image, maps, probabilities)
                self.answers.memory.put(key, moment, size_of(moment))
            found.append(moment)
        return found

    def _bring_all(self, moments: list[Moment]) -> None:
        for moment in moments:
            self._bring(moment)

    def _bring(self, moment: Moment) -> None:
        self._latest[moment.of] = moment
        if moment.of == THE_RUN:
            self._models.follow(moment)
        self.moved.emit(moment)


def size_of(moment: Moment) -> int:
    """Return the bytes that a moment takes, its network included."""
    return moment.network.state_vector.nbytes + sum(value.nbytes for value in moment.maps)
