"""``resume``: go on with a recorded run, wherever it lies."""

from __future__ import annotations

import argparse

from engine.cli import train
from engine.cli.arguments import name_or_path, to_path
from engine.cli.results import OLD_STATE
from engine.cli.run_settings import settings
from engine.io.gate import is_there
from engine.runs.library import Library


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "run",
        type=name_or_path,
        metavar="FOLDER_OR_RUN",
        help="the folder of the run, or its name among your runs or the beginning of it",
    )
    settings(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def run(args: argparse.Namespace) -> int:
    """Go on as ``args`` say; returns the exit code, and raises as ``train`` does."""
    out = to_path(args.run)
    if not is_there(out / OLD_STATE):
        out = Library().find(args.run)
    args.out, args.parent = out, None
    return train.go_on(args)
