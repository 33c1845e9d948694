"""The way back by other rules: against the chain rule, PyTorch, what must add up, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.explain.gradient import class_gradient
from engine.explain.walk import Deconvolution, Guided, Relevance, Rule, Step, back, folded, for_class
from engine.model.network import Network
from engine.model.spec import PRESETS, NetworkSpec, preset

SHAPES = {"resnet": (3, 32, 32)}


def trained_looking(name: str) -> tuple[Network, np.ndarray]:
    """Return a network with statistics and biases that are not the first ones, and an image."""
    network = Network.new(preset(name, SHAPES.get(name, (1, 28, 28))), 3, np.float64)
    rng = np.random.default_rng(1)
    for value in network.named().values():
        value += 0.02 * rng.random(value.shape)
    return network, rng.normal(size=(1, *network.spec.in_shape))


def by_hand(rule: Rule) -> np.ndarray:
    """Return what ``rule`` hands back to (1, 2) through ``y = 2 relu(x1 - x2) - 3 relu(x1 + x2)``."""
    layers = [
        {"kind": "flatten"},
        {"kind": "dense", "units": 2, "bias": False},
        {"kind": "relu"},
        {"kind": "dense", "units": 1, "bias": False},
    ]
    network = Network.empty(NetworkSpec.from_json({"name": "hand", "in_shape": [1, 1, 2], "layers": layers}))
    weights = {"1.weight": np.array([[1, -1], [1, 1]]), "3.weight": np.array([[2, -3]])}
    network.load({name: value.astype(np.float32) for name, value in weights.items()})
    x = np.array([1, 2], np.float32).reshape(1, 1, 1, 2)
    return back(network, x, network.forward(x)[0] * 0 + 1, rule)[0, 0, 0]


def test_by_hand() -> None:
    # The first unit is silent (1 - 2 < 0), the second is 3. To the ReLUs come 2 and -3.
    np.testing.assert_allclose(by_hand(Rule()), [-3, -3])
    np.testing.assert_allclose(by_hand(Guided()), [0, 0])  # 2 is stopped by the silent unit, -3 by its sign
    np.testing.assert_allclose(by_hand(Deconvolution()), [2, -2])  # 2 passes, whatever the unit did
    # A relevance of 1 is all the second unit's, whose 3 was made of 1 and 2.
    np.testing.assert_allclose(by_hand(Relevance(0, 0)), [1 / 3, 2 / 3], rtol=1e-6)


@pytest.mark.parametrize("name", PRESETS)
def test_with_the_chain_rule_it_is_the_gradient(name: str) -> None:
    network, x = trained_looking(name)
    found = back(network, x, for_class(network, x, 4), Rule())
    np.testing.assert_allclose(found, class_gradient(network, x, 4).gradient, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["lenet5", "resnet"])
def test_relevance_is_conserved_where_nothing_is_added(name: str) -> None:
    network, x = trained_looking(name)
    for key, value in network.named().items():
        if key.rpartition(".")[2] in ("bias", "running_mean"):
            value[...] = 0
    score = network.forward(x)[0][0, 4]
    for gamma in (0.0, 0.25):
        relevance = back(network, x, score * for_class(network, x, 4), Relevance(0, gamma))
        assert relevance.sum() == pytest.approx(score, rel=1e-6)
    damped = back(network, x, score * for_class(network, x, 4), Relevance(0.1, 0))
    assert abs(damped.sum()) < abs(score)


def test_without_biases_relevance_is_gradient_times_input() -> None:
    """Known of the epsilon rule with epsilon 0 in networks of ReLU (Shrikumar et al., 2016)."""
    network, x = trained_looking("deep")
    for key, value in network.named().items():
        if key.endswith("bias"):
            value[...] = 0
    score = network.forward(x)[0][0, 4]
    relevance = back(network, x, score * for_class(network, x, 4), Relevance(0, 0))
    expected = class_gradient(network, x, 4).gradient * x
    np.testing.assert_allclose(relevance, expected, atol=1e-6 * np.abs(expected).max())


def test_folding_batch_normalisation_changes_no_output() -> None:
    network, x = trained_looking("resnet")
    steps = [Step(*each) for each in zip(network.spec.layers, network.params, strict=True)]
    shorter = folded(steps)
    assert len(shorter) == len(steps) - 1
    value = x
    for step in shorter:
        value = step.layer.forward(step.params, value, network.trace(x).ctx)[0]
    np.testing.assert_allclose(value, network.forward(x)[0], rtol=1e-9)


@pytest.mark.parametrize("rule", [Guided(), Deconvolution()])
def test_as_pytorch_does_with_hooks(rule: Rule) -> None:
    torch = pytest.importorskip("torch")
    network, x = trained_looking("lenet5")
    modules = []
    for layer, params in zip(network.spec.layers, network.params, strict=True):
        if layer.type_name == "conv":
            weight = params["weight"]
            module = torch.nn.Conv2d(weight.shape[1], weight.shape[0], 5, padding=layer.geometry.padding)
        elif layer.type_name == "dense":
            module = torch.nn.Linear(*params["weight"].shape[::-1])
        else:
            module = {
                "relu": torch.nn.ReLU(),
                "max_pool": torch.nn.MaxPool2d(2),
                "flatten": torch.nn.Flatten(),
            }[layer.type_name]
        module.double()
        for name, value in params.items():
            getattr(module, name).data = torch.tensor(value)
        if layer.type_name == "relu":
            if isinstance(rule, Guided):
                module.register_full_backward_hook(lambda _, gives, __: (gives[0].clamp(min=0),))
            else:
                module.register_full_backward_hook(lambda _, __, takes: (takes[0].clamp(min=0),))
        modules.append(module)
    entered = torch.tensor(x, requires_grad=True)
    torch.nn.Sequential(*modules)(entered)[0, 6].backward()
    found = back(network, x, for_class(network, x, 6), rule)
    np.testing.assert_allclose(found, entered.grad.numpy(), rtol=1e-7, atol=1e-12)
    assert np.abs(found).max() > 0


def test_relevance_is_conserved_through_every_kind_of_layer() -> None:
    layers = [
        {"kind": "batch_norm"},
        {"kind": "conv", "filters": 4, "bias": False, "padding": "same"},
        {"kind": "leaky_relu"},
        {"kind": "average_pool"},
        {"kind": "dropout", "rate": 0.3, "inverted": False},
        {"kind": "conv", "filters": 5, "bias": False},
        {"kind": "batch_norm"},
        {"kind": "tanh"},
        {"kind": "residual", "filters": 6, "stride": 2},
        {"kind": "max_pool", "size": 2},
        {"kind": "flatten"},
        {"kind": "dense", "units": 7, "bias": False},
        {"kind": "relu6"},
        {"kind": "dense", "units": 3, "bias": False},
    ]
    spec = NetworkSpec.from_json({"name": "all", "in_shape": [2, 16, 16], "layers": layers})
    network = Network.new(spec, 4, np.float64)
    x = np.random.default_rng(1).normal(size=(2, 2, 16, 16))
    scores = network.forward(x)[0][:, 1]
    for steps in ("folded", "gradient"):
        rule = Relevance(0, 0) if steps == "folded" else Rule()
        found = back(network, x, scores[:, None] * for_class(network, x, 1), rule)
        if steps == "folded":
            np.testing.assert_allclose(found.sum(axis=(1, 2, 3)), scores, rtol=1e-6)
        else:
            expected = class_gradient(network, x, 1).gradient * scores.reshape(-1, 1, 1, 1)
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
