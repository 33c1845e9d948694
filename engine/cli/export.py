"""``export``: write a model for other programs."""

from __future__ import annotations

import argparse

from engine.cli.arguments import name_or_path, to_path
from engine.model.shipped import SHIPPED
from engine.runs.moments import HELP as MOMENT
from engine.runs.moments import find
from engine.text import plain

FORMATS = ("safetensors", "onnx", "torch")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument(
        "model",
        type=name_or_path,
        metavar="MODEL",
        help=f"a .safetensors file, a shipped model ({', '.join(SHIPPED)}), or {MOMENT}",
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="safetensors",
        help="weights in PyTorch's layout, ONNX, or the text of a torch.nn class (default: safetensors)",
    )
    parser.add_argument("--out", type=to_path, required=True, metavar="FILE", help="the file to write")


def run(args: argparse.Namespace) -> int:
    """Export as ``args`` say; returns 0."""
    from engine.exchange import export_model  # most starts do without

    model = find(args.model)
    export_model(model, args.format, args.out)
    channels, height, width = model.network.spec.in_shape
    takes = f"pixels 0 to 255, (N, {channels}, {height}, {width})"
    print(f"{plain(str(args.out))}: {args.format}, {model.network.vector.size:,} weights, takes {takes}")
    if args.format == "torch":
        from engine.exchange.torch_text import WEIGHTS

        print(f"The class loads {WEIGHTS}: export {plain(args.model)} --format safetensors --out {WEIGHTS}")
    return 0
