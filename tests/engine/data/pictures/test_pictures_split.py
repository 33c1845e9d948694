"""Sharing out: each class in proportion, the same for the same seed, warnings in words."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.data.pictures.build import build
from engine.data.pictures.found import Found
from engine.data.pictures.options import PictureOptions
from engine.data.pictures.pixels import Rendering
from engine.data.pictures.plan import plan, split
from engine.errors import DataError
from engine.task import Cancelled, Task

counts = st.lists(st.integers(0, 60), min_size=1, max_size=12)
shares = st.floats(0.05, 0.5)
seeds = st.integers(0, 2**32 - 1)


def labels_of(sizes, shuffle=0):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    return np.random.default_rng(shuffle).permutation(labels).tolist()


@given(counts, shares, seeds, seeds)
def test_each_class_gives_its_share_as_evenly_as_rounding_allows(sizes, share, seed, shuffle):
    labels = labels_of(sizes, shuffle)
    tests = split(labels, share, seed)
    for label, size in enumerate(sizes):
        given_away = int(tests[np.array(labels, int) == label].sum())
        if size < 2:
            assert given_away == 0
        else:
            assert 1 <= given_away <= size - 1
            assert abs(given_away - size * share) <= 0.5 or given_away in (1, size - 1)


@given(counts, shares, seeds)
def test_the_same_seed_gives_the_same_split(sizes, share, seed):
    labels = labels_of(sizes)
    assert (split(labels, share, seed) == split(labels, share, seed)).all()


@given(counts, shares, seeds)
def test_another_class_changes_nothing(sizes, share, seed):
    labels = labels_of(sizes)
    more = [*labels, *([len(sizes)] * 7)]
    assert (split(labels, share, seed) == split(more, share, seed)[: len(labels)]).all()


@given(st.lists(st.integers(30, 60), min_size=2, max_size=4), shares)
def test_another_seed_gives_another_split(sizes, share):
    labels = labels_of(sizes)
    assert any((split(labels, share, 0) != split(labels, share, seed)).any() for seed in range(1, 8))


class Plain:
    """Pictures of one grey level each."""

    def __init__(self):
        self.gone = set()

    def raw(self, index, least):
        if index in self.gone:
            raise DataError("It has gone.")
        return Image.new("L", (10, 10), index % 256), (10, 10)


def found(sizes, **changes):
    labels = [label for label, size in enumerate(sizes) for _ in range(size)]
    count = len(labels)
    whole = Found(
        title="Shapes",
        source=Plain(),
        class_names=tuple(f"class {label}" for label in range(len(sizes))),
        indices=tuple(range(count)),
        names=tuple(f"{index}.png" for index in range(count)),
        labels=tuple(labels),
        tests=(),
        prints=tuple(index.to_bytes(4, "big") for index in range(count)),
        short_sides=(10,) * count,
        coloured=(False,) * count,
        extremes=((0, 200),) * count,
        rendering=Rendering(),
        samples=((),) * len(sizes),
        broken=(),
        empty=(),
        ignored=(),
        understood=(),
        notes=(),
        questions=(),
    )
    return dataclasses.replace(whole, **changes)


OPTIONS = PictureOptions(size=8, colour=False)


def test_rows_count_and_point_out_small_classes():
    planned = plan(found([20, 5, 1]), OPTIONS)
    assert [(row.train, row.test) for row in planned.rows] == [(16, 4), (4, 1), (1, 0)]
    assert [row.warning for row in planned.rows] == ["", "few pictures", "one picture"]
    said = " ".join(planned.warnings)
    assert "class 1, class 2" in said and "No picture to test on: class 2." in said
    assert not planned.problem


def test_a_split_that_is_laid_down_is_kept():
    planned = plan(found([2, 2], tests=(True, False, True, True)), OPTIONS)
    assert planned.tests.tolist() == [True, False, True, True]
    assert planned.rows[1].warning == "none to train"
    assert "No picture to learn from: class 1." in planned.warnings


def test_long_lists_and_names_are_cut_short():
    names = ("x" * 90, *"abcdefg")
    said = " ".join(plan(found([2] * 8, class_names=names), OPTIONS).warnings)
    assert f"{'x' * 31}\u2026, a, b, c, d and 3 more." in said


def test_the_same_pixels_on_both_sides_are_counted():
    twins = found([2, 2], tests=(False, True, False, True), prints=(b"a", b"a", b"b", b"c"))
    assert "1 of the pictures to test on is also among" in " ".join(plan(twins, OPTIONS).warnings)
    unlike = found([2, 2], tests=(False, True, False, True), prints=(b"a", b"d", b"a", b"c"))
    assert "2 pictures are the same as one of another class" in " ".join(plan(unlike, OPTIONS).warnings)
    assert not any("same" in warning for warning in plan(found([20, 20]), OPTIONS).warnings)


def test_empty_and_uneven_classes_are_said():
    said = " ".join(plan(found([200, 10], empty=("ghost",)), OPTIONS).warnings)
    assert "No picture can be read, so left out: ghost" in said
    assert "the smallest 10" in said


@pytest.mark.parametrize(
    ("which", "words"),
    [
        (found([]), "no class"),
        (found([5]), "one class, 'class 0'"),
        (found([1, 1]), "second picture"),
        (found([1] * 1001), "1001 classes"),
        (found([1, 1], tests=(True, True)), "left to train on"),
    ],
)
def test_what_cannot_be_a_data_set_is_refused(which, words):
    assert words in plan(which, OPTIONS).problem
    with pytest.raises(DataError, match=words):
        build(which, OPTIONS, "Shapes")


def test_too_much_for_memory_is_refused(monkeypatch):
    monkeypatch.setattr("engine.data.pictures.plan.MAX_BYTES", 1000)
    assert "choose a smaller size" in plan(found([20, 20]), OPTIONS).problem
    assert not plan(found([4, 4]), OPTIONS).problem


def test_the_data_set_holds_every_picture_once():
    which = found([20, 7, 3])
    dataset, gone = build(which, OPTIONS, "Shapes")
    assert not gone
    assert dataset.in_shape == (1, 8, 8)
    levels = [*dataset.train_images[:, 0, 0, 0].tolist(), *dataset.test_images[:, 0, 0, 0].tolist()]
    labels = [*dataset.train_labels.tolist(), *dataset.test_labels.tolist()]
    assert dict(zip(levels, labels, strict=True)) == dict(enumerate(which.labels))


def test_pictures_that_have_gone_since_are_listed():
    which = found([5, 5])
    which.source.gone = {3}
    dataset, gone = build(which, OPTIONS, "Shapes")
    assert [each.name for each in gone] == ["3.png"]
    assert len(dataset.train_images) + len(dataset.test_images) == 9
    which.source.gone = set(range(10))
    with pytest.raises(DataError, match="any more"):
        build(which, OPTIONS, "Shapes")


def test_building_reports_and_stops():
    seen = []
    build(found([3, 3]), OPTIONS, "Shapes", Task(lambda now: seen.append((now.done, now.total))))
    assert seen[0] == (0, 6) and seen[-1] == (6, 6)
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        build(found([3, 3]), OPTIONS, "Shapes", task)
