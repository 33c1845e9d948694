"""How weights are drawn."""

import numpy as np
import pytest

from engine.layers.initialisers import INITIALISERS, draw

STD = {"he": (2 / 50) ** 0.5, "lecun": (1 / 50) ** 0.5, "glorot": (2 / 200) ** 0.5}


@pytest.mark.parametrize("name", INITIALISERS)
def test_width_of_the_distribution(name):
    values = draw(name, (150, 50), 50, 150, np.random.default_rng(0))
    assert values.dtype == np.float32 and values.shape == (150, 50)
    assert values.std() == pytest.approx(STD[name], rel=0.02)
    assert values.mean() == pytest.approx(0, abs=4 * STD[name] / values.size**0.5)


@pytest.mark.parametrize("name", INITIALISERS)
def test_same_generator_same_weights(name):
    first, second = (draw(name, (3, 4), 4, 3, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
