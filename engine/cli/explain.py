"""``explain``: which pixels of a picture speak for an answer, by any method, as a picture and in numbers."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, TypeAlias

from engine.cli import progress
from engine.cli.arguments import name_or_path, to_path
from engine.cli.explain_results import Found, of_change, of_frame, of_map, of_sanity
from engine.cli.predict import numbers, read
from engine.errors import ConfigError, EngineError
from engine.explain import METHODS, Method
from engine.explain.maximise import Maximise
from engine.explain.overlay import as_rgb, enlarged, overlay
from engine.explain.part import Part
from engine.explain.sanity import check
from engine.explain.smallest_change import SmallestChange
from engine.io.files import replacing
from engine.model.model_file import Model
from engine.model.shipped import SHIPPED
from engine.options import from_json
from engine.runs.moments import HELP as MOMENT
from engine.runs.moments import find
from engine.task import Task
from engine.text import plain
from engine.types import Bytes

Kind: TypeAlias = Method | SmallestChange | Maximise
KINDS: dict[str, type[Kind]] = {**METHODS, "smallest_change": SmallestChange, "maximise": Maximise}
"""What ``--method`` may name."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "picture", nargs="?", type=to_path, metavar="PICTURE", help="picture in any format Pillow reads"
    )
    parser.add_argument("--list", action="store_true", help="list the methods with their options, and end")
    parser.add_argument(
        "--model",
        default="digits",
        type=name_or_path,
        metavar="FILE_OR_NAME",
        help=f"a .safetensors file, a shipped model ({', '.join(SHIPPED)}), or {MOMENT} (default: digits)",
    )
    parser.add_argument(
        "--method", default="saliency", choices=KINDS, metavar="NAME", help=f"one of {', '.join(KINDS)}"
    )
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of the method, as --list names them (repeatable)",
    )
    parser.add_argument(
        "--class",
        dest="target",
        metavar="CLASS",
        help="the class to explain, or for smallest_change to turn to (default: the answer, any other)",
    )
    parser.add_argument(
        "--part",
        type=part_numbers,
        metavar="LAYER,NUMBER",
        help="for maximise: a filter or unit of a layer instead of a class, both counted from 1",
    )
    parser.add_argument(
        "--crop",
        type=numbers,
        metavar="X,Y,W,H",
        help="look only at this part: left, top, width, height in pixels",
    )
    parser.add_argument(
        "--out", type=to_path, metavar="FILE", help="write the map as a picture, for example map.png"
    )
    parser.add_argument(
        "--sanity", action="store_true", help="also compare with maps of the network with weights drawn anew"
    )
    parser.add_argument(
        "--json", action="store_true", help="print a JSON object with all values instead of text"
    )


def run(args: argparse.Namespace) -> int:
    """Explain as ``args`` say; returns the exit code.

    Raises:
        EngineError: there is no picture, it cannot be read, or it, the class or the method does not suit the
            model.
    """
    if args.list:
        print(json.dumps(listed()) if args.json else "\n".join(lines_of_methods()))
        return 0
    if args.out is not None:
        _check_suffix(args.out)
    chosen = {"kind": args.method, **options_of(args.option)}
    method: Kind = from_json(KINDS, chosen, "method")
    if args.picture is None and not isinstance(method, Maximise):
        raise ConfigError("explain needs a picture; --list lists the methods.")
    model = find(args.model)
    target = class_number(model, args.target)
    with progress.task("step", leave=False, disable=args.json) as task:
        if isinstance(method, Maximise):
            picture, (data, words) = _grown(args, model, method, target, task)
        else:
            picture, (data, words) = _explained(args, model, method, target, task)
    if args.out is not None:
        write_picture(args.out, picture)
        words.append(f"{args.out}: {picture.shape[1]}×{picture.shape[0]} pixels")
    if args.json:
        file = None if args.picture is None else str(args.picture)
        print(json.dumps({"file": file, "method": method.to_json(), **data}))
    else:
        print("\n".join(plain(line) for line in words))
    return 0


