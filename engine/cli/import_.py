"""``import``: turn a model of another program into one of this program."""

from __future__ import annotations

import argparse
import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.arguments import to_path
from engine.data.catalogue import load
from engine.errors import ConfigError, EngineError
from engine.formatting import counted, share
from engine.model.model_file import Model, save_model
from engine.text import plain

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.exchange.imported import Imported
    from engine.exchange.input_range import InputRange, Suggestion

RANGES = ("auto", "0..255", "0..1", "signed", "imagenet", "data")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("file", type=to_path, metavar="FILE", help="the file to read")
    parser.add_argument(
        "--out", type=to_path, required=True, metavar="MODEL.safetensors", help="the file to write"
    )
    parser.add_argument(
        "--input-range",
        choices=RANGES,
        default="auto",
        help="numbers that an ONNX model expects for the pixels: 0 to 255, 0 to 1, -1 to 1 (signed), with "
        "ImageNet's mean and deviation, or with those of the data set (default: auto, which tries them "
        "all on the data sets at hand that fit)",
    )
    parser.add_argument(
        "--mean", type=_numbers, metavar="M", help="mean that it expects, pixels from 0 to 1: one, or R,G,B"
    )
    parser.add_argument("--std", type=_numbers, metavar="S", help="deviation that it expects, likewise")
    parser.add_argument(
        "--data", metavar="NAME", help="data set to try it on, and whose class names it gets if it knows it"
    )
    parser.add_argument(
        "--classes",
        metavar="NAMES",
        help="names of the classes between commas, or a file with one per line",
    )
    parser.add_argument("--output", default="", metavar="NAME", help="the output that counts, of several")
    parser.add_argument(
        "--size", type=_size, metavar="WxH", help="size of the images, for an ONNX model that leaves it open"
    )


def _numbers(text: str) -> tuple[float, ...]:
    parts = text.split(",")
    try:
        return tuple(float(part) for part in parts)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number; allowed is one, or three with commas between them"
        ) from None


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,4})(?:x(\d{1,4}))?", text)
    if match is None or int(match[1]) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size; allowed is for example 28x28")
    return int(match[2] or match[1]), int(match[1])


def run(args: argparse.Namespace) -> int:
    """Import as ``args`` say; returns 0.

    Raises:
        EngineError: the file cannot be understood, the names are not as many as the classes, or the model
            cannot be written.
    """
    from engine.exchange import read_any  # most starts do without

    dataset = load(args.data) if args.data else None
    hint = (dataset.in_shape[1], dataset.in_shape[2]) if dataset is not None else None
    found = read_any(args.file, output=args.output, size=args.size, hint=hint)
    names = class_names(args.classes)
    if names and len(names) != found.network.classes:
        raise ConfigError(
            f"--classes gives {len(names)} names; {args.file} has {found.network.classes} classes."
        )
    if isinstance(found, Model):
        _nothing_open(args)
        told: list[str] = []
        model = found
        if names:
            model = dataclasses.replace(model, class_names=names)
    else:
        model, told = _chosen(found, args, names, dataset)
    save_model(args.out, model)
    _tell(args.out, model, told)
    return 0


def _nothing_open(args: argparse.Namespace) -> None:
    """Raise ConfigError for options that this file, which says everything itself, leaves no room for."""
    given = {"--input-range": args.input_range != "auto", "--mean": args.mean, "--std": args.std}
    for name, there in given.items():
        if there:
            raise ConfigError(f"{args.file} says itself how its pixels are prepared; leave out {name}.")


def class_names(text: str | None) -> tuple[str, ...]:
    """Return the names that ``--classes`` gives, none without it; raises ConfigError."""
    from engine.io.gate import TABLE, is_there
    from engine.io.gate import text as read_text

    if text is None:
        return ()
    lines = read_text(Path(text), TABLE).splitlines() if is_there(Path(text)) else text.split(",")
    names = tuple(line.strip() for line in lines if line.strip())
    if not names:
        raise ConfigError(f"--classes is {text!r}; allowed is a name for each class.")
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(
                f"--classes has the name {name[:60]!r} twice; allowed is a name of its own for each class."
            )
    return names


def _chosen(
    found: Imported, args: argparse.Namespace, names: tuple[str, ...], dataset: Dataset | None
) -> tuple[Model, list[str]]:
    """Return the model with the range that is asked for or found, and sentences about that."""
    from engine.exchange.input_range import Suggestion, fits, sets_at_hand, suggest

    if dataset is not None and not fits(found, dataset):
        raise EngineError(
            f"{args.file} takes images of shape {found.network.spec.in_shape} in {found.network.classes} "
            f"classes; those of {args.data} are {dataset.in_shape} in {len(dataset.class_names)}."
        )
    given = _asked(found, args, dataset)
    if given is not None:
        return found.model(given, names), [f"Input: {given.title}, as told."]
    if found.sure and dataset is None:
        suggestion = Suggestion(found, found.guess, _range(found.guess))
    else:
        suggestion = suggest(found, [dataset] if dataset is not None else sets_at_hand(found))
    return suggestion.imported.model(suggestion.given, names or suggestion.class_names()), _why(suggestion)


def _range(key: str) -> InputRange:
    from engine.exchange.input_range import RANGES as KNOWN

    return KNOWN[key]


def _asked(found: Imported, args: argparse.Namespace, dataset: Dataset | None) -> InputRange | None:
    """Return the range that the options name, or None if it is to be found; raises ConfigError."""
    from engine.exchange.input_range import InputRange, ranges_for

    channels = found.network.spec.in_shape[0]
    if args.mean is not None or args.std is not None:
        mean, std = args.mean or (0.0,), args.std or (1.0,)
        if args.input_range != "auto" or not {len(mean), len(std)} <= {1, channels}:
            raise ConfigError(
                f"--mean and --std go without --input-range, with one number each or {channels} of them."
            )
        if min(std) <= 0:
            raise ConfigError(f"--std is {min(std):g}; allowed is more than 0.")
        return InputRange(f"Mean {mean} and deviation {std}", mean, std)
    if args.input_range == "auto":
        return None
    ranges = ranges_for(channels, dataset)
    if args.input_range not in ranges:
        reason = "needs --data" if args.input_range == "data" else f"has no {channels} channels"
        raise ConfigError(f"--input-range {args.input_range} {reason}; allowed are {', '.join(ranges)}.")
    return ranges[args.input_range]


def _why(suggestion: Suggestion) -> list[str]:
    """Say which range is taken, and why."""
    if suggestion.clear:
        return [f"Input: {suggestion.given.title}. {suggestion.words}"]
    if suggestion.imported.sure:
        return [f"Input: {suggestion.given.title}, as the graph itself says."]
    advice = "a guess; --input-range and --data tell or find a better one"
    return [f"Input: {suggestion.given.title}, {advice}.", *([suggestion.words] if suggestion.words else [])]


def _tell(out: Path, model: Model, told: list[str]) -> None:
    """Say what was understood."""
    from engine.exchange.imported import described

    print(f"{plain(str(out))}: {described(model.network)}")
    for sentence in told:
        print(plain(sentence))
    shown = ", ".join(model.class_names[:10]) + (", \u2026" if len(model.class_names) > 10 else "")
    print(plain(f"Classes: {shown}."))
    losses, accuracies = (model.history.steps.column(name) for name in ("loss", "accuracy"))
    if len(losses):
        last = f"loss {losses[-1]:.4f}, accuracy {share(accuracies[-1], 2)}"
        print(f"Curves of {counted(len(losses), 'step')}; at the last: {last}.")
    if "note" in model.record:
        print(plain(str(model.record["note"])))
