"""What a session records of its run, and when; where the writing is done is the recorder's affair."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from engine.model.network import Network
from engine.runs.recorder import Recorder
from engine.session.channel import Channel
from engine.session.kept import as_checkpoint
from engine.session.messages import Notice, State
from engine.training.checkpoint import Checkpoint
from engine.training.config import RunConfig
from engine.training.trainer import Trainer

_log = logging.getLogger(__name__)

STATE_SECONDS = 60.0
"""Time between two complete states that are kept while the network trains."""

_NAMES = {
    State.RUNNING: "training",
    State.PAUSED: "paused",
    State.FINISHED: "finished",
    State.FAILED: "failed",
}


def shown_network(trainer: Trainer) -> Network:
    """Return the network as it is used and shown: with averaged weights if there are any, else itself."""
    return trainer.network if trainer.config.averaging == 0 else trainer.best_network()


class Recording:
    """Tells the recorder what happens; nothing in here ever ends the training."""

    def __init__(self, recorder: Recorder | None, trainer: Trainer, channel: Channel) -> None:
        """Record the run of ``trainer``; without a recorder nothing is."""
        self._recorder = recorder
        self._trainer = trainer
        self._channel = channel
        self._kept_at = time.monotonic()
        self._broken = False

    def before_step(self) -> None:
        """Begin, before the first step: until then nothing is worth a folder."""
        recorder = self._recorder
        if recorder is not None and not recorder.begun:
            with self._harmless():
                recorder.settings(self._trainer.step_count, self._settings())
                recorder.begin(self._state())
                self._weights(recorder)

    def after_step(self, step: int) -> None:
        """Keep the weights if they are wanted, and from time to time the complete state."""
        recorder = self._recorder
        if recorder is None:
            return
        if recorder.wants(step):
            with self._harmless():
                self._weights(recorder)
        if time.monotonic() - self._kept_at > STATE_SECONDS:
            self.keep_state()

    def validated(self) -> None:
        """Note the newest validation; the best one's weights never go."""
        recorder, rows = self._recorder, self._channel.history.validations
        if recorder is None or not recorder.begun:
            return
        with self._harmless():
            best = self._channel.history.best()
            recorder.status(last_accuracy=rows.last("accuracy"))
            if best is not None:
                step, accuracy = (rows.column(name)[best] for name in ("step", "accuracy"))
                recorder.status(best_step=int(step), best_accuracy=float(accuracy))
                if best == rows.length - 1:
                    self._weights(recorder)

    def changed(self) -> None:
        """Note the settings that are used from now on."""
        if self._recorder is not None and self._recorder.begun:
            with self._harmless():
                self._recorder.settings(self._trainer.step_count, self._settings())

    def entered(self, state: State, message: str) -> None:
        """Note what the session does now; when it stands still, keep all of it."""
        recorder = self._recorder
        if recorder is None:
            return
        with self._harmless():
            steps = self._channel.history.steps
            seconds = steps.last("seconds") if steps.length else 0.0
            recorder.status(
                state=_NAMES[state], message=message, step=self._trainer.step_count, seconds=seconds
            )
            if state is not State.RUNNING and recorder.begun:
                self._weights(recorder)
                self.keep_state()

    def keep_state(self) -> None:
        """Have the complete state written."""
        self._kept_at = time.monotonic()
        if self._recorder is not None and self._recorder.begun:
            with self._harmless():
                self._recorder.state(self._state())

    def keep(self) -> str:
        """Have all of it written, and wait for that; returns why it is not, or ""."""
        if self._recorder is None:
            return "The run is not recorded."
        if self._trainer.step_count and not self._recorder.is_safe:
            self.before_step()
            self.keep_state()
        return "An error has ended its recording." if self._broken else self._recorder.flush()

    def close(self, *, kept: bool) -> None:
        """End it; a run that is ``kept`` is one that its user wants to go on with."""
        if self._recorder is not None:
            self._recorder.status(closed=not kept)
            self._recorder.close()

    def _settings(self) -> RunConfig:
        return self._trainer.config.changed(self._trainer.live)

    def _weights(self, recorder: Recorder) -> None:
        recorder.weights(self._trainer.step_count, shown_network(self._trainer).state_vector)

    def _state(self) -> Checkpoint:
        state = as_checkpoint(self._trainer, self._channel.history)
        return Checkpoint(
            state.config, {n: np.array(v) for n, v in state.arrays.items()}, state.values, state.history
        )

    @contextmanager
    def _harmless(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - told, and the training goes on
            if not self._broken:
                self._broken = True
                _log.exception("recording failed")
                why = "there is not enough memory" if isinstance(error, MemoryError) else str(error)
                told = f"The training goes on, but not all of it is recorded: {why}."
                self._channel.emit(Notice(self._channel.run_id, told))
