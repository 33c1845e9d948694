"""Buffers that are used again: apart from each other, aligned, and only as many as are needed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.types import Scratch

SHAPES = st.lists(st.integers(0, 60), min_size=1, max_size=3).map(tuple)


@given(st.lists(st.tuples(st.sampled_from("abcde"), SHAPES, st.sampled_from(["f4", "f8", "u1"]))))
def test_buffers_never_share_memory(asked):
    scratch, held = Scratch(), {}
    for number, (key, shape, dtype) in enumerate(asked):
        held[key] = scratch.empty(key, shape, dtype), number % 100
        array, value = held[key]
        assert array.shape == shape
        assert array.dtype == dtype
        assert array.flags.c_contiguous
        assert not array.size or array.ctypes.data % 64 == 0
        array[...] = value
    for array, value in held.values():
        assert (array == value).all()


def test_the_same_question_gives_the_same_buffer():
    scratch = Scratch()
    first = scratch.empty("a", (3, 4), np.float32)
    assert scratch.empty("a", (3, 4), np.float32) is first
    assert np.shares_memory(scratch.empty("a", (2, 4), np.float32), first)
    assert not np.shares_memory(scratch.empty("a", (5, 4), np.float32), first)
    assert not np.shares_memory(scratch.empty("b", (3, 4), np.float32), first)


def test_a_large_buffer_leaves_the_rest_of_a_piece_to_the_next():
    scratch = Scratch()
    begin = scratch.empty("a", (16,), np.float32)
    scratch.empty("large", (1 << 22,), np.float32)
    after = scratch.empty("b", (16,), np.float32)
    assert after.ctypes.data - begin.ctypes.data == begin.nbytes
