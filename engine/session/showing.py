"""What a session shows of its run: pictures that were asked for, and evaluations beside the training."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from engine.data.dataset import Dataset
from engine.session.capture import capture
from engine.session.channel import Channel
from engine.session.messages import EvaluationDone, State, StateChanged
from engine.session.recording import shown_network
from engine.session.side_evaluation import SideEvaluation
from engine.training.evaluation import Evaluation
from engine.training.trainer import Trainer
from engine.training.workers import Workers

_log = logging.getLogger(__name__)


class Showing:
    """Serves what was asked for between two steps; an error costs what would have been shown, no more."""

    def __init__(
        self,
        channel: Channel,
        trainer: Trainer,
        dataset: Dataset,
        workers: Workers,
        state: Callable[[], State],
    ) -> None:
        """Show the run of ``trainer``; ``state`` is asked what it is doing when something failed."""
        self._channel, self._trainer, self._state = channel, trainer, state
        self._evaluation = SideEvaluation(trainer, dataset, workers)
        self._works = True

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Let an exception in the block cost what would have been shown, not the training; say so once."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - reported to the user, and logged in full
            if self._works:
                _log.exception("a picture of the training failed")
                self._works = False  # it would fail again at once, for ever
                why = "there is not enough memory" if isinstance(error, MemoryError) else str(error)
                told = f"The training goes on, but not all of it can be shown: {why}."
                self._channel.emit(StateChanged(self._channel.run_id, self._state(), told))

    def serve(self) -> None:
        """Put what was asked for into the channel."""
        request = self._channel.request()
        if request is None:
            return
        self._evaluation.wanted = request.evaluate
        if request.kernels or request.maps:
            trainer, run_id = self._trainer, self._channel.run_id
            network, step = shown_network(trainer), trainer.step_count
            snapshot = capture(request, network, trainer.preprocessing, run_id, step)
            if request.start:
                snapshot = replace(snapshot, start=trainer.last_step())
            self._channel.snapshot.put(snapshot)

    def standing(self) -> bool:
        """Evaluate a few images while the training stands still; returns whether any were left."""
        if not (self._works and self._evaluation.still_to_do()):
            return False
        with self.attempt():
            self._put(self._evaluation.standing())
        return True

    def beside(self, seconds: float) -> None:
        """Evaluate for a share of the ``seconds`` that a step has just taken."""
        if self._works:
            with self.attempt():
                self._put(self._evaluation.beside(seconds))

    def _put(self, evaluation: Evaluation | None) -> None:
        if evaluation is not None:
            done = EvaluationDone(self._channel.run_id, self._evaluation.step, evaluation)
            self._channel.evaluation.put(done)
