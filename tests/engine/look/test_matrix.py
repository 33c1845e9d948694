"""Shades and figures of a confusion matrix, against loops over its cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.look.matrix import cell_text, mistake_shades, row_shares


@given(hnp.arrays(np.int64, (3, 3), elements=st.integers(0, 40)))
def test_shares_and_shades(counts) -> None:
    shares, shades = row_shares(counts), mistake_shades(counts)
    for row in range(3):
        total = counts[row].sum()
        assert shares[row].sum() == pytest.approx(1.0 if total else 0.0)
    assert (shades.diagonal() == 0).all() and shades.min() >= 0
    off = counts.copy()
    np.fill_diagonal(off, 0)
    if off.any():
        assert shades.max() == pytest.approx(1.0) and shades.flat[off.argmax()] == shades.max()
        assert (
            np.argsort(shades, axis=None, kind="stable") == np.argsort(off, axis=None, kind="stable")
        ).all()
        assert ((shades > 0) == (off > 0)).all()


def test_cell_text() -> None:
    assert cell_text(0, 0.0, as_share=False) == ""
    assert cell_text(12, 0.012, as_share=False) == "12"
    assert cell_text(12, 0.012, as_share=True) == "1"
    assert cell_text(1, 0.001, as_share=True) == "<1"
