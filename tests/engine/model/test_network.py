"""A network: its vector, its gradients, and one step of the classic net worked out another way."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from engine.data.dataset import Dataset
from engine.errors import AnswerError, ModelFileError
from engine.layers import Layer
from engine.layers.activations import LeakyRelu, Relu, Relu6, Tanh
from engine.layers.conv import Conv
from engine.layers.dense import Dense
from engine.layers.flatten import Flatten
from engine.layers.pooling import MaxPool
from engine.model.losses import softmax_cross_entropy
from engine.model.network import Network
from engine.model.spec import NetworkSpec, preset
from engine.optimisers import OPTIMISERS, UpdateSettings
from engine.training.config import RunConfig
from engine.types import Context


def test_parameters_are_views_into_one_vector(spec: NetworkSpec) -> None:
    network = Network.new(spec, 1)
    network.vector[:] = np.arange(network.vector.size)
    trained = [v.ravel() for name, v in network.named().items() if "running" not in name]
    np.testing.assert_array_equal(np.concatenate(trained), network.vector)


def test_the_same_seed_draws_the_same_network(spec: NetworkSpec) -> None:
    np.testing.assert_array_equal(Network.new(spec, 1).vector, Network.new(spec, 1).vector)
    assert not np.array_equal(Network.new(spec, 1).vector, Network.new(spec, 2).vector)


def test_a_copy_is_independent(spec: NetworkSpec) -> None:
    network = Network.new(spec, 1)
    copy = network.copy()
    for value in network.named().values():
        value += 1
    for name, value in copy.named().items():
        assert not np.array_equal(value, network.named()[name])


def test_declared_shapes_are_the_drawn_ones(spec: NetworkSpec) -> None:
    for one in (spec, *(preset(name) for name in ("classic", "lenet5", "deep"))):
        drawn, declared = Network.new(one, 1).named(), Network.empty(one).named()
        assert {n: v.shape for n, v in drawn.items()} == {n: v.shape for n, v in declared.items()}


def test_weight_decay_spares_biases(spec: NetworkSpec) -> None:
    network = Network.new(spec, 1)
    network.vector[:] = network.decay_mask()
    assert network.params[0]["weight"].all() and not network.params[0]["bias"].any()


def test_the_whole_gradient_agrees_with_central_differences(spec: NetworkSpec) -> None:
    network = Network.new(spec, 3, np.float64)
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(4, *spec.in_shape)), np.array([0, 1, 2, 1])

    def loss() -> float:
        ctx = Context(training=True, rng=np.random.default_rng(7))
        return softmax_cross_entropy(network.forward(x, ctx)[0], labels)[0]

    ctx = Context(training=True, rng=np.random.default_rng(7))
    logits, caches = network.forward(x, ctx)
    grad = np.empty_like(network.vector)
    network.backward(softmax_cross_entropy(logits, labels)[1], caches, ctx, grad)
    for i in rng.choice(network.vector.size, 40, replace=False):
        keep, step = network.vector[i], 1e-6
        network.vector[i] = keep + step
        above = loss()
        network.vector[i] = keep - step
        below = loss()
        network.vector[i] = keep
        assert grad[i] == pytest.approx((above - below) / (2 * step), rel=1e-4, abs=1e-7)


def test_arrays_that_do_not_fit_change_nothing(spec: NetworkSpec) -> None:
    network = Network.new(spec, 1)
    before = network.vector.copy()
    arrays = {name: value * 0 for name, value in network.named().items()}
    with pytest.raises(ModelFileError, match=r"lacks array '0\.bias'"):
        network.load({n: v for n, v in arrays.items() if n != "0.bias"})
    with pytest.raises(ModelFileError, match="unknown array 'x'"):
        network.load({**arrays, "x": np.zeros(1)})
    with pytest.raises(ModelFileError, match=r"'0\.bias' is int64"):
        network.load({**arrays, "0.bias": np.zeros(4, np.int64)})
    np.testing.assert_array_equal(network.vector, before)


def correlate(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the valid cross-correlation of ``(N, C, H, W)`` with ``(F, C, k, k)``."""
    windows = sliding_window_view(x, w.shape[2:], axis=(2, 3))
    return np.einsum("nchwij,fcij->nfhw", windows, w) + b[None, :, None, None]


