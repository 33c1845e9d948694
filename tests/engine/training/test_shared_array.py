"""Arrays in memory that several processes see."""

from __future__ import annotations

import numpy as np
import pytest

from engine.training.shared_array import Shared


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3, 4)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8, np.int64])
def test_shared_memory_holds_an_array_of_any_shape(shape: tuple[int, ...], dtype: type) -> None:
    fresh = Shared(shape, dtype)
    assert (fresh.array().shape, fresh.array().dtype) == (shape, dtype)
    assert not fresh.array().any()
    values = np.random.default_rng(0).integers(0, 99, shape).astype(dtype)
    copy = Shared.copy_of(values)
    np.testing.assert_array_equal(copy.array(), values)
    assert copy.array().dtype == dtype
    copy.array()[...] = 7
    assert (copy.array() == 7).all()


def test_shared_memory_is_seen_by_every_view() -> None:
    shared = Shared.copy_of(np.arange(6, dtype=np.float32).reshape(2, 3))
    shared.array()[1, 2] = 9
    np.testing.assert_array_equal(shared.array(), [[0, 1, 2], [3, 4, 9]])
