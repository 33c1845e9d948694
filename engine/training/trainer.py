"""Training one step at a time: no clock, no printing, no window.

A batch is cut into micro-batches whose number depends only on the batch and the network. Processes take
micro-batches in turn and the gradients are added in a fixed order, so the same seed gives the same losses
bit for bit, with any number of them. All randomness is drawn from generators named
by (seed, purpose, epoch or step, micro-batch), so a run can be continued from any step.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from engine.data.dataset import Dataset
from engine.data.preprocess import Preprocessing
from engine.errors import ModelFileError, TrainingError
from engine.io.gate import MODEL, explained
from engine.model.container import MOST_STEPS
from engine.model.network import Network
from engine.training.batches import Batch, BatchPlan, split
from engine.training.config import LiveSettings, RunConfig
from engine.training.evaluation import Evaluation, evaluate
from engine.training.gradient import MicroBatches, mean_gradient
from engine.training.micro_batches import micro_batch_bounds
from engine.training.replay import Replay, StepStart, batch_of, replay
from engine.training.restore_point import Counters, RestorePoint, not_finite
from engine.training.train_state import TrainState, update_settings
from engine.training.worker_pool import worker_pool
from engine.training.workers import Workers
from engine.types import Array, Labels

_ANCHOR_STEPS = 100
"""Steps between two restore points when the last good one turns out to be of no use."""

_EXPLODED = 1000.0
"""A mean loss that no useful network has (guessing costs ln K): the weights grow without bound."""

_PROBE = 32
"""Images on which it is tried whether the network can be used."""


@dataclass(frozen=True)
class StepResult:
    """What one training step showed.

    Attributes:
        step: number of the step, from 1.
        epoch: epochs done, with fraction, after the step.
        images: images in the batch.
        loss: mean cross-entropy of the batch before the update.
        accuracy: share of the batch that was correct before the update, 0 to 1.
        learning_rate: what was used, schedule included.
    """

    step: int
    epoch: float
    images: int
    loss: float
    accuracy: float
    learning_rate: float


class Trainer:
    """A network in training.

    Attributes:
        config: the settings it was started with.
        live: the settings it uses now.
        network: the network; its values change at every step.
        step_count: steps done.
        epoch: whole epochs done.
        offset: images of the current epoch that are done.
        pool: the processes that share in every step.
    """

    def __init__(self, config: RunConfig, dataset: Dataset, workers: Workers) -> None:
        """Draw the network and set images aside for validation.

        Raises:
            ConfigError: network and data set do not fit together.
        """
        self.config = config
        self.live = config.live()
        self.dataset = dataset
        self._train, self._validation = split(config, dataset)
        self.network = Network.new(config.network, config.seed)
        self.preprocessing = Preprocessing(dataset.mean, dataset.std)
        self.step_count = self.epoch = self.offset = 0
        self._workers = workers
        self._plan = BatchPlan(self._train, config.seed_of_data)
        self._order: tuple[int, Labels] = (-1, self._train)
        self._planned: tuple[tuple[int, ...], tuple[Labels, MicroBatches]] = ((), (self._train, []))
        images, labels = dataset.train_images, dataset.train_labels
        helpers = workers.threads - 1
        self.pool, self._buffers = worker_pool(
            config, self.network, self.preprocessing, images, labels, helpers
        )
        workers.on_close(self.pool.close)
        self._bytes = sum(4 * int(np.prod(shape)) for shape in self.network.shapes)
        self._state = TrainState(self.network, config.optimiser, config.averaging)
        self.optimiser_state, self._learnt = self._state.optimiser_state, self._state.arrays
        self._good = RestorePoint(self._learnt, self.counters)
        self._anchor = RestorePoint(self._learnt, self.counters)
        self._best: RestorePoint | None = None

    @property
    def counters(self) -> Counters:
        """Where the run stands."""
        return Counters(self.step_count, self.epoch, self.offset)

    @property
    def epoch_size(self) -> int:
        """Images in one epoch."""
        return len(self._train)

    @property
    def progress(self) -> float:
        """Epochs done, with fraction."""
        return self.epoch + self.offset / self.epoch_size

    @property
    def steps_left(self) -> int:
        """Steps until the end of the run, with the present settings."""
        if self.done:
            return 0
        batch, later = self.live.batch_size, self.live.epochs - self.epoch - 1
        return -((self.offset - self.epoch_size) // batch) + later * -(-self.epoch_size // batch)

    @property
    def done(self) -> bool:
        """Whether all epochs are done."""
        return self.epoch >= self.live.epochs

    def step(self) -> StepResult:
        """Train on the next batch.

        Raises:
            TrainingError: the loss, or something that was learnt, is not finite. All that was learnt and the
                counters are again what they were at the last step that is known to be good.
        """
        counters, live = self.counters, self.live
        chosen, micro_batches = self._batch_at(self.offset)
        _, following = self._batch_at(self.offset + len(chosen))  # nothing at the end of an epoch
        parts = self.pool.compute(self.step_count, micro_batches, following)
        loss = sum(part.loss for part in parts) / len(chosen)
        if not math.isfinite(loss):
            self._diverged(f"The loss became {loss} at step {self.step_count + 1}")
        self._good.keep(counters)
        if counters.step - self._anchor.counters.step >= _ANCHOR_STEPS and self._usable(chosen[:_PROBE]):
            self._anchor.keep(counters)
        try:
            self._plan.note(counters, live)
            grad = mean_gradient(self._buffers, len(micro_batches), len(chosen))
            now = update_settings(self.config, live, self.progress)
            self._state.update(grad, [part.batch_statistics for part in parts], now, counters.step + 1)
            self.step_count += 1
            self.offset += len(chosen)
            if self.offset >= self.epoch_size:
                self.epoch, self.offset = self.epoch + 1, 0
        except BaseException:  # also Ctrl-C and no memory: half a step is none
            self._stand_at(self._good)
            raise
        if (poisoned := not_finite(self._learnt)) is not None:
            what = "The optimiser's state" if poisoned.startswith("optimiser") else "What was learnt"
            self._diverged(f"{what} was no longer finite after step {self.step_count}")
        correct = sum(part.correct for part in parts) / len(chosen)
        return StepResult(
            self.step_count, self.progress, len(chosen), float(loss), correct, now.learning_rate
        )

    def _batch_at(self, offset: int) -> tuple[Labels, MicroBatches]:
        """Return the batch that begins ``offset`` images after the epoch, whole and in micro-batches."""
        if self._order[0] != self.epoch:
            self._order = (self.epoch, self._plan.order(self.epoch))
        place = (self.epoch, offset, self.live.batch_size)
        if self._planned[0] != place:
            chosen = self._order[1][offset : offset + self.live.batch_size]
            bounds = micro_batch_bounds(len(chosen), self._bytes)
            cut = [(index, chosen[start:stop]) for index, (start, stop) in enumerate(bounds)]
            self._planned = (place, (chosen, cut))
        return self._planned[1]

    def _stand_at(self, point: RestorePoint) -> None:
        self.step_count, self.epoch, self.offset = point.recall()
        self._plan.forget_after(self.counters)

    def _usable(self, chosen: Labels) -> bool:
        """Return whether the network, as it would be saved, has a sensible loss on the images ``chosen``."""
        return self._evaluate(chosen).mean_loss < _EXPLODED

    def _evaluate(self, chosen: Labels) -> Evaluation:
        images, labels = self.dataset.train_images[chosen], self.dataset.train_labels[chosen]
        return evaluate(self.best_network(), self.preprocessing, images, labels, self._workers)

    def _diverged(self, what: str) -> NoReturn:
        """Go back to the last good restore point, or past an explosion of values that were still finite."""
        self._stand_at(self._good)
        probe = self._validation if len(self._validation) else self._train
        if not self._usable(probe[:_PROBE]):
            self._stand_at(self._anchor)
            self._good.keep(self.counters)
        raise TrainingError(
            f"{what}: the steps are too large. Try a learning rate below {self.live.learning_rate:g} "
            f"or a smaller momentum. The weights of step {self.step_count} are kept."
        )

    # --- any step, looked at ----------------------------------------------------------------------

    def batch(self, step: int) -> Batch:
        """Return the images, labels and micro-batches of the step number ``step``, from 1.

        Exact for every step done, whatever was changed meanwhile: the run notes every change of its live
        settings, and checkpoints hold these notes. A step still to come is given as it will be if the
        settings stay as they are. May be called while training goes on in another thread.

        Raises:
            ValueError: ``step`` is less than 1, or lies before the first step whose settings are known
                (a checkpoint of an early version, of a run whose batch size was changed).
        """
        counters, live = self._plan.before(step, self.counters, self.live)
        return batch_of(self.config, self.dataset, self._plan, counters, live)

    def replay(self, step: int, weights: Array, optimiser_state: Mapping[str, Array] | None = None) -> Replay:
        """Compute the step number ``step`` again from ``weights``, bit for bit, and change nothing.

        Args:
            step: number of a step, from 1, as for ``batch``.
            weights: what the network had learnt before the step, like ``network.state_vector``. With
                those of that moment the result is the step itself, otherwise what it would have been.
            optimiser_state: like the attribute of that name, as it was before the step. Without it the
                step is taken by an optimiser that remembers nothing, as at step 1.

        Raises:
            ValueError: as ``batch``; ``weights`` or ``optimiser_state`` have another size than those of
                the trainer.
        """
        return replay(
            self.config, self.dataset, self.preprocessing, self.batch(step), weights, optimiser_state
        )

    def last_step(self) -> StepStart | None:
        """Return copies of all that determined the newest step; None if there is none, or it is not known."""
        if self._good.counters.step + 1 != self.step_count:
            return None
        kept = {name: value.copy() for name, value in self._good.kept.items()}
        state = {name: kept[f"optimiser.{name}"] for name in self.optimiser_state}
        try:
            batch = self.batch(self.step_count)
        except ValueError:  # of a checkpoint that did not note its settings
            return None
        weights, average = kept["network"], kept.get("average")
        return StepStart(self.config, self.preprocessing, batch, weights, state, average)

    # --- what is used and kept --------------------------------------------------------------------

    def best_network(self) -> Network:
        """Return a copy of the network as it should be used: with averaged weights if there are any."""
        return self._state.best_network(self.step_count)

    def validate(self) -> Evaluation | None:
        """Evaluate the images set aside; None if there are none.

        Raises:
            TrainingError: their loss is not finite; all is again as at the last good step.
        """
        if not len(self._validation):
            return None
        result = self._evaluate(self._validation)
        if not np.isfinite(result.mean_loss):
            self._diverged(f"The validation loss became {result.mean_loss} at step {self.step_count}")
        return result

    def keep_best(self) -> None:
        """Keep this moment as the best one so far, to go back to when nothing better comes."""
        if self._best is None:
            self._best = RestorePoint(self._learnt, self.counters)
        self._best.keep(self.counters)

    def return_to_best(self) -> None:
        """Stand at the best restore point again, with all that was learnt; nothing if none was kept."""
        if self._best is not None:
            self._stand_at(self._best)
            self._good.keep(self.counters)
            self._anchor.keep(self.counters)

    @property
    def _points(self) -> dict[str, RestorePoint]:
        """The restore points that a continued run needs, by name."""
        return {"good": self._good} | ({} if self._best is None else {"best": self._best})

    def state(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Return everything that a continued run needs, as arrays and plain values."""
        arrays = {f"network.{name}": value for name, value in self.network.named().items()}
        arrays |= {name: value for name, value in self._learnt.items() if name != "network"}
        for word, point in self._points.items():
            arrays |= {f"{word}.{name}": value for name, value in point.kept.items()}
        live = {name: getattr(self.live, name) for name in LiveSettings.__dataclass_fields__}
        values = {word: list(point.counters) for word, point in self._points.items()}
        return arrays, {**self.counters._asdict(), **values, "live": live, "settings": self._plan.to_json()}

    def restore(self, arrays: dict[str, Array], values: dict[str, Any]) -> None:
        """Continue from what ``state`` gave; the run goes on bit for bit as if never interrupted.

        Raises:
            ModelFileError: an array is missing, has the wrong shape or is not finite; nothing is changed.
        """
        named = {n.removeprefix("network."): v for n, v in arrays.items() if n.startswith("network.")}
        plan = BatchPlan(self._train, self.config.seed_of_data)
        with explained("The checkpoint", MODEL):
            live = self.config.changed(LiveSettings(**values["live"])).live()
            counters = Counters(*(int(values[name]) for name in Counters._fields))
            counted_at: dict[str, Counters] = {
                word: Counters(*(int(n) for n in values[word])) for word in ("good", "best") if word in values
            }
            plan.load(values.get("settings", []), counters)
            if "settings" not in values:  # before there were notes: known if nothing was changed
                plan.assume(counters, live, self.config.live())
            new = {n: arrays[n].reshape(v.shape) for n, v in self._learnt.items() if n != "network"}
            kept: dict[str, dict[str, Array]] = {
                word: {n: arrays[f"{word}.{n}"].reshape(v.shape) for n, v in self._learnt.items()}
                for word in counted_at
            }
            for each in (counters, *counted_at.values()):
                if min(each) < 0 or max(each) > MOST_STEPS or each.offset >= self.epoch_size:
                    raise ModelFileError(f"The checkpoint stands where no run can: {each}.")
        for part in (new, *kept.values()):
            if (name := not_finite(part)) is not None:
                raise ModelFileError(f"The checkpoint is damaged: {name!r} holds values that are not finite.")
        self.network.load(named)
        for name, value in new.items():
            self._learnt[name][:] = value
        self._good.keep(counters)
        self._plan, self.live = plan, live
        self.step_count, self.epoch, self.offset = counters
        self._best = None
        if "best" in kept:
            self.keep_best()
        for word, point in self._points.items():
            point.load(kept.get(word, {}), counted_at.get(word, counters))
        self._anchor = self._good.copy()
