"""A training step of a recorded run: what it began with, as far as the run's folder knows."""

from __future__ import annotations

from collections.abc import Mapping

from engine.data.dataset import Dataset
from engine.errors import EngineError, ModelFileError
from engine.model.container import MOST_STEPS
from engine.model.network import Network
from engine.runs.folder import RunFolder
from engine.runs.record import fingerprint
from engine.training.batches import BatchPlan, split
from engine.training.config import RunConfig
from engine.training.replay import StepStart, batch_of
from engine.training.restore_point import Counters
from engine.types import Array


def recorded_step(folder: RunFolder, dataset: Dataset, step: int) -> StepStart:
    """Return what the step after the kept step ``step`` began with.

    Its images, settings and weights are those of the run. What the optimiser remembered is known before the
    first step, for an optimiser that remembers nothing, and where the run's newest state was written.

    Args:
        folder: the run.
        dataset: what it learnt from.
        step: a step whose weights are kept; 0 for the start.

    Raises:
        ModelFileError: the weights are not kept or are averaged ones, the data set is another one, or the run
            was done.
    """
    config = folder.record.config
    if config.averaging:
        raise ModelFileError(
            "This run keeps its averaged weights, not those that the training went on with, so its recorded "
            "steps cannot be taken apart."
        )
    if fingerprint(dataset) != folder.record.data.fingerprint:
        raise ModelFileError(f"{dataset.title} is not the same as when the run was recorded.")
    weights = folder.network(step).state_vector
    plan = BatchPlan(split(config, dataset)[0], config.seed_of_data)
    far = Counters(MOST_STEPS)
    plan.note(Counters(), config.live())
    for at in sorted({at for at, _, _ in folder.changes() if at <= step}):
        counters = plan.before(at + 1, far, config.live())[0]
        plan.note(counters, folder.settings(at + 1).live())
    before, live = plan.before(step + 1, far, config.live())
    if before.epoch >= live.epochs:
        raise ModelFileError(f"The run was done after step {step:,}: there is no step that follows.")
    batch = batch_of(config, dataset, plan, before, live)
    state = _state(folder, config, step)
    return StepStart(config, folder.record.data.preprocessing(), batch, weights, state)


def _state(folder: RunFolder, config: RunConfig, step: int) -> Mapping[str, Array] | None:
    """Return what the optimiser remembered after ``step``, if anybody knows."""
    fresh = config.optimiser.new_state(Network.empty(config.network).vector)
    if not fresh or step == 0:
        return fresh
    try:
        kept = folder.checkpoint()
    except EngineError:
        return None
    if int(kept.values["step"]) != step:
        return None
    return {name: kept.arrays[f"optimiser.{name}"] for name in fresh}
