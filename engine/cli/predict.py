"""``predict``: read image files: digits one by one, or the object on each."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.cli.arguments import name_or_path, to_path
from engine.errors import EngineError
from engine.formatting import percent
from engine.model.model_file import Model
from engine.model.shipped import SHIPPED
from engine.runs.moments import HELP as MOMENT
from engine.runs.moments import find
from engine.text import plain
from engine.training.familiar import with_familiar

if TYPE_CHECKING:
    from engine.recognise.marks import Box
    from engine.recognise.readings import Reading


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    names = ", ".join(SHIPPED)
    parser.add_argument(
        "--model",
        default="digits",
        type=name_or_path,
        metavar="FILE_OR_NAME",
        help=f"a .safetensors file, a shipped model ({names}), or {MOMENT} (default: digits)",
    )
    parser.add_argument(
        "--crop",
        type=numbers,
        metavar="X,Y,W,H",
        help="read only this part: left, top, width and height in pixels",
    )
    parser.add_argument(
        "--single", action="store_true", help="take all that is seen for one digit instead of several"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON list instead of lines")
    parser.add_argument(
        "images", nargs="+", type=to_path, metavar="IMAGE", help="picture in any format Pillow reads"
    )


def numbers(text: str) -> tuple[int, int, int, int]:
    """Return the four whole numbers, in pixels, of ``X,Y,W,H``; raises ArgumentTypeError."""
    parts = text.split(",")
    if len(parts) != 4 or not all(part.strip().isdecimal() for part in parts):
        raise argparse.ArgumentTypeError(f"{text!r} is not X,Y,W,H: four whole numbers from 0")
    x, y, w, h = (int(part) for part in parts)
    return x, y, w, h


def run(args: argparse.Namespace) -> int:
    """Read as ``args`` say; returns 1 if a picture could not be read."""
    from engine.recognise.marks import Box  # brings Pillow, which the other commands do not need

    model = with_familiar(find(args.model))
    crop = None
    if args.crop is not None:
        x, y, w, h = args.crop
        crop = Box(x, y, x + w, y + h)
    answers, failed = [], False
    for path in args.images:
        try:
            readings = read(model, path, crop, several=not args.single)
        except EngineError as error:
            failed = True
            print(f"kernelscope predict: error: {error}", file=sys.stderr)
            continue
        answers.append(answer(model, path, readings))
        if not args.json:
            print("\n".join(plain(line) for line in lines(answers[-1])))
    if args.json:
        print(json.dumps(answers))
    return 1 if failed else 0


def read(model: Model, path: Path, crop: Box | None, *, several: bool) -> list[Reading]:
    """Read the picture at ``path``; raises DataError that names it."""
    from engine.recognise.pictures import open_picture
    from engine.recognise.readings import recognise

    picture = open_picture(path)
    try:
        return recognise(picture, model, crop, several=several)
    except EngineError as error:
        raise type(error)(f"{path}: {error}") from None


def answer(model: Model, path: Path, readings: list[Reading]) -> dict[str, Any]:
    """Return what was read as plain JSON values; boxes are left, top, width and height in pixels."""
    names = model.class_names
    return {
        "file": str(path),
        "text": " ".join(names[reading.best] for reading in readings),
        "readings": [
            {
                "box": [reading.box.left, reading.box.top, reading.box.width, reading.box.height],
                "class": names[reading.best],
                "verdict": reading.answer.verdict,
                "headline": reading.answer.headline,
                "note": reading.answer.note,
                "doubt": reading.answer.reason or None,
                "strangeness": reading.strangeness or None,
                "probability": float(reading.probabilities[reading.best]),
                "probabilities": {
                    name: float(p) for name, p in zip(names, reading.probabilities, strict=True)
                },
            }
            for reading in readings
        ],
    }


def lines(found: dict[str, Any]) -> list[str]:
    """Return what ``answer`` gave as lines for a person: one for the picture, one for each of several."""
    readings = found["readings"]
    if len(readings) == 1:
        return [f"{found['file']}: {_words(readings[0])}"]
    details = [f"  at {','.join(str(n) for n in reading['box'])}: {_words(reading)}" for reading in readings]
    return [f"{found['file']}: reads {found['text']}", *details]


def _words(reading: dict[str, Any]) -> str:
    values = reading["probabilities"]
    order = np.argsort([-p for p in values.values()], kind="stable")
    names = list(values)
    others = ", ".join(f"{names[k]} {percent(values[names[k]])}" for k in order[1:3])
    doubt = "" if reading["verdict"] == "sure" else f"; {reading['headline']} {reading['note']}".rstrip()
    return f"{reading['class']} ({percent(reading['probability'])}; then {others}){doubt}"
