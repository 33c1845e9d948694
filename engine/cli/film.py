"""``film``: the training as a GIF, a WebP or an MP4."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.cli import progress
from engine.cli.arguments import to_path
from engine.cli.predict import read
from engine.cli.progress import say
from engine.errors import EngineError
from engine.look.theme import THEMES
from engine.runs.folder import RunFolder
from engine.runs.library import Library
from engine.text import plain
from engine.typed_numbers import number_like

SIZE = (960, 540)


def arguments(parser: argparse.ArgumentParser, more: Sequence[tuple[str, str]] = ()) -> None:
    """Add the options of this command; ``more`` names further things that can be filmed, and says what."""
    from engine.publish.film import FORMS, SCALES, SUBJECTS, Film  # brings Pillow

    known = [(kind.key, kind.about) for kind in SUBJECTS] + list(more)
    usual = Film()
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "what can be filmed:\n" + "\n".join(f"  {key:<10} {about}" for key, about in known)
    parser.add_argument("run", metavar="RUN", help="name of a recorded run, its beginning, or its folder")
    parser.add_argument(
        "--of",
        default=usual.of,
        metavar="WHAT",
        help=f"one of {', '.join(key for key, _ in known)} ({usual.of})",
    )
    parser.add_argument(
        "--out",
        type=to_path,
        required=True,
        metavar="FILE",
        help=f"the film; its ending names the form: {', '.join(FORMS)}",
    )
    parser.add_argument(
        "--seconds",
        type=number_like(1.0),
        default=usual.seconds,
        metavar="N",
        help=f"how long it is ({usual.seconds:g})",
    )
    parser.add_argument(
        "--fps",
        type=number_like(1),
        default=usual.rate,
        metavar="N",
        help=f"pictures a second ({usual.rate})",
    )
    parser.add_argument(
        "--size", type=size, default=usual.size, metavar="WxH", help="width and height in pixels (960x540)"
    )
    parser.add_argument(
        "--scale", choices=SCALES, default=usual.scale, help=f"how the steps are spread ({usual.scale})"
    )
    parser.add_argument(
        "--theme", choices=list(THEMES), default=usual.theme, help=f"its colours ({usual.theme})"
    )
    parser.add_argument(
        "--no-captions", dest="captions", action="store_false", help="leave out title, step and accuracy"
    )
    parser.add_argument(
        "--image",
        default="0",
        metavar="N_OR_FILE",
        help="for maps: the number of a test image, or a picture (0)",
    )


def size(text: str) -> tuple[int, int]:
    """Return the width and the height in pixels of ``960x540``; raises ArgumentTypeError."""
    match = re.fullmatch(r"(\d{1,5})[x\N{MULTIPLICATION SIGN}](\d{1,5})", text.strip())
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size; allowed is for example 960x540")
    return int(match[1]), int(match[2])


def film_of(args: argparse.Namespace, folder: RunFolder, *, takes_image: bool) -> Any:
    """Return the film that ``args`` ask for; raises EngineError."""
    from engine.publish.film import Film

    chosen: dict[str, Any] = {}
    if args.image.isdecimal():
        chosen["image"] = int(args.image[:9])
    elif takes_image:
        steps = folder.steps()
        if not steps:
            raise EngineError(f"The run {args.run} has kept no weights, so there is nothing to film.")
        chosen["picture"] = read(folder.model(steps[-1]), Path(args.image), None, several=False)[0].image
    return Film(args.of, args.seconds, args.fps, args.size, args.scale, args.theme, args.captions, **chosen)


def run(args: argparse.Namespace, others: Sequence[str] = ()) -> int:
    """Write the film that ``args`` ask for; returns 0. ``others`` are things that are filmed elsewhere."""
    from engine.publish.film import make_film, subject_of
    from engine.training.workers import hold_blas_to_one_thread

    takes_image = subject_of(args.of, others).takes_image
    folder = RunFolder(Library().find(args.run))
    film = film_of(args, folder, takes_image=takes_image)
    hold_blas_to_one_thread()  # short products, which several threads would only make slower
    with progress.task("film", leave=False, bar_format=progress.SHARE) as task:
        make_film(folder, film, args.out, task)
    for notice in folder.notices:
        say(notice)
    told(args.out, film)
    return 0


def told(path: Path, film: Any) -> None:
    """Say what was written."""
    width, height = film.size
    size = path.stat().st_size / 1e6 if path.is_file() else 0.0
    print(f"{plain(str(path))}: {film.count:,} pictures of {width}×{height} pixels, {size:.1f} MB")
