"""What the Explain view shows: questions to a network, the answers, and the words and colours for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.explain import ExplainError, Explanation, Method
from engine.explain.occlusion import Occlusion
from engine.formatting import counted, percent
from engine.model.model_file import Model
from engine.task import Task
from engine.types import Array, Bytes
from gui.presenters.colour import Scale, codes, figure

Found = tuple[Explanation, ...] | str
"""An explanation for each class asked about, or the sentence why there is none."""
SLOW = frozenset({Occlusion.type_name})
"""Methods that take a pass for every place of a patch; all others take one or two."""


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked.

    Attributes:
        key: the key of the model on the registry.
        model: the network that answers.
        image: pixels, ``(C, H, W)``.
        chosen: the class to explain and the one beside it; None for the likeliest.
        methods: the methods by name, with their options.
    """

    key: str
    model: Model
    image: Bytes
    chosen: tuple[int | None, int | None]
    methods: Mapping[str, Method]

    def like(self, other: Question | None) -> bool:
        """Return whether the explanations of ``other`` may stand until those of this one are there."""
        if other is None:
            return False
        mine = (self.key, self.chosen, dict(self.methods))
        return self.image is other.image and mine == (other.key, other.chosen, dict(other.methods))


@dataclass(frozen=True, eq=False)
class Reply:
    """What came of a question.

    Attributes:
        question: what was asked.
        probabilities: of all classes, ``(K,)``.
        targets: the classes that are explained.
        found: what each method found, by its name.
    """

    question: Question
    probabilities: Array
    targets: tuple[int, ...]
    found: Mapping[str, Found]


def targets_of(probabilities: Array, chosen: tuple[int | None, int | None]) -> tuple[int, ...]:
    """Return the class to explain and, if there is a second class, the one beside it."""
    order = [int(k) for k in np.argsort(-probabilities, kind="stable")]
    # A class that another network had may be chosen still.
    first = chosen[0] if chosen[0] is not None and chosen[0] in order else order[0]
    others = [k for k in order if k != first]
    if chosen[1] is not None and chosen[1] in others:
        return first, chosen[1]
    return (first, *others[:1])


def misfit(title: str, in_shape: tuple[int, ...], image: Bytes) -> str:
    """Say why ``image`` cannot be given to the model ``title``; nothing if it can."""
    if image.shape == in_shape:
        return ""
    return (
        f"This image has {_size(image.shape)}; {title} takes {_size(in_shape)}. "
        "Choose another image or another network."
    )


def reply_to(question: Question, task: Task, *, slow: bool) -> Reply:
    """Answer a question by the slow methods or by the others; may raise Cancelled."""
    model = question.model
    with np.errstate(over="ignore", invalid="ignore"):
        probabilities = model.network.predict(model.preprocessing.apply(question.image[None]))[0]
    targets = targets_of(probabilities, question.chosen)
    found: dict[str, Found] = {}
    for name, method in question.methods.items():
        if (name in SLOW) == slow:
            try:
                found[name] = method.explain_each(
                    model.network, model.preprocessing, question.image, targets, task
                )
            except ExplainError as error:
                found[name] = str(error)
    return Reply(question, probabilities, targets, found)


def class_texts(reply: Reply | None) -> tuple[list[str], list[str]]:
    """Return the choices for the class to explain and the one beside it; the first one chooses itself."""
    if reply is None:
        return ["Answer"], ["Next"]
    names, shares = reply.question.model.class_names, reply.probabilities
    listed = [f"{name}, {percent(float(shares[k]))}" for k, name in enumerate(names)]
    answer, *following = targets_of(shares, (None, None))
    following_text = f"Next: {names[following[0]]}" if following else "Next"
    return [f"Answer: {names[answer]}", *listed], [following_text, *listed]


def blend(
    image: Bytes, values: Array, scale: Scale, table: Sequence[int], share: float, *, signed: bool
) -> npt.NDArray[np.uint32]:
    """Lay a map over an image.

    Args:
        image: pixels, ``(C, H, W)``.
        values: the map, ``(H, W)``.
        scale: the values of the first and the last colour.
        table: 256 colours, ``0xRRGGBB``.
        share: how much of the map is seen, 0 to 1.
        signed: the colour in the middle of the table is zero.

    Returns:
        Colours ``0xffRRGGBB``, ``(H, W)``.
    """
    coded = codes(values[None], scale, signed=signed)[0]
    colours = np.array(table, np.uint32)[coded]
    shifts = np.array([16, 8, 0], np.uint32)
    above = (colours[..., None] >> shifts) & 0xFF
    mixed = np.rint(above * share + _rgb(image) * (1 - share)).astype(np.uint32)
    packed: npt.NDArray[np.uint32] = (mixed << shifts).sum(axis=-1, dtype=np.uint32) | np.uint32(0xFF000000)
    return packed


def plain(image: Bytes) -> npt.NDArray[np.uint32]:
    """Return the colours ``0xffRRGGBB``, ``(H, W)``, of an image alone."""
    shifts = np.array([16, 8, 0], np.uint32)
    packed: npt.NDArray[np.uint32] = (_rgb(image).astype(np.uint32) << shifts).sum(axis=-1, dtype=np.uint32)
    packed |= np.uint32(0xFF000000)
    return packed


def reading(reply: Reply, method: str, which: int, row: int, column: int) -> str:
    """Say what the map of a method for the class number ``which`` holds at a pixel."""
    found = reply.found[method]
    if isinstance(found, str):
        return found
    one, target = found[which], reply.targets[which]
    value, before = float(one.values[row, column]), float(reply.probabilities[target])
    name = reply.question.model.class_names[target]
    place = f"Row {row}, column {column}: "
    if method != Occlusion.type_name:
        return f"{place}{figure(value)} {one.unit} for {name}"
    old, new = percent(before), percent(before - value)
    if old == new:
        return f"{place}covering this leaves {name} at {old}"
    return f"{place}covering this {'lowers' if value > 0 else 'raises'} {name} from {old} to {new}"


def pixel(image: Bytes, row: int, column: int) -> str:
    """Say what an image holds at a pixel."""
    levels = ", ".join(str(level) for level in image[:, row, column].tolist())
    return f"Row {row}, column {column}: {levels} of 255"


def range_texts(scale: Scale) -> tuple[str, str]:
    """Return the figures at the ends of a colour bar."""
    sign = "+" if scale.low < 0 else ""
    return figure(scale.low), f"{sign}{figure(scale.high)}"


def _rgb(image: Bytes) -> Array:
    """Return an image as ``(H, W, 3)``; one with neither one nor three channels in its mean grey."""
    shown = image if len(image) == 3 else np.repeat(image.mean(axis=0, keepdims=True), 3, axis=0)
    rgb: Array = np.moveaxis(shown, 0, -1).astype(np.float32)
    return rgb


def _size(shape: tuple[int, ...]) -> str:
    channels, height, width = shape
    return f"{height}×{width} pixels and {counted(channels, 'channel')}"
