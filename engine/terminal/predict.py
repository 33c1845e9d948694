"""``predict``: classify image files."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import EngineError
from engine.storage import SHIPPED, Model, find_model

HELP = "classify image files: any size, dark on light or light on dark"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    names = ", ".join(SHIPPED)
    parser.add_argument(
        "--model",
        default="digits",
        metavar="FILE_OR_NAME",
        help=f"a .safetensors file, or a shipped model: {names} (default: digits)",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON list instead of lines")
    parser.add_argument(
        "images", nargs="+", type=Path, metavar="IMAGE", help="picture in any format Pillow reads"
    )


def run(args: argparse.Namespace) -> int:
    """Classify as ``args`` say; returns 1 if a picture could not be read."""
    model = find_model(args.model)
    if model.network.spec.in_shape != (1, 28, 28):
        raise EngineError(
            f"The model takes images of shape {model.network.spec.in_shape}; pictures are brought to "
            "(1, 28, 28)."
        )
    answers, failed = [], False
    for path in args.images:
        try:
            answers.append(answer(model, path))
        except EngineError as error:
            failed = True
            print(f"kernelscope predict: error: {error}", file=sys.stderr)
        else:
            if not args.json:
                best = answers[-1]
                ranked = sorted(best["probabilities"].items(), key=lambda item: -item[1])[1:3]
                others = ", ".join(f"{name} {100 * p:.1f} %" for name, p in ranked)
                print(f"{path}: {best['class']} ({100 * best['probability']:.1f} %; then {others})")
    if args.json:
        print(json.dumps(answers))
    return 1 if failed else 0


def answer(model: Model, path: Path) -> dict[str, Any]:
    """Return the class of the picture at ``path`` with all probabilities; raises DataError."""
    from engine.drawing import from_picture  # brings Pillow, which the other commands do not need

    image = from_picture(path)
    probabilities = model.network.predict(model.preprocessing.apply(image[None, None]))[0]
    best = int(np.argmax(probabilities))
    return {
        "file": str(path),
        "class": model.class_names[best],
        "probability": float(probabilities[best]),
        "probabilities": {name: float(p) for name, p in zip(model.class_names, probabilities, strict=True)},
    }
