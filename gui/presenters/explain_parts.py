"""The words of the pages beside the maps of Explain: neighbours, changes, what a part looks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.explain.maximise import Frame
from engine.explain.neighbours import Neighbours
from engine.explain.part import Box
from engine.explain.projection import Projection
from engine.explain.sanity import Redrawn
from engine.explain.smallest_change import Change
from engine.explain.top_images import Excited
from engine.formatting import counted, grouped, percent
from engine.layers.dropout import Dropout
from engine.layers.flatten import Flatten
from engine.look.colour import figure
from engine.model.spec import NetworkSpec
from engine.types import Labels


@dataclass(frozen=True)
class Tile:
    """One image of a gallery, and what stands below it.

    Attributes:
        index: its number among the images.
        title: the first line.
        note: the second line.
        tip: all that is known of it.
        box: the pixels that are framed.
        place: row and column of the unit that sees them.
    """

    index: int
    title: str
    note: str
    tip: str
    box: Box | None = None
    place: tuple[int, int] | None = None


def neighbour_tiles(found: Neighbours, names: Sequence[str]) -> list[Tile]:
    """Return the nearest training images as tiles."""
    tiles = []
    for index, label, distance in zip(found.images, found.labels, found.distances, strict=True):
        name, far = names[int(label)], f"{float(distance):.2f}"
        tip = f"Training image {grouped(int(index))}, labelled “{name}”, {far} of the usual distance away"
        tiles.append(Tile(int(index), name, far, tip))
    return tiles


def neighbour_words(found: Neighbours, names: Sequence[str], answer: int, total: int) -> str:
    """Say which labels the nearest images have."""
    counts = Counter(int(label) for label in found.labels)
    listed = ", ".join(f"{count} × {names[label]}" for label, count in counts.most_common())
    agree = counts.get(answer, 0)
    among = f"{grouped(found.compared)} of {grouped(total)}" if found.compared < total else grouped(total)
    same = (
        f"{agree} of {len(found.labels)} have the label {names[answer]}, the answer of the network ({listed})"
    )
    return f"{same}. Nearest of {among} training images by what enters the last layer; 1: as far as any two."


def likeness(found: Redrawn) -> str:
    """Say how much a map is still the same; maps without signs have places only."""
    same, places = (
        f"{value + 0.0:.2f}".replace("-0.00", "0.00") for value in (found.similarity, found.places)
    )
    text = f"alike {same}, places {places}" if found.explanation.signed else f"alike {same}"
    return text.replace("-", "\N{MINUS SIGN}")


def change_words(change: Change, names: Sequence[str]) -> str:
    """Say what a change turns, and how small it is."""
    before, after = (names[k] for k in change.answers)
    shares = [percent(float(odds[k])) for odds, k in zip(change.probabilities, change.answers, strict=True)]
    levels = counted(change.largest, "grey level")
    headline = f"{levels} of 255 turn {before} ({shares[0]}) into {after} ({shares[1]})"
    spread = f"No value changes by more than {change.largest}; {figure(change.mean)} on average"
    return f"{headline}. {spread}, in {percent(change.changed)} of the pixels. Asked of the network again."


def looked_at(spec: NetworkSpec) -> list[int]:
    """Return the layers, from 0, whose parts one can look at: those that do something to the values."""
    return [n for n, layer in enumerate(spec.layers) if not isinstance(layer, Dropout | Flatten)]


def part_names(spec: NetworkSpec, layer: int, names: Sequence[str]) -> list[str]:
    """Return what the parts of a layer are called: classes, filters or units."""
    shape = spec.shapes()[layer]
    if layer == len(spec.layers) - 1:
        return list(names)
    word = "Filter" if len(shape) == 3 else "Unit"
    return [f"{word} {number + 1}" for number in range(shape[0])]


def excited_tiles(found: Sequence[Excited], labels: Labels, names: Sequence[str]) -> list[Tile]:
    """Return the most exciting of the images with ``labels``, ``(N,)``, as tiles, and frame the place."""
    tiles = []
    for one in found:
        name, value = names[int(labels[one.image])], figure(one.value)
        tip = f"Test image {grouped(one.image)}, labelled “{name}”: {value}"
        if one.place is not None:
            tip += f" at row {one.place[0] + 1}, column {one.place[1] + 1} of the map"
        whole = one.place is None
        tiles.append(Tile(one.image, name, value, tip, None if whole else one.box, one.place))
    return tiles


def excited_words(found: Sequence[Excited], mean: float, total: int) -> str:
    """Say what the tiles show, and how rare such values are."""
    if not found or found[0].value <= 0 >= mean:
        return f"None of {grouped(total)} test images excites it."
    framed = "; the frame is what the unit sees" if found[0].place is not None else ""
    return f"The most exciting of {grouped(total)} test images{framed}. The mean over all is {figure(mean)}."


def frame_words(frame: Frame, names: Sequence[str]) -> str:
    """Say how far the picture is, and what the network answers to it."""
    best = int(frame.probabilities.argmax())
    answer = f"the network answers {names[best]}, {percent(float(frame.probabilities[best]))}"
    return f"Step {frame.step} of {frame.steps}: {figure(frame.value)}; {answer}"


def projection_words(found: Projection) -> str:
    """Say what a projection shows."""
    return f"What on it gave the {figure(found.value)}, sent back to the pixels by deconvolution"
