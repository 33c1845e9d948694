"""The code that is shown is that of the file, and the lines that ran are those that must have run."""

from __future__ import annotations

import inspect
import sys
import threading

import numpy as np
import pytest

from engine.arithmetic.code import LayerCode, layer_code, loss_code
from engine.arithmetic.passes import Pass
from engine.arithmetic.watching import Source, watch
from engine.layers import LAYERS
from engine.layers.batch_norm import BatchNorm
from engine.layers.conv import Conv
from engine.model.network import Network
from engine.ops import convolution, pooling
from tests.engine.arithmetic.conftest import PREPROCESSING


def ran(source: Source) -> str:
    return "\n".join(line.text.strip() for line in source.lines if line.ran)


def code_of(network: Network, image: np.ndarray, kind: str, *, training: bool = False) -> list[LayerCode]:
    found = Pass.precise(network, PREPROCESSING, image)
    numbers = [step.number for step in found.steps if step.kind == kind]
    return [layer_code(found, number, training=training) for number in numbers]


def test_the_source_of_every_layer_is_that_of_its_file(network: Network, image: np.ndarray) -> None:
    found = Pass.precise(network, PREPROCESSING, image)
    seen = set()
    for step in found.steps:
        code = layer_code(found, step.number, training=True)
        kind = LAYERS[code.layer.type_name]
        seen.add(kind.type_name)
        for sources, method in ((code.forward, kind.forward), (code.backward, kind.backward)):
            text = "\n".join(line.text for line in sources[0].lines)
            assert text == inspect.getsource(method).rstrip("\n")
            assert sources[0].name == method.__qualname__
            assert ran(sources[0])
            assert len({(source.file, source.name) for source in sources}) == len(sources)
        assert code.out_shape == code.layer.out_shape(code.in_shape)
    assert seen == {layer.type_name for layer in network.spec.layers} | (
        seen & {"conv", "relu", "batch_norm"}
    )


@pytest.mark.parametrize("training", [False, True])
def test_the_branches_that_ran_are_told_from_those_that_did_not(
    network: Network, image: np.ndarray, *, training: bool
) -> None:
    for code in code_of(network, image, "batch_norm", training=training):
        forward, backward = ran(code.forward[0]), ran(code.backward[0])
        assert ("mean = x.mean(axis=axes)" in forward) is training
        assert ('mean, variance = params["running_mean"]' in forward) is not training
        assert "if ctx.training:" in forward
        assert ("grad_y -= work" in backward) is training
        assert "return None, grads" not in backward  # need_x is true
        assert [s.name for s in code.forward[1:]][:1] == ["_axes"]
        assert code.params["weight"] == (code.in_shape[0],)


def test_functions_that_were_called_are_shown_and_others_are_not(network: Network, image: np.ndarray) -> None:
    for code in code_of(network, image, "max_pool"):
        names = [source.name for source in code.forward]
        is_halving = "_halve" in names
        assert (code.layer.geometry.size == (2, 2)) is is_halving  # type: ignore[attr-defined]
        general = next(source for source in code.forward if source.name == "max_pool")
        assert general.file == "ops/pooling.py"
        assert general.lines[0].number == inspect.getsourcelines(pooling.max_pool)[1]
        assert ("return _halve(x, ctx)" in ran(general)) is is_halving
        assert ("y.fill(-np.inf)" in ran(general)) is not is_halving
    conv = code_of(network, image, "conv")[0]
    assert isinstance(conv.layer, Conv)
    text = ran(next(source for source in conv.forward if source.name == "convolve"))
    assert ("flat += bias[:, np.newaxis]" in text) is conv.layer.bias
    first = inspect.getsourcelines(convolution.patches)[1]
    patches = next(source for source in conv.forward if source.name == "patches")
    assert patches.lines[0].number == first
    # A statement of several lines is shown whole.
    whole = [
        line.ran for line in patches.lines if "_overlapping(" in line.text or "(0, sh * channels" in line.text
    ]
    assert len(set(whole)) == 1


def test_softmax_and_loss(network: Network, image: np.ndarray) -> None:
    found = Pass.precise(network, PREPROCESSING, image)
    assert "loss -= smoothing" not in ran(loss_code(found, 1)[0])
    assert "loss -= smoothing" in ran(loss_code(found, 1, 0.1)[0])


def test_watching_leaves_other_watchers_and_threads_alone() -> None:
    def other(*_: object) -> None:
        """Watch nothing."""

    before = sys.gettrace()
    sys.settrace(other)
    try:
        seen: list[object] = []
        norm, x = BatchNorm(), np.ones((1, 2))

        def elsewhere() -> None:
            seen.append(sys.gettrace())

        def work() -> int:
            thread = threading.Thread(target=elsewhere)
            thread.start()
            thread.join()
            return norm.out_shape(x.shape[1:])[0]

        result, sources = watch(work)
        assert sys.gettrace() is other
    finally:
        sys.settrace(before)
    assert (result, seen) == (2, [None])
    assert [source.name for source in sources] == ["BatchNorm.out_shape"]
    with pytest.raises(ZeroDivisionError):
        watch(lambda: 1 // 0)
    assert sys.gettrace() is before
