"""From a picture to answers: digits one by one, or the whole as one picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.data.pictures.pixels import plain
from engine.errors import DataError
from engine.model.input_form import takes_dark_ground, takes_digits, takes_garments
from engine.model.model_file import Model
from engine.recognise.asking import Asked
from engine.recognise.drawing import BOX, FAINTEST, SIDE
from engine.recognise.foreground import LEAST_CONTRAST, foreground
from engine.recognise.garment import on_black
from engine.recognise.judge import Answer, Odds, Source
from engine.recognise.marks import LEAST_HEIGHT, Box, cut, place_marks
from engine.recognise.pictures import grey
from engine.recognise.pieces import Ink, PixelInk, StrokeInk
from engine.recognise.segmentation import segmented
from engine.types import Array, Bytes, Labels

LARGEST_SIDE = 1120
"""A larger picture is reduced to this before digits are looked for."""
LARGEST_SINGLE = 560
"""Likewise for one digit, which is still far larger than the box it is brought to."""


@dataclass(frozen=True)
class Found:
    """A part of a picture as a network takes it.

    Attributes:
        box: where it lies in the picture, in its pixels.
        image: uint8 ``(C, H, W)``.
        ink: of a digit, what it is made of, to be parted or joined with others; None if it stays as it is.
        place: where in the picture a place on the sheet of ``ink`` lies.
    """

    box: Box
    image: Bytes
    ink: Ink | None = field(default=None, repr=False, compare=False)
    place: Callable[[Box], Box] = field(default=lambda box: box, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class Reading(Found):
    """A part of a picture and what a network says about it.

    Attributes:
        probabilities: of every class, ``(K,)``.
        answer: what may be said of it, and how surely.
        strangeness: distance to the training pictures as a share of its limit; 0 where nobody knows.
    """

    probabilities: Array
    answer: Answer
    strangeness: float = 0.0

    @property
    def best(self) -> int:
        """The most probable class."""
        return int(np.argmax(self.probabilities))


def recognise(
    picture: Image.Image, model: Model, crop: Box | None = None, *, several: bool = True
) -> list[Reading]:
    """Read a picture.

    Args:
        picture: of any size and mode.
        model: what answers.
        crop: the part to be read; None for all of it.
        several: read the digits one by one; otherwise all that is seen is one digit. Only for
            models that expect digits.

    Returns:
        The answers in reading order; at least one.

    Raises:
        DataError: nothing is to be seen, or the crop lies outside of the picture.
    """
    found = find(picture, model, crop, several=several)
    return [
        Reading(
            part.box,
            part.image,
            probabilities=said.probabilities,
            answer=said.answer(model.class_names),
            strangeness=said.strangeness,
        )
        for part, said in ask(found, Asked(Source.of(model)))
    ]


def ask(found: Sequence[Found], source: Asked) -> list[tuple[Found, Odds]]:
    """Ask a network about what was found; what it reads better so is parted, or put together.

    Returns:
        For each digit in reading order what was found, and what ``Source.ask`` says of it.
    """
    marks = {part.ink: part for part in found if part.ink is not None}
    if not marks:
        return [(part, source.ask(part.image)) for part in found]
    tallest = max(ink.box.height for ink in marks)
    answers = {
        ink: source.ask(part.image) for ink, part in marks.items() if ink.box.height >= LEAST_HEIGHT * tallest
    }
    sure = [float(answers[ink].probabilities.max()) if ink in answers else 1.0 for ink in marks]
    result = []
    for ink in segmented(list(marks), sure, source.odds):
        part = marks.get(ink) or _found(ink, found[0].place)
        if part is not None:
            result.append((part, answers[ink] if ink in answers else source.ask(part.image)))
    return result


def find(picture: Image.Image, model: Model, crop: Box | None = None, *, several: bool = True) -> list[Found]:
    """Return what ``recognise`` asks the network about."""
    picture = plain(picture)
    area = _checked(crop, picture) if crop is not None else Box(0, 0, *picture.size)
    if takes_digits(model):
        return find_digits(picture, area, several=several)
    if takes_garments(model) and (garment := _garment(picture, area)) is not None:
        return [Found(area, garment[None])]
    if crop is None:
        area = middle_square(*picture.size)
    return [Found(area, as_picture(picture, area, model))]


def _garment(picture: Image.Image, area: Box) -> Bytes | None:
    """Return the garment on a part of a picture; None if it is ready, or on no plain ground."""
    if (area.width, area.height) == (SIDE, SIDE):
        return None
    return on_black(picture.crop((area.left, area.top, area.right, area.bottom)))


def find_digits(picture: Image.Image, area: Box, *, several: bool) -> list[Found]:
    """Find digits and bring each to the form of MNIST's images.

    A picture that already has that form is left as it is. Raises DataError if nothing is seen.
    """
    cut = picture.crop((area.left, area.top, area.right, area.bottom))
    level, scale = grey(cut, LARGEST_SIDE if several else LARGEST_SINGLE)
    if level.shape == (SIDE, SIDE) and _has_form(level):
        return [Found(area, (level * 255 + 0.5).astype(np.uint8)[None])]

    def place(box: Box) -> Box:
        left, top = area.left + int(box.left / scale), area.top + int(box.top / scale)
        right = area.left + min(area.width, round(box.right / scale))
        return Box(left, top, right, area.top + min(area.height, round(box.bottom / scale)))

    found = digits_in(foreground(level), several=several, place=place)
    if not found:
        even = np.ptp(level) < LEAST_CONTRAST
        why = "all of it has the same brightness" if even else "no ink stands out from its ground"
        raise DataError(f"The picture shows nothing: {why}.")
    return found


def digits_in(
    drawing: npt.NDArray[np.floating], *, several: bool, place: Callable[[Box], Box] = lambda box: box
) -> list[Found]:
    """Find the digits in the foreground ``drawing``, ``(H, W)`` from 0 to 1; none if it is empty."""
    drawing = np.asarray(drawing)
    labels, marks = place_marks(drawing, several=several)
    inks = [PixelInk(mark.box, *cut(drawing, labels, mark)) for mark in marks]
    found = [part for ink in inks if (part := _found(ink, place)) is not None]
    return found if several else [replace(part, ink=None) for part in found]


def _found(ink: Ink, place: Callable[[Box], Box]) -> Found | None:
    image = ink.image()
    return Found(place(ink.box), image[None], ink, place) if image is not None else None


def digits_drawn(ink: Array, lines: Sequence[Array]) -> list[Found]:
    """Find the digits in a drawing whose strokes are known, and draw each with MNIST's pen.

    Args:
        ink: what is seen on the sheet, ``(H, W)`` from 0 to 1.
        lines: where the middle of the pen went, as ``Subject`` has them.
    """
    labels, marks = place_marks(np.asarray(ink), several=True)
    inks = []
    for mark in marks:
        parts = [(part, k) for k, line in enumerate(lines) for part in _inside(line, labels, mark.parts)]
        if parts:
            every = np.concatenate([part for part, _ in parts])
            pen = max(0.0, (max(mark.box.width, mark.box.height) - float(np.ptp(every, axis=0).max())) / 2)
            inks.append(
                StrokeInk(mark.box, tuple(part for part, _ in parts), tuple(k for _, k in parts), pen)
            )
    return [part for ink_ in inks if (part := _found(ink_, lambda box: box)) is not None]


def _inside(line: Array, labels: Labels, parts: Sequence[int]) -> list[Array]:
    """Return the unbroken parts of a line, ``(N, 2)``, that lie in some components of the ink."""
    height, width = labels.shape
    column, row = np.floor(line).astype(np.intp).T
    seen = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    seen[seen] = np.isin(labels[row[seen], column[seen]], parts)
    cuts = np.flatnonzero(np.diff(seen.astype(np.int8))) + 1
    pieces = zip(np.split(line, cuts), np.split(seen, cuts), strict=True)
    return [piece for piece, inside in pieces if inside.any()]


def as_picture(picture: Image.Image, area: Box, model: Model) -> Bytes:
    """Bring a part of a picture to what a network takes that knows no digits.

    Reducing takes every pixel into account. For a network with grey images on a mostly dark ground,
    such as Fashion-MNIST's, a part whose border is lighter than its middle is inverted.

    Args:
        picture: as ``plain`` makes it.
        area: the part; it is stretched if it has another shape.
        model: whose network takes the image, and whose training images were dark or not.

    Returns:
        uint8 ``(C, H, W)``.

    Raises:
        DataError: the network takes images that are neither grey nor in colour.
    """
    channels, height, width = model.network.spec.in_shape
    if channels not in (1, 3):
        raise DataError(f"The network takes images of {channels} channels; pictures have 1 or 3.")
    part = picture.convert("L" if channels == 1 else "RGB")
    box = (area.left, area.top, area.right, area.bottom)
    if (area.width, area.height) == (width, height):
        small = part.crop(box)
    else:
        small = part.resize((width, height), Image.Resampling.BICUBIC, box=box)
    pixels = np.asarray(small, np.uint8)
    if channels == 3:
        return np.ascontiguousarray(pixels.transpose(2, 0, 1))
    if takes_dark_ground(model):
        edge = np.concatenate([pixels[0], pixels[-1], pixels[1:-1, 0], pixels[1:-1, -1]])
        inside = pixels[height // 4 : height - height // 4, width // 4 : width - width // 4]
        if np.median(edge) > np.median(inside):
            pixels = 255 - pixels
    return np.ascontiguousarray(pixels[None])


def middle_square(width: int, height: int) -> Box:
    """Return the largest square in the middle of a picture."""
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return Box(left, top, left + side, top + side)


def _checked(crop: Box, picture: Image.Image) -> Box:
    width, height = picture.size
    inside = 0 <= crop.left < crop.right <= width and 0 <= crop.top < crop.bottom <= height
    if not inside:
        raise DataError(
            f"The crop {crop.left},{crop.top},{crop.width},{crop.height} is not inside the picture; "
            f"allowed is left, top, width and height within {width}x{height} pixels."
        )
    return crop


def _has_form(grey: Array) -> bool:
    """Whether a picture of 28x28 is light on dark, in a 20x20 box, with its mass in the middle."""
    visible = grey > FAINTEST
    rows, columns = np.flatnonzero(visible.any(axis=1)), np.flatnonzero(visible.any(axis=0))
    if not len(rows) or max(np.ptp(rows), np.ptp(columns)) >= BOX or grey.max() < 0.5:
        return False
    places = np.arange(SIDE)
    centre = np.array([grey.sum(axis=1) @ places, grey.sum(axis=0) @ places]) / grey.sum()
    return bool(np.abs(centre - SIDE / 2).max() <= 1)