def correlate_back(x: np.ndarray, w: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of ``correlate`` for its three arguments."""
    grad_w = np.einsum("nchwij,nfhw->fcij", sliding_window_view(x, w.shape[2:], axis=(2, 3)), g)
    grad_x = np.zeros_like(x)
    for i in range(w.shape[2]):
        for j in range(w.shape[3]):
            part = np.einsum("nfhw,fc->nchw", g, w[:, :, i, j])
            grad_x[:, :, i : i + g.shape[2], j : j + g.shape[3]] += part
    return grad_x, grad_w, g.sum(axis=(0, 2, 3))


def test_one_step_of_classic_worked_out_another_way() -> None:
    """Forward, loss, every gradient and the momentum update, by einsum over windows, number by number."""
    spec = preset("classic")
    network = Network.new(spec, 11, np.float64)
    rng = np.random.default_rng(5)
    x, labels = rng.normal(size=(3, 1, 28, 28)), np.array([3, 0, 9])
    p = {name: value.copy() for name, value in network.named().items()}

    a1 = correlate(x, p["0.weight"], p["0.bias"])
    r1 = np.maximum(a1, 0)
    a2 = correlate(r1, p["2.weight"], p["2.bias"])
    r2 = np.maximum(a2, 0)
    blocks = r2.reshape(3, 8, 10, 2, 10, 2).transpose(0, 1, 2, 4, 3, 5).reshape(3, 8, 10, 10, 4)
    f = blocks.max(axis=4).reshape(3, 800)
    logits = f @ p["6.weight"].T + p["6.bias"]
    exp = np.exp(logits)
    probabilities = exp / exp.sum(axis=1, keepdims=True)
    loss = -np.log(probabilities[[0, 1, 2], labels]).sum()

    g = probabilities.copy()
    g[[0, 1, 2], labels] -= 1
    grads = {"6.weight": g.T @ f, "6.bias": g.sum(axis=0)}
    gf = (g @ p["6.weight"]).reshape(3, 8, 10, 10)
    winner = np.eye(4)[blocks.argmax(axis=4)] * gf[..., None]
    g2 = winner.reshape(3, 8, 10, 10, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(3, 8, 20, 20) * (a2 > 0)
    g1, grads["2.weight"], grads["2.bias"] = correlate_back(r1, p["2.weight"], g2)
    _, grads["0.weight"], grads["0.bias"] = correlate_back(x, p["0.weight"], g1 * (a1 > 0))

    ctx = Context(training=True)
    own_logits, caches = network.forward(x, ctx)
    own_loss, grad_logits, _ = softmax_cross_entropy(own_logits, labels)
    grad = np.empty_like(network.vector)
    network.backward(grad_logits, caches, ctx, grad)
    np.testing.assert_allclose(own_logits, logits, rtol=1e-9)
    assert own_loss == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(
        grad, np.concatenate([grads[name].ravel() for name in p]), rtol=1e-9, atol=1e-12
    )

    optimiser = OPTIMISERS["momentum"]()
    state = {"velocity": np.full_like(network.vector, 0.25)}
    optimiser.update(
        network.vector, grad / 3, network.decay_mask(), state, 1, UpdateSettings(0.01, 0.95, 0.0)
    )
    for name, value in network.named().items():
        np.testing.assert_allclose(value, p[name] - 0.01 * (0.95 * 0.25 + grads[name] / 3), rtol=1e-9)


def test_a_prediction_during_training_disturbs_nothing(config: RunConfig, dataset: Dataset) -> None:
    network = Network.new(config.network, 1)
    x = dataset.test_images[:5].astype(np.float32) / 255
    ctx = Context(training=True, rng=np.random.default_rng(0))
    logits, caches = network.forward(x, ctx)
    expected = np.empty_like(network.vector)
    network.backward(np.ones_like(logits), caches, ctx, expected)
    ctx = Context(training=True, rng=np.random.default_rng(0))
    logits, caches = network.forward(x, ctx)
    network.predict(x[:2])
    got = np.empty_like(network.vector)
    network.backward(np.ones_like(logits), caches, ctx, got)
    np.testing.assert_array_equal(got, expected)


def test_all_that_is_learnt_lies_in_one_vector(spec: NetworkSpec) -> None:
    for one in (spec, preset("deep")):
        network = Network.new(one, 1)
        kept = {name: value.copy() for name, value in network.named().items()}
        moment = network.state_vector.copy()
        assert sum(value.size for value in kept.values()) == network.state_vector.size
        network.state_vector[:] = np.arange(network.state_vector.size)
        trained = [v.ravel() for name, v in network.named().items() if "running" not in name]
        statistics = [v.ravel() for name, v in network.named().items() if "running" in name]
        np.testing.assert_array_equal(np.concatenate([*trained, *statistics]), network.state_vector)
        np.testing.assert_array_equal(np.concatenate(trained), network.vector)
        other = Network.empty(one, moment)
        for name, value in other.named().items():
            np.testing.assert_array_equal(value, kept[name])
        other.vector += 1
        assert (moment[: other.vector.size] != network.copy().vector).any() and other.state_vector is moment


@pytest.mark.parametrize("window", [{"size": 2}, {"size": 3, "stride": 2, "padding": 1}])
@pytest.mark.parametrize("bend", [Relu(), Relu6(ceiling=2.0), LeakyRelu(), Tanh()])
def test_pooling_before_an_activation_gives_the_same_bit_for_bit(bend: Layer, window: dict[str, int]) -> None:
    layers = (Conv(filters=3, kernel=2), bend, MaxPool(**window), Flatten(), Dense(units=4))
    network = Network.new(NetworkSpec("pooled", (1, 8, 8), layers), 1)
    network.params[0]["weight"][...] = np.round(2 * network.params[0]["weight"])  # so that there are ties
    x = np.random.default_rng(0).integers(-2, 3, (6, 1, 8, 8)).astype(np.float32)
    logits, caches = network.forward(x)
    trace = network.trace(x)
    np.testing.assert_array_equal(logits, trace.logits)
    score = np.random.default_rng(1).normal(size=logits.shape).astype(np.float32)
    got = np.empty_like(network.vector)
    network.backward(score.copy(), caches, Context(), got)
    parts = [value.ravel() for p in trace.backward(score).params for value in p.values()]
    np.testing.assert_array_equal(got, np.concatenate(parts))


def test_a_trace_holds_every_output_and_the_way_back(spec: NetworkSpec) -> None:
    for one in (spec, preset("deep")):
        network = Network.new(one, 3, np.float64)
        x = np.random.default_rng(0).normal(size=(2, *one.in_shape))
        before = x.copy()
        trace = network.trace(x)
        assert [output.shape[1:] for output in trace.outputs] == list(network.shapes)
        for output, value in zip(trace.outputs, network.maps(x), strict=True):
            np.testing.assert_array_equal(output, value)
        np.testing.assert_array_equal(trace.logits, network.forward(x)[0])
        kept = [output.copy() for output in trace.outputs]
        score = np.zeros_like(trace.logits)
        score[:, 1] = 1
        gradients = trace.backward(score)
        again = trace.backward(score)
        assert gradients.input is not None and again.input is not None
        np.testing.assert_array_equal(gradients.input, again.input)
        np.testing.assert_array_equal(gradients.outputs[-1], score)
        for output, value in zip(trace.outputs, kept, strict=True):
            np.testing.assert_array_equal(output, value)
        np.testing.assert_array_equal(x, before)

        # Each gradient against central differences: at the input, and after each layer.
        for layer in range(-1, len(network.shapes)):
            found = gradients.input if layer == -1 else gradients.outputs[layer]
            value = trace.output(layer)
            assert found is not None and found.shape == value.shape
            # Where the gradient is steepest: at a tie of the pooling there are two slopes.
            place, step = np.unravel_index(np.abs(found).argmax(), found.shape), 1e-6
            sides = []
            for sign in (1, -1):
                changed = value.copy()
                changed[place] += sign * step
                for part, params in list(zip(one.layers, network.params, strict=True))[layer + 1 :]:
                    changed = part.forward(params, changed, Context())[0]
                sides.append(float((changed * score).sum()))
            assert found[place] == pytest.approx((sides[0] - sides[1]) / (2 * step), rel=1e-4, abs=1e-6)
        weight = (0,) * network.params[0]["weight"].ndim
        place_in = network.params[0]["weight"]
        start, sides = place_in[weight], []
        for sign in (1, -1):
            place_in[weight] = start + sign * 1e-6
            sides.append(float((network.forward(x)[0] * score).sum()))
        place_in[weight] = start
        expected = (sides[0] - sides[1]) / 2e-6
        assert gradients.params[0]["weight"][weight] == pytest.approx(expected, rel=1e-4, abs=1e-6)


def test_a_trace_goes_back_only_as_far_as_is_asked(spec: NetworkSpec) -> None:
    network = Network.new(spec, 3)
    trace = network.trace(np.zeros((2, *spec.in_shape), np.float32))
    whole, part = trace.backward(np.ones((2, 3), np.float32)), trace.backward(np.ones((2, 3), np.float32), 3)
    assert part.input is None and part.outputs[:3] == (None, None, None) and not any(part.params[:4])
    np.testing.assert_array_equal(part.outputs[3], whole.outputs[3])
    with pytest.raises(ValueError, match=r"shape \(3,\); the logits have \(2, 3\)"):
        trace.backward(np.ones(3))
    for layer in (-2, 7):
        with pytest.raises(ValueError, match=rf"layer is {layer}; allowed is -1 \(the input\) to 6"):
            trace.backward(np.ones((2, 3)), layer)


@pytest.mark.filterwarnings("error")
def test_an_answer_that_is_no_number_is_told(spec: NetworkSpec) -> None:
    network = Network.new(spec, 1)
    images = np.ones((2, *spec.in_shape), np.float32)
    assert np.isfinite(network.predict(images)).all()
    network.vector[:] = 1e38
    with pytest.raises(AnswerError, match="gives no finite numbers for this image"):
        network.predict(images)
