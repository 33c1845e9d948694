"""Networks from ONNX files, as far as their operations exist here as layers.

The graph is followed from its one image input to its answers. Constants are worked out, whatever only
renumbers is followed, scaling of the pixels becomes preprocessing, and everything that does not exist here
is refused by name. Weights must lie in the file or beside it; nothing is loaded from anywhere else.

A file that was written here says more of its model than a graph can hold: class names, options for training,
the record. That is believed as long as the graph is still the one that this model is written as.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import EngineError
from engine.exchange.imported import Imported
from engine.exchange.onnx_file import Graph, load_graph
from engine.exchange.onnx_values import Feature, Refusal, RefusedError, within
from engine.exchange.onnx_walk import answers, different, follow, logits
from engine.exchange.onnx_write import to_onnx
from engine.io.gate import ONNX, explained
from engine.model.arrays import check_arrays
from engine.model.history import History
from engine.model.model_file import Model, from_description
from engine.model.network import Network
from engine.model.spec import MOST_SIDE, NetworkSpec
from engine.model.tensors import description_in
from engine.types import Params

_SIDES = (28, 32, 64, 96, 128, 224, 256)
"""Sides of images that are tried where a graph leaves them open."""
_COLOURS = (1, 3)

Side = tuple[int, int]
"""Height and width in pixels."""


def read_onnx(
    path: Path, *, output: str = "", size: Side | None = None, hint: Side | None = None
) -> Model | Imported:
    """Read a model.

    Args:
        path: the file.
        output: the name of the output that counts, if the graph has several.
        size: height and width of an image, for graphs that leave them open.
        hint: what these are if the graph leaves them open and several would do.

    Returns:
        The model itself if it was written here, else what was understood of it.

    Raises:
        ModelFileError: the file is damaged, or it cannot be a model here.
    """
    with explained(path, ONNX):
        graph = load_graph(path)
        ours = _ours(path, graph)
        if ours is not None:
            return ours
        try:
            return _one_of(path, graph, output, size)
        except RefusedError:
            if size is not None or hint is None or None not in graph.lengths[1:]:
                raise
            return _one_of(path, graph, output, hint)


def outputs_of(path: Path) -> tuple[str, ...]:
    """Return the names of the outputs of a file that are answers of their own; raises ModelFileError."""
    with explained(path, ONNX):
        graph = load_graph(path)
        for image, _words in _images(graph, None):
            found = different(follow(graph, image))
            names = tuple(name for name, value in found.items() if not isinstance(value, Refusal))
            if names:
                return names
        return ()


def _one_of(path: Path, graph: Graph, output: str, size: Side | None) -> Imported:
    """Return the graph with that way of reading its input with which it is a model."""
    found = [_imported(path, graph, image, words, output) for image, words in _images(graph, size)]
    read = [each for each in found if isinstance(each, Imported)]
    if not read:
        raise RefusedError(next(each.why for each in found if isinstance(each, Refusal)))
    if size is None and None in graph.lengths[1:] and len(read) > 1:
        raise RefusedError("its input has no fixed size; say which (--size in the terminal)")
    return replace(read[0], alternatives=tuple(read[1:]))


def _images(graph: Graph, size: Side | None) -> Iterator[tuple[Feature, str]]:
    """Yield every way in which the graph's input may be an image, with words if it could be another."""
    lengths = graph.lengths[1:]
    if any(length is not None and length > MOST_SIDE**2 for length in lengths):
        raise RefusedError(f"it takes an input of {lengths}, and allowed are sides up to {MOST_SIDE}")
    ways: list[tuple[Feature, str]] = []
    if len(lengths) == 1 and lengths[0]:
        ways = _vectors(lengths[0], size)
    elif len(lengths) == 2:
        ways = [(image, "") for image in _with_axes((1, *lengths), (1, 2), size)]
    elif len(lengths) == 3:
        first, last = (lengths, (0, 1, 2)), ((lengths[2], *lengths[:2]), (1, 2, 0))
        if lengths[0] in _COLOURS:
            orders = [first]
        elif lengths[2] in _COLOURS:
            orders = [last]
        else:
            orders = [first, last]
        ways = [(image, "") for order in orders for image in _with_axes(*order, size)]
    if not ways:
        shape = ", ".join(str(length or "?") for length in graph.lengths)
        raise RefusedError(f"it takes an input of shape ({shape}), and allowed is an image, (N, C, H, W)")
    yield from ways


