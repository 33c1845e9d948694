"""The way between images and rows."""

import numpy as np
import pytest

from engine.ops.layout import as_images, as_memory, as_pixels, as_rows, empty_batch
from engine.types import Context


def test_rows_and_back_without_a_copy():
    images = empty_batch(Context(), "x", (3, 2, 5, 4), np.float32)
    assert images.shape == (3, 2, 5, 4)
    rows = as_rows(images, Context(), "rows")
    assert rows.shape == (5, 2, 4, 3) and rows.flags.c_contiguous
    assert np.shares_memory(rows, images) and np.shares_memory(as_images(rows), images)


def test_ordinary_arrays_are_copied_into_rows():
    images = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
    rows = as_rows(images, Context(), "rows")
    assert rows.flags.c_contiguous and not np.shares_memory(rows, images)
    assert rows[1, 2, 3, 0] == images[0, 2, 1, 3]
    np.testing.assert_array_equal(as_images(rows), images)


def test_vectors_have_the_batch_innermost_too():
    vectors = empty_batch(Context(), "x", (3, 7), np.float64)
    assert vectors.shape == (3, 7) and as_memory(vectors).flags.c_contiguous


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch", [1, 3, 32])
def test_whole_pixels_are_the_same_memory(dtype, batch):
    rows = np.random.default_rng(0).standard_normal((2, 3, 6, batch)).astype(dtype)
    target = np.zeros((2, 3, 3, batch), dtype)
    assert as_pixels(rows).shape == rows.shape[:-1] and np.shares_memory(as_pixels(rows), rows)
    as_pixels(target)[...] = as_pixels(rows)[:, :, 1::2]
    np.testing.assert_array_equal(target, rows[:, :, 1::2])
