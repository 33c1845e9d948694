"""A run as one HTML file that needs nothing else: no connection, no program but a browser."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.catalogue import load
from engine.data.dataset import Dataset
from engine.errors import EngineError
from engine.explain import METHODS, ExplainError
from engine.formatting import counted, percent, share
from engine.health import WARNINGS, findings
from engine.health.recorded import recorded, spread
from engine.io.files import write_text
from engine.look.colour import figure, layer_scale
from engine.model.history import Columns
from engine.model.model_file import Model
from engine.publish.charts import Chart, Series, chart
from engine.publish.pictures import address, coloured_kernels, image_picture, overlay
from engine.resources import RESOURCES
from engine.runs.compare import last_model, setting_rows
from engine.runs.folder import RunFolder
from engine.runs.record import fingerprint
from engine.runs.summary import summary_of
from engine.task import Task
from engine.training.evaluation import Evaluation, Sweep
from engine.training.workers import Workers
from engine.types import Array

_MOMENTS = 8
"""Steps whose kernels are shown."""

_MISTAKES = 24
_EXPLAINED = 4
_WAYS = ("saliency", "grad_cam")
"""How answers are explained: the methods that take a pass or two."""

_CHUNK = 200
_LARGEST_KERNELS = 4096
"""Kernels of a layer that are drawn at most."""


def write_report(folder: RunFolder, path: Path, task: Task) -> None:
    """Write the report of a run to ``path``; an older file stays as it was unless all went well.

    Raises:
        ModelFileError: no weights of the run can be read.
        OSError: ``path`` cannot be written.
        Cancelled: the task was cancelled.
    """
    write_text(path, report(folder, task))


def report(folder: RunFolder, task: Task) -> str:
    """Return the report of a run as HTML; what cannot be said of it is left out with a sentence."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # most starts do without

    environment = Environment(
        loader=FileSystemLoader(RESOURCES / "report"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("report.html").render(_content(folder, task))


def _content(folder: RunFolder, task: Task) -> dict[str, Any]:
    """Return everything that the template shows."""
    model = last_model(folder)
    status, notes, record = folder.status(), folder.notes(), folder.record
    content: dict[str, Any] = {
        "title": notes.name or folder.path.resolve().name,
        "note": notes.text,
        "facts": _facts(folder),
        "settings": [(row.name, row.values[0]) for row in setting_rows([folder])],
        "unusual": [
            (name.replace("_", " "), value) for name, value in summary_of(folder.path).unusual.items()
        ],
        "layers": [
            (layer.title, " × ".join(map(str, shape)))
            for layer, shape in zip(model.network.spec.layers, model.network.shapes, strict=True)
        ],
        "charts": _charts(folder),
        "kernels": _kernels(folder, task),
        "config": (config := json.dumps(record.config.to_json(), indent=2)),
        "config_address": "data:application/json;base64," + base64.b64encode(config.encode()).decode(),
        "versions": record.versions,
        "classes": record.data.class_names,
        "evaluation": None,
        "mistakes": [],
        "explained": [],
        "health": None,
        "missing": "",
    }
    try:
        dataset = load(record.config.data)
        if fingerprint(dataset) != record.data.fingerprint:
            raise EngineError(f"{dataset.title} is not the same as when the run learnt from it.")
        content |= _answers(model, dataset, task)
        found = findings(recorded(folder, dataset, task))
        content["health"] = {"findings": found, "warnings": len(WARNINGS)}
    except EngineError as error:
        content["missing"] = str(error)
    content["notices"] = list(folder.notices)
    content["state"] = status.message or status.state
    return content


def _facts(folder: RunFolder) -> list[tuple[str, str]]:
    status, record = folder.status(), folder.record
    facts = [
        ("Data set", record.data.title),
        ("Network", record.config.network.name),
        ("Began", record.created.replace("T", " ").replace("+00:00", " UTC")),
        ("Steps", f"{status.step:,}"),
        ("Training took", f"{status.seconds:,.0f} s"),
    ]
    for name, value in (
        ("Best validation", status.best_accuracy),
        ("Last validation", status.last_accuracy),
        ("Test accuracy", status.test_accuracy),
    ):
        if value is not None:
            facts.append((name, share(value)))
    if record.race:
        facts.append(("Race", record.race.title))
    if record.parent:
        facts.append(("Branched off from", f"{record.parent.run}@{record.parent.step}"))
    return facts


def _charts(folder: RunFolder) -> list[Chart]:
    history = folder.history()

    def series(name: str, style: str, columns: Columns, column: str) -> Series:
        return Series(name, style, columns.column("step"), columns.column(column))

    both = (("each batch", "train", history.steps), ("validation", "validation", history.validations))
    drawn = (
        chart("Loss", "", [series(name, style, table, "loss") for name, style, table in both]),
        chart("Accuracy", " %", [series(name, style, table, "accuracy") for name, style, table in both], 100),
        chart("Learning rate", "", [series("each batch", "train", history.steps, "learning_rate")]),
    )
    return [each for each in drawn if each]


def _kernels(folder: RunFolder, task: Task) -> list[dict[str, Any]]:
    """Return for each convolution its kernels at a few steps, all on one scale."""
    layers: dict[str, list[tuple[int, Array]]] = {}
    for step in spread(folder.steps(), _MOMENTS):
        task.check()
        try:
            network = folder.network(step)
        except EngineError as error:
            folder.notices.append(str(error))
            continue
        for name, array in network.named().items():
            if array.ndim == 4 and array.shape[0] * array.shape[1] <= _LARGEST_KERNELS:
                number = int(name.partition(".")[0])
                title = f"{number + 1}. {network.spec.layers[number].title}, {name.partition('.')[2]}"
                layers.setdefault(title, []).append((step, array))
    found = []
    for title, moments in layers.items():
        task.check()
        scale = layer_scale(np.concatenate([array.ravel() for _, array in moments]), signed=True)
        pictures = [{"step": step, "src": address(coloured_kernels(array, scale))} for step, array in moments]
        found.append(
            {"title": title, "moments": pictures, "scale": f"{figure(scale.low)} to {figure(scale.high)}"}
        )
    return found


def _answers(model: Model, dataset: Dataset, task: Task) -> dict[str, Any]:
    """Return the confusion matrix, the clearest mistakes, and why some answers were given."""
    images, labels = dataset.test_images, dataset.test_labels
    sweep = Sweep(model.network, model.preprocessing, images, labels, np.arange(len(images)))
    with Workers(1) as workers:
        while not sweep.finished:
            sweep.advance(_CHUNK, workers)
            task.report(len(sweep.result().indices), sweep.total, "test images")
    result = sweep.result()
    worst = result.worst(_MISTAKES)
    right = np.flatnonzero(result.labels == result.predicted)
    chosen = [*worst[: _EXPLAINED // 2], *right[: _EXPLAINED - min(_EXPLAINED // 2, len(worst))]]
    names = dataset.class_names

    def about(place: int) -> dict[str, Any]:
        return {
            "src": address(image_picture(images[result.indices[place]])),
            "true": names[result.labels[place]],
            "answer": names[result.predicted[place]],
            "sure": percent(float(result.confidence[place])),
            "number": int(result.indices[place]),
            "right": bool(result.labels[place] == result.predicted[place]),
        }

    return {
        "evaluation": {
            "accuracy": share(result.accuracy),
            "images": counted(len(result.labels), "test image"),
            "rows": _matrix(result),
            "wrong": int((result.labels != result.predicted).sum()),
        },
        "mistakes": [about(int(place)) for place in worst],
        "explained": [
            about(int(place)) | {"maps": _maps(model, images[result.indices[place]], task)}
            for place in chosen
        ],
    }


def _matrix(result: Evaluation) -> list[list[dict[str, Any]]]:
    """Return the confusion matrix: count and strength, 0 to 1, of each cell."""
    confusion = result.confusion
    totals = np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    return [
        [{"count": int(count), "strength": round(float(part), 3)} for count, part in zip(*row, strict=True)]
        for row in zip(confusion, confusion / totals, strict=True)
    ]


def _maps(model: Model, image: Any, task: Task) -> list[dict[str, str]]:
    """Return the explanations of the answer to ``image``; a method that does not suit the network says so."""
    target = int(model.network.predict(model.preprocessing.apply(image[None])).argmax())
    maps = []
    for name in _WAYS:
        method = METHODS[name]()
        try:
            found = method.explain(model.network, model.preprocessing, image, target, task)
        except ExplainError as error:
            maps.append({"title": method.title, "src": "", "words": str(error)})
        else:
            maps.append(
                {"title": method.title, "src": address(overlay(image, found.values)), "words": method.about}
            )
    return maps
