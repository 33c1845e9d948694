"""``export-log``: the curves, weights and kernels of a recorded run for other programs."""

from __future__ import annotations

import argparse

from engine.cli import progress
from engine.cli.arguments import to_path
from engine.cli.progress import say
from engine.formatting import counted
from engine.publish.log_files import FORMS, write_log
from engine.runs.folder import RunFolder
from engine.runs.library import Library
from engine.text import plain


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("run", metavar="RUN", help="name of a recorded run, its beginning, or its folder")
    parser.add_argument(
        "--format",
        choices=tuple(FORMS),
        default="tensorboard",
        help="what TensorBoard reads, or tables of the curves (default: tensorboard)",
    )
    parser.add_argument(
        "--out",
        type=to_path,
        required=True,
        metavar="DIR",
        help="the log goes into a folder in it, named as the run",
    )


def run(args: argparse.Namespace) -> int:
    """Write the log that ``args`` ask for; returns 0."""
    folder = RunFolder(Library().find(args.run))
    with progress.task("entry", leave=False) as task:
        written = write_log(folder, args.format, args.out, task)
    for notice in folder.notices:
        say(notice)
    print(f"{plain(str(written[0].parent))}: {counted(len(written), 'file')}")
    return 0
