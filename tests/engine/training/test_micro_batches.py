"""How a batch is cut."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.training.micro_batches import micro_batch_bounds


@given(st.integers(1, 2000), st.integers(0, 10**8))
def test_slices_cover_the_batch_evenly(batch, bytes_per_image):
    bounds = micro_batch_bounds(batch, bytes_per_image)
    assert bounds[0][0] == 0 and bounds[-1][1] == batch
    assert all(a[1] == b[0] for a, b in pairwise(bounds))
    lengths = [stop - start for start, stop in bounds]
    assert min(lengths) >= 1 and max(lengths) - min(lengths) <= 1


@given(st.integers(2, 2000), st.integers(0, 10**8))
def test_two_threads_get_as_much_to_do(batch, bytes_per_image):
    assert (
        len(micro_batch_bounds(batch, bytes_per_image)) % 2 == 0
        or len(micro_batch_bounds(batch, bytes_per_image)) == batch
    )


def test_one_image_is_one_slice():
    assert micro_batch_bounds(1, 1000) == ((0, 1),)


def test_large_maps_make_smaller_slices():
    assert len(micro_batch_bounds(128, 500_000)) > len(micro_batch_bounds(128, 20_000))


def test_no_micro_batch_is_larger_than_it_may_be():
    assert [b - a for a, b in micro_batch_bounds(96, 0)] == [24] * 4
    assert [b - a for a, b in micro_batch_bounds(64, 0)] == [32] * 2
    assert [b - a for a, b in micro_batch_bounds(65, 0)] == [16, 16, 16, 17]
    assert [b - a for a, b in micro_batch_bounds(64, 1 << 30)] == [16] * 4
    assert [b - a for a, b in micro_batch_bounds(40, (1 << 23) // 20)] == [20] * 2
    assert [b - a for a, b in micro_batch_bounds(40, (1 << 23) // 20 + 1)] == [10] * 4
