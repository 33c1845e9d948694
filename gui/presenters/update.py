"""The rows of one update: the gradient and its terms, the check, the optimiser, the new weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.arithmetic.gradient import Check, Terms
from engine.arithmetic.passes import Place, Weight
from engine.arithmetic.update import OneUpdate, RunningUpdate
from engine.formatting import grouped
from engine.types import Bytes, Labels, Shape
from gui.presenters.arithmetic import MOST_TERMS, Row, exact, small


@dataclass(frozen=True)
class Arrival:
    """Stands for the gradient that arrived at a value of one image of the mini-batch."""

    image: int
    place: Place


@dataclass(frozen=True)
class Parameter:
    """One array of a network.

    Attributes:
        layer: number of its layer.
        name: as in ``Network.params``.
        shape: of the array.
        statistic: whether it is learnt without gradients.
    """

    layer: int
    name: str
    shape: Shape
    statistic: bool

    @property
    def words(self) -> str:
        """Name it for a list."""
        return f"Layer {self.layer + 1}: {self.name} {'×'.join(map(str, self.shape))}"


def weight_words(weight: Weight) -> str:
    """Name a weight; numbers count from one."""
    index = ", ".join(str(i + 1) for i in weight.index)
    return f"Layer {weight.layer + 1}, {weight.name}[{index}]"


def term_rows(terms: Terms, labels: Labels, names: Sequence[str]) -> list[Row]:
    """Return the largest terms of a gradient: image and place, gradient, value, product."""
    rows = []
    for term in range(min(MOST_TERMS, len(terms.image))):
        image = int(terms.image[term])
        place = terms.output(term)
        where = f" ({place.index[1] + 1}, {place.index[2] + 1})" if len(place.index) == 3 else ""
        numbers = (terms.delta[term], terms.value[term], terms.product[term])
        words = f"{_image_words(image, labels, names)}{where}"
        rows.append(Row((words, *(exact(float(n)) for n in numbers)), Arrival(image, place)))
    return rows


def image_rows(terms: Terms, images: Bytes, labels: Labels, names: Sequence[str]) -> list[Row]:
    """Return what each image of the mini-batch, ``(N, C, H, W)``, adds to a gradient, largest first."""
    order = np.argsort(-np.abs(terms.by_image), kind="stable")
    counts = np.bincount(terms.image, minlength=terms.images)
    return [
        Row(
            (
                _image_words(int(image), labels, names),
                "",
                f"{grouped(int(counts[image]))} products",
                exact(float(terms.by_image[image])),
            ),
            picture=images[image],
        )
        for image in order
    ]


def _image_words(image: int, labels: Labels, names: Sequence[str]) -> str:
    label = int(labels[image])
    name = f" “{names[label]}”" if label < len(names) else ""
    return f"{image + 1}{name}"


def gradient_rows(terms: Terms, update: OneUpdate, checked: Check | None) -> list[Row]:
    """Return the gradient as a mean over the images, and how it was checked."""
    total = float(terms.by_image.sum())
    rows = [
        Row(("Gradient", ""), head=True),
        Row((f"sum of {grouped(len(terms.image))} products", exact(total))),
        Row((f"÷ {terms.images} images", exact(terms.total))),
        Row(("gradient that the step used", exact(update.gradient))),
        Row(("difference", _part(terms.total - update.gradient, update.gradient))),
    ]
    if checked is not None:
        rows += [
            Row((f"loss with the weight {small(checked.step)} larger", exact(checked.above))),
            Row((f"loss with the weight {small(checked.step)} smaller", exact(checked.below))),
            Row(("slope between them", exact(checked.measured))),
            Row(
                ("difference from the gradient", _part(checked.measured - checked.gradient, checked.gradient))
            ),
        ]
    return rows


def _part(difference: float, of: float) -> str:
    if difference == 0:
        return "none"
    return f"{small(abs(difference / of))} of it" if of else small(abs(difference))


def update_rows(update: OneUpdate, optimiser: str, schedule: str) -> list[Row]:
    """Return learning rate, decay, the optimiser's memory and lines, and the new weight."""
    acts = "acts on it" if update.decayed else "does not act on it"
    rows = [
        Row(("Learning rate", ""), head=True),
        Row(("set", exact(update.setting))),
        Row((f"× {schedule.lower()} schedule after {update.epoch:.3f} epochs", exact(update.factor))),
        Row(("used", exact(update.rate))),
        Row(("momentum", exact(update.momentum))),
        Row((f"weight decay, which {acts}", exact(update.weight_decay))),
        Row((f"{optimiser}: what it remembers", ""), head=True),
    ]
    for name, (before, after) in update.state.items():
        rows += [Row((f"{name} before", exact(before))), Row((f"{name} after", exact(after)))]
    if not update.state:
        rows.append(Row(("nothing", "")))
    elif not update.known:
        rows.append(Row(("before: not recorded, as if it remembered nothing", "")))
    rows.append(Row((f"{optimiser}: its own lines", ""), head=True))
    for source in update.code:
        for line in source.lines:
            if line.ran and line.values:
                text = line.text.strip()
                rows.append(Row((text, "  ".join(f"{n} = {exact(v)}" for n, v in line.values))))
    rows += [
        Row(("Weight", ""), head=True),
        Row(("before", exact(update.old))),
        Row(("change", exact(update.new - update.old))),
        Row(("after", exact(update.new))),
    ]
    if update.average is not None:
        before, after = update.average
        rows += [
            Row(("average before", exact(before))),
            Row((f"average after, {exact(update.keep)} of it kept", exact(after))),
        ]
    return rows


def running_rows(found: RunningUpdate) -> list[Row]:
    """Return how a running statistic followed those of the micro-batches."""
    rows = [Row((f"micro-batch {n + 1}", exact(float(value)))) for n, value in enumerate(found.batches)]
    mean = float(np.mean(found.batches, dtype=np.float64))
    return [
        *rows,
        Row(("mean over the micro-batches", exact(mean))),
        Row(("before", exact(found.old))),
        Row(("share of it that is kept", exact(found.momentum))),
        Row(("after", exact(found.new))),
    ]
