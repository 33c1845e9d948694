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

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from engine.ops.geometry import Geometry
from engine.types import Array, Context

_FEW_CHANNELS = 3
"""Up to this many input channels the expanded form is the faster one."""

_SMALL_PRODUCT = 1280
"""Largest ``rows x columns`` of a result for which OpenBLAS multiplies ``A B^T`` without packing."""


class Patches(NamedTuple):
    """What the windows of a convolution see, as matrices on overlapping memory.

    Attributes:
        terms: ``(J, P, R, Q N)``: for each kernel column (J = kw, or 1 when expanded) and each output
            row the matrix that the weights are multiplied with. Never write to it.
        expanded: whether the kernel's columns are part of ``R``.
        out_shape: ``(P, Q, N)``.
    """

    terms: Array
    expanded: bool
    out_shape: tuple[int, int, int]


def patches(x: Array, geometry: Geometry, ctx: Context) -> Patches:
    """Return the matrices of a convolution over rows ``x``, shape ``(H, C, W, N)``.

    ``R`` counts ``(kh, C)``, or ``(kh, C, kw)`` when expanded.
    """
    height, channels, width, batch = x.shape
    (kh, kw), (sh, sw), (ph, pw) = geometry.size, geometry.stride, geometry.padding
    out_h, out_w = geometry.out_size(height, width)
    expanded = sw > 1 or (kw > 1 and channels <= _FEW_CHANNELS)
    if expanded:
        source = _expand(x, geometry, out_w, ctx)
        count, depth = 1, kh * channels * kw
    else:
        source = _pad(x, ph, pw, ctx) if ph or pw else x
        count, depth = kw, kh * channels
    item = source.itemsize
    row, line = source.strides[0], out_w * batch * item if expanded else source.strides[1]
    terms = as_strided(
        source,
        (count, out_h, depth, out_w * batch),
        (batch * item, sh * row, line, item),
        writeable=False,
    )
    return Patches(terms, expanded, (out_h, out_w, batch))


def _expand(x: Array, geometry: Geometry, out_w: int, ctx: Context) -> Array:
    """Return ``(H + 2 ph, C, kw, Q, N)``: each row ``kw`` times, shifted, with its padding."""
    height, channels, width, batch = x.shape
    kw, ph = geometry.size[1], geometry.padding[0]
    source = ctx.empty("expanded", (height + 2 * ph, channels, kw, out_w, batch), x.dtype)
    source[:ph] = 0
    source[ph + height :] = 0
    middle = source[ph : ph + height]
    for j in range(kw):
        pixels, outputs = geometry.covered(1, j, width, out_w)
        middle[:, :, j, : outputs.start] = 0
        middle[:, :, j, outputs.stop :] = 0
        middle[:, :, j, outputs] = x[:, :, pixels]
    return source


def _pad(x: Array, ph: int, pw: int, ctx: Context) -> Array:
    """Return ``(H + 2 ph, C, W + 2 pw, N)`` with zeros around ``x``."""
    height, channels, width, batch = x.shape
    padded = ctx.empty("padded", (height + 2 * ph, channels, width + 2 * pw, batch), x.dtype)
    padded[:ph] = 0
    padded[ph + height :] = 0
    middle = padded[ph : ph + height]
    middle[:, :, :pw] = 0
    middle[:, :, pw + width :] = 0
    middle[:, :, pw : pw + width] = x
    return padded


def convolve(seen: Patches, weight: Array, bias: Array | None, ctx: Context) -> Array:
    """Return the output rows ``(P, F, Q, N)`` for ``weight`` ``(F, C, kh, kw)`` and ``bias`` ``(F,)``."""
    out_h, out_w, batch = seen.out_shape
    filters = len(weight)
    y = ctx.empty("y", (out_h, filters, out_w, batch), seen.terms.dtype)
    flat = y.reshape(out_h, filters, out_w * batch)
    if seen.expanded:
        np.matmul(weight.transpose(0, 2, 1, 3).reshape(filters, -1), seen.terms[0], out=flat)
    else:
        matrices = weight.transpose(3, 0, 2, 1).reshape(len(seen.terms), 1, filters, -1)
        _sum_of_products(matrices, seen.terms, flat, ctx)
    if bias is not None:
        np.add(flat, bias[:, np.newaxis], out=flat)
    return y


