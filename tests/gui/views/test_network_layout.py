"""The plan of the Network view, for every preset and many window sizes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.layers import layer_from_json
from engine.model.network import Network
from engine.model.spec import PRESETS, NetworkSpec, preset
from gui.presenters.mosaic import Cell
from gui.views.network_layout import INPUT, SPACE, Part, describe, lay_out, layer_title


def measure(text: str) -> int:
    return 7 * len(text)


def kernels(layout, layer: int) -> Part:
    return next(p for p in layout.parts if p.layer == layer and p.kernels)


@given(
    st.sampled_from(sorted(PRESETS)),
    st.sampled_from([(1, 28, 28), (3, 32, 32)]),
    st.integers(300, 2000),
    st.integers(300, 1400),
)
def test_every_layer_is_shown_and_nothing_overlaps(name, shape, width, height) -> None:
    spec = preset(name, shape)
    layout = lay_out(spec, (width, height), measure)
    assert len(layout.columns) == len(spec.layers) + 1
    for before, after in zip(layout.columns, layout.columns[1:], strict=False):
        assert after.x == before.x + before.width + SPACE
    assert layout.bars[0] >= layout.columns[-1].x + layout.columns[-1].width
    for index, (column, out) in enumerate(zip(layout.columns, (shape, *spec.shapes()), strict=True), INPUT):
        maps = next(p for p in column.parts if not p.kernels)
        assert maps.layer == index
        values = 1 if index == INPUT and shape[0] == 3 else out[0]
        assert maps.fit.grid.count == values
        for part in column.parts:
            wide, high = part.fit.size
            assert column.x <= part.x and part.x + wide <= column.x + column.width
            assert part.y + high <= part.legend <= layout.height
    for first, second in zip(layout.parts, layout.parts[1:], strict=False):
        if first.layer == second.layer:  # kernels above maps, the legend between them
            assert first.kernels and not second.kernels
            assert first.legend < second.y


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_all_kernels_of_every_convolution_are_shown(name: str) -> None:
    spec = preset(name)
    network = Network.new(spec, 1)
    layout = lay_out(spec, (1200, 700), measure)
    for index, layer in enumerate(spec.layers):
        if layer.kind == "conv":
            weight = network.params[index]["weight"]
            part = kernels(layout, index)
            assert part.fit.grid.count == weight.shape[0] * weight.shape[1]
            tiles = part.tiles(weight)
            assert np.array_equal(tiles[weight.shape[1] + 0], weight[1, 0])
            assert part.fit.grid.across % weight.shape[1] == 0  # a filter is never broken over two rows


def test_the_classic_network_fits_a_wide_window_and_grows_with_it() -> None:
    spec = preset("classic")
    small, large = (lay_out(spec, size, measure) for size in ((1250, 700), (1900, 1000)))
    assert small.width <= 1250 and large.width <= 1900
    assert large.width > small.width
    assert kernels(large, 2).fit.scale > kernels(small, 2).fit.scale


def test_many_kernels_are_arranged_without_being_lost() -> None:
    layers = [
        {"kind": "conv", "filters": 64, "kernel": 3},
        {"kind": "conv", "filters": 64, "kernel": 3},
        {"kind": "flatten"},
        {"kind": "dense", "units": 10},
    ]
    spec = NetworkSpec("wide", (1, 12, 12), tuple(layer_from_json(layer) for layer in layers))
    part = kernels(lay_out(spec, (640, 420), measure), 1)
    assert part.fit.grid.count == 4096 and part.fit.scale == 1


def test_weights_after_flatten_look_like_the_maps_before_it() -> None:
    spec = preset("classic")
    layout = lay_out(spec, (1600, 900), measure)
    part = kernels(layout, 6)
    channels, height, width = spec.shapes()[4]
    assert (part.fit.grid.count, part.fit.grid.height, part.fit.grid.width) == (10 * channels, height, width)
    assert (
        describe(spec, part, channels + 2, Cell(channels + 2, 0, 4)) == "unit 2, channel 3, row 1, column 5"
    )


def test_the_scores_are_one_column_in_line_with_the_bars() -> None:
    for height in (300, 420, 700):
        layout = lay_out(preset("classic"), (900, height), measure)
        scores = layout.parts[-1]
        assert scores.fit.grid.across == 1
        assert abs(scores.y - layout.bars[1]) <= scores.fit.scale


def test_titles_and_words_say_what_is_meant() -> None:
    spec = preset("classic")
    titles = [column.title for column in lay_out(spec, (1200, 700), measure).columns]
    assert titles == [
        "input",
        "conv 8×5×5",
        "relu",
        "conv 8×5×5",
        "relu",
        "max pool 2",
        "flatten",
        "dense 10",
    ]
    assert (
        layer_title(layer_from_json({"kind": "conv", "filters": 4, "kernel": [1, 3]}), (2, 9, 9))
        == "conv 4×1×3"
    )
    layout = lay_out(spec, (1200, 700), measure)
    assert describe(spec, kernels(layout, 2), 10) == "filter 2, channel 3"
    maps = next(p for p in layout.parts if p.layer == 1)
    assert describe(spec, maps, 0, Cell(0, 2, 3)) == "map 1 of 8, row 3, column 4"
    vector = next(p for p in layout.parts if p.layer == 5)
    assert describe(spec, vector, 7) == "value 8 of 800"


def test_a_residual_block_shows_the_kernels_it_meets_first() -> None:
    spec = preset("resnet", (3, 32, 32), 10)
    layout = lay_out(spec, (1200, 700), measure)
    block = kernels(layout, 4)
    assert layout.columns[5].title == "residual 64"
    assert (block.fit.grid.count, block.block) == (64 * 32, 32)
    assert describe(spec, block, 33) == "filter 2, channel 2"
