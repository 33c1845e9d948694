"""Figures and words of an evaluation, against loops over its images."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.training.evaluation import Evaluation
from gui.presenters.evaluate import (
    MOST,
    WORST,
    Choice,
    cell_words,
    entries,
    gallery_title,
    scope,
)

NAMES = ("cat", "dog", "owl")


def evaluation(pairs, total: int | None = None, seed: int = 0) -> Evaluation:
    rng = np.random.default_rng(seed)
    count = len(pairs)
    labels, predicted = np.array(pairs, np.int64).reshape(-1, 2).T
    return Evaluation(
        np.arange(count) * 2,
        labels,
        predicted,
        rng.random(count).astype(np.float32),
        rng.random(count).astype(np.float32),
        count if total is None else total,
        3,
    )


answers = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=120)


@given(answers, st.integers(0, 2), st.integers(0, 2))
def test_entries_of_a_cell_are_its_images_surest_first(pairs, true, predicted) -> None:
    result = evaluation(pairs)
    found = entries(result, Choice(true, predicted))
    assert {e.index for e in found} == {2 * i for i, pair in enumerate(pairs) if pair == (true, predicted)}
    assert all((e.label, e.predicted) == (true, predicted) for e in found)
    assert [e.confidence for e in found] == sorted((e.confidence for e in found), reverse=True)


@given(answers)
def test_the_worst_mistakes_are_those_of_the_highest_loss(pairs) -> None:
    result = evaluation(pairs)
    wrong = [i for i, (true, predicted) in enumerate(pairs) if true != predicted]
    expected = sorted(wrong, key=lambda i: -result.loss[i])[:WORST]
    assert [e.index for e in entries(result, None)] == [2 * i for i in expected]


def test_words() -> None:
    result = evaluation([(0, 0), (0, 1), (0, 1), (1, 1)], total=10_000)
    assert scope(result, 1234) == "on 4 of 10,000 test images, step 1,234"
    assert scope(evaluation([(0, 0)]), 0) == "on all 1 test images, step 0"
    counts = result.confusion
    assert cell_words(counts, NAMES, Choice(0, 1)) == "“cat” predicted as “dog”: 2 of 3 images (66.7 %)"
    assert cell_words(counts, NAMES, Choice(1, 1)) == "“dog” predicted correctly: 1 of 1 image (100.0 %)"
    assert cell_words(counts, NAMES, Choice(2, 0)) == "“owl” predicted as “cat”: 0 of 0 images"
    assert gallery_title(result, NAMES, Choice(0, 1))[0] == "“cat” predicted as “dog”: 2 images"
    assert gallery_title(result, NAMES, Choice(1, 1))[0] == "“dog” predicted correctly: 1 image"
    assert gallery_title(result, NAMES, None)[0] == "The worst mistakes"
    assert gallery_title(evaluation([(1, 1)]), NAMES, None)[0] == "No mistakes"


def test_long_lists_say_that_they_are_cut() -> None:
    many = evaluation([(0, 1)] * (MOST + 5))
    assert len(entries(many, Choice(0, 1))) == MOST
    assert str(MOST) in gallery_title(many, NAMES, Choice(0, 1))[1]
    assert len(entries(many, None)) == WORST
    assert f"{WORST} of {MOST + 5}" in gallery_title(many, NAMES, None)[1]
