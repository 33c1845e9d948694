"""``explain``: which pixels of a picture speak for an answer, by any method, as a picture and in numbers."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from engine.cli import progress
from engine.cli.arguments import name_or_path, to_path
from engine.cli.predict import numbers, read
from engine.errors import ConfigError, EngineError
from engine.explain import METHODS, Method
from engine.explain.base import Explanation
from engine.explain.deletion import deletion, order_of
from engine.explain.overlay import as_rgb, enlarged, overlay
from engine.explain.sanity import Sanity, check
from engine.explain.smallest_change import Change, SmallestChange
from engine.formatting import percent
from engine.io.files import replacing
from engine.model.model_file import SHIPPED, Model
from engine.options import from_json
from engine.runs.moments import HELP as MOMENT
from engine.runs.moments import find
from engine.task import Task
from engine.text import plain
from engine.types import Bytes

KINDS: dict[str, type[Method | SmallestChange]] = {**METHODS, SmallestChange.type_name: SmallestChange}
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
    """Explain as ``args`` say; returns the exit code."""
    if args.list:
        print(json.dumps(listed()) if args.json else "\n".join(lines_of_methods()))
        return 0
    if args.picture is None:
        raise ConfigError("explain needs a picture; --list lists the methods.")
    if args.out is not None:
        _check_suffix(args.out)
    chosen = {"kind": args.method, **options_of(args.option)}
    method: Method | SmallestChange = from_json(KINDS, chosen, "method")
    from engine.recognise.marks import Box  # brings Pillow, which the other commands do not need

    model = find(args.model)
    crop = None
    if args.crop is not None:
        x, y, w, h = args.crop
        crop = Box(x, y, x + w, y + h)
    reading = read(model, args.picture, crop, several=False)[0]
    target = class_number(model, args.target)
    with progress.task("step", leave=False, disable=args.json) as task:
        if isinstance(method, Method):
            target = reading.best if target is None else target
            found = method.explain(model.network, model.preprocessing, reading.image, target, task)
            picture = overlay(reading.image, found)
            data, words = of_map(model, method, reading.image, target, found, task)
            if args.sanity:
                named = {args.method: method}
                sane = check(named, model.network, model.preprocessing, reading.image, target, task)
                data["sanity"] = of_sanity(sane[args.method])
                words.append(sane[args.method].words)
        else:
            change = method.find(model.network, model.preprocessing, reading.image, target, task)
            picture = enlarged(as_rgb(change.after))
            data, words = of_change(model, change)
    if args.out is not None:
        write_picture(args.out, picture)
        words.append(f"{args.out}: {picture.shape[1]}×{picture.shape[0]} pixels")
    if args.json:
        print(json.dumps({"file": str(args.picture), "method": method.to_json(), **data}))
    else:
        print("\n".join(plain(line) for line in words))
    return 0


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


def options_of(pairs: list[str]) -> dict[str, Any]:
    """Return the options in ``NAME=VALUE`` by name; whole and broken numbers become numbers."""
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


def of_map(
    model: Model, method: Method, image: Bytes, target: int, found: Explanation, task: Task
) -> tuple[dict[str, Any], list[str]]:
    """Return a map's numbers as JSON values and in lines."""
    network, preprocessing = model.network, model.preprocessing
    odds = network.predict(preprocessing.apply(image[None]))[0]
    curve = deletion(network, preprocessing, image, target, order_of(method, found), task=task)
    name, balance = model.class_names[target], found.balance
    row, column = np.unravel_index(int(np.argmax(found.values)), found.values.shape)
    words = [
        f"{method.title} for {name} ({percent(float(odds[target]))}): {found.detail}",
        f"largest at row {row}, column {column}: {found.values[row, column]:.4g} {found.unit}",
        f"deletion: mean probability {curve.area:.3f} while pixels are taken away in the order of the map",
    ]
    if balance is not None:
        gap = f"differ by {percent(balance.gap)}"
        words.append(
            f"{balance.name}: {balance.total:.5g} and {balance.expected:.5g} {gap} ({balance.about})"
        )
    data = {
        "class": name,
        "probability": float(odds[target]),
        "unit": found.unit,
        "detail": found.detail,
        "signed": found.signed,
        "values": [[float(value) for value in line] for line in found.values],
        "deletion": {
            "area": curve.area,
            "shares": [float(each) for each in curve.shares],
            "probabilities": [float(each) for each in curve.probabilities],
        },
        "balance": None
        if balance is None
        else {"name": balance.name, "sum": balance.total, "expected": balance.expected, "gap": balance.gap},
    }
    return data, words


def of_sanity(found: Sanity) -> dict[str, Any]:
    """Return what a sanity check found as JSON values."""
    redrawn = [
        {"layers": [n + 1 for n in each.layers], "similarity": each.similarity, "places": each.places}
        for each in found.redrawn
    ]
    return {"verdict": found.verdict, "words": found.words, "redrawn": redrawn}


def of_change(model: Model, change: Change) -> tuple[dict[str, Any], list[str]]:
    """Return a change's numbers as JSON values and in lines."""
    names = [model.class_names[k] for k in change.answers]
    shares = [float(odds[k]) for odds, k in zip(change.probabilities, change.answers, strict=True)]
    sizes = f"no value changed by more than {change.largest} of 255 grey levels; {change.mean:.2f} on average"
    words = [
        f"{names[0]} ({percent(shares[0])}) turns to {names[1]} ({percent(shares[1])})",
        f"{sizes}, {percent(change.changed)} of the pixels",
    ]
    data = {
        "answers": names,
        "probabilities": shares,
        "largest": change.largest,
        "mean": change.mean,
        "changed": change.changed,
        "pixels": change.after.tolist(),
    }
    return data, words


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


def _about(kind: type[Method | SmallestChange]) -> str:
    if issubclass(kind, Method):
        return kind.about
    return "The fewest grey levels by which pixels must change so that the answer is another one."
