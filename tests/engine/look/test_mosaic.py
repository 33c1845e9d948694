"""The arrangement of maps against a loop that places them one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.look.colour import EMPTY
from engine.look.mosaic import Grid, fit, values_at

grids = st.builds(
    Grid,
    count=st.integers(1, 20),
    height=st.integers(1, 5),
    width=st.integers(1, 5),
    across=st.integers(1, 8),
    gap=st.integers(0, 2),
)


def naive_picture(grid: Grid, tiles: np.ndarray) -> np.ndarray:
    """Place every pixel by hand."""
    picture = np.full(grid.shape, EMPTY, np.uint8)
    for index in range(grid.count):
        top = (index // grid.across) * (grid.height + grid.gap)
        left = (index % grid.across) * (grid.width + grid.gap)
        for row in range(grid.height):
            for column in range(grid.width):
                picture[top + row, left + column] = tiles[index, row, column]
    return picture


@given(grids)
def test_arrange_equals_the_naive_twin(grid: Grid) -> None:
    tiles = (
        np.arange(grid.count * grid.height * grid.width).reshape(grid.count, grid.height, grid.width) % 255
    )
    picture = grid.arrange(tiles.astype(np.uint8))
    assert np.array_equal(picture, naive_picture(grid, tiles))
    assert picture.flags.c_contiguous


@given(grids)
def test_locate_is_the_inverse_of_arrange(grid: Grid) -> None:
    tiles = np.arange(grid.count * grid.height * grid.width).reshape(grid.count, grid.height, grid.width)
    marks = np.full(grid.shape, -1)
    for index in range(grid.count):
        top, left = grid.origin(index)
        marks[top : top + grid.height, left : left + grid.width] = tiles[index]
    for y, x in np.ndindex(*grid.shape):
        cell = grid.locate(y + 0.5, x + 0.5)
        assert (values_at(tiles, cell) if cell is not None else -1) == marks[y, x]
    height, width = grid.shape
    assert grid.locate(-1, 0) is None and grid.locate(0, -0.1) is None
    assert grid.locate(0, width) is None and grid.locate(height, 0) is None


@given(
    st.integers(1, 100),
    st.tuples(st.integers(1, 30), st.integers(1, 30)),
    st.tuples(st.integers(1, 500), st.integers(30, 500)),
    st.integers(1, 6),
    st.integers(1, 9),
)
def test_fit_keeps_to_the_room(
    blocks: int, tile: tuple[int, int], room: tuple[int, int], block: int, most: int
) -> None:
    result = fit(blocks * block, tile, room, block=block, most=most)
    width, height = result.size
    assert result.grid.across % block == 0
    assert result.grid.down * result.grid.across >= blocks * block
    assert height <= room[1]
    assert 1 <= result.scale <= most
    assert width <= room[0] or result.scale == 1


def test_fit_of_known_cases() -> None:
    maps = fit(8, (24, 24), (200, 240))
    assert (maps.scale, maps.grid.across, maps.size) == (2, 2, (98, 198))
    kernels = fit(64, (5, 5), (150, 150), block=8)
    assert (kernels.scale, kernels.grid.across, kernels.grid.down) == (3, 8, 8)
    many = fit(4096, (3, 3), (200, 150), block=64)
    assert many.scale == 1 and many.grid.across == 128
