"""The loss that training lowers: softmax and cross-entropy in one."""

from __future__ import annotations

import numpy as np

from engine.types import Array, Labels


def softmax(logits: Array) -> Array:
    """Return ``p[n,k] = exp(z[n,k]) / sum_m exp(z[n,m])``, shape ``(N, K)``.

    The largest logit is subtracted first, which changes nothing but keeps ``exp`` in range.
    """
    powers: Array = np.exp(logits - logits.max(axis=1, keepdims=True))
    powers /= powers.sum(axis=1, keepdims=True)
    return powers


def softmax_cross_entropy(
    logits: Array, labels: Labels, smoothing: float = 0.0
) -> tuple[float, Array, Array]:
    """Return the summed loss of a batch, its gradient and the class probabilities.

    ``loss = -sum_n sum_k t[n,k] log p[n,k]`` with the targets
    ``t[n,k] = (1 - smoothing) [k = label n] + smoothing / K`` (label smoothing: Szegedy et al., 2016);
    its gradient for the logits is ``p - t``. Sums, not means, so that micro-batches add up.
    An image of none of the classes has the label -1 and even targets, ``t[n,k] = 1 / K``, so that the answer
    becomes flat there (outlier exposure: Hendrycks, Mazeika, Dietterich 2019).

    Args:
        logits: ``(N, K)``.
        labels: ``(N,)``, class numbers from 0, or -1 for none of them.
        smoothing: share of each target that is spread evenly over all classes, 0 to 1.

    Returns:
        The summed loss, the gradient for ``logits`` ``(N, K)`` and the probabilities ``(N, K)``.
    """
    count, classes = logits.shape
    shifted = logits - logits.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    totals = powers.sum(axis=1, keepdims=True)
    log_p = shifted - np.log(totals)
    probabilities = powers / totals
    images = np.arange(count)
    grad = probabilities.copy()
    loss, none = 0.0, labels < 0
    if none.any():
        loss = -float(log_p[none].sum(dtype=np.float64)) / classes
        grad[none] -= 1 / classes
        images, labels, log_p = images[~none], labels[~none], log_p[~none]
    # float() and a float64 sum: micro-batches of different size must not lose small losses.
    loss -= (1 - smoothing) * float(log_p[np.arange(len(images)), labels].sum(dtype=np.float64))
    grad[images, labels] -= 1 - smoothing
    if smoothing:
        loss -= smoothing / classes * float(log_p.sum(dtype=np.float64))
        grad[images] -= smoothing / classes
    return loss, grad, probabilities
