"""Models that come from elsewhere, and models that go elsewhere.

Adding a form to write: a module here, and an entry in ``EXPORTS``. The modules bring heavy libraries
only when they are used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ModelFileError
from engine.exchange.imported import Imported
from engine.exchange.onnx_read import Side, outputs_of, read_onnx
from engine.exchange.onnx_write import to_onnx
from engine.exchange.origin import read_origin
from engine.exchange.torch_file import from_torch, to_torch
from engine.exchange.torch_text import torch_text
from engine.io.files import replacing
from engine.model.file_kinds import kind_of, refuse_foreign
from engine.model.model_file import Model, load_model

__all__ = ["EXPORTS", "Export", "Imported", "export_model", "outputs_of", "read_any", "read_model"]


@dataclass(frozen=True)
class Export:
    """A form in which a model can leave.

    Attributes:
        title: the words for it.
        about: one sentence: for whom it is.
        suffix: of its files, with the dot.
        content: makes the content of the file.
    """

    title: str
    about: str
    suffix: str
    content: Callable[[Model], bytes]


EXPORTS: dict[str, Export] = {
    "safetensors": Export(
        "Weights for PyTorch (safetensors)",
        "The arrays under PyTorch's names and in its axis order; the class they fit into is shown below.",
        ".safetensors",
        to_torch,
    ),
    "onnx": Export(
        "ONNX",
        "A graph that onnxruntime and many other programs run; it takes pixels from 0 to 255.",
        ".onnx",
        to_onnx,
    ),
    "torch": Export(
        "PyTorch class (Python)",
        "The text of a torch.nn class that loads the weights for PyTorch.",
        ".py",
        lambda model: torch_text(model).encode("utf-8"),
    ),
}
"""Every form by the word that names it on the command line."""


def export_model(model: Model, form: str, path: Path) -> None:
    """Write ``model`` in a form of ``EXPORTS``; raises ModelFileError and then changes no older file."""
    if form not in EXPORTS:
        raise ModelFileError(f"There is no form {form!r}; there are {', '.join(EXPORTS)}.")
    content = EXPORTS[form].content(model)
    try:
        with replacing(path) as file:
            file.write(content)
    except OSError as error:
        raise ModelFileError(f"Cannot write {path}: {error.strerror or error}.") from None


def read_any(
    path: Path, *, output: str = "", size: Side | None = None, hint: Side | None = None
) -> Model | Imported:
    """Read a model of any kind that can be imported; what it is follows from its content.

    Args:
        path: the file.
        output: the name of the output that counts, if an ONNX graph has several.
        size: height and width of an image, for ONNX graphs that leave them open.
        hint: what these are if a graph leaves them open and several would do.

    Returns:
        The model, or what was understood of one that leaves its preprocessing open.

    Raises:
        ModelFileError: the file is missing, damaged, or holds something that does not exist here.
    """
    kind = kind_of(path)
    refuse_foreign(path, kind)
    if kind == "onnx":
        return read_onnx(path, output=output, size=size, hint=hint)
    if kind not in _READERS:
        raise ModelFileError(
            f"{path} is no model; allowed are safetensors, ONNX and the trained.pickle of CNN-from-Scratch."
        )
    return _READERS[kind](path)


def read_model(path: Path) -> Model:
    """Read a model as ``read_any``; what a graph leaves open is guessed, and the record says so."""
    found = read_any(path)
    return found if isinstance(found, Model) else found.model()


_READERS: dict[str, Callable[[Path], Model]] = {
    "model": load_model,
    "torch": from_torch,
    "pickle": read_origin,
}
"""How each kind of file is read that leaves nothing open."""
