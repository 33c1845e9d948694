"""Colour maps from files, against pyqtgraph's own reading of them."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest

from engine.errors import EngineError
from engine.look.colour import EMPTY
from engine.look.tables import colour_map, colour_table
from engine.look.theme import THEMES


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_the_maps_of_the_themes(theme) -> None:
    for name in (theme.diverging, theme.sequential):
        expected = pg.colormap.get(name).getLookupTable(nPts=256)[:, :3].astype(int)
        assert np.abs(colour_map(name, 256) - expected).max() <= 1
        assert "#" + bytes(colour_table(name, theme.panel)[EMPTY]).hex() == theme.panel


def test_grey_and_unknown() -> None:
    assert colour_map("grey", 3).tolist() == [[0, 0, 0], [128, 128, 128], [255, 255, 255]]
    with pytest.raises(EngineError, match="no colour map 'rainbows'"):
        colour_map("rainbows")
