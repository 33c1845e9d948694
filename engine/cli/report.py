"""``report``: a recorded run as one HTML file."""

from __future__ import annotations

import argparse

from engine.cli import progress
from engine.cli.arguments import to_path
from engine.cli.progress import say
from engine.runs.folder import RunFolder
from engine.runs.library import Library
from engine.text import plain


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("run", metavar="RUN", help="name of a recorded run, its beginning, or its folder")
    parser.add_argument("--out", type=to_path, required=True, metavar="FILE", help="the HTML file to write")


def run(args: argparse.Namespace) -> int:
    """Write the report that ``args`` ask for; returns 0."""
    from engine.publish.report import write_report  # most starts do without

    folder = RunFolder(Library().find(args.run))
    with progress.task("image", leave=False) as task:
        write_report(folder, args.out, task)
    for notice in folder.notices:
        say(notice)
    print(f"{plain(str(args.out))}: {args.out.stat().st_size / 1e6:.1f} MB")
    return 0
