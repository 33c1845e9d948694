"""Methods of many passes, what a map must add up to, and how much it says: against other calculations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from engine.data.preprocess import Preprocessing
from engine.explain import METHODS, ExplainError
from engine.explain.base import Balance, Explanation
from engine.explain.deletion import deletion, order_of
from engine.explain.integrated import IntegratedGradients
from engine.explain.lrp import LayerwiseRelevance
from engine.explain.saliency import Saliency
from engine.explain.sanity import FAILS, PASSES, Redrawn, Sanity, check, redraw, similarity
from engine.explain.smallest_change import SmallestChange
from engine.explain.smooth import SmoothGrad
from engine.model.network import Network
from engine.model.spec import NetworkSpec, preset
from engine.task import Cancelled, Progress, Task
from tests.engine.explain.test_methods import PLAIN, linear, picture, two_maps

GREY = Preprocessing((0.3,), (0.25,))


def test_smooth_grad_without_noise_is_saliency_and_with_noise_the_mean_of_many() -> None:
    network, image = Network.new(preset("lenet5"), 4), picture(1, 28, 28)
    exact = Saliency().explain(network, GREY, image, 3).values
    found = SmoothGrad(samples=3, noise=0).explain(network, GREY, image, 3)
    np.testing.assert_allclose(found.values, exact, rtol=1e-3, atol=1e-5)
    few, many = (SmoothGrad(samples=n, noise=0.3).explain(network, GREY, image, 3).values for n in (200, 201))
    assert np.corrcoef(few.ravel(), many.ravel())[0, 1] > 0.999  # the noise averages out
    assert np.corrcoef(few.ravel(), exact.ravel())[0, 1] < 0.99  # and does something


def test_integrated_gradients_of_a_linear_network_are_weight_times_difference() -> None:
    weights = np.random.default_rng(1).normal(size=(3, 1, 4, 5))
    image = picture(1, 4, 5)
    for baseline, blank in (("black", 0.0), ("white", 1.0), ("mean", 0.3)):
        found = IntegratedGradients(steps=2, baseline=baseline).explain(linear(weights), GREY, image, 2)
        expected = weights[2, 0] * (image[0] / 255 - blank) / 0.25
        np.testing.assert_allclose(found.values, expected, rtol=1e-4, atol=1e-4)
        assert found.balance is not None and found.balance.gap < 1e-4


@pytest.mark.parametrize(("name", "shape"), [("lenet5", (1, 28, 28)), ("classic", (3, 12, 12))])
def test_integrated_gradients_add_up_to_the_score_the_better_the_more_steps(name: str, shape: tuple) -> None:
    network, image = Network.new(preset(name, shape), 6), picture(*shape)
    preprocessing = Preprocessing((0.3,) * shape[0], (0.25,) * shape[0])
    images = np.stack([image, np.zeros_like(image)])
    one, other = network.forward(preprocessing.apply(images))[0][:, 7]
    gaps = []
    for steps in (2, 128):
        found = IntegratedGradients(steps=steps).explain(network, preprocessing, image, 7)
        assert found.balance is not None
        assert found.balance.expected == pytest.approx(one - other, rel=1e-4, abs=1e-5)
        assert found.balance.total == pytest.approx(float(found.values.sum()), rel=1e-3)
        gaps.append(found.balance.gap)
    assert gaps[1] < 0.02 and gaps[1] < gaps[0]


def test_relevance_says_what_it_lost() -> None:
    image = np.array([[[0, 51], [102, 255]]], np.uint8)
    found = LayerwiseRelevance(epsilon=0).explain(two_maps(), Preprocessing((0.0,), (0.1,)), image, 0)
    # Maps 0 2 4 10 and 3 0 0 0: the score is 4 * 4 - 8 * 0.75 = 10, of which -6 came from a bias alone.
    assert found.balance is not None and found.balance.expected == pytest.approx(10, rel=1e-5)
    np.testing.assert_allclose(found.values, [[0, 2], [4, 10]], rtol=1e-4, atol=1e-6)
    assert found.balance.total == pytest.approx(16, rel=1e-4) and found.balance.gap == pytest.approx(
        0.6, rel=1e-3
    )


def test_a_gap_is_a_share_unless_nothing_is_expected() -> None:
    assert Balance("x", 3, 4, "").gap == 0.25
    assert Balance("x", 0.5, 0, "").gap == 0.5


# --- deletion -------------------------------------------------------------------------------------


def test_the_deletion_curve_against_asking_image_by_image() -> None:
    network, image = Network.new(preset("lenet5"), 4), picture(1, 28, 28)
    order = np.random.default_rng(0).permutation(28 * 28)
    curve = deletion(network, GREY, image, 3, order, points=5)
    np.testing.assert_allclose(curve.shares, [0, 0.25, 0.5, 0.75, 1])
    for share, found in zip(curve.shares, curve.probabilities, strict=True):
        x = np.array(GREY.apply(image[None]))
        x.reshape(-1)[order[: round(share * 784)]] = 0
        assert found == pytest.approx(network.predict(x)[0, 3], rel=1e-4)
    assert curve.area == pytest.approx(np.trapezoid(curve.probabilities, curve.shares), rel=1e-6)


def test_a_true_map_loses_the_class_sooner_than_its_reverse() -> None:
    weights = np.zeros((2, 1, 4, 4))
    weights[0] = np.arange(16).reshape(1, 4, 4) - 8
    network, image = linear(weights), np.full((1, 4, 4), 255, np.uint8)
    method = IntegratedGradients(steps=2)
    order = order_of(method, method.explain(network, PLAIN, image, 0))
    areas = [deletion(network, PLAIN, image, 0, each).area for each in (order, order[::-1])]
    assert areas[0] < areas[1]
    # Of slopes the size counts, not the sign.
    found = Saliency().explain(network, PLAIN, image, 0)
    assert set(order_of(Saliency(), found)[:2].tolist()) == {0, 1} or order_of(Saliency(), found)[0] == 0


# --- sanity check ---------------------------------------------------------------------------------


def test_similarity_is_spearmans_rank_correlation() -> None:
    rng = np.random.default_rng(3)
    one, other = rng.integers(-3, 4, (2, 6, 7)).astype(float)  # with many ties
    assert similarity(one, other) == pytest.approx(spearmanr(one.ravel(), other.ravel()).statistic)
    assert similarity(one, 5 * one) == pytest.approx(1) and similarity(one, -one) == pytest.approx(-1)
    assert similarity(one, np.zeros((6, 7))) == 0 and similarity(one * 0, one * 0) == 1


def test_redrawing_changes_the_named_layers_only() -> None:
    network = Network.new(preset("lenet5"), 4)
    before = network.state_vector.copy()
    other = redraw(network, (11, 9), 1)
    for key, value in network.named().items():
        weights = key in ("11.weight", "9.weight")
        assert np.array_equal(value, other.named()[key]) != weights or key.endswith("bias")
    np.testing.assert_array_equal(network.state_vector, before)
    np.testing.assert_array_equal(other.state_vector, redraw(network, (11, 9), 1).state_vector)


def test_a_method_that_ignores_the_network_fails_and_one_that_reads_its_weights_passes() -> None:
    class Edges(Saliency):
        title = "Edges"

        def _explain(self, network, preprocessing, image, target, task):
            values = np.abs(np.diff(image[0].astype(np.float32), axis=0, prepend=0))
            return Explanation(values, False, "", "", values.shape)

    network, image = Network.new(preset("lenet5"), 4), picture(1, 28, 28)
    seen: list[Progress] = []
    found = check(
        {"edges": Edges(), "saliency": Saliency()}, network, GREY, image, 3, Task(seen.append), draws=2
    )
    assert found["edges"].verdict == FAILS and "do not rely on it" in found["edges"].words
    assert found["edges"].similarity == pytest.approx(1)
    assert found["saliency"].verdict == PASSES and found["saliency"].similarity < 0.3
    assert [len(each.layers) for each in found["saliency"].redrawn] == [1, 3, 5]
    assert found["saliency"].redrawn[0].layers == (11,)
    np.testing.assert_array_equal(
        found["saliency"].learnt.values, Saliency().explain(network, GREY, image, 3).values
    )
    assert seen and all(each.done <= each.total for each in seen)


def test_an_outline_that_is_the_images_is_said() -> None:
    values = np.zeros((2, 2), np.float32)
    found = Explanation(values, True, "", "", (2, 2))
    assert "not its outline" in Sanity("X", found, (Redrawn((1,), found, 0.1, 0.9),)).words
    assert "shows what the network learnt" in Sanity("X", found, (Redrawn((1,), found, 0.1, 0.2),)).words


def test_a_sanity_check_can_be_given_up_and_needs_weights() -> None:
    network, image = Network.new(preset("classic"), 1), picture(1, 28, 28)
    task = Task(lambda now: now.done > 1 and task.cancel())
    with pytest.raises(Cancelled):
        check({"saliency": Saliency(), "smooth_grad": SmoothGrad()}, network, GREY, image, 0, task)
    layers = [{"kind": "flatten"}]
    empty = NetworkSpec.from_json({"name": "e", "in_shape": [3, 2, 2], "layers": layers})
    with pytest.raises(ExplainError, match="needs layers with weights"):
        check(dict.fromkeys(METHODS, Saliency()), Network.new(empty, 0), PLAIN, picture(3, 2, 2), 0)


# --- smallest change ------------------------------------------------------------------------------


def test_the_smallest_change_of_a_linear_network_by_hand() -> None:
    # The score of class 0 is the sum of all pixels less 100.5 for each, that of class 1 is 0.
    weights = np.zeros((2, 1, 4, 4))
    weights[0] = 1
    network = linear(weights)
    preprocessing = Preprocessing((100.5 / 255,), (1.0,))
    image = np.full((1, 4, 4), 110, np.uint8)
    found = SmallestChange().find(network, preprocessing, image)
    assert found.answers == (0, 1) and found.largest == 10  # 110 - 9 is still above 100.5, 110 - 10 is not
    np.testing.assert_array_equal(found.after, np.full((1, 4, 4), 100))
    assert found.mean == 10 and found.changed == 1


@pytest.mark.parametrize("target", [None, 5])
def test_the_network_gives_the_other_answer_and_the_size_is_what_it_says(target: int | None) -> None:
    network, image = Network.new(preset("lenet5"), 4), picture(1, 28, 28)
    found = SmallestChange().find(network, GREY, image, target)
    odds = network.predict(GREY.apply(np.stack([found.before, found.after])))
    assert tuple(odds.argmax(axis=1)) == found.answers and found.answers[0] != found.answers[1]
    assert target in (None, found.answers[1])
    levels = np.abs(found.after.astype(int) - image)
    assert found.after.dtype == np.uint8 and levels.max() == found.largest >= 1
    assert found.mean == pytest.approx(levels.mean())
    if found.largest > 1:  # smaller ones were tried
        with pytest.raises(ExplainError, match=f"up to {found.largest - 1} grey levels"):
            SmallestChange(most=found.largest - 1).find(network, GREY, image, target)


def test_what_cannot_turn_is_said() -> None:
    network, image = linear(np.zeros((2, 1, 3, 3))), picture(1, 3, 3)
    with pytest.raises(ExplainError, match="turns the answer"):
        SmallestChange().find(network, PLAIN, image)
    with pytest.raises(ExplainError, match="this class already"):
        SmallestChange().find(network, PLAIN, image, 0)
    with pytest.raises(ExplainError, match="allowed is 0 to 1"):
        SmallestChange().find(network, PLAIN, image, 2)
    with pytest.raises(ExplainError, match=r"takes \(1, 3, 3\)"):
        SmallestChange().find(network, PLAIN, picture(1, 4, 4))
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        SmallestChange().find(Network.new(preset("lenet5"), 4), GREY, picture(1, 28, 28), None, task)
