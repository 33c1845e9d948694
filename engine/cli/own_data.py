"""``data own``: make a data set of one's own pictures."""

from __future__ import annotations

import argparse
import dataclasses
import json
import shlex
from typing import TYPE_CHECKING, Any

from engine.cli import progress
from engine.cli.arguments import to_path
from engine.data.pictures.asking import WAYS, listed, passed_over
from engine.data.pictures.found import Answers
from engine.data.pictures.options import FITS, PictureOptions, suggested_colour, suggested_size
from engine.errors import DataError
from engine.typed_numbers import number_like

if TYPE_CHECKING:
    from engine.data.pictures.found import Broken, Choice, Found
    from engine.data.pictures.plan import Plan

_WHERE_SEEN: dict[str, Any] = {"leave": False, "disable": None}  # not where stderr is a file
_MOST_CHOICES = 4
_MOST_REASONS = 12
HELP = "make a data set of your own pictures"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    info, default = PictureOptions.options(), PictureOptions()
    parser.add_argument(
        "path",
        type=to_path,
        metavar="PATH",
        help="folder with a sub-folder for each class, table (.csv) of file and class, or .npz",
    )
    parser.add_argument("--title", help="what the data set is called (default: the name of PATH)")
    parser.add_argument(
        "--size",
        type=number_like(1),
        metavar="N",
        help=f"{info['size'].help} Allowed: {info['size'].allowed()}; default: what the pictures suggest.",
    )
    parser.add_argument(
        "--channels",
        type=number_like(1),
        choices=(1, 3),
        help="1 for grey, 3 for colour (default: 3 if the pictures have colour)",
    )
    parser.add_argument(
        "--fit", choices=list(FITS), default=default.fit, help=f"{info['fit'].help} Default: {default.fit}."
    )
    for name in ("test_share", "seed"):
        value = getattr(default, name)
        text = f"{info[name].help} Allowed: {info[name].allowed()}; default: {value:g}."
        parser.add_argument(
            "--" + name.replace("_", "-"), type=number_like(value), default=value, metavar="N", help=text
        )
    parser.add_argument(
        "--classes",
        default="",
        metavar="WORD",
        help=f"what says the classes: for a folder one of {', '.join(WAYS)}; for a table the heading or the "
        "number of a column, or 'columns' if each is a class (default: what the pictures suggest)",
    )
    parser.add_argument(
        "--range",
        nargs=2,
        type=number_like(1.0),
        metavar=("BLACK", "WHITE"),
        help="which values are black and white, as in --range 0 16 (default: what the values suggest)",
    )
    parser.add_argument("--look", action="store_true", help="say what would be made, and make nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")


def run(args: argparse.Namespace) -> int:
    """Make the data set as ``args`` say; returns 0.

    Raises:
        DataError: there are no pictures, or they make no data set.
        ConfigError: an option has a value that is not allowed.
    """
    # Reading pictures brings Pillow, which the other commands do not need.
    from engine.data.own import checked_title, store
    from engine.data.pictures.build import build
    from engine.data.pictures.plan import plan
    from engine.data.pictures.scan import scan
    from engine.data.pictures.values import Range

    title = None if args.title is None else checked_title(args.title)
    options = PictureOptions(fit=args.fit, test_share=args.test_share, seed=args.seed)
    if args.size is not None:
        options = dataclasses.replace(options, size=args.size)
    answers = Answers(args.classes, None if args.range is None else Range(*args.range))
    with progress.task("picture", desc="Reading", **_WHERE_SEEN) as task:
        found = scan(args.path, task, answers)
    if args.size is None:
        options = dataclasses.replace(options, size=suggested_size(found.short_sides))
    colour = suggested_colour(found.coloured) if args.channels is None else args.channels == 3
    options = dataclasses.replace(options, colour=colour)
    planned, name, broken = plan(found, options), "", found.broken
    if not args.look and not planned.problem:
        with progress.task("picture", desc="Making", **_WHERE_SEEN) as task:
            dataset, gone = build(found, options, title or found.title, task)
        name, broken = store(dataset, dataset.title), (*broken, *gone)
    result = _result(found, planned, options, name, broken)
    if args.json:
        print(json.dumps(result))
    else:
        _print(result)
    if planned.problem:
        raise DataError(" ".join([planned.problem, *_ways_out(found, planned.problem)]))
    return 0


def _ways_out(found: Found, problem: str) -> list[str]:
    """Return what can be said on the command line about the question that is the problem."""
    said = []
    for question in found.questions:
        if question.words == problem:
            options = [
                f"--{question.about} {_quoted(choice)} ({choice.words})" for choice in question.choices
            ]
            said.append(f"Say it with {' or '.join(options[:_MOST_CHOICES])}.")
    return said


def _quoted(choice: Choice) -> str:
    """Return the value of a choice as it is typed; a range is two words there."""
    return choice.value if choice.words.endswith(choice.value.split()[-1]) else shlex.quote(choice.value)


def _result(
    found: Found, planned: Plan, options: PictureOptions, name: str, broken: tuple[Broken, ...]
) -> dict[str, Any]:
    return {
        "name": name,
        "shape": list(options.in_shape),
        "understood": list(found.understood),
        "questions": [dataclasses.asdict(each) | {"open": each.open} for each in found.questions],
        "classes": [dataclasses.asdict(row) for row in planned.rows],
        "warnings": list(planned.warnings),
        "left_out": [dataclasses.asdict(each) for each in broken],
        "no_pictures": sum(count for _, count in found.ignored),
        "passed_over": dict(found.ignored),
    }


def _print(result: dict[str, Any]) -> None:
    channels, height, width = result["shape"]
    colours = "in colour" if channels == 3 else "in greyscale"
    longest = max((len(row["name"]) for row in result["classes"]), default=0)
    longest = min(max(longest, len("class")), 40)
    print(f"{'class':{longest}}  {'train':>7}  {'test':>7}")
    for row in result["classes"]:
        name = listed([row["name"]], longest=longest)
        print(f"{name:{longest}}  {row['train']:7}  {row['test']:7}  {row['warning']}".rstrip())
    for sentence in result["understood"]:
        print(f"understood: {sentence}")
    for warning in result["warnings"]:
        print(f"warning: {warning}")
    for line in grouped(result["left_out"]):
        print(f"left out: {line}")
    if result["no_pictures"]:
        print(f"passed over, because no picture: {passed_over(list(result['passed_over'].items()))}")
    if result["name"]:
        print(f"{result['name']}: made, {width}x{height} pixels {colours}")


def grouped(left_out: list[dict[str, str]]) -> list[str]:
    """Return what is left out in few lines: each reason once, with the first names and how many there are."""
    names: dict[str, list[str]] = {}
    for each in left_out:
        names.setdefault(each["reason"], []).append(each["name"])
    lines = []
    for reason, those in sorted(names.items(), key=lambda item: -len(item[1]))[:_MOST_REASONS]:
        who = those[0] if len(those) == 1 else f"{len(those):,} ({listed(those, most=3, longest=60)})"
        lines.append(f"{who}: {reason}")
    if len(names) > _MOST_REASONS:
        rest = len(left_out) - sum(len(those) for those in sorted(names.values(), key=len)[-_MOST_REASONS:])
        lines.append(f"{rest:,} more, for {len(names) - _MOST_REASONS:,} other reasons")
    return lines