def _sum_of_products(matrices: Array, terms: Array, out: Array, ctx: Context) -> None:
    """Set ``out`` to ``sum_j matrices[j] @ terms[j]``."""
    np.matmul(matrices[0], terms[0], out=out)
    product = ctx.empty("product", out.shape, out.dtype)
    for matrix, term in zip(matrices[1:], terms[1:], strict=True):
        np.matmul(matrix, term, out=product)
        out += product


def weight_gradient(seen: Patches, grad_y: Array, kernel: tuple[int, int], ctx: Context) -> Array:
    """Return the gradient for the weights, ``(F, C, kh, kw)``.

    ``dw[f,c,i,j] = sum_{n,p,q} dy[n,f,p,q] x[n, c, sh p + i - ph, sw q + j - pw]``

    Args:
        seen: the patches of the forward pass.
        grad_y: gradient for the output, rows ``(P, F, Q, N)``.
        kernel: rows and columns of the kernel.
        ctx: where the buffers come from.
    """
    out_h, filters = grad_y.shape[:2]
    count, _, depth, length = seen.terms.shape
    step = _block(depth, filters)
    s_term, s_row, s_line, item = seen.terms.strides
    blocks = as_strided(
        seen.terms,
        (count, depth // step, out_h, length, step),
        (s_term, s_line * step, s_row, item, s_line),
        writeable=False,
    )
    parts = ctx.empty("weight_parts", (count, depth // step, out_h, filters, step), grad_y.dtype)
    np.matmul(grad_y.reshape(out_h, filters, length), blocks, out=parts)
    summed: Array = np.add.reduce(parts, axis=2).transpose(2, 0, 1, 3)
    kh, kw = kernel
    if seen.expanded:
        summed = summed.reshape(filters, kh, -1, kw).transpose(0, 2, 1, 3)
    else:
        summed = summed.reshape(filters, kw, kh, -1).transpose(0, 3, 2, 1)
    return summed


def _block(depth: int, filters: int) -> int:
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
    quotients are whole. The sum over ``f`` and ``i`` is a product on windows of ``dy``'s rows, one for
    each remainder of ``h + ph`` by the stride; the sum over ``j`` adds shifted slices.

    Args:
        grad_y: gradient for the output, rows ``(P, F, Q, N)``.
        weight: ``(F, C, kh, kw)``.
        geometry: of the convolution.
        size: ``(H, W)`` of the input.
        ctx: where the buffers come from.
    """
    out_h, filters, out_w, batch = grad_y.shape
    channels, (kh, kw), (sh, _), (height, width) = weight.shape[1], geometry.size, geometry.stride, size
    ph = geometry.padding[0]
    reach = -(-kh // sh) - 1  # rows of dy above and below that a row of x takes part in
    last = (height + ph - 1) // sh + 1
    padded = ctx.empty("grad_padded", (reach + max(last, out_h), filters, out_w, batch), grad_y.dtype)
    padded[:reach] = 0
    padded[reach + out_h :] = 0
    padded[reach : reach + out_h] = grad_y
    grad_x = ctx.empty("grad_x", (height, channels, width, batch), grad_y.dtype)
    grad_x[...] = 0
    row, line, _, item = padded.strides
    for phase in range(min(sh, kh)):
        rows = weight[:, :, phase::sh]  # (F, C, T, kw)
        taps = rows.shape[2]
        matrices = rows[:, :, ::-1].transpose(3, 1, 2, 0).reshape(kw, channels, taps * filters)
        first, stop = -((phase - ph) // sh), -((phase - ph - height) // sh)
        if stop <= first:
            continue
        windows = as_strided(
            padded[first + reach - taps + 1 :],
            (stop - first, taps * filters, out_w * batch),
            (row, line, item),
            writeable=False,
        )
        product = ctx.empty("product_x", (stop - first, channels, out_w, batch), grad_y.dtype)
        target = grad_x[first * sh + phase - ph :: sh]
        for j in range(kw):
            pixels, outputs = geometry.covered(1, j, width, out_w)
            np.matmul(matrices[j], windows, out=product.reshape(stop - first, channels, -1))
            target[:, :, pixels] += product[:, :, outputs]
    return grad_x
