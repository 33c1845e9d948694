"""``evaluate``: how good a model is on the test images of a data set."""

from __future__ import annotations

import argparse
import json

import numpy as np

from engine.cli import progress
from engine.cli.arguments import name_or_path, to_path
from engine.data.catalogue import DATASETS, load
from engine.errors import AnswerError, EngineError
from engine.formatting import share
from engine.io.files import write_text
from engine.model.model_file import Model
from engine.model.shipped import SHIPPED
from engine.recognise.doubted import Doubted
from engine.runs.library import split_moment
from engine.runs.moments import HELP as MOMENT
from engine.runs.moments import find
from engine.training.evaluation import CHUNK, Evaluation, Sweep
from engine.training.familiar import with_familiar
from engine.training.metrics import Metrics
from engine.training.rejection import Rejection
from engine.training.workers import Workers


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    names = ", ".join(SHIPPED)
    parser.add_argument(
        "--model",
        required=True,
        type=name_or_path,
        metavar="FILE_OR_NAME",
        help=f"a .safetensors file, a shipped model ({names}), or {MOMENT}",
    )
    parser.add_argument(
        "--data",
        metavar="NAME",
        help=f"data set: {', '.join(DATASETS)}, or one of your own (default: the one that a shipped model "
        "or a recorded run learnt from, else mnist)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument(
        "--rejection",
        action="store_true",
        help="also say how many right and wrong answers are doubted at which probability, and how many "
        "predict and the Test panel doubt, and why",
    )
    parser.add_argument(
        "--csv", type=to_path, metavar="FILE", help="also write the figures of each class to a CSV file"
    )


def run(args: argparse.Namespace) -> int:
    """Evaluate as ``args`` say; returns the exit code.

    Raises:
        EngineError: model or data cannot be read or do not fit each other, the model gives no finite numbers,
            or the file of answers cannot be written.
    """
    model = find(args.model)
    args.data = args.data or SHIPPED.get(args.model) or _data_of_run(args.model, model)
    dataset = load(args.data)
    if model.network.spec.in_shape != dataset.in_shape:
        raise EngineError(
            f"The model takes images of shape {model.network.spec.in_shape}, but those of {args.data} are "
            f"{dataset.in_shape}."
        )
    if model.network.classes != len(dataset.class_names):
        raise EngineError(
            f"The model knows {model.network.classes} classes, but {args.data} has "
            f"{len(dataset.class_names)}."
        )
    indices = dataset.test_labels.argsort(kind="stable")
    sweep = Sweep(model.network, model.preprocessing, dataset.test_images, dataset.test_labels, indices)
    with (
        Workers() as workers,
        progress.bar(len(indices), "image", leave=False, disable=args.json) as bar,
    ):
        while not sweep.finished:
            sweep.advance(5 * CHUNK, workers)
            bar.n = len(sweep.result().indices)
            bar.refresh()
    result = sweep.result()
    if len(result.labels) and not np.isfinite(result.loss).all():
        raise AnswerError(
            f"{args.model} gives no finite numbers for some of the images: "
            "its weights or its preprocessing are too large."
        )
    metrics = Metrics.of(result, model.class_names)
    doubted: Doubted | None = None
    if args.rejection:
        with progress.task("image", leave=False, disable=args.json) as task:
            doubted = Doubted.of(with_familiar(model), dataset.test_images, result, task)
    print(as_json(result, metrics, args, doubted) if args.json else as_table(result, metrics))
    if doubted is not None and not args.json:
        print("\n" + rejection_table(Rejection.of(result)))
        print("\n" + doubt_table(doubted))
    if args.csv:
        try:
            more = "\n" + Rejection.of(result).csv() if args.rejection else ""
            write_text(args.csv, metrics.csv() + more)
        except OSError as error:
            raise EngineError(f"Cannot write {args.csv}: {error.strerror or error}.") from None
    return 0


def _data_of_run(word: str, model: Model) -> str:
    """Return the data set that a recorded run learnt from; for other models the usual one."""
    recorded = split_moment(word)[1] is not None and "run" in model.record
    return str(model.record["config"]["data"]) if recorded else "mnist"


