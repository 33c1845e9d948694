"""Training one step at a time: no clock, no printing, no window.

A batch is cut into micro-batches whose number depends only on the batch and the network. Processes take
micro-batches in turn and the gradients are added in a fixed order, so the same seed gives the same losses
bit for bit, with any number of them. All randomness is drawn from generators named
by (seed, purpose, epoch or step, micro-batch), so a run can be continued from any step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.data.dataset import Dataset, holdout
from engine.data.preprocess import Preprocessing
from engine.errors import ConfigError, ModelFileError, TrainingError
from engine.model.network import Network
from engine.optimisers import UpdateSettings
from engine.training.config import LiveSettings, RunConfig
from engine.training.evaluation import Evaluation, evaluate
from engine.training.micro_batches import micro_batch_bounds
from engine.training.worker_pool import worker_pool
from engine.training.workers import Workers
from engine.types import Array, Labels

# Purposes of the random generators, after the seed; initialisation is 0, those of a micro-batch 2 and 3.
_SHUFFLE, _SUBSET = 1, 4


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
        spec = config.network
        if spec.in_shape != dataset.in_shape:
            raise ConfigError(
                f"The network '{spec.name}' takes images of shape {spec.in_shape}, but those of "
                f"{dataset.title} are {dataset.in_shape}."
            )
        if spec.shapes()[-1] != (len(dataset.class_names),):
            raise ConfigError(
                f"The network '{spec.name}' gives {spec.shapes()[-1][0]} answers, but {dataset.title} has "
                f"{len(dataset.class_names)} classes."
            )
        self.network = Network.new(spec, config.seed)
        self.preprocessing = Preprocessing(dataset.mean, dataset.std)
        train, self._validation = holdout(dataset, config.validation_images, config.seed)
        if config.training_images:
            rng = np.random.default_rng([config.seed, _SUBSET])
            train = np.sort(rng.permutation(train)[: config.training_images])
        self._train = train
        self.step_count = self.epoch = self.offset = 0
        self._workers = workers
        self._order: tuple[int, Labels] = (-1, train)
        self._optimiser_state = config.optimiser.new_state(self.network.vector)
        self._decay = self.network.decay_mask()
        self._good = self.network.vector.copy()
        self._average = self.network.vector.copy() if config.averaging else None
        images, labels = dataset.train_images, dataset.train_labels
        helpers = workers.threads - 1
        self.pool, self._buffers = worker_pool(
            config, self.network, self.preprocessing, images, labels, helpers
        )
        workers.on_close(self.pool.close)
        self._bytes = sum(4 * int(np.prod(shape)) for shape in self.network.shapes)

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
        batch = self.live.batch_size
        per_epoch = -(-self.epoch_size // batch)
        whole = max(0, self.live.epochs - self.epoch)
        return max(0, whole * per_epoch - -(-self.offset // batch)) if whole else 0

    @property
    def done(self) -> bool:
        """Whether all epochs are done."""
        return self.epoch >= self.live.epochs

    def step(self) -> StepResult:
        """Train on the next batch.

        Raises:
            TrainingError: the loss is not finite; the network keeps the last values that gave a
                finite loss.
        """
        chosen = self._batch()
        bounds = micro_batch_bounds(len(chosen), self._bytes)
        micro_batches = [(index, chosen[start:stop]) for index, (start, stop) in enumerate(bounds)]
        parts = self.pool.compute(self.step_count, micro_batches)
        loss = sum(part.loss for part in parts) / len(chosen)
        if not np.isfinite(loss):
            self._diverged(loss)
        self._good[:] = self.network.vector
        grad = self._buffers[0]
        for other in self._buffers[1 : len(bounds)]:
            grad += other
        grad /= len(chosen)
        rate = self.live.learning_rate * self.config.schedule.factor(self.progress, self.live.epochs)
        now = UpdateSettings(rate, self.live.momentum, self.live.weight_decay)
        self.step_count += 1
        # Overflow shows in the next loss, which says so in words.
        with np.errstate(over="ignore", invalid="ignore"):
            self.config.optimiser.update(
                self.network.vector, grad, self._decay, self._optimiser_state, self.step_count, now
            )
        for index, layer in enumerate(self.network.spec.layers):
            if layer.statistics:
                layer.update_running_statistics(
                    self.network.params[index], [part.batch_statistics[index] for part in parts]
                )
        if self._average is not None:
            # The first steps average over what there is, so the random start is soon forgotten.
            keep = min(self.config.averaging, self.step_count / (self.step_count + 10))
            self._average += (1 - keep) * (self.network.vector - self._average)
        self.offset += len(chosen)
        if self.offset >= self.epoch_size:
            self.epoch, self.offset = self.epoch + 1, 0
        correct = sum(part.correct for part in parts) / len(chosen)
        return StepResult(self.step_count, self.progress, len(chosen), float(loss), correct, rate)

    def _batch(self) -> Labels:
        if self._order[0] != self.epoch:
            rng = np.random.default_rng([self.config.seed, _SHUFFLE, self.epoch])
            self._order = (self.epoch, rng.permutation(self._train))
        return self._order[1][self.offset : self.offset + self.live.batch_size]

    def _diverged(self, loss: float) -> None:
        self.network.vector[:] = self._good
        raise TrainingError(
            f"The loss became {loss} at step {self.step_count + 1}: the steps are too large. Try a learning "
            f"rate below {self.live.learning_rate:g} or a smaller momentum. The weights of step "
            f"{max(0, self.step_count - 1)} are kept."
        )

    def best_network(self) -> Network:
        """Return a copy of the network as it should be used: with averaged weights if there are any."""
        network = self.network.copy()
        if self._average is not None and self.step_count:
            network.vector[:] = self._average
        return network

    def validate(self) -> Evaluation | None:
        """Evaluate the images set aside; None if there are none."""
        if not len(self._validation):
            return None
        images, labels = (
            self.dataset.train_images[self._validation],
            self.dataset.train_labels[self._validation],
        )
        return evaluate(self.best_network(), self.preprocessing, images, labels, self._workers)

    def state(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Return everything that a continued run needs, as arrays and plain values."""
        arrays = {f"network.{name}": value for name, value in self.network.named().items()}
        arrays |= {f"optimiser.{name}": value for name, value in self._optimiser_state.items()}
        if self._average is not None:
            arrays["average"] = self._average
        numbers = {"step": self.step_count, "epoch": self.epoch, "offset": self.offset}
        live = {name: getattr(self.live, name) for name in LiveSettings.__dataclass_fields__}
        return arrays, {**numbers, "live": live}

    def restore(self, arrays: dict[str, Array], values: dict[str, Any]) -> None:
        """Continue from what ``state`` gave; the run goes on bit for bit as if never interrupted.

        Raises:
            ModelFileError: an array is missing or has the wrong shape.
        """
        prefix = "network."
        try:
            live = self.config.changed(LiveSettings(**values["live"])).live()
            counts = [int(values[name]) for name in ("step", "epoch", "offset")]
            state = {
                name: arrays[f"optimiser.{name}"].reshape(slot.shape)
                for name, slot in self._optimiser_state.items()
            }
            average = None if self._average is None else arrays["average"].reshape(self._average.shape)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelFileError(f"The checkpoint is damaged: {error}.") from None
        self.network.load({n.removeprefix(prefix): v for n, v in arrays.items() if n.startswith(prefix)})
        for name, slot in self._optimiser_state.items():
            slot[:] = state[name]
        if self._average is not None:
            self._average[:] = average
        self._good[:] = self.network.vector
        self.step_count, self.epoch, self.offset = counts
        self.live = live
