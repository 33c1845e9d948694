"""Which pictures are to train on and which to test on, and what is to be said about them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.data.pictures.asking import listed
from engine.data.pictures.found import Found
from engine.data.pictures.options import PictureOptions
from engine.formatting import counted

FEW = 10
"""Fewer pictures of a class than this are pointed out."""
_ADVICE = "; check which of their values are black and white (Values, or --range in the terminal)"
MAX_CLASSES = 1000
"""More classes than this are a mistake in the labels rather than classes."""
MAX_BYTES = 2 * 1024**3
"""Images of more bytes than this are refused."""
_FLAT = 12
"""Pictures whose brightness spans less than this, of 255, are of one brightness to the eye."""
_DARK = 32
"""Pictures that are nowhere brighter than this, of 255, are nearly black."""


@dataclass(frozen=True)
class ClassRow:
    """One class: its name, its numbers of pictures, and a word of warning or nothing."""

    name: str
    train: int
    test: int
    warning: str


@dataclass(frozen=True)
class Plan:
    """What a data set would be made of.

    Attributes:
        tests: whether each picture found is to test on, ``(N,)``.
        rows: the classes in order.
        warnings: sentences on what is doubtful; it can be made all the same.
        problem: the sentence why it cannot be made; empty if it can.
    """

    tests: npt.NDArray[np.bool_]
    rows: tuple[ClassRow, ...]
    warnings: tuple[str, ...]
    problem: str


def split(labels: Sequence[int], share: float, seed: int) -> npt.NDArray[np.bool_]:
    """Choose the pictures to test on, from each class in proportion.

    A class of n pictures gives round(n share) of them, but at least one, and at least one stays to
    train on; a class of one picture gives none. Which ones, depends on the seed and the class
    alone, so another class more or less changes nothing.

    Args:
        labels: class of each picture, ``(N,)``.
        share: of each class, between 0 and 1.
        seed: the same seed gives the same choice.

    Returns:
        Whether each picture is to test on, ``(N,)``.
    """
    classes = np.asarray(labels, np.int64)
    tests = np.zeros(len(classes), bool)
    for label, count in enumerate(np.bincount(classes) if len(classes) else ()):
        if count < 2:
            continue
        wanted = min(max(int(np.floor(count * share + 0.5)), 1), int(count) - 1)
        rng = np.random.default_rng((seed, label))
        tests[rng.permutation(np.flatnonzero(classes == label))[:wanted]] = True
    return tests


def plan(found: Found, options: PictureOptions) -> Plan:
    """Return how the pictures found would be shared out, with warnings in words."""
    tests = np.array(found.tests, bool)
    if not found.tests:
        tests = split(found.labels, options.test_share, options.seed)
    labels = np.asarray(found.labels, np.int64)
    classes = len(found.class_names)
    test = np.bincount(labels[tests], minlength=classes)
    train = np.bincount(labels[~tests], minlength=classes)
    rows = tuple(
        ClassRow(name, int(train[label]), int(test[label]), _warning(int(train[label]), int(test[label])))
        for label, name in enumerate(found.class_names)
    )
    return Plan(tests, rows, _warnings(found, rows, tests), _problem(found, options, tests))


def _warning(train: int, test: int) -> str:
    if not train:
        return "none to train"
    if train + test == 1:
        return "one picture"
    if not test:
        return "none to test"
    return "few pictures" if train + test < FEW else ""


def _warnings(found: Found, rows: Sequence[ClassRow], tests: npt.NDArray[np.bool_]) -> tuple[str, ...]:
    said = list(found.notes)
    if found.empty:
        said.append(f"No picture can be read, so left out: {listed(found.empty)}.")
    few = [row.name for row in rows if row.train + row.test < FEW]
    if few:
        said.append(f"Fewer than {FEW} pictures, too few to learn from or to judge by: {listed(few)}.")
    untested = [row.name for row in rows if not row.test]
    if untested:
        said.append(f"No picture to test on: {listed(untested)}.")
    unlearnt = [row.name for row in rows if not row.train]
    if unlearnt:
        said.append(f"No picture to learn from: {listed(unlearnt)}.")
    sizes = [row.train + row.test for row in rows]
    if rows and min(sizes) >= FEW and max(sizes) >= 10 * min(sizes):
        said.append(
            f"The largest class has {max(sizes)} pictures, the smallest {min(sizes)}: "
            "the network will prefer the large one."
        )
    said += _brightness(found)
    folded = Counter(name.casefold() for name in found.class_names)
    alike = [name for name in dict.fromkeys(found.class_names) if folded[name.casefold()] > 1]
    alike = alike if len(alike) > 1 else []
    if alike:
        said.append(f"Classes whose names differ only in the size of letters: {listed(alike)}.")
    same = [name for name, count in Counter(found.class_names).items() if count > 1]
    if same:
        said.append(f"Several classes have the same name: {listed(same)}.")
    together = [name for name in found.class_names if _is_several(name, found.class_names)]
    if together:
        said.append(
            f"Classes that look like several others at once: {listed(together)}; "
            "each picture has one class, and these are classes of their own."
        )
    both, unlike = _same(found, tests)
    if both:
        said.append(
            f"{both} of the pictures to test on {'is' if both == 1 else 'are'} also among those to train on, "
            "so the test will look better than it is."
        )
    if unlike:
        said.append(f"{unlike} pictures are the same as one of another class.")
    return tuple(said)


def _is_several(name: str, names: Sequence[str]) -> bool:
    """Whether the name of a class lists other classes, as ``cat,dog`` does."""
    parts = [part.strip() for part in re.split(r"[,;|/+&]| (?=\S)", name) if part.strip()]
    return len(set(parts)) > 1 and name not in parts and set(parts) <= set(names)


def _brightness(found: Found) -> list[str]:
    """Point out pictures of one brightness, and a data set that is nearly black."""
    if not found.extremes:
        return []
    low, high = np.asarray(found.extremes).T
    flat = int(np.sum(high - low < _FLAT))
    said = []
    if flat:
        many = "Almost all pictures are" if flat > 0.9 * len(low) else f"{counted(flat, 'picture')} are"
        many = many if flat != 1 else "1 picture is"
        said.append(
            f"{many} of one brightness, with nothing to be seen{_ADVICE if flat > 0.1 * len(low) else ''}."
        )
    dark = float(np.mean(high <= _DARK))
    if dark > 0.5 and flat <= 0.9 * len(low):
        said.append(
            f"{'Almost all' if dark > 0.9 else 'More than half of the'} pictures are nearly black{_ADVICE}."
        )
    return said


def _same(found: Found, tests: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Count the test pictures that are trained on too, and the pictures that two classes claim."""
    trained = {print_ for print_, test in zip(found.prints, tests, strict=True) if not test}
    both = sum(print_ in trained for print_, test in zip(found.prints, tests, strict=True) if test)
    classes: defaultdict[bytes, set[int]] = defaultdict(set)
    for print_, label in zip(found.prints, found.labels, strict=True):
        classes[print_].add(label)
    unlike = sum(len(classes[print_]) > 1 for print_ in found.prints)
    return both, unlike


def _problem(found: Found, options: PictureOptions, tests: npt.NDArray[np.bool_]) -> str:
    classes = len(found.class_names)
    if not classes and found.broken:
        usual = Counter(each.reason for each in found.broken).most_common(1)[0][0]
        first = next(each for each in found.broken if each.reason == usual)
        return f"None of the pictures can be read; {first.name}: {first.reason}"
    for question in found.questions:
        if question.open:
            return question.words
    if classes < 2:
        there = f"one class, {found.class_names[0]!r}" if classes else "no class"
        return f"There are pictures of {there}; a network needs at least 2 classes to tell apart."
    if classes > MAX_CLASSES:
        return f"There are {classes} classes; allowed are at most {MAX_CLASSES}."
    if not tests.any():
        return "No class has a second picture to test on; at least one class needs two."
    if tests.all():
        return "All pictures are to test on; some must be left to train on."
    channels, height, width = options.in_shape
    size = len(tests) * channels * height * width
    if size > MAX_BYTES:
        return (
            f"At this size the images take {size / 1024**3:.1f} GB; allowed are {MAX_BYTES // 1024**3} GB, "
            "so choose a smaller size."
        )
    return ""