def _with_axes(
    lengths: tuple[int | None, ...], axes: tuple[int, ...], size: Side | None
) -> Iterator[Feature]:
    """Yield images of ``lengths``, those that are open filled in, seen with their axes in another order."""
    sides = [size] if size else [(side, side) for side in _SIDES] if None in lengths[1:] else [(0, 0)]
    for side in sides:
        for channels in _COLOURS if lengths[0] is None else (0,):
            shape = tuple(length or there for length, there in zip(lengths, (channels, *side), strict=True))
            if size is not None and shape[1:] != size:
                raise RefusedError(
                    f"it takes images of {shape[2]}x{shape[1]} pixels, not {size[1]}x{size[0]}"
                )
            within(math.prod(shape), "its input")
            image = Feature(shape)
            if axes == (0, 1, 2):
                yield image
            else:
                yield image.looked(image.places.transpose(axes) if len(axes) == 3 else image.places[0])


def _vectors(length: int, size: Side | None) -> list[tuple[Feature, str]]:
    """Return the images that may lie in a vector: grey, or in colour plane by plane or pixel by pixel."""
    within(length, "its input")
    ways = []
    for channels in _COLOURS:
        side = math.isqrt(length // channels)
        shape = (channels, *(size or (side, side)))
        if math.prod(shape) != length:
            continue
        image = Feature(shape)
        words = "" if shape[0] == 1 else "Its vector is read as one plane of pixels for each colour."
        ways.append((image.looked(image.places.reshape(-1)), words))
        if shape[0] != 1:
            words = "Its vector is read as the colours of one pixel after the other."
            ways.append((image.looked(image.places.transpose(1, 2, 0).reshape(-1)), words))
    return ways


def _imported(path: Path, graph: Graph, image: Feature, words: str, output: str) -> Imported | Refusal:
    """Return what the graph is if its input is ``image``, or why it is nothing."""
    try:
        answer = answers(follow(graph, image), output)
        end, notes = logits(answer)
        *layers, front = end.chain()
        spec = NetworkSpec.from_json(
            {
                "name": path.stem,
                "in_shape": list(front.shape),
                "layers": [part.layer for part in reversed(layers)],
            }
        )
        params = _named([part.params for part in reversed(layers)])
        check_arrays(spec, params)
        network = Network.empty(spec)
        network.load(params)
    except EngineError as error:
        return Refusal(str(error).rstrip("."))
    channels = front.shape[0]
    scale, shift = (
        np.full(channels, default) if part is None else np.broadcast_to(part.ravel(), channels).copy()
        for part, default in ((front.scale, 1.0), (front.shift, 0.0))
    )
    if not (scale > 0).all():
        return Refusal("it multiplies a channel of the image by 0")
    guess, sure = _guess(graph, scale, shift, prepared=front.scale is not None)
    names = graph.class_names()
    names = answer.names or (names if len(names) == network.classes else ())
    return Imported(
        network,
        scale,
        shift,
        guess,
        sure,
        front.scale is not None,
        names if len(names) == network.classes else (),
        (*((words,) if words else ()), *notes),
        path.name,
    )


def _guess(graph: Graph, scale: Any, shift: Any, *, prepared: bool) -> tuple[str, bool]:
    """Return the range that the input most likely has, and whether that is beyond doubt.

    A graph that divides by a number like 255 takes pixels from 0 to 255; one that subtracts a mean below 1
    takes them from 0 to 1.
    """
    if graph.whole:
        return "0..255", True
    mean, deviation = float(np.mean(-shift / scale)), float(np.mean(1 / scale))
    if prepared and (deviation >= 20 or mean > 2):
        return "0..255", deviation >= 20
    return "0..1", False


def _named(params: list[Params]) -> Params:
    return {f"{i}.{name}": value for i, p in enumerate(params) for name, value in p.items()}


def _ours(path: Path, graph: Graph) -> Model | None:
    """Return the model that a file written here describes, with names and options that a graph cannot hold.

    Returns None if the graph is not the one that this model would be written as: another program has
    changed it, and then the graph counts.
    """
    if graph.metadata.get("format") != "kernelscope":
        return None
    description = description_in(graph.metadata)
    spec = NetworkSpec.from_json(description["network"])
    shapes = (spec.in_shape, *spec.shapes())
    names = [
        f"{number}.{name}"
        for number, layer in enumerate(spec.layers)
        for name in layer.param_shapes(shapes[number])
    ]
    constants = graph.constants
    if not {*names, "mean", "std"} <= constants.keys():
        return None
    model = from_description(description, {name: constants[name] for name in names}, History(), path)
    from onnx import load_model_from_string

    written = load_model_from_string(to_onnx(model)).graph.node
    same = [node.SerializeToString() for node in written] == [n.SerializeToString() for n in graph.nodes]
    prepared = (model.preprocessing.mean, model.preprocessing.std)
    moments = [constants[name].ravel() / 255 for name in ("mean", "std")]
    fits = same and all(
        one.shape == np.shape(other) and np.allclose(one, other)
        for one, other in zip(moments, prepared, strict=True)
    )
    return model if fits else None
