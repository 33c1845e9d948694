"""What a run leaves in files: the network as it stands, or all that is needed to resume."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from engine.errors import EngineError
from engine.model.history import History
from engine.model.model_file import Model, save_model
from engine.session.messages import Save
from engine.training.checkpoint import Checkpoint, save_checkpoint
from engine.training.familiar import familiar
from engine.training.trainer import Trainer

_log = logging.getLogger(__name__)


def save(command: Save, trainer: Trainer, history: History, seconds: float) -> str:
    """Write the file that ``command`` asks for; returns why it could not be written, or nothing."""
    try:
        if command.checkpoint:
            save_checkpoint(command.path, as_checkpoint(trainer, history))
        else:
            save_model(command.path, as_model(trainer, history, seconds))
    except EngineError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - reported in any case to whoever waits for the file
        _log.exception("cannot save %s", command.path)
        return f"Cannot write {command.path}: {str(error) or type(error).__name__}."
    return ""


def as_model(trainer: Trainer, history: History, seconds: float) -> Model:
    """Return the network as it stands after ``seconds`` of training, ready to be used elsewhere."""
    record: dict[str, Any] = {
        "config": trainer.config.changed(trainer.live).to_json(),
        "steps": trainer.step_count,
        "epochs": round(trainer.progress, 6),
        "seconds": round(seconds, 3),
    }
    names, curves = trainer.dataset.class_names, history.until(trainer.step_count)
    model = Model(trainer.best_network(), trainer.preprocessing, names, record, curves)
    config = trainer.config
    known = familiar(model, trainer.dataset, config.validation_images, config.seed)
    return replace(model, familiar=known)


def as_checkpoint(trainer: Trainer, history: History) -> Checkpoint:
    """Return all that is needed to resume."""
    arrays, values = trainer.state()
    return Checkpoint(trainer.config, dict(arrays), values, history.until(trainer.step_count))
