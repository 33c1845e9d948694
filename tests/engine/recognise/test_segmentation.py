"""Digits that touch are parted, strokes that belong together are joined, and single digits stay whole."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from engine.data.catalogue import load
from engine.model.model_file import Model, find_model
from engine.recognise.readings import recognise
from engine.recognise.seams import pieces
from engine.recognise.subject import Subject
from engine.recognise.subject_reading import read
from engine.types import Array


@pytest.fixture(scope="module")
def digits() -> Model:
    return find_model("digits")


def cut(index: int, factor: int) -> tuple[Array, int]:
    dataset = load("mnist")
    ink = dataset.test_images[index, 0]
    rows, columns = (np.flatnonzero((ink > 20).any(axis=axis)) for axis in (1, 0))
    part = Image.fromarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    large = part.resize((part.width * factor, part.height * factor), Image.Resampling.BICUBIC)
    return np.asarray(large) / 255, int(dataset.test_labels[index])


def row(indices: list[int], overlap: int, factor: int) -> tuple[Image.Image, list[int]]:
    """Return test images of MNIST side by side, overlapping by pixels of theirs."""
    sheet, x, names = np.zeros((30 * factor, 150 * factor)), 5 * factor, []
    for index in indices:
        ink, name = cut(index, factor)
        height, width = ink.shape
        place = sheet[(30 * factor - height) // 2 :, x:][:height, :width]
        np.maximum(place, ink, out=place)
        x += width - overlap * factor
        names.append(name)
    return Image.fromarray((255 - 230 * sheet[:, : x + 10 * factor]).astype(np.uint8)), names


def test_most_touching_digits_are_parted_and_found_where_they_are(digits: Model) -> None:
    right = total = 0
    for start in range(0, 40, 4):
        picture, names = row([start, start + 1, start + 2], 1, 3)
        found = recognise(picture, digits)
        right += [reading.best for reading in found] == names
        total += 1
        lefts = [reading.box.left for reading in found]
        assert lefts == sorted(lefts) and all(0 < each.box.right <= picture.width for each in found)
    assert right >= 0.7 * total


def test_single_digits_of_any_width_stay_whole(digits: Model) -> None:
    for index in range(60):
        assert len(recognise(row([index], 0, 3)[0], digits)) == 1, index


def drawn(*lines: list[tuple[float, float]], pen: int = 10) -> Subject:
    sheet = Image.new("L", (280, 280))
    for line in lines:
        ImageDraw.Draw(sheet).line(line, fill=255, width=pen, joint="curve")
    dense = [
        np.concatenate([np.linspace(a, b, 20) for a, b in pairwise(line)]) for line in map(np.array, lines)
    ]
    return Subject("drawing", ink=np.asarray(sheet) / 255, lines=tuple(dense))


def said(subject: Subject, model: Model) -> list[str]:
    return read(subject, ("shipped", "digits"), model, "digits", None).answers


TWO = [(10.0, 90.0), (30.0, 60.0), (70.0, 60.0), (85.0, 90.0), (60.0, 140.0), (10.0, 200.0), (120.0, 200.0)]
ONE = [(124.0, 60.0), (122.0, 206.0)]
THREE = [(150.0, 120.0), (180.0, 95.0), (200.0, 120.0), (170.0, 150.0), (190.0, 190.0), (160.0, 210.0)]
FOUR = [(170.0, 60.0), (123.0, 140.0), (240.0, 140.0)], [(210.0, 60.0), (210.0, 210.0)]


def test_a_stroke_belongs_to_one_digit_on_the_pad(digits: Model) -> None:
    touching = drawn(TWO, ONE, [*THREE, (122.0, 190.0)])
    reading = read(touching, ("shipped", "digits"), digits, "digits", None)
    assert len(reading.marks) == 1 and reading.answers == ["2", "1", "3"]
    again = read(touching, ("shipped", "digits"), digits, "digits", reading)
    assert again.answers == reading.answers and again.marks is reading.marks
    assert said(drawn(FOUR[0], TWO, FOUR[1]), digits) == ["2", "4"]  # the second stroke of the 4 comes last


def test_a_bar_apart_is_joined_to_its_five(digits: Model) -> None:
    body = [(60.0, 80.0), (55.0, 130.0), (100.0, 125.0), (120.0, 165.0), (95.0, 205.0), (50.0, 200.0)]
    bar = [(78.0, 72.0), (140.0, 68.0)]
    assert said(drawn(body, bar), digits) == ["5"]
    assert said(drawn(body, [(x + 4, y - 10) for x, y in bar], pen=6), digits) == ["5"]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_pieces_are_numbered_from_left_to_right_and_leave_nothing_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    height, width = int(rng.integers(3, 70)), int(rng.integers(3, 120))
    ink = np.asarray(Image.fromarray(rng.random((6, 8)).astype(np.float32)).resize((width, height)))
    numbers = pieces(np.where(ink > 0.5, ink, 0.0).astype(np.float64))
    assert numbers.shape == ink.shape
    seen = np.unique(numbers[ink > 0.5])
    assert len(seen) == 0 or (numbers.min() >= 0 and numbers.max() <= len(seen))
    middles = [np.nonzero((numbers == k) & (ink > 0.5))[1].mean() for k in seen]
    assert len(middles) <= 13


def test_a_gap_parts_and_an_empty_sheet_is_one_piece() -> None:
    ink = np.zeros((40, 60))
    ink[5:35, 10:16] = ink[5:35, 40:46] = 1
    numbers = pieces(ink)
    assert set(numbers[ink > 0]) == {0, 1} and (numbers[:, 10:16] == 0).all() and (numbers[:, 40:] == 1).all()
    assert (pieces(np.zeros((20, 20))) == 0).all()


def test_nothing_is_asked_twice_while_a_drawing_grows(digits: Model, monkeypatch) -> None:
    first = read(drawn(TWO), ("shipped", "digits"), digits, "digits", None)
    seen: list[int] = []
    trace = type(digits.network).trace
    monkeypatch.setattr(
        type(digits.network), "trace", lambda self, x, ctx: seen.append(len(x)) or trace(self, x, ctx)
    )
    second = read(drawn(TWO, FOUR[0], FOUR[1]), ("shipped", "digits"), digits, "digits", first)
    assert second.answers == ["2", "4"] and seen == [5]  # the 4 and its four moved copies
    fresh = read(drawn(TWO, FOUR[0], FOUR[1]), ("shipped", "digits"), digits, "digits", None)
    for one, other in zip(second.odds, fresh.odds, strict=True):
        np.testing.assert_array_equal(one.probabilities, other.probabilities)
