"""The pad names the network it asks and lists the classes that matter."""

from __future__ import annotations

import numpy as np

from gui.presenters.pad import caption, top_classes

DIGITS = tuple("0123456789")


def odds(**shares: float) -> np.ndarray:
    """Return probabilities with the given shares (``d7=0.9``), the rest spread evenly."""
    rest = (1 - sum(shares.values())) / (10 - len(shares))
    return np.array([shares.get(f"d{k}", rest) for k in range(10)], np.float32)


def test_the_caption_names_the_network_and_its_steps():
    assert caption("Objects") == "Objects"
    assert caption("Network in training", 431) == "Network in training, step 431"


def test_the_ten_digits_stay_in_their_order_and_other_classes_come_by_odds():
    assert top_classes(odds(d7=0.98), DIGITS, 5) == list(range(10))
    assert top_classes(odds(d7=0.6, d2=0.3), tuple("abcdefghij"), 3)[:2] == [7, 2]
    assert top_classes(np.array([0.2, 0.8]), ("cat", "dog"), 5) == [0, 1]
