"""Axes of runs: any settings get places between 0 and 1, and ticks that lie there."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.runs.facts import Facts
from gui.presenters.axes import axis, brushed, measured, title_of, value_of, varied

NUMBERS = st.floats(-1e12, 1e12) | st.integers(-(10**9), 10**9) | st.none()
VALUES = st.lists(NUMBERS, min_size=1, max_size=20) | st.lists(
    NUMBERS | st.text(max_size=5) | st.booleans(), min_size=1, max_size=20
)


@given(VALUES)
def test_any_values_lie_on_their_axis(values: list[object]) -> None:
    made = axis("x", values)  # type: ignore[arg-type]
    known = made.places[~np.isnan(made.places)]
    assert len(made.places) == len(values) == len(made.values)
    assert ((known >= 0) & (known <= 1)).all() and all(0 <= place <= 1 for place, _ in made.ticks)
    if made.kind != "words":
        assert [value is None for value in values] == np.isnan(made.places).tolist()


def test_numbers_over_decades_are_logarithmic_and_a_few_are_ticks_themselves() -> None:
    rates = axis("learning_rate", [10.0**-power for power in np.linspace(0.5, 3.5, 40)])
    assert rates.kind == "log" and {"0.001", "0.01", "0.1"} <= {text for _, text in rates.ticks}
    assert axis("shift", [0.001, *np.linspace(0.1, 2, 30)]).kind == "linear"
    assert [text for _, text in axis("filters", [4, 16, 8]).ticks] == ["4", "8", "16"]
    assert axis("best_accuracy", [0.9, 0.95]).values == ("90.00 %", "95.00 %")
    words = axis("optimiser", ["sgd", None, "adam"])
    assert words.kind == "words" and words.places.argsort().tolist() == [2, 0, 1]


def test_what_differs_between_runs_is_varied() -> None:
    runs = [
        Facts("a", {"epochs": 1, "seed": 1, "optimiser": "adam", "optimiser.beta2": 0.9}, {"steps": 3.0}),
        Facts("b", {"epochs": 1, "seed": 2, "optimiser": "sgd"}, {"steps": None}),
        Facts("c", {"epochs": 1, "seed": 2, "optimiser": "adam", "optimiser.beta2": 0.8}, {}),
    ]
    assert varied(runs) == ["seed", "optimiser", "optimiser.beta2"] and varied(runs[:2])[-1] == "optimiser"
    assert measured(runs) == ["steps"] and measured([]) == []
    assert [value_of(run, "steps") for run in runs] == [3.0, None, None]
    assert (
        title_of("network.conv1.filters") == "conv1 \N{MIDDLE DOT} filters" and title_of("steps") == "Steps"
    )


def test_layers_come_after_the_run_and_only_with_what_their_network_does_not_say() -> None:
    conv, kernel = "network.conv1.filters", "network.conv1.kernel"
    wide = {"network": "lenet5", conv: 16, kernel: 5, "learning_rate": 0.1}
    narrow = {"network": "lenet5", conv: 4, kernel: 5, "learning_rate": 0.2}
    other = {"network": "deep", conv: 32, kernel: 3, "learning_rate": 0.2}
    runs = [Facts(name, dict(each), {}) for name, each in (("a", wide), ("b", narrow), ("c", other))]
    assert varied(runs) == ["network", "learning_rate", conv]
    assert varied([runs[0], runs[2]]) == ["network", "learning_rate"]


def test_brushes_leave_what_lies_in_all_of_them() -> None:
    axes = [axis("a", [1, 2, None, 4]), axis("b", ["x", "y", "x", "x"])]
    assert brushed(axes, {}).tolist() == [True] * 4
    assert brushed(axes, {"a": (0.0, 0.6)}).tolist() == [True, True, False, False]
    assert brushed(axes, {"a": (0.0, 0.6), "b": (0.0, 0.5)}).tolist() == [True, False, False, False]
    assert brushed([], {"a": (0, 1)}).tolist() == []
