"""Digits and signs outside of MNIST, made by the program: a part for choosing, and one for the figures.

The two parts share no template, no font and no image of MNIST, with each other or with the training, and
their hands differ, too. Whatever is chosen (rules, limits of doubt) is chosen with the part ``validation``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine.data.catalogue import load
from engine.data.dataset import holdout
from engine.recognise.subject import Subject
from engine.recognise.synthetic.lettering import LETTERS, fitted, signs
from engine.recognise.synthetic.strokes import Lines, by_hand, drawn, sampled
from engine.recognise.synthetic.thinning import middle_lines
from engine.types import Array, Bytes, Labels
from tests.hands import held_out, validation

SHEET = 280
USUAL, THICKEST = 20, 40
"""Pens of the Test panel, on a sheet of 280."""
NONE = -1
FIGURES = "0123456789"


@dataclass(frozen=True)
class Case:
    """What is read, and what it is.

    Attributes:
        label: the class, or ``NONE``.
        subject: a drawing or a picture.
    """

    label: int
    subject: Subject


@dataclass(frozen=True)
class Part:
    """Where the cases of a part come from.

    Attributes:
        seed: of all that is random.
        digits: templates of each digit.
        others: templates of letters and signs.
        hands: files of fonts made of handwriting.
        fonts: files of fonts for print.
        lean: how far its writers slant, relative to those of the training.
    """

    seed: int
    digits: Mapping[str, Sequence[str]]
    others: Mapping[str, str]
    hands: tuple[str, ...]
    fonts: tuple[str, ...]
    lean: float

    def mnist(self) -> tuple[Bytes, Labels]:
        """Return images of MNIST that no training has seen: of the test set only for the test part."""
        dataset = load("mnist")
        if self is PARTS["test"]:
            return dataset.test_images, dataset.test_labels
        _, held = holdout(dataset, 5000, 1)
        return dataset.train_images[held], dataset.train_labels[held]


PARTS = {
    "validation": Part(
        11,
        validation.DIGITS,
        validation.OTHERS,
        (
            "BecauseWeCreate-Regular.otf",
            "BecauseWeLearn-Regular.otf",
            "setofont.ttf",
            "SteveHand.ttf",
            "Kristi.ttf",
        ),
        (
            "Play-Regular.otf",
            "Play-Bold.otf",
            "Hack-Regular.ttf",
            "Hack-Bold.ttf",
            "Essays1743.ttf",
            "Cabin-Medium.otf",
        ),
        1.0,
    ),
    "test": Part(
        12,
        held_out.DIGITS,
        held_out.OTHERS,
        ("dkg.ttf", "Rufscript010.ttf", "BecauseWeMentor-Regular.otf", "BecauseWeOrganize-Regular.otf"),
        (
            "DejaVuSans.ttf",
            "DejaVuSans-Bold.ttf",
            "DejaVuSansMono.ttf",
            "DejaVuSansMono-Bold.ttf",
            "DejaVuSerif.ttf",
            "DejaVuSerif-Bold.ttf",
            "LiberationMono-Regular.ttf",
            "LiberationMono-Bold.ttf",
            "LiberationSans-Regular.ttf",
            "LiberationSans-Bold.ttf",
            "LiberationSans-Italic.ttf",
            "LiberationSerif-Regular.ttf",
            "LiberationSerif-Bold.ttf",
            "LiberationSerif-Italic.ttf",
        ),
        1.2,
    ),
}


def hand(lines: Lines, part: Part, rng: np.random.Generator) -> Lines:
    """Return lines as a writer of this part repeats them, sampled as tablets and mice report them."""
    lines = by_hand(lines, rng)
    lean, taper = 0.1 * part.lean * rng.standard_normal(), 0.12 * part.lean * rng.standard_normal()
    changed = []
    for line in lines:
        x, y = line.T
        x = 50 + (x - 50) * (1 + taper * (y / 70 - 1)) - lean * (y - 70)
        changed.append(np.stack([x, y], axis=1))
    return sampled(changed, float(rng.uniform(4, 26)), rng) if rng.random() < 0.7 else changed


def on_sheet(lines: Lines, longer: float, centre: tuple[float, float], pen: int) -> Subject:
    """Return lines drawn on the sheet of the Test panel, their longer side ``longer`` pixels."""
    points = np.concatenate(lines)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    scale = longer / float(size.max())
    placed = [(line - low - size / 2) * scale + np.array(centre) for line in lines]
    room = pen / 2 + 2
    every = np.concatenate(placed)
    shift = np.maximum(room - every.min(axis=0), 0) - np.maximum(every.max(axis=0) - (SHEET - room), 0)
    placed = [line + shift for line in placed]
    sheet = Image.new("L", (SHEET, SHEET))
    draw = ImageDraw.Draw(sheet)
    for line in placed:
        flat = [(float(x), float(y)) for x, y in line]
        if len(flat) > 1:
            draw.line(flat, fill=255, width=pen, joint="curve")
        for x, y in (flat[0], flat[-1]):
            draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
    ink: Array = np.asarray(sheet, np.float32) / 255
    return Subject("a drawing", ink=ink, lines=tuple(placed))


def ordinary(lines: Lines, rng: np.random.Generator, pen: int = USUAL) -> Subject:
    """Return a drawing of ordinary size, about in the middle."""
    longer = float(rng.uniform(0.42, 0.85)) * SHEET
    return on_sheet(lines, longer, (float(rng.uniform(110, 170)), float(rng.uniform(110, 170))), pen)


def small(lines: Lines, rng: np.random.Generator) -> Subject:
    """Return a drawing of a quarter to a third of the sheet, anywhere."""
    x, y = rng.uniform(60, 220, 2)
    return on_sheet(lines, float(rng.uniform(1 / 4, 1 / 3)) * SHEET, (x, y), USUAL)


def corner(lines: Lines, rng: np.random.Generator) -> Subject:
    """Return a drawing of a sixth to a quarter of the sheet, in a corner."""
    x, y = (40 if rng.random() < 0.5 else 240 for _ in range(2))
    return on_sheet(lines, float(rng.uniform(1 / 6, 1 / 4)) * SHEET, (x, y), USUAL)


def digits(part: Part, count: int, rng: np.random.Generator) -> Iterator[tuple[int, Lines]]:
    """Write digits, three of five by templates, the others in the hands of fonts."""
    for index in range(count):
        label = index % 10
        if rng.random() < 0.6:
            forms = part.digits[str(label)]
            lines = drawn(forms[int(rng.integers(len(forms)))], rng, 0.8)
        else:
            lines = signs(part.hands[int(rng.integers(len(part.hands)))], FIGURES)[str(label)]
        yield label, hand(lines, part, rng)


def ones(part: Part, count: int, rng: np.random.Generator) -> Iterator[tuple[int, Lines]]:
    """Write ones with a flag of a quarter to two thirds of the stem, some bent, some with a foot."""
    for _ in range(count):
        length, angle = rng.uniform(36, 95), np.radians(rng.uniform(32, 66))
        x, y = 55 - length * np.cos(angle), length * np.sin(angle)
        bent = f"{(55 + x) / 2 + 4:.0f},{y / 2 + 5:.0f} " if rng.random() < 0.4 else ""
        foot = 55 + rng.uniform(-14, 4)
        form = f"{x:.0f},{y:.0f}! {bent}55,0! {foot:.0f},140!"
        if rng.random() < 0.3:
            form += f" / {foot - rng.uniform(20, 45):.0f},140! {foot + rng.uniform(20, 45):.0f},140!"
        yield 1, hand(drawn(form, rng, 0.7), part, rng)


def sevens(part: Part, count: int, rng: np.random.Generator) -> Iterator[tuple[int, Lines]]:
    """Write sevens, half of them with a bar."""
    forms = list(part.digits["7"])
    for _ in range(count):
        yield 7, hand(drawn(forms[int(rng.integers(len(forms)))], rng, 0.8), part, rng)


def european(part: Part, count: int, rng: np.random.Generator) -> Iterator[tuple[int, Lines]]:
    """Write zeros with a slash, and all forms of 4 and 9."""
    forms = [(0, form) for form in part.digits["0"] if "/" in form]
    forms += [(label, form) for label in (4, 9) for form in part.digits[str(label)]]
    for index in range(count):
        label, form = forms[index % len(forms)]
        yield label, hand(drawn(form, rng, 0.8), part, rng)


def letters(part: Part, count: int, rng: np.random.Generator) -> Iterator[tuple[int, Lines]]:
    """Write letters and draw shapes that look like no digit."""
    names = sorted(part.others)
    for index in range(count):
        lines = drawn(part.others[names[index % len(names)]], rng, 0.8)
        if index % 5 >= 3:
            found = signs(part.hands[int(rng.integers(len(part.hands)))], LETTERS)
            lines = found[sorted(found)[int(rng.integers(len(found)))]]
        yield NONE, hand(lines, part, rng)


def redrawn(part: Part, count: int, rng: np.random.Generator) -> Iterator[tuple[int, Lines]]:
    """Draw digits of MNIST again along their middle lines."""
    images, labels = part.mnist()
    for label, lines in zip(labels[:count], middle_lines(images[:count, 0]), strict=True):
        if lines:
            yield int(label), fitted(lines)


def printed(part: Part, count: int, rng: np.random.Generator) -> Iterator[Case]:
    """Print digits, dark on light, as pictures of about 60 to 160 pixels."""
    for index in range(count):
        font = ImageFont.truetype(part.fonts[index // 10 % len(part.fonts)], int(rng.integers(40, 120)))
        left, top, right, bottom = font.getbbox(str(index % 10))
        room = int(rng.integers(8, 24))
        size = (int(right - left) + 2 * room, int(bottom - top) + 2 * room)
        sheet = Image.new("L", size, int(rng.integers(200, 256)))
        ink = int(rng.integers(0, 80))
        ImageDraw.Draw(sheet).text((room - left, room - top), str(index % 10), fill=ink, font=font)
        yield Case(index % 10, Subject("print", picture=sheet))


Write = Callable[[Part, int, np.random.Generator], Iterator[tuple[int, Lines]]]
Place = Callable[[Lines, np.random.Generator], Subject]

DRAWN: dict[str, tuple[Write, int, Place]] = {
    "digits as strokes, usual pen": (digits, 1000, ordinary),
    "digits as strokes, thickest pen": (digits, 400, lambda lines, rng: ordinary(lines, rng, THICKEST)),
    "small drawings": (digits, 400, small),
    "drawings in a corner": (digits, 400, corner),
    "1 with a long flag": (ones, 500, ordinary),
    "7 with and without bar": (sevens, 250, ordinary),
    "0 with a slash, 4 and 9 open and closed": (european, 300, ordinary),
    "MNIST's digits, drawn again": (redrawn, 1000, ordinary),
    "letters and shapes": (letters, 700, ordinary),
}
"""What is drawn: who writes it, how often, and where it is put on the sheet."""
PRINTED = "printed digits"


def cases(part: Part, title: str) -> Iterator[Case]:
    """Return what ``title`` names, always the same."""
    rng = np.random.default_rng([part.seed, len(title)])
    if title == PRINTED:
        yield from printed(part, 540, rng)
        return
    write, count, place = DRAWN[title]
    for label, lines in write(part, count, rng):
        yield Case(label, place(lines, rng))
