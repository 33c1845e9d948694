"""``screenshot``: train a few steps and save a picture of the whole window."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.arguments import to_path
from engine.errors import ConfigError, EngineError
from engine.model.reference import THE_RUN
from engine.model.shipped import SHIPPED
from engine.session.messages import State
from engine.training.checkpoint import Checkpoint
from engine.training.config import RunConfig
from engine.typed_numbers import number_like
from gui.app.unattended import Sitting, offscreen, unattended
from gui.panels import PANELS
from gui.presenters.examples import example
from gui.views import VIEWS

if TYPE_CHECKING:
    from gui.app.build import Kernelscope

_IN_FRONT = (*(spec.key for spec in (*VIEWS, *PANELS)), "all")


@dataclass(frozen=True)
class Picture:
    """What the picture shows.

    Attributes:
        out: the file, PNG or SVG.
        size: width and height of the window, before scaling.
        theme: ``light`` or ``dark``.
        panel: the view in front; ``all`` shows every view beside the others.
        draw: a digit to draw in the Test panel, or None for an empty sheet.
        open: a picture to open in the Test panel, or None.
        model: the model that answers, or empty for the one that answers at first.
        steps: training steps before the picture.
        look_at: the step that all views look at; None for the last one.
    """

    out: Path
    size: tuple[int, int] = (1280, 800)
    theme: str = "light"
    panel: str = "learn"
    draw: int | None = None
    open: Path | None = None
    model: str = ""
    steps: int = 0
    look_at: int | None = None


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("--out", type=to_path, required=True, metavar="FILE", help="the picture, PNG or SVG")
    parser.add_argument(
        "--steps", type=_count, required=True, metavar="N", help="training steps before the picture"
    )
    parser.add_argument(
        "--size", type=_size, default=(1280, 800), metavar="WxH", help="window size (1280x800)"
    )
    parser.add_argument("--theme", choices=["light", "dark"], default="light", help="look (light)")
    parser.add_argument("--scale", type=_scale, default=1.0, metavar="X", help="pixels a unit, 1 to 4 (1)")
    parser.add_argument("--panel", choices=_IN_FRONT, default="learn", help="the view in front (learn)")
    parser.add_argument(
        "--draw",
        type=number_like(0),
        choices=range(10),
        metavar="DIGIT",
        help="draw this digit in the Test panel",
    )
    parser.add_argument("--open", type=to_path, metavar="FILE", help="open this picture in the Test panel")
    parser.add_argument(
        "--model", choices=[*SHIPPED, "training"], default="", help="the model that answers in the Test panel"
    )
    parser.add_argument(
        "--look-at", type=_count, metavar="STEP", help="let all views look at this step (the last one)"
    )
    parser.add_argument("--config", type=to_path, metavar="FILE", help="settings of the run as JSON")


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of steps; allowed is 0 or more")
    return int(text)


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{3,4})x(\d{3,4})", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size; allowed is for example 1280x720")
    return int(match[1]), int(match[2])


def _scale(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1 <= value <= 4:
        raise argparse.ArgumentTypeError(f"{text!r} is not a scale; allowed is 1 to 4")
    return value


def run(args: argparse.Namespace) -> int:
    """Make the picture that ``args`` describe; returns 0.

    Raises:
        EngineError: the file has another ending, a run or picture cannot be read, or nothing can be drawn.
    """
    if args.out.suffix.lower() not in (".png", ".svg"):
        raise ConfigError(f"The picture {args.out} ends neither in .png nor in .svg; these two are written.")
    offscreen(args.scale)
    config = RunConfig.from_file(args.config) if args.config else None
    picture = Picture(
        args.out,
        args.size,
        args.theme,
        args.panel,
        args.draw,
        args.open,
        args.model,
        args.steps,
        args.look_at,
    )
    render(picture, config=config)
    return 0


def render(picture: Picture, *, config: RunConfig | None = None, resume: Checkpoint | None = None) -> None:
    """Open the window offscreen, train, and write the picture; raises EngineError."""
    with unattended(picture.theme, config, resume) as sitting:
        from gui.widgets.portrait import write_portrait  # Qt is loaded only when it is needed

        window = sitting.program.window
        _arrange(sitting.program, picture)
        _train(sitting, picture)
        try:
            write_portrait(window, picture.out, window.devicePixelRatioF())
        except OSError as error:
            raise EngineError(f"Cannot write {picture.out}: {error.strerror or error}.") from None


def _arrange(program: Kernelscope, picture: Picture) -> None:
    window = program.window
    window.hints.dismiss()
    window.resize(*picture.size)
    window.show()
    if picture.panel == "all":
        window.tile(True)
    else:
        window.arrange()
        window.show_part(picture.panel)
    if picture.draw is not None:
        for stroke in example(picture.draw):
            window.pad.canvas.add(stroke)
    if picture.model:
        models = program.context.models
        models.choose(models.find(picture.model) or models.current)
    if picture.open is not None:
        window.pad.open_picture(picture.open)


def _train(sitting: Sitting, picture: Picture) -> None:
    """Wait until the session has loaded, trained and shown its last state."""
    program, bridge = sitting.program, sitting.program.context.bridge
    sitting.wait(lambda: bridge.state is not State.LOADING)
    pad, views = program.window.pad, {"network": "show_button", "explain": "explain_button"}
    if picture.open is not None:
        sitting.settle()
        sitting.check()
    if picture.panel in views and (picture.draw is not None or picture.open is not None):
        sitting.settle()
        if pad.image is None:
            raise EngineError(f"Nothing is found in {picture.open}, so there is nothing to show of it.")
        getattr(pad, views[picture.panel]).click()
    if picture.steps:
        bridge.advance(picture.steps)
        goal = bridge.steps + picture.steps
        sitting.wait(lambda: bridge.steps >= goal or bridge.state is State.FINISHED)
        sitting.wait(lambda: bridge.state is not State.RUNNING)
    wants = program.context.moments.wants()
    if wants.evaluate:
        sitting.wait(lambda: bridge.steps in sitting.complete)
    if wants.kernels or wants.maps:
        moments = program.context.moments

        def seen() -> bool:
            moment = moments.latest(THE_RUN)
            return moment is not None and moment.step == bridge.steps

        sitting.wait(seen)
    sitting.settle()
    if picture.look_at is not None:
        travel = program.context.moments.travel
        if not travel.kept:
            raise EngineError("There is no earlier step to look at; ask for --steps, too.")
        travel.go(picture.look_at)
        sitting.settle()
        sitting.check()
