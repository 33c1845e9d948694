"""The plan of the Network view, for every preset and many window sizes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.layers import layer_from_json
from engine.look.mosaic import Cell
from engine.model.network import Network
from engine.model.spec import PRESETS, NetworkSpec, preset
from gui.views.network_layout import lay_out
from gui.views.network_plan import INPUT, Part
from gui.views.network_words import describe, layer_title


def measure(text: str, small: bool) -> int:
    return round((5.3 if small else 7.0) * len(text))


def kernels(layout, layer: int) -> Part:
    return next(p for p in layout.parts if p.layer == layer and p.kernels)


@given(
    st.sampled_from(sorted(PRESETS)),
    st.sampled_from([(1, 28, 28), (3, 32, 32)]),
    st.integers(300, 2000),
    st.integers(180, 1400),
    st.booleans(),
)
def test_every_layer_is_shown_and_nothing_overlaps(name, shape, width, height, full) -> None:
    spec = preset(name, shape)
    layout = lay_out(spec, (width, height), measure, full=full)
    assert [index for column in layout.columns for index in column.layers] == [
        INPUT,
        *range(len(spec.layers)),
    ]
    assert not full or len(layout.columns) == len(spec.layers) + 1
    for before, after in zip(layout.columns, layout.columns[1:], strict=False):
        assert after.x == before.x + before.width + layout.form.space
    assert layout.bars[0] >= layout.columns[-1].x + layout.columns[-1].width
    shapes = (shape, *spec.shapes())
    for column in layout.columns:
        last = next(p for p in reversed(column.parts))
        assert last.layer == column.layers[-1] and not last.kernels
        values = 1 if last.layer == INPUT and shape[0] == 3 else shapes[last.layer + 1][0]
        assert last.fit.grid.count == values
        for part in column.parts:
            wide, high = part.fit.size
            assert column.x <= part.x and part.x + wide <= column.x + column.width
            assert part.y + high <= part.legend <= layout.height
        for first, second in zip(column.parts, column.parts[1:], strict=False):
            assert first.kernels or first.layer < second.layer
            assert first.legend < second.y  # the legend lies between them


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_all_kernels_of_every_convolution_are_shown(name: str) -> None:
    spec = preset(name)
    network = Network.new(spec, 1)
    layout = lay_out(spec, (1200, 700), measure)
    for index, layer in enumerate(spec.layers):
        if layer.type_name == "conv":
            weight = network.params[index]["weight"]
            part = kernels(layout, index)
            assert not part.colour and part.fit.grid.count == weight.shape[0] * weight.shape[1]
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
    for height in (340, 420, 700):
        layout = lay_out(preset("classic"), (2400, height), measure)
        scores = layout.parts[-1]
        assert scores.fit.grid.across == 1
        assert abs(scores.y - layout.bars[1]) <= scores.fit.scale


def test_titles_and_words_say_what_is_meant() -> None:
    spec = preset("classic")
    titles = [column.title for column in lay_out(spec, (1200, 700), measure, full=True).columns]
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
    layout = lay_out(spec, (1200, 700), measure, full=True)
    block = kernels(layout, 4)
    assert layout.columns[5].title == "residual 64"
    assert (block.fit.grid.count, block.block) == (64 * 32, 32)
    assert describe(spec, block, 33) == "filter 2, channel 2"


@pytest.mark.parametrize("name", ["classic", "lenet5"])
@pytest.mark.parametrize("size", [(744, 250), (744, 275), (1360, 560)])
def test_the_usual_networks_are_seen_from_input_to_probabilities(name: str, size: tuple[int, int]) -> None:
    layout = lay_out(preset(name), size, measure)
    assert layout.width <= size[0] and layout.height <= size[1]
    shown = [part.layer for part in layout.parts if not part.kernels]
    assert all(column.layers[-1] in shown for column in layout.columns)


def test_an_activation_shares_the_column_of_its_layer_where_there_is_no_room() -> None:
    spec = preset("classic")
    low, high = lay_out(spec, (744, 260), measure), lay_out(spec, (1000, 560), measure)
    for layout in (low, high):
        assert [column.layers for column in layout.columns] == [(INPUT,), (0, 1), (2, 3), (4,), (5,), (6,)]
        assert layout.columns[1].title == "conv 8×5×5" and layout.columns[1].notes[0] == "+ relu"
    assert [part.layer for part in low.columns[1].parts if not part.kernels] == [1]
    assert [part.layer for part in high.columns[1].parts if not part.kernels] == [0, 1]


def test_kernels_over_a_colour_image_are_colours() -> None:
    spec = preset("lenet5", (3, 32, 32))
    first = kernels(lay_out(spec, (1200, 700), measure), 0)
    assert first.colour and first.fit.grid.count == 6
    weight = Network.new(spec, 1).params[0]["weight"]
    assert np.array_equal(first.tiles(weight), weight)
    assert describe(spec, first, 4, Cell(4, 0, 1)) == "filter 5, row 1, column 2"
    assert not any(part.colour for part in lay_out(preset("lenet5"), (1200, 700), measure).parts)
    # Three maps that another layer made are no colours.
    layers = [{"kind": "conv", "filters": 3, "kernel": 3}, {"kind": "conv", "filters": 4, "kernel": 3}]
    deep = NetworkSpec(
        "deep",
        (3, 12, 12),
        tuple(layer_from_json(one) for one in [*layers, {"kind": "flatten"}, {"kind": "dense", "units": 2}]),
    )
    layout = lay_out(deep, (1200, 700), measure)
    assert kernels(layout, 0).colour and not kernels(layout, 1).colour
