"""Windows on images."""

import pytest

from engine.ops.geometry import Geometry, pair, words


@pytest.mark.parametrize(
    ("geometry", "size", "expected"),
    [
        (Geometry((5, 5)), (28, 28), (24, 24)),
        (Geometry((5, 3), (2, 1), (2, 1)), (28, 28), (14, 28)),
        (Geometry((2, 2), (2, 2)), (7, 6), (3, 3)),
        (Geometry((5, 5)), (4, 9), (0, 5)),
    ],
)
def test_out_size(geometry, size, expected):
    assert geometry.out_size(*size) == expected


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 4])
@pytest.mark.parametrize("length", [1, 2, 5, 6])
def test_covered_names_the_outputs_that_see_a_pixel(stride, padding, length):
    geometry = Geometry((3, 3), (stride, stride), (padding, padding))
    out_length = geometry.out_size(length, length)[0]
    for offset in range(3):
        pixels, outputs = geometry.covered(0, offset, length, out_length)
        places = {p: p * stride + offset - padding for p in range(out_length)}
        expected = [(p, at) for p, at in places.items() if 0 <= at < length]
        found = list(zip(range(out_length)[outputs], range(length)[pixels], strict=True))
        assert found == expected


def test_words_and_pairs():
    assert pair(3) == (3, 3)
    assert pair((3, 1)) == (3, 1)
    assert words((5, 3)) == "5x3"
