"""The colours of runs by a figure of theirs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PyQt5.QtGui import QColor

from engine.look.tables import colour_map
from gui.style.theme import Theme


def figure_colours(theme: Theme, places: npt.NDArray[np.float64]) -> list[QColor]:
    """Return the colour of each run by its figure, ``(N,)`` from 0 to 1; what has none (NaN) is muted."""
    table = colour_map(theme.sequential, 256)
    low, high = (60, 250) if theme.dark else (10, 205)  # the ends would not be seen on the panel
    found = []
    for place in places:
        if np.isnan(place):
            found.append(QColor(theme.muted))
        else:
            red, green, blue = table[round(low + float(np.clip(place, 0, 1)) * (high - low))].tolist()
            found.append(QColor(red, green, blue))
    return found
