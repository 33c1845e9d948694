"""``import``: turn a model of another program into one of this program."""

from __future__ import annotations

import argparse

from engine.cli.arguments import to_path
from engine.formatting import counted
from engine.model.model_file import save_model
from engine.text import plain

HELP = "turn a model from elsewhere (.onnx, .safetensors, the original project's pickle) into one of here"


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
    size, classes = model.network.vector.size, model.network.classes
    print(
        f"{plain(str(args.out))}: {counted(size, 'weight')}, {counted(classes, 'class', 'classes')}; {layers}"
    )
    losses, accuracies = (model.history.steps.column(name) for name in ("loss", "accuracy"))
    if len(losses):
        last = f"loss {losses[-1]:.4f}, accuracy {accuracies[-1]:.2%}"
        print(f"Curves of {counted(len(losses), 'step')}; at the last: {last}.")
    if "note" in model.record:
        print(plain(str(model.record["note"])))
    return 0
