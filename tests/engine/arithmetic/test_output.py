"""One output, worked out again: it adds up, and it depends on just what is said."""

from __future__ import annotations

import numpy as np
import pytest

from engine.arithmetic.output import explain_output, softmax_place
from engine.arithmetic.passes import INPUT, Pass, Place
from engine.arithmetic.region import receptive_fields
from engine.model.network import Network
from engine.model.spec import NetworkSpec
from engine.types import Context
from tests.engine.arithmetic.conftest import PREPROCESSING


def places(found: Pass) -> list[Place]:
    """Return every place of a pass, the input and the probabilities included."""
    count = len(found.steps)
    shapes = {INPUT: found.x.shape[1:], count: found.outputs[-1].shape[1:]}
    shapes |= {step.number: step.shape for step in found.steps}
    return [Place(step, index) for step, shape in shapes.items() for index in np.ndindex(shape)]


@pytest.mark.parametrize("training", [False, True])
def test_a_pass_gives_what_the_network_gives_bit_for_bit(
    network: Network, image: np.ndarray, *, training: bool
) -> None:
    x = PREPROCESSING.apply(np.stack([image, 255 - image, image // 2]))

    def ctx() -> Context:
        return Context(training, np.random.default_rng(5))

    trace, found = network.trace(x, ctx()), Pass.of(network, x, ctx())
    for layer, output in enumerate(trace.outputs):
        np.testing.assert_array_equal(found.output(found.last_of(layer)), output)
    grad = np.random.default_rng(6).standard_normal(trace.logits.shape).astype(np.float32)
    wanted, deltas = trace.backward(grad), found.back(grad)
    np.testing.assert_array_equal(deltas.input, wanted.input)
    for layer, output in enumerate(wanted.outputs):
        np.testing.assert_array_equal(deltas.of(found.last_of(layer)), output)
    for step in found.steps:
        for name, value in deltas.params[step.number].items():
            full = f"{step.part}.{name}" if step.part else name
            np.testing.assert_array_equal(value, wanted.params[step.owner][full])


def test_every_value_adds_up(network: Network, image: np.ndarray) -> None:
    found = Pass.precise(network, PREPROCESSING, image)
    shown = network.trace(PREPROCESSING.apply(image[None]))
    for layer, output in enumerate(found.layer_outputs()):
        np.testing.assert_allclose(output, shown.outputs[layer][0], rtol=1e-4, atol=1e-5)
    for place in places(found):
        working = explain_output(found, place, image, PREPROCESSING)
        assert working.difference <= 1e-9 * abs(working.value), (found.steps[place.step], place)
        assert working.lines[-1].value == working.total
        for line in working.lines:
            if line.place is not None:
                assert found.value(line.place) == line.value
        window = working.window
        if window is None:
            continue
        np.testing.assert_allclose(window.values * window.weights, window.values * window.weights)
        for cell in np.ndindex(window.values.shape):
            operand = window.place(cell)
            assert window.values[cell] == (0 if operand is None else found.value(operand))


def test_probabilities_are_those_of_the_network(network: Network, image: np.ndarray) -> None:
    found = Pass.precise(network, PREPROCESSING, image)
    wanted = network.predict(PREPROCESSING.apply(image[None]))[0]
    for index, probability in enumerate(wanted):
        working = explain_output(found, softmax_place(found, index))
        assert working.total == pytest.approx(float(probability), rel=1e-4)


def test_a_convolution_is_the_naive_sum() -> None:
    """Two channels, a kernel of two rows, padding: by hand."""
    layers = [
        {"kind": "conv", "filters": 1, "kernel": [2, 1], "padding": [1, 0]},
        {"kind": "flatten"},
        {"kind": "dense", "units": 2},
    ]
    spec = NetworkSpec.from_json({"name": "hand", "in_shape": [2, 2, 1], "layers": layers})
    network = Network.new(spec, 0)
    network.params[0]["weight"][:] = np.array([[[[1], [2]], [[3], [4]]]])
    network.params[0]["bias"][:] = 0.5
    found = Pass.of(network, np.array([[[[5.0], [6.0]], [[7.0], [8.0]]]], np.float32))
    # The upper row of the window lies in the padding: 2 * 5 + 4 * 7 + 0.5.
    first = explain_output(found, Place(0, (0, 0, 0)))
    assert [line.value for line in first.lines] == [38.0, 0.5, 38.5] == [38.0, 0.5, first.value]
    assert first.window is not None
    assert first.window.place((0, 0, 0)) is None
    assert first.window.place((1, 1, 0)) == Place(INPUT, (1, 0, 0))
    assert first.window.ranked(9999) == ((1, 1, 0), (0, 1, 0))  # 28, 10; the padding is left out
    # 1 * 5 + 2 * 6 + 3 * 7 + 4 * 8 + 0.5.
    assert explain_output(found, Place(0, (0, 1, 0))).total == 70.5


def test_max_pooling_names_the_first_of_equal_values_by_columns() -> None:
    layers = [{"kind": "max_pool", "size": 2}, {"kind": "flatten"}, {"kind": "dense", "units": 2}]
    spec = NetworkSpec.from_json({"name": "tie", "in_shape": [1, 2, 2], "layers": layers})
    found = Pass.of(Network.new(spec, 0), np.array([[[[1.0, 7.0], [7.0, 7.0]]]], np.float32))
    working = explain_output(found, Place(0, (0, 0, 0)))
    assert working.window is not None
    assert working.window.chosen == (0, 1, 0)
    assert working.lines[-1].place == Place(INPUT, (0, 1, 0))


def test_a_receptive_field_holds_just_what_can_change_a_value(network: Network, image: np.ndarray) -> None:
    """A NaN reaches every value that depends on it, even through a maximum or a weight of zero."""
    x = PREPROCESSING.apply(image[None])
    clean = Pass.of(network, x)
    seen: dict[Place, list[tuple[int, ...]]] = {}
    for pixel in np.ndindex(x.shape[1:]):
        poisoned = x.copy()
        poisoned[0][pixel] = np.nan
        with np.errstate(invalid="ignore"):
            found = Pass.of(network, poisoned)
        for step in found.steps:
            for index in np.argwhere(np.isnan(found.outputs[step.number][0])):
                seen.setdefault(Place(step.number, tuple(index.tolist())), []).append(pixel)
    for place in places(clean):
        if place.step in (INPUT, len(clean.steps)):
            continue
        field = receptive_fields(clean.steps, network.spec.in_shape, place)
        assert next(iter(field)) == place.step
        region, reached = field[INPUT], np.array(seen.get(place, np.empty((0, 3))), int)
        for axis, part in enumerate((region.channels, region.rows, region.columns)):
            if not len(reached):
                assert not len(region.rows) or not len(region.columns)
                break
            assert (part.start, part.stop - 1) == (reached[:, axis].min(), reached[:, axis].max()), place


def test_what_depends_on_a_place_alone_follows_it(network: Network, image: np.ndarray) -> None:
    found = Pass.precise(network, PREPROCESSING, image)
    for step in found.steps[:-1]:
        place = Place(step.number, tuple(0 for _ in step.shape))
        then = explain_output(found, place).following
        after = [other for other in found.steps if step.number in other.sources]
        single = after[0].kind not in ("conv", "dense", "sum", "flatten") and "pool" not in after[0].kind
        assert (then == Place(after[0].number, place.index)) if single else then is None


@pytest.mark.parametrize(("step", "index"), [(99, (0,)), (0, (0,)), (0, (0, 50, 0)), (-2, (0, 0, 0))])
def test_a_place_that_is_not_there_is_refused(
    network: Network, image: np.ndarray, step: int, index: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match=r"allowed is|has the shape"):
        explain_output(Pass.precise(network, PREPROCESSING, image), Place(step, index), image, PREPROCESSING)
