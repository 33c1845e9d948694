"""Pixels become standardised numbers with the batch innermost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.data.preprocess import Preprocessing
from engine.errors import DataError


@given(images=hnp.arrays(np.uint8, st.tuples(*(st.integers(1, 6) for _ in range(4)))), data=st.data())
def test_equals_the_equation(images: np.ndarray, data: st.DataObject) -> None:
    channels = images.shape[1]
    numbers = st.lists(st.floats(0.01, 1), min_size=channels, max_size=channels)
    mean, std = np.array(data.draw(numbers)), np.array(data.draw(numbers))
    result = Preprocessing(tuple(mean), tuple(std)).apply(images)
    expected = (images / 255 - mean[:, None, None]) / std[:, None, None]
    assert result.dtype == np.float32
    assert np.allclose(result, expected, rtol=1e-5, atol=1e-4)


def test_the_batch_is_innermost_in_memory() -> None:
    result = Preprocessing((0.5, 0.5), (0.2, 0.2)).apply(np.zeros((7, 2, 3, 4), np.uint8))
    assert result.shape == (7, 2, 3, 4)
    assert result.transpose(1, 2, 3, 0).flags.c_contiguous


def test_json_there_and_back() -> None:
    one = Preprocessing((0.1307,), (0.3081,))
    assert Preprocessing.from_json(one.to_json()) == one


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"mean": [0.1]}, "lists of numbers"),
        ({"mean": [0.1], "std": ["x"]}, "lists of numbers"),
        ([1, 2], "lists of numbers"),
        ({"mean": [0.1, 0.2], "std": [0.3]}, "2 means and 1 deviations"),
        ({"mean": [], "std": []}, "0 means"),
        ({"mean": [0.1], "std": [0.0]}, "a deviation is 0; allowed is 1e-09 to 1e.06"),
        ({"mean": [float("nan")], "std": [0.1]}, "a mean is nan"),
        ({"mean": [1e300], "std": [0.1]}, r"a mean is 1e.300; allowed is -1e.06 to 1e.06"),
        ({"mean": [10**400], "std": [0.1]}, "a number has more than 308 digits"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(data: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Preprocessing.from_json(data)


@pytest.mark.parametrize("shape", [(2, 3, 4, 4), (2, 4, 4)])
def test_other_channels_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError, match=r"allowed is \(N, 1, H, W\)"):
        Preprocessing((0.1,), (0.3,)).apply(np.zeros(shape, np.uint8))
