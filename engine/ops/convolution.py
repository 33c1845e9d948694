"""Convolution (strictly: cross-correlation) forward, and backward to weights and input.

``y[n,f,p,q] = b[f] + sum_{c,i,j} w[f,c,i,j] x[n, c, sh p + i - ph, sw q + j - pw]``

Letters: ``N`` images, ``C`` channels, ``H x W`` pixels, ``F`` filters, ``kh x kw`` kernel,
``P x Q`` outputs. Arrays here are rows, memory order ``(H, C, W, N)``; see the package.

The sum over kernel rows and channels is a matrix product, since ``kh`` neighbouring rows are one
block of memory. The sum over kernel columns is done in one of two ways:

- *shifted*: one product for each column ``j`` on a view that starts ``j`` pixels later, then a
  sum of the ``kw`` terms. Nothing is copied; it needs stride 1 along the row.
- *expanded*: the row is copied ``kw`` times, shifted, and one product does the whole sum. It pays
  for few channels, where the copies are small and the products would be too thin.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.ops.geometry import Geometry
from engine.types import Array, Context, Shape

_FEW_CHANNELS = 6
"""Up to this many input channels the expanded form is the faster one."""

_SMALL_PRODUCT = 1200
"""Largest ``rows x columns`` of a result for which OpenBLAS multiplies ``A B^T`` without packing, with the
kernels for AVX-512. Those for AVX2 always pack, and packing the left matrix for each block costs a tenth."""

_IN_BLOCKS = any(
    name.startswith(("AVX512", "X86_V4")) for name in np.show_config(mode="dicts")["SIMD Extensions"]["found"]
)
"""Whether this processor has AVX-512."""


class Patches(NamedTuple):
    """What the windows of a convolution see, as matrices on overlapping memory.

    Attributes:
        source: the contiguous array that ``terms`` looks at.
        terms: ``(J, P, R, Q N)``: for each kernel column (J = kw, or 1 when expanded) and each output
            row the matrix that the weights are multiplied with. Never write to it.
        expanded: whether the kernel's columns are part of ``R``.
        out_shape: ``(P, Q, N)``.
    """

    source: Array
    terms: Array
    expanded: bool
    out_shape: tuple[int, int, int]


def patches(x: Array, geometry: Geometry, ctx: Context) -> Patches:
    """Return the matrices of a convolution over rows ``x``, shape ``(H, C, W, N)``.

    ``R`` counts ``(kh, C)``, or ``(kh, C, kw)`` when expanded.
    """
    _, channels, width, batch = x.shape
    (kh, kw), (sh, sw), (ph, pw) = geometry.size, geometry.stride, geometry.padding
    if sw == 1 and (kw == 1 or channels > _FEW_CHANNELS):
        return shifted(_pad(x, ph, pw, ctx) if ph or pw else x, geometry.size, sh)
    out_h, out_w = geometry.out_size(x.shape[0], width)
    source = _expand(x, geometry, out_w, ctx)
    item = x.itemsize
    line = out_w * batch * item
    terms = overlapping(
        source,
        (1, out_h, kh * channels * kw, out_w * batch),
        (0, sh * channels * kw * line, line, item),
    )
    return Patches(source, terms, True, (out_h, out_w, batch))


def shifted(x: Array, kernel: tuple[int, int], row_stride: int = 1) -> Patches:
    """Return the matrices of a convolution over rows ``x`` without padding; nothing is copied."""
    height, channels, width, batch = x.shape
    kh, kw = kernel
    out_h, out_w = (height - kh) // row_stride + 1, width - kw + 1
    # From the shape, not from x.strides: the stride of an axis of length 1 can be anything.
    item = x.itemsize
    pixel, line = batch * item, width * batch * item
    terms = overlapping(
        x,
        (kw, out_h, kh * channels, out_w * batch),
        (pixel, row_stride * channels * line, line, item),
    )
    return Patches(x, terms, False, (out_h, out_w, batch))


def overlapping(source: npt.NDArray[Any], shape: Shape, strides: tuple[int, ...]) -> npt.NDArray[Any]:
    """Return a view of the contiguous ``source`` that shows some of it several times; never write to it.

    ``numpy.lib.stride_tricks.as_strided`` does the same in ten times the time, which counts where
    every thread needs the interpreter. This one also refuses strides that lead out of ``source``.
    """
    view: npt.NDArray[Any] = np.ndarray(shape, source.dtype, source, 0, strides)
    return view


def _expand(x: Array, geometry: Geometry, out_w: int, ctx: Context) -> Array:
    """Return ``(H + 2 ph, C, kw, Q, N)``: each row ``kw`` times, shifted, with its padding."""
    height, channels, width, batch = x.shape
    kw, ph = geometry.size[1], geometry.padding[0]
    source = ctx.empty("source", (height + 2 * ph, channels, kw, out_w, batch), x.dtype)
    if any(geometry.padding):
        source.fill(0)
    for j in range(kw):
        pixels, outputs = geometry.covered(1, j, width, out_w)
        source[ph : ph + height, :, j, outputs] = x[:, :, pixels]
    return source


def _pad(x: Array, ph: int, pw: int, ctx: Context) -> Array:
    """Return ``(H + 2 ph, C, W + 2 pw, N)`` with zeros around ``x``."""
    height, channels, width, batch = x.shape
    padded = ctx.empty("source", (height + 2 * ph, channels, width + 2 * pw, batch), x.dtype)
    padded.fill(0)
    padded[ph : ph + height, :, pw : pw + width] = x
    return padded


def convolve(seen: Patches, weight: Array, bias: Array | None, ctx: Context, name: str = "y") -> Array:
    """Return the output rows ``(P, F, Q, N)`` for ``weight`` ``(F, C, kh, kw)`` and ``bias`` ``(F,)``.

    ``name`` is the buffer that the output goes to.
    """
    out_h, out_w, batch = seen.out_shape
    filters = len(weight)
    y = ctx.empty(name, (out_h, filters, out_w, batch), seen.terms.dtype)
    flat = y.reshape(out_h, filters, out_w * batch)
    order = (0, 2, 1, 3) if seen.expanded else (3, 0, 2, 1)  # (F, kh, C, kw) or (kw, F, kh, C)
    matrices = weight.transpose(order).reshape(len(seen.terms), filters, -1)
    np.matmul(matrices[0], seen.terms[0], out=flat)
    if len(matrices) > 1:
        product = ctx.workspace("product", flat.shape, flat.dtype)
        for matrix, term in zip(matrices[1:], seen.terms[1:], strict=True):
            np.matmul(matrix, term, out=product)
            flat += product
    if bias is not None:
        flat += bias[:, np.newaxis]
    return y


def bias_gradient(grad_y: Array) -> Array:
    """Return ``db[f] = sum_{n,p,q} dy[n,f,p,q]`` for rows ``(P, F, Q, N)``."""
    summed: Array = np.einsum("pfqn->f", grad_y)
    return summed


def weight_gradient(seen: Patches, grad_y: Array, kernel: tuple[int, int], ctx: Context) -> Array:
    """Return the gradient for the weights, ``(F, C, kh, kw)``.

    ``dw[f,c,i,j] = sum_{n,p,q} dy[n,f,p,q] x[n, c, sh p + i - ph, sw q + j - pw]``

    Args:
        seen: the patches of the forward pass.
        grad_y: gradient for the output, rows ``(P, F, Q, N)``.
        kernel: rows and columns of the kernel.
        ctx: where the buffers come from.
    """
    kh, kw = kernel
    out_h, filters = grad_y.shape[:2]
    summed = weight_products(
        seen.source, seen.terms, grad_y.reshape(1, out_h, filters, seen.terms.shape[3]), kh, ctx
    )
    if seen.expanded:
        gradient: Array = summed.reshape(filters, kh, -1, kw).transpose(0, 2, 1, 3)
    else:
        gradient = summed.reshape(kw, filters, kh, -1).transpose(1, 3, 2, 0)
    return gradient


def weight_products(source: Array, terms: Array, grad: Array, kh: int, ctx: Context) -> Array:
    """Return ``sum_p grad[j,p] terms[j,p]^T``, ``(J, F, R)``.

    Few filters make thin products. So two or four neighbouring rows of ``grad`` are multiplied with all that
    any of them sees, which is a row more than ``kh`` for each of the others, and what belongs to none is
    left out. It is the transposed product that is computed, ``terms grad^T``, since packing the larger matrix
    first takes OpenBLAS less time.

    Args:
        source: the contiguous array that ``terms`` looks at.
        terms: ``(J, P, R, L)``, ``R`` counts ``kh`` rows.
        grad: ``(J, P, F, L)``, or ``(1, P, F, L)`` for all ``J``.
        kh: rows of a kernel.
        ctx: where the buffers come from.
    """
    count, out_h, depth, length = terms.shape
    s_term, s_row, s_line, item = terms.strides
    filters, line = grad.shape[2], depth // kh
    rows = _rows_at_once(filters, kh, out_h) if s_row == line * s_line else 1
    seen = depth + (rows - 1) * line
    step = block(seen, rows * filters) if _IN_BLOCKS else seen
    blocks = overlapping(
        source,
        (count, out_h // rows, seen // step, step, length),
        (s_term, rows * s_row, s_line * step, s_line, item),
    )
    turned = grad.reshape(len(grad), out_h // rows, 1, rows * filters, length).swapaxes(-1, -2)
    parts = ctx.workspace("parts", (*blocks.shape[:4], rows * filters), grad.dtype)
    np.matmul(blocks, turned, out=parts)
    summed = np.add.reduce(parts, axis=1).reshape(count, seen, rows, filters)
    products: Array = summed[:, :depth, 0]
    for row in range(1, rows):
        products = products + summed[:, row * line : row * line + depth, row]
    by_filter: Array = products.swapaxes(1, 2)
    return by_filter


def _rows_at_once(filters: int, kh: int, out_h: int) -> int:
    """Return how many output rows `weight_products` takes at a time, as measured with AVX2 kernels."""
    if filters < 8 and kh >= 5 and out_h % 4 == 0:
        return 4
    return 2 if filters <= 12 and out_h % 2 == 0 else 1


def block(depth: int, filters: int) -> int:
    """Return the largest divisor of ``depth`` whose products with ``filters`` rows stay small."""
    step = max(1, min(depth, _SMALL_PRODUCT // filters))
    while depth % step:
        step -= 1
    return step


def input_gradient(
    grad_y: Array, weight: Array, geometry: Geometry, size: tuple[int, int], ctx: Context
) -> Array:
    """Return the gradient for the input, rows ``(H, C, W, N)``.

    ``dx[n,c,h,w] = sum_{f,i,j} w[f,c,i,j] dy[n, f, (h + ph - i) / sh, (w + pw - j) / sw]``, where the
    quotients are whole. With stride 1 the sum over ``(i, f)`` is one product, on rows of ``dy`` framed with
    zeros and kernels turned upside down. Otherwise most of such rows would be zeros: the sum over ``f`` is
    the product. The terms of the other sums are added where they belong.

    Args:
        grad_y: gradient for the output, rows ``(P, F, Q, N)``.
        weight: ``(F, C, kh, kw)``.
        geometry: of the convolution.
        size: ``(H, W)`` of the input.
        ctx: where the buffers come from.
    """
    out_h, filters, out_w, batch = grad_y.shape
    _, channels, kh, kw = weight.shape
    height, width = size
    framed = kh > 1 and geometry.stride[0] == 1
    if framed:
        spread = ctx.workspace("spread", (height + kh - 1, filters, out_w, batch), grad_y.dtype)
        rows, from_rows = geometry.covered(0, kh - 1, len(spread), out_h)
        spread[: rows.start] = spread[rows.stop :] = 0
        spread[rows] = grad_y[from_rows]
        seen = shifted(spread, (kh, 1)).terms[0]
        matrix = weight[:, :, ::-1].transpose(3, 1, 2, 0)  # (kw, C, kh, F)
    else:
        seen = grad_y.reshape(out_h, filters, out_w * batch)
        matrix = weight.transpose(2, 3, 1, 0)  # (kh, kw, C, F)
    parts = 1 if framed else kh
    products = ctx.workspace("product", (len(seen), parts, kw, channels, out_w, batch), grad_y.dtype)
    flat = products.reshape(len(seen), -1, out_w * batch)
    np.matmul(matrix.reshape(flat.shape[1], -1), seen, out=flat)
    grad_x = ctx.empty("grad_x", (height, channels, width, batch), grad_y.dtype)
    grad_x.fill(0)
    for i in range(parts):
        rows, from_rows = (slice(None), slice(None)) if framed else geometry.covered(0, i, height, out_h)
        for j in range(kw):
            columns, from_columns = geometry.covered(1, j, width, out_w)
            grad_x[rows, :, columns] += products[from_rows, i, j, :, from_columns]
    return grad_x
