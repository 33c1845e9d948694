"""One update, taken apart: it is what the trainer did, and the gradient is the slope of the loss."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.arithmetic.arrival import arrivals, explain_arrival
from engine.arithmetic.gradient import check, layer_terms, position, terms_of
from engine.arithmetic.passes import INPUT, Place, Weight
from engine.arithmetic.update import StepTaken, one_update, running_update, take_step
from engine.data.augment import AUGMENTATIONS
from engine.data.dataset import Dataset
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.optimisers import OPTIMISERS, optimiser_from_json
from engine.schedules import SCHEDULES
from engine.task import Cancelled, Task
from engine.training.config import RunConfig
from engine.training.trainer import Trainer
from engine.training.workers import Workers


@pytest.fixture(scope="module")
def noise() -> Dataset:
    rng = np.random.default_rng(3)
    images = rng.integers(0, 256, (60, 2, 9, 8)).astype(np.uint8)
    labels = rng.integers(0, 3, 60)
    names = ("a", "b", "c")
    return Dataset("noise", "Noise", names, images, labels, images[:9], labels[:9])


def settings(network: Network, **others: object) -> RunConfig:
    """Return settings with everything that has a part in an update."""
    config = RunConfig(
        network=network.spec,
        data="noise",
        batch_size=26,
        learning_rate=0.01,
        momentum=0.8,
        weight_decay=0.05,
        smoothing=0.1,
        averaging=0.9,
        epochs=5,
        validation_images=0,
        threads=1,
        schedule=SCHEDULES["cosine"](),
        augmentation=AUGMENTATIONS["strong"],
    )
    return dataclasses.replace(config, **others)


def steps(config: RunConfig, dataset: Dataset, count: int) -> tuple[StepTaken, dict[str, np.ndarray]]:
    """Return the step number ``count`` of a run, computed again, and what the trainer had learnt after it."""
    with Workers(1) as workers:
        trainer = Trainer(config, dataset, workers)
        assert trainer.last_step() is None
        for _ in range(count):
            trainer.step()
        start = trainer.last_step()
        assert start is not None
        after = {name: value.copy() for name, value in trainer.state()[0].items()}
    return take_step(start, dataset), after


@pytest.fixture(scope="module")
def taken(network: Network, noise: Dataset) -> StepTaken:
    return steps(settings(network), noise, 2)[0]


def weights(network: Network) -> list[Weight]:
    """Return the last value of every trained parameter."""
    found = []
    for layer, params in enumerate(network.params):
        for name, value in params.items():
            if name not in network.spec.layers[layer].statistics:
                found.append(Weight(layer, name, tuple(n - 1 for n in value.shape)))
    return found


@pytest.mark.parametrize("kind", OPTIMISERS)
def test_the_new_weight_is_that_of_the_real_step(network: Network, noise: Dataset, kind: str) -> None:
    config = settings(network, optimiser=optimiser_from_json({"kind": kind}))
    taken, after = steps(config, noise, 3)
    for weight in weights(network):
        at = position(network.spec, weight)
        update = one_update(taken, weight)
        assert update.new == after[f"network.{weight.layer}.{weight.name}"][weight.index]
        assert update.old == taken.start.weights[at]
        assert update.average is not None
        assert update.average[1] == after["average"][at]
        for name, (_, new) in update.state.items():
            kept = after[f"optimiser.{name}"]
            assert new == kept[at if kept.size > 1 else 0]
        assert update.rate == pytest.approx(update.setting * update.factor)
        # The code names the numbers: the last value of ``values`` is the new weight.
        last = [v for source in update.code for line in source.lines for n, v in line.values if n == "values"]
        assert last[-1] == update.new
        assert all(source.file.startswith("optimisers/") for source in update.code)
    assert np.array_equal(
        taken.replay.state_vector, Network.empty(network.spec, taken.replay.state_vector).state_vector
    )


def test_without_the_state_the_optimiser_remembers_nothing(taken: StepTaken, noise: Dataset) -> None:
    forgotten = dataclasses.replace(taken.start, optimiser_state=None)
    update = one_update(take_step(forgotten, noise), Weight(0, "weight", (0, 0, 0, 0)))
    assert [old for old, _ in update.state.values()] == [0.0]
    assert update.state["velocity"][1] == pytest.approx(
        update.gradient + update.weight_decay * update.old, rel=1e-5
    )


def test_the_terms_add_up_and_the_measured_slope_agrees(network: Network, taken: StepTaken) -> None:
    inputs, images = taken.start, 26
    assert len(inputs.batch.micro_batches) > 1
    for weight in weights(network):
        gradient = float(taken.replay.gradient[position(network.spec, weight)])
        layer = layer_terms(inputs, weight, Task())
        terms = terms_of(layer, weight)
        assert terms.total == pytest.approx(gradient, rel=1e-4, abs=1e-6)
        np.testing.assert_allclose(terms.product, terms.delta * terms.value)
        assert terms.product.sum() / images == pytest.approx(terms.total, abs=1e-9)
        np.testing.assert_allclose(
            np.bincount(terms.image, terms.product, minlength=images), terms.by_image, atol=1e-9
        )
        assert (np.diff(np.abs(terms.product)) <= 0).all()
        is_norm = layer.step.kind == "batch_norm"
        for term in range(0, len(terms.image), max(1, len(terms.image) // 7)):
            place, source = terms.output(term), terms.input(term)
            assert layer.deltas[terms.image[term]][place.index] == np.float32(terms.delta[term])
            if source is None:
                assert terms.value[term] == 1
            elif not is_norm:
                assert layer.inputs[terms.image[term]][source.index] == np.float32(terms.value[term])
        measured = check(inputs, weight, gradient, Task())
        assert measured.measured == pytest.approx(gradient, rel=1e-3, abs=2e-6), weight


def test_the_gradient_at_a_value_is_traced_back_to_the_loss(network: Network, taken: StepTaken) -> None:
    inputs = taken.start
    arrived = arrivals(inputs, 25, Task())  # of the second micro-batch
    shapes = {INPUT: arrived.input_delta.shape}
    shapes |= {step.number: step.shape for step in arrived.found.steps}
    for step, shape in shapes.items():
        delta = arrived.input_delta if step == INPUT else arrived.deltas[step]
        size = float(np.abs(delta).max())
        for index in np.ndindex(shape):
            workings = explain_arrival(arrived, Place(step, index))
            total = sum(working.total for working in workings)
            assert total == pytest.approx(delta[index], rel=1e-3, abs=1e-5 * size)
            for working in workings:
                assert working.difference <= 1e-5 * size + 1e-3 * abs(working.total)
                for line in working.lines:
                    assert line.place is None or arrived.delta(line.place) == line.value
                for cell in working.window.ranked(9999) if working.window else ():
                    source = working.window.place(cell) if working.window else None
                    assert source is not None
                    assert arrived.delta(source) == working.window.values[cell]  # type: ignore[union-attr]


def test_running_statistics_are_those_of_the_real_step(network: Network, noise: Dataset) -> None:
    taken, after = steps(settings(network), noise, 2)
    for layer, params in enumerate(network.params):
        for name in network.spec.layers[layer].statistics:
            if name in params:
                found = running_update(taken.start, Weight(layer, name, (1,)), Task())
                assert found.new == after[f"network.{layer}.{name}"][1]
                assert len(found.batches) == len(taken.start.batch.micro_batches)
                mean = float(found.batches.mean())
                assert found.new == pytest.approx(
                    found.momentum * found.old + (1 - found.momentum) * mean, rel=1e-4
                )


@pytest.mark.parametrize(
    "weight",
    [Weight(0, "running_mean", (0,)), Weight(0, "weight", (99, 0, 0, 0)), Weight(77, "weight", (0,))],
)
def test_a_weight_that_is_not_there_is_refused(taken: StepTaken, weight: Weight) -> None:
    with pytest.raises(ValueError, match="There is no trained value"):
        one_update(taken, weight)
    with pytest.raises(ValueError, match="There is no running statistic"):
        running_update(taken.start, Weight(0, "weight", (0, 0, 0, 0)), Task())
    with pytest.raises(ValueError, match="allowed is 0 to 25"):
        arrivals(taken.start, 26, Task())


def test_long_calculations_can_be_cancelled(taken: StepTaken, noise: Dataset) -> None:
    task = Task()
    task.cancel()
    weight = Weight(0, "weight", (0, 0, 0, 0))
    for work in (
        lambda: layer_terms(taken.start, weight, task),
        lambda: check(taken.start, weight, 0.0, task),
        lambda: arrivals(taken.start, 0, task),
        lambda: take_step(taken.start, noise, task),
    ):
        with pytest.raises(Cancelled):
            work()


def test_pytorch_agrees(noise: Dataset) -> None:
    """A convolution, pooling and a dense layer; the mean loss of the batch; one step of Adam."""
    torch = pytest.importorskip("torch", reason="compares with PyTorch; `make env-bench` adds it")
    layers = [
        {"kind": "conv", "filters": 3, "kernel": 3, "padding": 1, "stride": 2},
        {"kind": "relu"},
        {"kind": "max_pool", "size": 2},
        {"kind": "flatten"},
        {"kind": "dense", "units": 3},
    ]
    spec = NetworkSpec.from_json({"name": "twin", "in_shape": [2, 9, 8], "layers": layers})
    network = Network.new(spec, 4)
    config = settings(
        network,
        optimiser=optimiser_from_json({"kind": "adam"}),
        schedule=SCHEDULES["constant"](),
        augmentation=AUGMENTATIONS["none"],
        weight_decay=0.0,
        momentum=0.9,
    )
    taken, _ = steps(config, noise, 1)
    start = taken.start
    network = Network.empty(spec, start.weights)
    values = {
        (layer, name): torch.tensor(network.params[layer][name].copy(), requires_grad=True)
        for layer in (0, 4)
        for name in ("weight", "bias")
    }
    x = torch.tensor(np.ascontiguousarray(start.preprocessing.apply(start.batch.images)), requires_grad=True)
    conv = torch.nn.functional.conv2d(x, values[0, "weight"], values[0, "bias"], stride=2, padding=1)
    conv.retain_grad()
    flat = torch.nn.functional.max_pool2d(conv.relu(), 2).flatten(1)
    logits = flat @ values[4, "weight"].T + values[4, "bias"]
    labels = torch.tensor(start.batch.labels)
    loss = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=config.smoothing)
    adam = torch.optim.Adam(values.values(), lr=config.learning_rate, betas=(0.9, 0.999), eps=1e-8)
    loss.backward()
    adam.step()
    assert taken.replay.loss == pytest.approx(loss.item(), rel=1e-5)
    images = len(start.batch.indices)
    for (layer, name), value in values.items():
        weight = Weight(layer, name, tuple(n - 1 for n in value.shape))
        found, update = terms_of(layer_terms(start, weight, Task()), weight), one_update(taken, weight)
        assert found.total == pytest.approx(float(value.grad[weight.index]), rel=1e-3, abs=1e-6)
        assert update.new == pytest.approx(float(value.detach()[weight.index]), rel=1e-4, abs=1e-6)
    arrived = arrivals(start, images - 1, Task())
    np.testing.assert_allclose(arrived.deltas[0] / images, conv.grad[images - 1], rtol=1e-3, atol=1e-7)
    np.testing.assert_allclose(arrived.input_delta / images, x.grad[images - 1], rtol=1e-3, atol=1e-7)