def as_json(
    result: Evaluation, metrics: Metrics, args: argparse.Namespace, doubted: Doubted | None = None
) -> str:
    """Return the figures as one JSON object."""
    rejected = {"rejection": Rejection.of(result).to_json()} if args.rejection else {}
    if doubted is not None:
        rejected["doubt"] = doubted.to_json()
    return json.dumps(
        {
            "model": str(args.model),
            "data": args.data,
            "images": len(result.labels),
            "accuracy": result.accuracy,
            "loss": result.mean_loss,
            "class_accuracy": [None if value != value else value for value in result.class_accuracy.tolist()],
            "confusion": result.confusion.tolist(),
            **metrics.to_json(),
            **rejected,
        }
    )


def as_table(result: Evaluation, metrics: Metrics) -> str:
    """Return the accuracy, the confusion matrix and the metrics of each class as text."""
    names = metrics.names
    wrong = int((result.labels != result.predicted).sum())
    width = max(6, *(len(name) + 1 for name in names))
    lines = [
        f"accuracy {share(result.accuracy, 2)}: {wrong} of {len(result.labels)} images wrong",
        f"mean loss {result.mean_loss:.4f}",
        "",
        "rows: true class, columns: predicted class",
        " " * width + "".join(f"{name:>{width}}" for name in names) + f"{'right':>10}",
    ]
    for name, row, accuracy in zip(names, result.confusion, result.class_accuracy, strict=True):
        numbers = "".join(f"{n:>{width}}" for n in row)
        lines.append(f"{name:>{width}}{numbers}{share(accuracy, 2):>10}")
    return "\n".join([*lines, "", *_metrics(metrics, width)])


def rejection_table(rejection: Rejection) -> str:
    """Return how many right and wrong answers are doubted at which limit as text."""
    heads = (
        "doubted below",
        f"of {rejection.right} right",
        f"of {rejection.wrong} wrong",
        "answered",
        "accuracy",
    )
    lines = ["".join(f"{head:>{15}}" for head in heads)]
    for each in rejection.limits:
        cells = (
            f"{each.limit:g}",
            f"{each.right}",
            f"{each.wrong}",
            share(each.answered, 2),
            share(each.accuracy, 2),
        )
        lines.append("".join(f"{cell:>{15}}" for cell in cells))
    return "\n".join(lines)


def doubt_table(doubted: Doubted) -> str:
    """Return what the rule of ``predict`` and of the Test panel doubts, and why, as text."""
    rejection = doubted.rejection
    right, wrong = (sum(both[k] for both in doubted.reasons.values()) for k in (0, 1))
    head = f"doubted as predict does: {right} of {rejection.right} right, {wrong} of {rejection.wrong} wrong"
    lines = [f"  {reason}: {good} right, {bad} wrong" for reason, (good, bad) in doubted.reasons.items()]
    if not doubted.known:
        lines.append("  (it is not known what the training pictures look like to this model)")
    all_signs, alone = share(rejection.area, 3), share(doubted.by_probability, 3)
    tail = f"mean share of wrong answers, whatever share is answered: {all_signs}; by probability {alone}"
    return "\n".join([head, *lines, tail])


def _metrics(metrics: Metrics, width: int) -> list[str]:
    """Return precision, recall and F1 of each class, the most frequent confusions and the calibration."""
    columns = (metrics.precision, metrics.recall, metrics.f1)
    rows = [*zip(metrics.names, zip(*columns, strict=True), strict=True), ("macro", metrics.macro)]
    width = max(width, 7)
    lines = [f"{'class':>{width}}{'precision':>11}{'recall':>11}{'F1':>11}"]
    lines += [f"{name:>{width}}" + "".join(f"{share(v, 2):>11}" for v in row) for name, row in rows]
    if confusions := metrics.confusions(5):
        found = (f"{metrics.names[c.true]} as {metrics.names[c.predicted]} {c.images}" for c in confusions)
        lines += ["", "most frequent confusions: " + ", ".join(found)]
    return [*lines, f"expected calibration error {share(metrics.reliability.error, 2)}"]
