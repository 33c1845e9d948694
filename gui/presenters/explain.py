"""The words and colours of the Explain view."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.explain.base import Explanation
from engine.explain.occlusion import Occlusion
from engine.explain.question import Reply, targets_of
from engine.formatting import counted, percent
from engine.look.colour import Scale, codes, figure
from engine.types import Array, Bytes


def misfit(title: str, in_shape: tuple[int, ...], image: Bytes) -> str:
    """Say why ``image``, ``(C, H, W)``, cannot be given to the model ``title``; nothing if it can."""
    if image.shape == in_shape:
        return ""
    return (
        f"This image has {_size(image.shape)}; {title} takes {_size(in_shape)}. "
        "Choose another image or another network."
    )


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


def how(found: Explanation) -> str:
    """Say how a map was made, and whether it adds up to what it should."""
    text = found.detail[:1].upper() + found.detail[1:]
    balance = found.balance
    if balance is None:
        return text
    sums = f"the map adds up to {figure(balance.total)}, expected {figure(balance.expected)}"
    return f"{text}. {balance.name.capitalize()}: {sums} ({percent(balance.gap)} apart)"


def pixel(image: Bytes, row: int, column: int) -> str:
    """Say what an image ``(C, H, W)`` holds at a pixel."""
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
