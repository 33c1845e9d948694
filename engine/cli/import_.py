"""``import``: turn a model of another program into one of this program."""

from __future__ import annotations

import argparse

from engine.cli.arguments import to_path
from engine.model.model_file import save_model
from engine.text import plain

HELP = "turn a model from elsewhere (.onnx, .safetensors, the origin's trained.pickle) into one of here"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("file", type=to_path, metavar="FILE", help="the file to read")
    parser.add_argument(
        "--out", type=to_path, required=True, metavar="MODEL.safetensors", help="the file to write"
    )


def run(args: argparse.Namespace) -> int:
    """Import as ``args`` say; returns 0."""
    from engine.exchange import read_model  # most starts do without

    model = read_model(args.file)
    save_model(args.out, model)
    layers = ", ".join(layer.kind for layer in model.network.spec.layers)
    weights, classes = model.network.vector.size, model.network.classes
    print(f"{plain(str(args.out))}: {weights:,} weights, {classes} classes; {layers}")
    costs, accuracies = (model.history.steps.column(name) for name in ("loss", "accuracy"))
    if len(costs):
        last = f"cost {costs[-1]:.4f}, accuracy {accuracies[-1]:.2%}"
        print(f"Curves of {len(costs):,} steps; at the last: {last}.")
    if "note" in model.record:
        print(plain(str(model.record["note"])))
    return 0
