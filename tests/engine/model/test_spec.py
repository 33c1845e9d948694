"""Descriptions of networks: shapes are checked, errors name the layer."""

from __future__ import annotations

import dataclasses

import pytest

from engine.errors import ConfigError, ShapeError
from engine.layers import layer_from_json
from engine.model.network import Network
from engine.model.spec import PRESETS, NetworkSpec, preset


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize(("in_shape", "classes"), [((1, 28, 28), 10), ((3, 32, 32), 7)])
def test_presets_fit_every_data_set(name: str, in_shape: tuple[int, ...], classes: int) -> None:
    spec = preset(name, in_shape, classes)
    assert spec.shapes()[-1] == (classes,)
    assert Network.new(spec, 1).vector.size == sum(report.parameters for report in spec.report())


def test_classic_is_the_network_of_the_origin() -> None:
    spec = preset("classic")
    assert spec.shapes() == ((8, 24, 24), (8, 24, 24), (8, 20, 20), (8, 20, 20), (8, 10, 10), (800,), (10,))
    assert [report.parameters for report in spec.report()] == [208, 0, 1608, 0, 0, 0, 8010]


def test_json_round_trip() -> None:
    for name in PRESETS:
        assert NetworkSpec.from_json(preset(name).to_json()) == preset(name)


def broken(index: int, **layer: object) -> NetworkSpec:
    """Return classic with one layer replaced."""
    spec = preset("classic")
    layers = list(spec.layers)
    layers[index] = layer_from_json(layer)
    return dataclasses.replace(spec, layers=tuple(layers))


def test_an_error_names_the_layer_and_the_shape_it_got() -> None:
    with pytest.raises(ShapeError, match=r"Layer 3 \(conv\): .*30x30.*24x24"):
        broken(2, kind="conv", filters=8, kernel=30).shapes()
    with pytest.raises(ShapeError, match=r"ends with shape \(8, 10, 10\)"):
        dataclasses.replace(preset("classic"), layers=preset("classic").layers[:5]).shapes()
    with pytest.raises(ShapeError, match="at least one layer"):
        NetworkSpec("empty", (1, 28, 28), ()).shapes()


def test_a_report_shows_errors_in_place() -> None:
    reports = broken(2, kind="conv", filters=8, kernel=30).report()
    assert [bool(report.error) for report in reports] == [False, False, True, False, False, False, False]
    assert reports[1].out_shape == (8, 24, 24)
    assert reports[3].out_shape is None
    unfinished = dataclasses.replace(preset("classic"), layers=preset("classic").layers[:5]).report()
    assert "one number for each class" in unfinished[-1].error


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "described by an object"),
        ({"layers": 3}, "described by an object"),
        ({"layers": [], "in_shape": [1, 28]}, r"channels, height, width"),
        ({"layers": [], "in_shape": [1, -28, 28]}, "from 1 to 4096"),
        ({"layers": [{"kind": "magic"}], "in_shape": [1, 28, 28]}, "no layer of kind 'magic'"),
        ({"layers": [{"kind": "conv", "kernel": 0}], "in_shape": [1, 28, 28]}, "conv: kernel is 0"),
    ],
)
def test_descriptions_that_are_not_allowed_are_refused(data: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        NetworkSpec.from_json(data)


def test_an_unknown_preset_is_told() -> None:
    with pytest.raises(ConfigError, match="no network called 'huge'; there are classic, lenet5, deep"):
        preset("huge")
