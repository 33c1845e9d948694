"""How well pictures of digits and clothes are read: the table of pictures in the README."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.data.catalogue import is_present, load
from engine.errors import DataError
from engine.model.model_file import Model, find_model
from engine.recognise.judge import Source
from engine.recognise.readings import Reading, recognise
from engine.recognise.subject import Subject
from engine.recognise.subject_reading import SubjectReading, read
from tests.benchmarks import picture_kinds as kinds
from tests.benchmarks.product_photos import product
from tests.benchmarks.row import Row
from tests.hands.validation import DIGITS

NAME = "reading-pictures"
TUNING, TEST = slice(0, 5000), slice(5000, 10000)
"""Which test images pictures are made of, while code is chosen and for the figures that are stated."""
SEEDS = {TUNING.start: 71, TEST.start: 72}

KINDS: dict[str, tuple[kinds.Maker, int, float | None]] = {
    "cut to 16 pixels, light ink": (kinds.tight(16, 0, dark=False), 250, 97),
    "cut to 16 pixels, dark ink": (kinds.tight(16, 0, dark=True), 250, 97),
    "the same with a margin of 6, dark ink": (kinds.tight(16, 6, dark=True), 250, 98.5),
    "8 to 12 pixels": (kinds.tiny, 200, None),
    "photographed, cut to its box": (kinds.photographed, 250, 98),
    "printed": (kinds.printed, 300, 97),
    "printed ones": (kinds.printed_one, 120, 97),
    "transparent ground": (kinds.see_through, 150, None),
    "coloured ink on coloured paper": (kinds.coloured, 150, None),
    "light on dark": (kinds.light_on_dark, 150, None),
    "ruled and squared paper": (kinds.ruled, 150, None),
    "turned by EXIF": (kinds.turned, 100, None),
    "2,400 to 3,600 pixels": (kinds.huge, 20, None),
}
"""Pictures of one digit: what makes them, how many, and the goal in per cent."""
ROWS: dict[str, tuple[tuple[float, float], float | None]] = {
    "rows, 1 to 6 pixels of MNIST's apart": ((-6, -1), 99),
    "rows, 3 apart to 1 overlapping": ((-3, 1), None),
    "rows, 3 apart to 6 overlapping": ((-3, 6), None),
}


def read_kind(
    make: kinds.Maker, count: int, model: Model, part: slice
) -> list[tuple[list[int], list[Reading]]]:
    """Return for each picture of a kind what is on it and what was read; nothing where it shows nothing."""
    result = []
    for number in range(count):
        shown, names = make(np.random.default_rng([SEEDS[part.start], number]), part)
        try:
            result.append((names, recognise(shown, model)))
        except DataError:
            result.append((names, []))
    return result


def right(names: Sequence[int], read: Sequence[int]) -> int:
    """Return how many digits of a row are read rightly: its length less the edit distance, at least 0."""
    before = list(range(len(read) + 1))
    for i, name in enumerate(names, 1):
        now = [i]
        for j, other in enumerate(read, 1):
            now.append(min(before[j] + 1, now[-1] + 1, before[j - 1] + (name != other)))
        before = now
    return max(0, len(names) - before[-1])


def row(name: str, hits: int, count: int, goal: float | None) -> Row:
    """Return a share as a row of the table."""
    value = 100 * hits / count
    met = None if goal is None else value >= goal
    return Row(f"{name} ({count:,})", value, "%", "" if goal is None else f">= {goal:g} %", met)


def single_digits(model: Model, part: slice) -> list[Row]:
    """Return how many pictures of each kind of ``KINDS`` are read as the one digit that they show."""
    dataset, source = load("mnist"), Source(model.network, model.preprocessing, model.class_names)
    chosen = [
        int(np.random.default_rng([SEEDS[part.start], k]).integers(part.start, part.stop)) for k in range(250)
    ]
    hits = int((source.odds(dataset.test_images[chosen]).argmax(axis=1) == dataset.test_labels[chosen]).sum())
    rows = [row("the same digits as they are in MNIST", hits, len(chosen), None)]
    for name, (make, count, goal) in KINDS.items():
        seen = read_kind(make, count, model, part)
        hits = sum([reading.best for reading in readings] == names for names, readings in seen)
        rows.append(row(name, hits, count, goal))
    seen = read_kind(kinds.single, 400, model, part)
    rows.append(row("one digit, not parted", sum(len(r) == 1 for _, r in seen), len(seen), 99.5))
    return rows


def rows_of_digits(model: Model, part: slice, count: int = 120) -> list[Row]:
    """Return how many digits of rows in pictures are read, and how many rows as a whole."""
    rows = []
    for name, (overlap, goal) in ROWS.items():
        seen = [(n, [r.best for r in rs]) for n, rs in read_kind(kinds.row(*overlap), count, model, part)]
        total = sum(len(names) for names, _ in seen)
        rows.append(row(f"{name}: digits", sum(right(*each) for each in seen), total, goal))
        rows.append(row(f"{name}: whole rows", sum(a == b for a, b in seen), count, None))
    return rows


def read_strokes(
    model: Model, overlap: tuple[float, float], forms: dict[str, tuple[str, ...]], seed: int, count: int = 120
) -> list[tuple[list[int], SubjectReading]]:
    """Return for each drawing of a row of digits what is on it and how the pad reads it."""
    result = []
    for number in range(count):
        ink, lines, names = kinds.strokes(np.random.default_rng([seed, number]), *overlap, forms)
        subject = Subject("drawing", ink=ink, lines=lines)
        result.append((names, read(subject, ("shipped", "digits"), model, "digits", None)))
    return result


def rows_of_strokes(model: Model, forms: dict[str, tuple[str, ...]], seed: int) -> list[Row]:
    """Return how many digits of rows on the pad are read, apart and overlapping."""
    rows = []
    for name, overlap in (("apart", (-0.3, -0.1)), ("touching or overlapping", (-0.05, 0.15))):
        seen = [
            (names, [int(a) for a in r.answers]) for names, r in read_strokes(model, overlap, forms, seed)
        ]
        total = sum(len(names) for names, _ in seen)
        rows.append(row(f"strokes, {name}: digits", sum(right(*each) for each in seen), total, None))
        counted = sum(len(a) == len(b) for a, b in seen)
        rows.append(row(f"strokes, {name}: as many as there are", counted, len(seen), None))
    return rows


def clothes(part: slice, count: int = 200) -> list[Row]:
    """Return how many product photos are read, and of the wrong ones how many without doubt."""
    if not is_present("fashion-mnist"):
        return [Row("product photos of clothes", None, "no Fashion-MNIST", ">= 60 %", None)]
    model, dataset = find_model("clothes"), load("fashion-mnist")
    hits = sure = claimed = 0
    for number in range(count):
        rng = np.random.default_rng([SEEDS[part.start], number])
        index = int(rng.integers(part.start, part.stop))
        (reading,) = recognise(product(dataset.test_images[index, 0], rng), model)
        hit = reading.best == dataset.test_labels[index]
        said = reading.answer.verdict == "sure"
        hits, sure, claimed = hits + hit, sure + (hit and said), claimed + (said and not hit)
    wrong = count - hits
    return [
        row("product photos of clothes", hits, count, 60),
        row("of the wrong ones, said without doubt", claimed, max(1, wrong), None),
        row("of the right ones, said without doubt", sure, max(1, hits), None),
    ]


def run(part: slice = TEST) -> list[Row]:
    """Measure all kinds with the shipped models."""
    model = find_model("digits")
    rows = single_digits(model, part) + rows_of_digits(model, part)
    rows += rows_of_strokes(model, DIGITS, SEEDS[part.start]) + clothes(part)
    return rows
