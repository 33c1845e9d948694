"""The operations once more, as plain loops over the definition: slow, obvious, the oracle."""

from __future__ import annotations

import itertools

import numpy as np


def windows(shape, size, stride, padding):
    """Yield (p, q, i, j, h, w) for every real pixel (h, w) at place (i, j) of window (p, q)."""
    height, width = shape
    out_h = (height + 2 * padding[0] - size[0]) // stride[0] + 1
    out_w = (width + 2 * padding[1] - size[1]) // stride[1] + 1
    for p, q, i, j in itertools.product(range(out_h), range(out_w), range(size[0]), range(size[1])):
        h = p * stride[0] + i - padding[0]
        w = q * stride[1] + j - padding[1]
        if 0 <= h < height and 0 <= w < width:
            yield p, q, i, j, h, w


def out_size(shape, size, stride, padding):
    return tuple((n + 2 * p - k) // s + 1 for n, k, s, p in zip(shape, size, stride, padding, strict=True))


def convolve(x, weight, bias, stride, padding):
    size = weight.shape[2:]
    y = np.zeros((len(x), len(weight), *out_size(x.shape[2:], size, stride, padding)), x.dtype)
    for p, q, i, j, h, w in windows(x.shape[2:], size, stride, padding):
        for n, f, c in itertools.product(range(len(x)), range(len(weight)), range(x.shape[1])):
            y[n, f, p, q] += weight[f, c, i, j] * x[n, c, h, w]
    return y + bias[:, None, None]


def convolve_gradients(x, weight, grad_y, stride, padding):
    """Return the gradients for input, weight and bias."""
    grad_x, grad_weight = np.zeros_like(x), np.zeros_like(weight)
    for p, q, i, j, h, w in windows(x.shape[2:], weight.shape[2:], stride, padding):
        for n, f, c in itertools.product(range(len(x)), range(len(weight)), range(x.shape[1])):
            grad_x[n, c, h, w] += weight[f, c, i, j] * grad_y[n, f, p, q]
            grad_weight[f, c, i, j] += x[n, c, h, w] * grad_y[n, f, p, q]
    return grad_x, grad_weight, grad_y.sum(axis=(0, 2, 3))


def max_pool(x, size, stride, padding):
    y = np.full((*x.shape[:2], *out_size(x.shape[2:], size, stride, padding)), -np.inf, x.dtype)
    for p, q, _i, _j, h, w in windows(x.shape[2:], size, stride, padding):
        y[:, :, p, q] = np.maximum(y[:, :, p, q], x[:, :, h, w])
    return y


def max_pool_gradient(x, grad_y, size, stride, padding):
    """Give each output's gradient to the leftmost of its largest pixels, of these to the topmost."""
    best = {}
    for p, q, i, j, h, w in windows(x.shape[2:], size, stride, padding):
        for n, c in itertools.product(range(len(x)), range(x.shape[1])):
            candidate = (-x[n, c, h, w], j, i, h, w)
            best[n, c, p, q] = min(best.get((n, c, p, q), candidate), candidate)
    grad_x = np.zeros_like(x)
    for (n, c, p, q), (_, _, _, h, w) in best.items():
        grad_x[n, c, h, w] += grad_y[n, c, p, q]
    return grad_x


def average_pool(x, size, stride, padding):
    y = np.zeros((*x.shape[:2], *out_size(x.shape[2:], size, stride, padding)), x.dtype)
    for p, q, _i, _j, h, w in windows(x.shape[2:], size, stride, padding):
        y[:, :, p, q] += x[:, :, h, w] / (size[0] * size[1])
    return y


def average_pool_gradient(x, grad_y, size, stride, padding):
    grad_x = np.zeros_like(x)
    for p, q, _i, _j, h, w in windows(x.shape[2:], size, stride, padding):
        grad_x[:, :, h, w] += grad_y[:, :, p, q] / (size[0] * size[1])
    return grad_x