def _explained(
    args: argparse.Namespace, model: Model, method: Method | SmallestChange, target: int | None, task: Task
) -> tuple[Bytes, Found]:
    """Return the picture of what a method found, and the rest of it."""
    from engine.recognise.marks import Box  # brings Pillow, which the other commands do not need

    crop = None
    if args.crop is not None:
        x, y, w, h = args.crop
        crop = Box(x, y, x + w, y + h)
    reading = read(model, args.picture, crop, several=False)[0]
    given = (model.network, model.preprocessing, reading.image)
    if isinstance(method, SmallestChange):
        change = method.find(*given, target, task)
        return enlarged(as_rgb(change.after)), of_change(model, change)
    target = reading.best if target is None else target
    found = method.explain(*given, target, task)
    data, words = of_map(model, method, reading.image, target, found, task)
    if args.sanity:
        sane = check({args.method: method}, *given, target, task)[args.method]
        data["sanity"] = of_sanity(sane)
        words.append(sane.words)
    return overlay(reading.image, found), (data, words)


def _grown(
    args: argparse.Namespace, model: Model, method: Maximise, target: int | None, task: Task
) -> tuple[Bytes, Found]:
    """Return the picture that excites a part most, and what the network makes of it."""
    if (args.part is None) == (target is None):
        raise ConfigError("maximise needs either --class or --part.")
    layer, channel = args.part or (len(model.network.spec.layers), (target or 0) + 1)
    part = Part(layer - 1, channel - 1)
    frame = None
    for frame in method.frames(model.network, model.preprocessing, part):
        task.report(frame.step, frame.steps)
    if frame is None:
        raise RuntimeError("no picture came")
    name = f"class {model.class_names[target]}" if target is not None else f"layer {layer}, part {channel}"
    return enlarged(as_rgb(frame.image)), of_frame(model, name, frame)


def listed() -> list[dict[str, Any]]:
    """Return every method as plain JSON values."""
    return [
        {
            "method": name,
            "title": kind.title,
            "about": _about(kind),
            "options": {
                option: {"default": getattr(kind(), option), "allowed": info.allowed(), "help": info.help}
                for option, info in kind.options().items()
            },
        }
        for name, kind in KINDS.items()
    ]


def lines_of_methods() -> list[str]:
    """Return every method and its options in lines."""
    lines = []
    for each in listed():
        lines.append(f"{each['method']}: {each['about']}")
        for name, option in each["options"].items():
            lines.append(f"    {name}={option['default']}: {option['help']} ({option['allowed']})")
    return lines


def part_numbers(text: str) -> tuple[int, int]:
    """Return the two whole numbers from 1 in ``LAYER,NUMBER``; raises ArgumentTypeError."""
    parts = text.split(",")
    if len(parts) != 2 or not all(part.strip().isdecimal() and int(part) for part in parts):
        raise argparse.ArgumentTypeError(f"{text!r} is not LAYER,NUMBER: two whole numbers from 1")
    return int(parts[0]), int(parts[1])


def options_of(pairs: list[str]) -> dict[str, Any]:
    """Return the options in ``NAME=VALUE`` by name; what is a number becomes one; raises ConfigError."""
    values: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise ConfigError(f"The option {pair[:60]!r} is not NAME=VALUE.")
        number: Any = value
        for kind in (int, float):
            try:
                number = kind(value)
                break
            except ValueError:
                continue
        values[name.strip()] = number
    return values


def class_number(model: Model, word: str | None) -> int | None:
    """Return the number of the class called ``word``; None for none. Raises ConfigError."""
    if word is None:
        return None
    if word not in model.class_names:
        raise ConfigError(f"There is no class {word[:60]!r}; there are {', '.join(model.class_names)[:200]}.")
    return model.class_names.index(word)


def write_picture(path: Path, pixels: Bytes) -> None:
    """Write ``(H, W, 3)`` in the form that the ending of ``path`` names; raises EngineError or OSError."""
    from PIL import Image

    try:
        with replacing(path) as file:
            Image.fromarray(pixels).save(file, Image.registered_extensions()[path.suffix.lower()])
    except OSError as error:
        raise EngineError(f"Cannot write {path}: {error.strerror or error}.") from None


def _check_suffix(path: Path) -> None:
    """Raise ConfigError before any work if ``write_picture`` will not know the ending of ``path``."""
    allowed = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")
    if path.suffix.lower() not in allowed:
        raise ConfigError(
            f"The picture {path.name!r} has no ending that names its form: {', '.join(allowed)}."
        )


def _about(kind: type[Kind]) -> str:
    if issubclass(kind, Method):
        return kind.about
    if issubclass(kind, Maximise):
        return "Grows, without a picture, the one that excites a class, a filter or a unit most."
    return "The fewest grey levels by which pixels must change so that the answer is another one."
