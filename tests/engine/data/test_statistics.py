"""What images have in common, held against the definitions in float64."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.statistics import statistics
from engine.task import Cancelled, Task


@pytest.mark.parametrize(("count", "channels"), [(1, 1), (7, 3), (1500, 2)])
def test_they_are_those_of_the_definition(count, channels):
    images = np.random.default_rng(1).integers(0, 256, (2000, channels, 3, 4), np.uint8)
    chosen = np.random.default_rng(2).permutation(2000)[:count]
    found, values = statistics(images, chosen), images[chosen].astype(np.float64)
    assert found.count == count
    np.testing.assert_allclose(found.mean, values.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(found.std, values.std(axis=0), rtol=1e-5, atol=1e-3)
    np.testing.assert_allclose(found.overall, (values.mean(), values.std()), rtol=1e-9)
    assert found.share_black == (values == 0).mean()
    for channel in range(channels):
        expected = np.histogram(images[chosen, channel], bins=256, range=(0, 256))[0]
        np.testing.assert_array_equal(found.histogram[channel], expected)


def test_they_can_be_cancelled():
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        statistics(np.zeros((3, 1, 2, 2), np.uint8), np.arange(3), task)
