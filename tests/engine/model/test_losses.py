"""Softmax and cross-entropy."""

import math

import numpy as np
import pytest
from scipy.special import log_softmax

from engine.model.losses import softmax, softmax_cross_entropy

LABELS = np.array([0, 2, 1, 2])


@pytest.fixture
def logits():
    return np.random.default_rng(0).standard_normal((4, 3))


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
def test_loss_against_the_definition(logits, smoothing):
    targets = (1 - smoothing) * np.eye(3)[LABELS] + smoothing / 3
    loss, _, probabilities = softmax_cross_entropy(logits, LABELS, smoothing)
    assert loss == pytest.approx(-(targets * log_softmax(logits, axis=1)).sum())
    np.testing.assert_allclose(probabilities, np.exp(log_softmax(logits, axis=1)))
    np.testing.assert_allclose(softmax(logits), probabilities)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_gradient_against_central_differences(logits, smoothing):
    _, grad, _ = softmax_cross_entropy(logits, LABELS, smoothing)
    for index in np.ndindex(logits.shape):
        step = np.zeros_like(logits)
        step[index] = 1e-6
        above = softmax_cross_entropy(logits + step, LABELS, smoothing)[0]
        below = softmax_cross_entropy(logits - step, LABELS, smoothing)[0]
        assert grad[index] == pytest.approx((above - below) / 2e-6, abs=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_logits_stay_finite_and_exact(dtype):
    logits = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 1e4]], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        loss, grad, probabilities = softmax_cross_entropy(logits, np.array([1, 1]))
    assert loss == pytest.approx(2e4 + np.log(2))
    np.testing.assert_allclose(probabilities, [[1, 0, 0], [0, 0.5, 0.5]])
    np.testing.assert_allclose(grad, [[1, -1, 0], [0, -0.5, 0.5]])
    assert grad.dtype == probabilities.dtype == dtype


def test_slices_of_a_batch_add_up(logits):
    whole, grad, _ = softmax_cross_entropy(logits, LABELS)
    parts = [softmax_cross_entropy(logits[a:b], LABELS[a:b]) for a, b in ((0, 1), (1, 4))]
    assert whole == pytest.approx(parts[0][0] + parts[1][0])
    np.testing.assert_allclose(grad, np.concatenate([part[1] for part in parts]))


def test_memory_order_does_not_matter(logits):
    expected = softmax_cross_entropy(logits, LABELS)
    got = softmax_cross_entropy(np.asfortranarray(logits), LABELS)
    assert got[0] == pytest.approx(expected[0])
    np.testing.assert_allclose(got[1], expected[1])


def test_logits_are_not_changed(logits):
    before = logits.copy()
    softmax_cross_entropy(logits, LABELS, 0.1)
    softmax(logits)
    np.testing.assert_array_equal(logits, before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_row_is_shifted_by_its_own_largest_logit(dtype):
    logits = np.array([[1e4, 1e4 + 1], [-1e4, -1e4 + 1], [0, 1]], dtype)
    expected = np.tile([1 / (1 + np.e), np.e / (1 + np.e)], (3, 1))
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_allclose(softmax(logits), expected, rtol=1e-6)
        loss, _, probabilities = softmax_cross_entropy(logits, np.array([0, 0, 0]))
    np.testing.assert_allclose(probabilities, expected, rtol=1e-6)
    assert loss == pytest.approx(3 * np.log(1 + np.e), rel=1e-6)


def test_many_small_losses_are_added_up_in_float64():
    logits = np.random.default_rng(2).normal(0, 3, (5000, 3)).astype(np.float32)
    labels = logits.argmax(axis=1)
    log_p = logits - logits.max(axis=1, keepdims=True)
    log_p -= np.log(np.exp(log_p).sum(axis=1, keepdims=True))
    right = -math.fsum(log_p[np.arange(5000), labels])
    assert softmax_cross_entropy(logits, labels)[0] == pytest.approx(right, rel=1e-12)
    spread = -math.fsum(log_p.ravel()) / 3
    smoothed = softmax_cross_entropy(logits, labels, 0.25)[0]
    assert smoothed == pytest.approx(0.75 * right + 0.25 * spread, rel=1e-12)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_an_image_of_no_class_has_even_targets(smoothing):
    logits = np.random.default_rng(3).normal(0, 2, (4, 5))
    labels = np.array([2, -1, 0, -1])
    loss, grad, p = softmax_cross_entropy(logits, labels, smoothing)
    targets = (1 - smoothing) * np.eye(5)[labels] + smoothing / 5
    targets[labels < 0] = 0.2
    assert loss == pytest.approx(-(targets * np.log(p)).sum(), rel=1e-12)
    np.testing.assert_allclose(grad, p - targets, atol=1e-12)
