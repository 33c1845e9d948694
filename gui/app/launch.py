"""Opens the window; without a display it trains in the terminal and leaves a picture instead."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from engine.cli.arguments import to_path
from engine.errors import ConfigError, EngineError
from engine.runs import names
from engine.text import plain
from gui.app import preflight
from gui.app.collecting import no_collecting

if TYPE_CHECKING:
    from engine.lessons.lesson import Lesson
    from engine.training.config import RunConfig


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that are understood without a command."""
    parser.add_argument("--theme", choices=["light", "dark"], default="", help="look of the window")
    parser.add_argument("--config", type=to_path, metavar="FILE", help="settings of the run as JSON")
    parser.add_argument(
        "--open",
        type=to_path,
        metavar="FILE.kscope",
        help="open the run that somebody has shared; --open may be left out",
    )
    parser.add_argument(
        "--lesson", metavar="LESSON", help="open a lesson: its name (see lessons), or the folder of one"
    )
    parser.add_argument(
        "--offscreen",
        action="store_true",
        help="open no window: train in the terminal, leave results and a picture of the window in a folder",
    )
    parser.add_argument(
        "--out", type=to_path, metavar="DIR", help="folder for --offscreen (default: runs/ and the time)"
    )


def run(args: argparse.Namespace) -> int:
    """Open the window, or say why that is not possible and train without it; returns the exit code.

    Raises:
        EngineError: a file is missing or cannot be read, or what was asked for needs a window.
    """
    if args.open is not None and not args.open.is_file():
        raise ConfigError(f"There is no file {args.open}.")
    lesson = _lesson(args.lesson)
    if args.offscreen and lesson is None:
        return offscreen(args)
    found = preflight.check()
    if found.missing:
        raise EngineError(found.message)
    if found.platform:
        os.environ.setdefault("QT_QPA_PLATFORM", found.platform)
    if not found.display and args.open is not None:
        raise EngineError(f"{found.message} The run can be taken in with: runs add {args.open}")
    if (args.offscreen or not found.display) and lesson is not None:
        raise EngineError(f"{found.message} A lesson needs a window.".strip())
    if not found.display:
        print(f"{found.message} Training in the terminal instead.", file=sys.stderr)
        return offscreen(args)
    return int(window().run_window(args.theme, _config(args.config), args.open, lesson))


def _config(path: Path | None) -> RunConfig | None:
    if path is None:
        return None
    from engine.training.config import RunConfig  # most starts have no file

    return RunConfig.from_file(path)


def _lesson(name: str | None) -> Lesson | None:
    if not name:
        return None
    from engine.lessons.shipped import find_lesson  # most starts do without

    return find_lesson(name)


def window() -> ModuleType:
    """Load ``gui.app.build`` and with it Qt, which would abort without its libraries."""
    with no_collecting():
        from gui.app import build
    return build


def offscreen(args: argparse.Namespace) -> int:
    """Train in the terminal; leave model, curves, settings and a picture in one folder.

    Returns the exit code; raises as ``train`` does, and EngineError where no picture can be drawn.
    """
    from engine.cli import train  # a window does without
    from engine.training.checkpoint import load_checkpoint
    from gui.app import screenshot

    out = args.out or Path("runs") / time.strftime("%Y-%m-%d-%H%M%S")
    options = ["--out", str(out), *(["--config", str(args.config)] if args.config else [])]
    parser = argparse.ArgumentParser()
    train.arguments(parser)
    drawable = preflight.check(window=False)
    code = train.run(parser.parse_args(options))
    if drawable.missing:
        raise EngineError(f"The network is trained, but there is no picture: {drawable.message}")
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    screenshot.render(
        screenshot.Picture(out / "window.png", theme=args.theme or "light"),
        resume=load_checkpoint(out / names.STATE),
    )
    print(f"picture of the window: {plain(str(out / 'window.png'))}")
    return code
