"""``runs compare``: recorded runs beside each other, on standard output."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from engine.cli import progress
from engine.cli.progress import say
from engine.cli.tables import table
from engine.data.dataset import Dataset
from engine.errors import ConfigError, DataError, ModelFileError
from engine.formatting import DASH, counted, loss_figure, share
from engine.model.history import History
from engine.model.model_file import Model
from engine.runs.compare import (
    Answers,
    CurveSummary,
    SettingRow,
    evaluations,
    last_model,
    loss_at,
    setting_rows,
    shared_test_images,
)
from engine.runs.folder import RunFolder
from engine.runs.library import Library, split_moment
from engine.runs.moments import moment
from engine.text import plain
from engine.training.evaluation import Evaluation
from engine.training.workers import Workers

HELP = "put runs beside each other: settings, curves, and their answers to the test images"
_SHOWN = 20
_POINTS = 8


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "runs",
        metavar="RUN",
        nargs="+",
        help="two runs or more, or RUN@STEP; answers are compared with the first",
    )
    parser.add_argument(
        "--images",
        type=_count,
        default=_SHOWN,
        metavar="N",
        help=f"test images on which they disagree that are listed (default: {_SHOWN}; --json has all)",
    )


def _count(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of images; allowed is 0 or more")
    return int(text)


@dataclass(frozen=True)
class _Side:
    """One of the runs.

    Attributes:
        word: what the user called it.
        folder: the run.
        history: its curves.
        model: its network at the compared step; None if it has kept none that can be read.
    """

    word: str
    folder: RunFolder
    history: History
    model: Model | None

    @property
    def step(self) -> int | None:
        """The step whose network is compared, if there is one."""
        return self.model.record["steps"] if self.model else None

    @property
    def summary(self) -> CurveSummary:
        """Its curves in a few numbers."""
        return CurveSummary.of(self.folder, self.history)


def run(args: argparse.Namespace, library: Library) -> None:
    """Compare as ``args`` say; raises EngineError."""
    if len(args.runs) < 2:
        raise ConfigError("Comparing takes two runs or more; name another one.")
    sides = [_side(word, library) for word in args.runs]
    for notice in dict.fromkeys(notice for side in sides for notice in side.folder.notices):
        say(notice)
    dataset, results = _asked(sides, quiet=args.json)
    rows = setting_rows([side.folder for side in sides])
    if args.json:
        print(json.dumps(_as_json(sides, rows, dataset, results), indent=2))
    else:
        print("\n".join(_as_text(sides, rows, dataset, results, args.images)))


def _side(word: str, library: Library) -> _Side:
    if split_moment(word)[1] is None:
        folder = RunFolder(library.find(word))
        try:
            model = last_model(folder)
        except ModelFileError as error:
            model = None
            folder.notices.append(str(error))
    else:
        at = moment(word)
        folder, model = at.folder, at.folder.model(at.step)
    return _Side(word, folder, folder.history(), model)


def _asked(sides: Sequence[_Side], *, quiet: bool) -> tuple[Dataset | None, list[Evaluation]]:
    """Return the data set and what each network answers; nothing, and a sentence, if that cannot be had."""
    models = [side.model for side in sides if side.model is not None]
    if len(models) < len(sides):
        return None, []
    try:
        dataset = shared_test_images([side.folder for side in sides])
    except (ConfigError, DataError) as error:  # settings and curves can be compared all the same
        say(str(error))
        return None, []
    with Workers() as workers, progress.task("image", leave=False, disable=quiet) as task:
        return dataset, evaluations(models, dataset, workers, task)


# --- JSON ----------------------------------------------------------------------------------------------


def _as_json(
    sides: Sequence[_Side],
    rows: Sequence[SettingRow],
    dataset: Dataset | None,
    results: Sequence[Evaluation],
) -> dict[str, Any]:
    runs = [
        {
            "name": side.folder.record.id,
            "folder": str(side.folder.path),
            "step": side.step,
            "curves": asdict(side.summary),
            "loss": [[step, loss_at(side.history, step)] for step in _points(sides)],
            "accuracy": results[number].accuracy if results else None,
            "problems": side.folder.notices,
        }
        for number, side in enumerate(sides)
    ]
    differences = [
        _difference_json(sides, Answers(results[0], result), 0, number)
        for number, result in enumerate(results)
        if number
    ]
    return {
        "runs": runs,
        "settings": [{"name": row.name, "values": list(row.values), "differs": row.differs} for row in rows],
        "data": dataset.title if dataset else None,
        "class_names": list(dataset.class_names) if dataset else None,
        "differences": differences,
    }


def _difference_json(sides: Sequence[_Side], answers: Answers, first: int, second: int) -> dict[str, Any]:
    at = answers.disagreements
    return {
        "runs": [sides[first].folder.record.id, sides[second].folder.record.id],
        "confusion": answers.difference.tolist(),
        "only_second_right": answers.counts[0],
        "only_first_right": answers.counts[1],
        "neither_right": answers.counts[2],
        "disagreements": [
            {"image": image, "label": label, "answers": [one, other]}
            for image, label, one, other in zip(
                answers.first.indices[at].tolist(),
                answers.first.labels[at].tolist(),
                answers.first.predicted[at].tolist(),
                answers.second.predicted[at].tolist(),
                strict=True,
            )
        ],
    }


# --- text ------------------------------------------------------------------------------------------------


def _as_text(
    sides: Sequence[_Side],
    rows: Sequence[SettingRow],
    dataset: Dataset | None,
    results: Sequence[Evaluation],
    images: int,
) -> list[str]:
    titles = [_letter(number) for number in range(len(sides))]
    lines = [
        f"{title}: {plain(side.folder.record.id)}" + ("" if side.step is None else f" at step {side.step:,}")
        for title, side in zip(titles, sides, strict=True)
    ]
    lines += ["", *table([["curves", *titles], *_curve_rows(sides, results)])]
    points = _points(sides)
    lines += ["", *table([["loss at step", *titles], *(_loss_row(sides, step) for step in points)])]
    cells = [[("* " if row.differs else "  ") + row.name, *row.values] for row in rows]
    lines += ["", *table([["  settings (* differ)", *titles], *cells], right=False)]
    for number in range(1, len(results)):
        assert dataset is not None  # noqa: S101 - for the type checker: it came with the results
        answers = Answers(results[0], results[number])
        lines += ["", *_difference_text(answers, dataset, titles[0], titles[number], images)]
    return lines


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else str(number + 1)


def _curve_rows(sides: Sequence[_Side], results: Sequence[Evaluation]) -> list[list[str]]:
    sums = [side.summary for side in sides]
    rows = [
        ["steps", *(f"{each.steps:,}" for each in sums)],
        ["epochs", *(f"{each.epochs:.2f}" for each in sums)],
        ["seconds", *(DASH if each.seconds is None else f"{each.seconds:.1f}" for each in sums)],
        ["last loss", *(_loss(each.loss) for each in sums)],
        ["best validation", *(_percent(each.best_accuracy) for each in sums)],
        ["  at step", *(DASH if each.best_step is None else f"{each.best_step:,}" for each in sums)],
        ["last validation", *(_percent(each.last_accuracy) for each in sums)],
    ]
    if results:
        rows.append(["test images", *(_percent(each.accuracy) for each in results)])
    return rows


def _loss_row(sides: Sequence[_Side], step: int) -> list[str]:
    return [f"{step:,}", *(_loss(loss_at(side.history, step)) for side in sides)]


def _points(sides: Sequence[_Side]) -> list[int]:
    """Return some steps, ever farther apart, up to the last one of the longest run."""
    last = max(side.summary.steps for side in sides)
    return sorted({round((last + 1) ** (n / _POINTS)) for n in range(1, _POINTS)} | {last} - {0})


def _difference_text(answers: Answers, dataset: Dataset, one: str, other: str, most: int) -> list[str]:
    names, at = dataset.class_names, answers.disagreements
    better, worse, neither = answers.counts
    width = max(6, *(len(name) + 1 for name in names))
    told = (
        f"{one} and {other} answer differently to {counted(len(at), 'test image')} of "
        f"{len(answers.first.labels):,}: only {other} is right on {better:,}, only {one} on {worse:,}, "
        f"neither on {neither:,}"
    )
    lines = [
        told,
        "",
        f"confusion matrix of {other} minus that of {one} (rows: true class, columns: predicted class)",
        " " * width + "".join(f"{plain(name):>{width}}" for name in names),
    ]
    for name, row in zip(names, answers.difference, strict=True):
        lines.append(
            f"{plain(name):>{width}}" + "".join(f"{n:>+{width}}" if n else f"{DASH:>{width}}" for n in row)
        )
    first, second = answers.first, answers.second
    if most and len(at):
        rows = [["test image", "true", one, other]]
        rows += [
            [
                str(first.indices[n]),
                names[first.labels[n]],
                names[first.predicted[n]],
                names[second.predicted[n]],
            ]
            for n in at[:most]
        ]
        lines += ["", *table(rows, right=False)]
        if len(at) > most:
            lines.append(f"and {len(at) - most:,} more; --images {len(at)} lists all")
    return lines


def _percent(accuracy: float | None) -> str:
    return DASH if accuracy is None else share(accuracy, 2)


def _loss(loss: float | None) -> str:
    return DASH if loss is None else loss_figure(loss)
