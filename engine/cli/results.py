"""What ``train`` leaves in its folder: all of one run, or all of the one before."""

from __future__ import annotations

import json
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from engine.cli.attended import Attended
from engine.data.dataset import Dataset
from engine.data.folders import own_folder
from engine.errors import EngineError
from engine.io.files import together, write_text
from engine.model.model_file import Model, load_model
from engine.signals import Interruptions
from engine.training.evaluation import Evaluation, Sweep
from engine.training.workers import Workers

MODEL, STEPS, VALIDATIONS, CONFIG, RESULT, CHECKPOINT = NAMES = (
    "model.safetensors",
    "curves.csv",
    "validation.csv",
    "config.json",
    "result.json",
    "checkpoint.safetensors",
)

_CHUNK = 1000
"""Test images between two looks at whether a signal has come."""


class Results:
    """The results of one run, which can be written more than once but are computed once.

    Attributes:
        figures: what ``result.json`` holds; empty before the first writing.
    """

    def __init__(self, run: Attended, dataset: Dataset, interruptions: Interruptions) -> None:
        """Take the results from ``run``, which stands at its end."""
        self.figures: dict[str, Any] = {}
        self._run, self._dataset, self._interruptions = run, dataset, interruptions

    def write(self, out: Path) -> tuple[Path, str]:
        """Write all results to ``out`` together; returns where they are, and what was wrong with ``out``.

        If that fails they go to a new folder elsewhere, and ``out`` keeps what it had.

        Raises:
            EngineError: they cannot be written anywhere; the message says why.
        """
        try:
            return self._to(out), ""
        except EngineError as error:
            problem = str(error)
        for folder in (Path.cwd(), own_folder().parent, Path(tempfile.gettempdir())):
            prefix = f"kernelscope-{time.strftime('%Y-%m-%d-%H%M%S')}-"
            with suppress(EngineError, OSError):
                folder.mkdir(parents=True, exist_ok=True)
                place = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
                try:
                    return self._to(place), problem
                except BaseException:
                    place.rmdir()
                    raise
        raise EngineError(problem)

    def _to(self, out: Path) -> Path:
        try:
            out.mkdir(parents=True, exist_ok=True)
            with together(out) as new:
                try:
                    self._fill(new)
                except EngineError as error:  # which names a folder that is gone when it is read
                    raise EngineError(str(error).replace(str(new), str(out))) from None
        except OSError as error:
            raise EngineError(f"Cannot write to {out}: {error.strerror or error}.") from None
        return out

    def _fill(self, new: Path) -> None:
        self._run.save(new / MODEL)
        self._run.save(new / CHECKPOINT, checkpoint=True)
        model = load_model(new / MODEL)
        for name, columns in ((STEPS, model.history.steps), (VALIDATIONS, model.history.validations)):
            write_text(new / name, columns.csv())
        write_text(new / CONFIG, json.dumps(model.record["config"], indent=2) + "\n")
        self.figures = self.figures or self._measured(model)
        write_text(new / RESULT, json.dumps(self.figures, indent=2) + "\n")

    def _measured(self, model: Model) -> dict[str, Any]:
        result = self._evaluation(model)
        return {
            "test_accuracy": result.accuracy,
            "test_loss": result.mean_loss,
            "test_images": len(result.labels),
            "steps": model.record["steps"],
            "training_seconds": model.record["seconds"],
            "parameters": model.network.vector.size,
        }

    def _evaluation(self, model: Model) -> Evaluation:
        images, labels = self._dataset.test_images, self._dataset.test_labels
        sweep = Sweep(model.network, model.preprocessing, images, labels, np.arange(len(images)))
        with Workers(int(model.record["config"]["threads"])) as workers:
            while not sweep.finished:
                if self._interruptions.count > 1:
                    raise KeyboardInterrupt("stopped at once; --resume writes the results of this run")
                sweep.advance(_CHUNK, workers)
        return sweep.result()
