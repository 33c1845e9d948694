"""The commands of the terminal: one file each, with ``arguments(parser)`` and ``run(args)``."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import NamedTuple


class Command(NamedTuple):
    """A command that is loaded when it is called, so that no start waits for all of them.

    Attributes:
        path: the module, with dots.
        help: what the command does, without capital and full stop.
    """

    path: str
    help: str

    @property
    def module(self) -> ModuleType:
        """The module, loaded at the first use."""
        return import_module(self.path)


COMMANDS: dict[str, Command] = {
    "train": Command("engine.cli.train", "train a network; records the run and writes the model"),
    "sweep": Command(
        "engine.cli.sweep",
        "train many runs whose settings are varied, here or on a cluster, and rank them",
    ),
    "resume": Command(
        "engine.cli.resume", "resume a recorded run that was interrupted, or train it for more epochs"
    ),
    "race": Command(
        "engine.cli.race",
        "train two to four runs that differ in something on the same batches, and say which is better",
    ),
    "runs": Command("engine.cli.runs", "list the recorded runs; show, compare, note, delete or restore them"),
    "evaluate": Command(
        "engine.cli.evaluate", "print the accuracy and the confusion matrix of a model on test images"
    ),
    "predict": Command(
        "engine.cli.predict",
        "read image files: digits, one or many, dark on light or light on dark; or objects",
    ),
    "explain": Command(
        "engine.cli.explain",
        "show which pixels of a picture speak for a network's answer, or how little would turn it",
    ),
    "health": Command(
        "engine.cli.health",
        "say what is wrong with a recorded run: gradients, units, learning rate, overfitting, labels",
    ),
    "data": Command("engine.cli.data", "list, fetch and add data sets"),
    "export": Command("engine.cli.export", "write a model for PyTorch or as ONNX"),
    "export-log": Command(
        "engine.cli.export_log",
        "write the curves, weights and kernels of a recorded run for TensorBoard or as CSV",
    ),
    "report": Command(
        "engine.cli.report",
        "write a recorded run as one HTML file: curves, kernels, mistakes, health, how to train it again",
    ),
    "film": Command(
        "engine.cli.film",
        "make a film of a recorded run: its kernels, maps, mistakes or curves, as GIF, WebP or MP4",
    ),
    "share": Command("engine.cli.share", "write a recorded run as one file that opens on another computer"),
    "lessons": Command("engine.cli.lessons", "list the lessons, or check one in a folder"),
    "import": Command(
        "engine.cli.import_",
        "turn a model from elsewhere (.onnx, .safetensors, the original project's pickle) into one of here",
    ),
}
"""Adding a command: a module like these, and an entry here."""
