"""What ``train`` adds to the folder of a run at its end: all of one run, or all of the one before."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from engine.cli import progress
from engine.cli.attended import Attended
from engine.data.dataset import Dataset
from engine.data.folders import own_folder
from engine.errors import EngineError
from engine.io import files
from engine.io.files import together, write_text
from engine.io.gate import is_there
from engine.model.model_file import Model, load_model
from engine.runs import names
from engine.signals import Interruptions
from engine.training.evaluation import Evaluation, Sweep
from engine.training.workers import Workers

MODEL, CONFIG, RESULT = NAMES = ("model.safetensors", "config.json", "result.json")
"""The results; the rest of the folder is the record of the run."""

OLD_STATE = "checkpoint.safetensors"
"""The complete state in folders of earlier versions, which can be gone on with."""
_OLD = (OLD_STATE, "curves.csv", "validation.csv")
_ASIDE = ".kernelscope.replaced"
"""Folder in the folder, for what a run replaces until it has results of its own."""
_MOVING = ".kernelscope.moving"
"""The same folder while files are moved there or back: what is in it belongs into the folder."""

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

        If that fails, or the run could not be recorded there, results and record go to a new folder
        elsewhere, and ``out`` keeps the results that it had.

        Raises:
            EngineError: they cannot be written anywhere; the message says why.
        """
        try:
            self._run.keep()
            self._to(out)
            for name in _OLD:
                (out / name).unlink(missing_ok=True)
            return out, ""
        except EngineError as error:
            problem = str(error)
        except OSError:  # older files that stay do no harm
            return out, ""
        for folder in (Path.cwd(), own_folder().parent, Path(tempfile.gettempdir())):
            prefix = f"kernelscope-{time.strftime('%Y-%m-%d-%H%M%S')}-"
            with suppress(EngineError, OSError):
                folder.mkdir(parents=True, exist_ok=True)
                place = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
                try:
                    self._to(place)
                    self._run.copy_record(place)
                    return place, problem
                except BaseException:
                    shutil.rmtree(place, ignore_errors=True)
                    raise
        raise EngineError(problem)

    def _to(self, out: Path) -> None:
        try:
            out.mkdir(parents=True, exist_ok=True)
            with together(out) as new:
                try:
                    self._fill(new)
                except EngineError as error:  # which names a folder that is gone when it is read
                    raise EngineError(str(error).replace(str(new), str(out))) from None
        except OSError as error:
            raise EngineError(f"Cannot write to {out}: {error.strerror or error}.") from None

    def _fill(self, new: Path) -> None:
        self._run.save(new / MODEL)
        model = load_model(new / MODEL)
        write_text(new / CONFIG, json.dumps(model.record["config"], indent=2) + "\n")
        self.figures = self.figures or self._measured(model)
        write_text(new / RESULT, json.dumps(self.figures, indent=2) + "\n")
        self._run.note_test_accuracy(self.figures["test_accuracy"])

    def _measured(self, model: Model) -> dict[str, Any]:
        result = self._evaluation(model)
        return {
            "test_accuracy": result.accuracy,
            "test_cost": result.mean_loss,
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


def what_is_there(out: Path) -> str:
    """Return the name of a result or a record of a run that lies in ``out``, or ""."""
    there = (name for name in (*NAMES, names.RUN, OLD_STATE) if is_there(out / name))
    return next(there, "")


@contextmanager
def set_aside(out: Path) -> Iterator[None]:
    """Keep what an earlier run has left in ``out`` until the block has put results of its own there.

    If it leaves nothing, all is as it was. If it leaves a run without results, which can be gone on with, the
    earlier one stays aside until that has some, and this is said. What a killed program has done of this is
    seen to by ``recover``.

    Raises:
        EngineError: it cannot be moved.
    """
    try:
        if what_is_there(out):
            shutil.rmtree(out / _ASIDE, ignore_errors=True)  # of a run that came to no results
            (out / _MOVING).mkdir()
            _move(out, out / _MOVING)
            (out / _MOVING).rename(out / _ASIDE)
    except OSError as error:
        recover(out)
        raise EngineError(f"Cannot write to {out}: {error.strerror or error}.") from None
    try:
        yield
    finally:
        recover(out)
        if _is_folder(out / _ASIDE):
            progress.say(f"What {out} held before is in {out / _ASIDE} until this run has results.")


def recover(out: Path) -> None:
    """Bring ``out`` to a state that is whole: results are of one run, the older one's if there is no other.

    To be called by whoever holds the folder. What cannot be done now is done the next time.
    """
    files.recover(out)
    with suppress(OSError):
        moving, aside = out / _MOVING, out / _ASIDE
        if _is_folder(aside) and (out / MODEL).exists():
            shutil.rmtree(aside)
        elif _is_folder(aside) and not (out / names.RUN).exists():
            _remove(out)  # what a run without a record has left
            aside.rename(moving)
        if _is_folder(moving):
            _move(moving, out)
            moving.rmdir()


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _files_of(folder: Path) -> Iterator[Path]:
    """Yield the files of a run in ``folder``; the record of it comes first."""
    for name in (names.RUN, *names.FILES, *NAMES, *_OLD):
        path = folder / name
        if path.exists() or path.is_symlink():
            yield path


def _move(source: Path, target: Path) -> None:
    for path in list(_files_of(source)):
        path.rename(target / path.name)


def _remove(folder: Path) -> None:
    for path in list(_files_of(folder)):
        if _is_folder(path):
            shutil.rmtree(path)
        else:
            path.unlink()
