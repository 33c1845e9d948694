"""``data own``: make a data set of one's own pictures."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli import progress
from engine.data.pictures.options import FITS, PictureOptions, suggested_colour, suggested_size
from engine.errors import DataError
from engine.typed_numbers import number_like

if TYPE_CHECKING:
    from engine.data.pictures.found import Broken, Found
    from engine.data.pictures.plan import Plan

_WHERE_SEEN: dict[str, Any] = {"leave": False, "disable": None}  # not where stderr is a file
HELP = "make a data set of your own pictures"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    info, default = PictureOptions.options(), PictureOptions()
    parser.add_argument(
        "path",
        type=Path,
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

    title = None if args.title is None else checked_title(args.title)
    options = PictureOptions(fit=args.fit, test_share=args.test_share, seed=args.seed)
    if args.size is not None:
        options = dataclasses.replace(options, size=args.size)
    with progress.task("picture", desc="Reading", **_WHERE_SEEN) as task:
        found = scan(args.path, task)
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
        raise DataError(planned.problem)
    return 0


def _result(
    found: Found, planned: Plan, options: PictureOptions, name: str, broken: tuple[Broken, ...]
) -> dict[str, Any]:
    return {
        "name": name,
        "shape": list(options.in_shape),
        "classes": [dataclasses.asdict(row) for row in planned.rows],
        "warnings": list(planned.warnings),
        "left_out": [dataclasses.asdict(each) for each in broken],
        "no_pictures": found.ignored,
    }


def _print(result: dict[str, Any]) -> None:
    channels, height, width = result["shape"]
    colours = "in colour" if channels == 3 else "in grey"
    longest = max((len(row["name"]) for row in result["classes"]), default=0)
    longest = min(max(longest, len("class")), 40)
    print(f"{'class':{longest}}  {'train':>7}  {'test':>7}")
    for row in result["classes"]:
        print(f"{row['name']:{longest}}  {row['train']:7}  {row['test']:7}  {row['warning']}".rstrip())
    for warning in result["warnings"]:
        print(f"warning: {warning}")
    for each in result["left_out"]:
        print(f"left out: {each['name']}: {each['reason']}")
    if result["no_pictures"]:
        print(f"passed over, because no picture: {result['no_pictures']}")
    if result["name"]:
        print(f"{result['name']}: made, {width}x{height} pixels {colours}")
