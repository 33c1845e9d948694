"""Minimal filtering: convolutions with fewer multiplications, and the matrices for it.

A kernel of ``r`` numbers that slides over ``a = m + r - 1`` pixels gives ``m`` outputs,
``y[k] = sum_j g[j] d[k + j]``, which takes ``m r`` multiplications as it is written. ``a`` are enough.

The idea is to multiply polynomials by their values. Two polynomials with ``r`` and ``m`` coefficients
have a product with ``a`` coefficients, and a polynomial with ``a`` coefficients is known as soon as its
values at ``a`` points are: evaluate both factors at ``a`` points, multiply the pairs of values (``a``
multiplications), and find the coefficients through which these values go (Toom and Cook). With ``V_k``
for the matrix that evaluates ``k`` coefficients at the points, the product is

``s = V_a^-1 ((V_r g) * (V_m h))``, where ``*`` multiplies number by number.

Correlation is the same bilinear map looked at from another side: exchanging the output with the factor
``h`` transposes the matrices (Winograd 1980), and that is the form used here, called ``F(m, r)``:

``y = A^T ((G g) * (B^T d))`` with ``A^T = V_m^T``, ``G = V_r``, ``B^T = (V_a^-1)^T``.

The points are 0, 1, -1, 2, -2, 1/2, -1/2, 3/4, -4/3 and infinity, where the value of a polynomial is its
leading coefficient. Each row of ``B^T`` may be multiplied by any number if the same row of ``G`` is
divided by it; it is chosen so that ``B^T`` has small whole numbers. All is computed in fractions, so
that rounding to floats is the only error of the matrices.

The transforms cost additions, but many filters share the one of a pixel and many pixels the one of a
kernel. So with ``C`` channels and ``F`` filters, what counts are the ``a`` products of an ``F x C`` matrix
in place of ``m r`` (Lavin and Gray 2015, "Fast algorithms for convolutional neural networks"). More
points save more and round worse: the differences from float64 of ``F(4, 5)`` are near 1e-6 of the largest
number, those of ``F(6, 5)``, with ten, near 4e-6. The last two points, close to 1 and each the other's
reciprocal but for the sign, keep them so low: with 4 and -1/4 they are half as large again, with 1/4 and -1/4
four times as large. Over 2,000 random layers of the forms in use, in float32, the largest was 1.2e-5 of the
output, 1.1e-5 of the gradient for the input and 9e-6 of the one for the weights;
`tests/engine/ops/test_winograd.py` holds 2e-5.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from engine.types import Array

_Matrix: TypeAlias = list[list[Fraction]]

POINTS = tuple(Fraction(p) for p in ("0", "1", "-1", "2", "-2", "1/2", "-1/2", "3/4", "-4/3"))
"""Where polynomials are evaluated, besides infinity: so ``m + r - 1`` is 10 at most."""

ONE = POINTS.index(Fraction(1))
"""The point 1, where every power is 1: what is added to its product is added to every output (a bias)."""


class Filtering(NamedTuple):
    """The matrices of ``F(m, r)`` with ``a = m + r - 1``: ``y = outputs ((kernel g) * (data d))``.

    Attributes:
        outputs: ``A^T``, ``(m, a)``.
        kernel: ``G``, ``(a, r)``.
        data: ``B^T``, ``(a, a)``.
    """

    outputs: Array
    kernel: Array
    data: Array


@cache
def filtering(m: int, r: int, dtype: npt.DTypeLike) -> Filtering:
    """Return the matrices for ``m`` outputs of a kernel of ``r``; raises ValueError beyond `POINTS`."""
    a = m + r - 1
    if a - 1 > len(POINTS):
        raise ValueError(f"F({m}, {r}) needs {a - 1} points; there are {len(POINTS)}.")
    points = POINTS[: a - 1]
    kernel = _values(points, r)
    data = [list(column) for column in zip(*_inverse(_values(points, a)), strict=True)]
    for i, point in enumerate(points):
        scale = Fraction(1)
        for other in points:
            scale *= point - other if other != point else 1
        data[i] = [value * scale for value in data[i]]
        kernel[i] = [value / scale for value in kernel[i]]
    outputs = [list(column) for column in zip(*_values(points, m), strict=True)]
    return Filtering(*(np.array(matrix, np.float64).astype(dtype) for matrix in (outputs, kernel, data)))


def _values(points: tuple[Fraction, ...], coefficients: int) -> _Matrix:
    """Return the matrix that evaluates a polynomial at the points and at infinity."""
    finite = [[point**power for power in range(coefficients)] for point in points]
    return [*finite, [Fraction(power == coefficients - 1) for power in range(coefficients)]]


def _inverse(matrix: _Matrix) -> _Matrix:
    """Return the inverse, by Gauss and Jordan."""
    size = len(matrix)
    rows = [[*row, *(Fraction(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for c in range(size):
        pivot = next(i for i in range(c, size) if rows[i][c])
        rows[c], rows[pivot] = rows[pivot], rows[c]
        rows[c] = [value / rows[c][c] for value in rows[c]]
        for i in range(size):
            if i != c and rows[i][c]:
                factor = rows[i][c]
                rows[i] = [value - factor * by for value, by in zip(rows[i], rows[c], strict=True)]
    return [row[size:] for row in rows]
