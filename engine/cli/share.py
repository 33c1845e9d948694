"""``share``: a recorded run as one file that opens on another computer."""

from __future__ import annotations

import argparse

from engine.cli import progress
from engine.cli.arguments import to_path
from engine.errors import ConfigError
from engine.publish.share import SUFFIX, share
from engine.runs.folder import RunFolder
from engine.runs.library import Library
from engine.text import plain


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("run", metavar="RUN", help="name of a recorded run, its beginning, or its folder")
    parser.add_argument(
        "--out", type=to_path, required=True, metavar="FILE", help=f"the {SUFFIX} file to write"
    )


def run(args: argparse.Namespace) -> int:
    """Write the file that ``args`` ask for; returns 0.

    Raises:
        EngineError: the file has another ending, there is no such run, or it cannot be read or written.
    """
    if args.out.suffix.lower() != SUFFIX:
        raise ConfigError(f"The file {args.out} does not end in {SUFFIX}, by which others know what it is.")
    with progress.task("B", unit_scale=True, leave=False) as task:
        share(RunFolder(Library().find(args.run)), args.out, task)
    print(f"{plain(str(args.out))}: {args.out.stat().st_size / 1e6:.1f} MB; open it with: runs add FILE")
    return 0
