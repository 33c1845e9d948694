"""The curves, weights and kernels of a recorded run as logs: CSV, or what TensorBoard reads.

Tags of the log for TensorBoard, each at the step it belongs to: ``loss/batch``, ``accuracy/batch``,
``learning_rate`` (every batch), ``loss/validation``, ``accuracy/validation`` (every validation),
``<layer>/<parameter>`` (histograms, at every kept step) and, for kernels, ``<layer>/<parameter> kernels``: a
picture of them side by side, a row a filter, a column an input channel; grey is zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import ConfigError, EngineError
from engine.io.files import together
from engine.model.history import Columns
from engine.publish.pictures import kernel_picture, png
from engine.runs.folder import RunFolder
from engine.task import Task
from engine.types import Array

_BINS = 64
"""Columns of a histogram."""

_EXTRA = 'Logs for TensorBoard need its package; add it with: pip install "kernelscope[tensorboard]".'


def write_log(run: RunFolder, form: str, folder: Path, task: Task) -> list[Path]:
    """Write the log of ``run`` in one of ``FORMS`` into ``folder``; return the new files.

    All of it is written, or nothing: also if the task is cancelled.

    Raises:
        ConfigError: the form is not known, or what it needs is not installed.
        OSError: the folder cannot be written.
    """
    if form not in FORMS:
        raise ConfigError(f"The form of a log is {form!r}; allowed are {', '.join(FORMS)}.")
    place = folder / run.path.resolve().name  # not what is written in the run, which could lead elsewhere
    place.mkdir(parents=True, exist_ok=True)
    with together(place) as new:
        FORMS[form](run, new, task)
        written = sorted(path.name for path in new.iterdir())
    return [place / name for name in written]


def _csv(run: RunFolder, folder: Path, task: Task) -> None:
    history = run.history()
    for name, columns in (("steps", history.steps), ("validations", history.validations)):
        task.check()
        (folder / f"{name}.csv").write_text(columns.csv(), encoding="utf-8")


def _tensorboard(run: RunFolder, folder: Path, task: Task) -> None:
    try:  # an optional extra, loaded when first used
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.summary.writer.record_writer import RecordWriter
    except ImportError:
        raise ConfigError(_EXTRA) from None

    began = _began(run)
    history = run.history()
    steps = run.steps()
    total = history.steps.length + history.validations.length + len(steps)
    done = 0
    with (folder / f"events.out.tfevents.{int(began)}.kernelscope").open("wb") as file:
        writer = RecordWriter(file)

        def write(step: int, seconds: float, values: list[Any]) -> None:
            nonlocal done
            event = Event(wall_time=began + seconds, step=step, summary=Summary(value=values))
            writer.write(event.SerializeToString())
            done += 1
            task.report(done, total)

        writer.write(Event(wall_time=began, file_version="brain.Event:2").SerializeToString())
        for step, seconds, figures in _scalars(history.steps, "batch"):
            write(step, seconds, [Summary.Value(tag=tag, simple_value=value) for tag, value in figures])
        for step, seconds, figures in _scalars(history.validations, "validation"):
            write(step, seconds, [Summary.Value(tag=tag, simple_value=value) for tag, value in figures])
        times = dict(zip(*(history.steps.column(name) for name in ("step", "seconds")), strict=True))
        for step in steps:
            try:
                values = _weights(run, step, Summary)
            except EngineError as error:  # one damaged file; the rest is worth having
                run.notices.append(str(error))
                continue
            write(step, _known(times.get(float(step), 0.0)), values)


def _scalars(columns: Columns, of: str) -> Iterator[tuple[int, float, list[tuple[str, float]]]]:
    """Yield step, seconds and the figures of each row under their tags."""
    tags = {"loss": f"loss/{of}", "accuracy": f"accuracy/{of}", "learning_rate": "learning_rate"}
    for row in columns.table().T.tolist():
        values = dict(zip(columns.names, row, strict=True))
        figures = [(tag, values[name]) for name, tag in tags.items() if name in values]
        yield int(values["step"]), _known(values["seconds"]), figures


def _began(run: RunFolder) -> float:
    """Return when the run began, seconds since 1970; 0 if that cannot be read."""
    try:
        return datetime.fromisoformat(run.record.created).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def _known(seconds: float) -> float:
    """Return seconds, 0 where a run does not know them."""
    return seconds if np.isfinite(seconds) else 0.0


def _weights(run: RunFolder, step: int, summary: Any) -> list[Any]:
    """Return a histogram of each parameter after ``step``, and a picture of the kernels of each layer."""
    values = []
    network = run.network(step)
    titles = [f"{number} {layer.title}" for number, layer in enumerate(network.spec.layers, 1)]
    for name, array in network.named().items():
        number, _, parameter = name.partition(".")
        tag = f"{titles[int(number)]}/{parameter}"
        values.append(summary.Value(tag=tag, histo=_histogram(array)))
        if array.ndim == 4:
            picture = kernel_picture(array)
            height, width = picture.shape
            image = summary.Image(height=height, width=width, colorspace=1, encoded_image_string=png(picture))
            values.append(summary.Value(tag=f"{tag} kernels", image=image))
    return values


def _histogram(array: Array) -> Any:
    """Return the distribution of all finite values of ``array`` as TensorBoard keeps it."""
    from tensorboard.compat.proto.summary_pb2 import HistogramProto

    values = array[np.isfinite(array)].astype(np.float64)
    counts, edges = np.histogram(values, _BINS)
    low, high = (values.min(), values.max()) if len(values) else (0.0, 0.0)
    return HistogramProto(
        min=low,
        max=high,
        num=len(values),
        sum=values.sum(),
        sum_squares=np.square(values).sum(),
        bucket_limit=edges[1:].tolist(),
        bucket=counts.tolist(),
    )


FORMS: dict[str, Callable[[RunFolder, Path, Task], None]] = {"csv": _csv, "tensorboard": _tensorboard}
"""Adding a form: a function that writes the log of a run into an empty folder, and an entry here."""
