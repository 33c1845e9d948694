"""A sweep is what its file says, or one sentence says why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.sweeps.halving import rungs, survivors
from engine.sweeps.plan import Plan, planned
from engine.sweeps.plan_file import as_toml, read_plan, write_plan
from engine.sweeps.sampling import latin
from engine.sweeps.space import dimension

TEXT = """
name = "wide \\u00e4\\u007f"
method = "random"
trials = 7
seeds = 2
figure = "loss"
steps = 50
[halving]
eta = 3
min_steps = 10
[base]
network = "lenet5"
optimiser = { kind = "adam", epsilon = 1e-6 }
augmentation.shift = 1.5
seed = 5
[space]
learning_rate = { log_uniform = [0.001, 0.1] }
batch_size = { integers = [8, 64] }
network.conv2.filters = [4, 8]
network.8.units = [60, 30]
optimiser.beta2 = { uniform = [0.9, 0.99] }
"""


def test_a_file_says_it_and_says_it_again(tmp_path: Path) -> None:
    path = tmp_path / "wide.toml"
    path.write_text(TEXT, "utf-8")
    plan = read_plan(path)
    assert (plan.name, plan.runs, plan.seeds, plan.eta) == ("wide ä\x7f", 14, (5, 6), 3)
    write_plan(path, plan)
    again = read_plan(path)
    assert again == plan and again.key == plan.key
    assert Plan.from_json(plan.to_json()) == plan
    for settings in plan.settings():
        first, second = plan.configs(settings)
        assert (first.seed, second.seed, first.threads) == (5, 6, 1)
        assert first.learning_rate == settings["learning_rate"] and 0.001 <= first.learning_rate <= 0.1
        assert first.batch_size in range(8, 65)
        layers = first.network.to_json()["layers"]
        assert [layers[0]["filters"], layers[3]["filters"]] == [6, settings["network.conv2.filters"]]
        assert layers[7]["units"] == settings["network.8.units"]
        assert first.optimiser.to_json()["epsilon"] == 1e-6
        assert first.optimiser.to_json()["beta2"] == settings["optimiser.beta2"]
        assert first.augmentation.shift == 1.5


def test_networks_and_recipes_are_looked_for_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text('{"batch_size": 7}')
    (tmp_path / "n.json").write_text(
        '{"name": "mine", "in_shape": [1, 28, 28],'
        ' "layers": [{"kind": "flatten"}, {"kind": "dense", "units": 10}]}'
    )
    (tmp_path / "s.toml").write_text('[base]\nconfig = "r.json"\n[space]\nnetwork = ["classic", "n.json"]')
    plan = read_plan(tmp_path / "s.toml")
    networks = {plan.configs(each)[0].network.name for each in plan.settings()}
    assert networks == {"classic", "mine"} and plan.base["batch_size"] == 7 and plan.name == "s"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"x": 1}, "There is no 'x' in a sweep; there are base, draw, eta"),
        ({"name": 3}, "name is '3'; allowed is a word"),
        ({"name": " "}, "name is ' '; allowed are 1 to 60 characters"),
        ({"method": "best"}, "method is 'best'; allowed is one of grid, random, latin"),
        ({"figure": "time"}, "figure is 'time'; allowed is one of accuracy, loss"),
        ({"trials": 0}, "trials is 0; allowed is 1 to 10000"),
        ({"seeds": 0}, "seeds is '0'; allowed is 1 to 100, or a list"),
        ({"seeds": [1, 1]}, "There are 2 seeds; allowed are 1 to 100, each of them once"),
        ({"seeds": [-1]}, "seeds is -1; allowed is 0 to"),
        ({"halving": {"eta": 1}}, "eta is 1; allowed is 0, or a whole number of at least 2"),
        ({"halving": {"r": 1}}, "There is no 'r' in"),
        ({"space": {}}, "Nothing is varied"),
        ({"space": []}, "space is '\\[\\]'; allowed is a table"),
        ({"space": {"rate": [1]}}, "There is no setting 'rate' to vary; there are augmentation"),
        ({"space": {"epochs": {"sub": [1]}}}, "There is no setting 'epochs.sub'"),
        ({"space": {"threads": [1]}}, "threads cannot be varied"),
        ({"space": {"epochs": [2, 2]}}, "epochs has 2 values; allowed are 1 to 1,000, each of them once"),
        ({"space": {"epochs": 3}}, "epochs is '3'; allowed is a list of values, or one of uniform"),
        ({"space": {"learning_rate": {"uniform": [2, 1]}}}, "two numbers, the smaller one first"),
        ({"space": {"learning_rate": {"log_uniform": [0, 1]}}}, "the smaller one first, above 0"),
        ({"space": {"epochs": {"integers": [1, 2.5]}}}, "two whole numbers"),
        ({"space": {"epochs": {"integers": [1, 9], "points": 1}}}, "points is 1; allowed is a whole number"),
        ({"space": {"seed": [1, 2]}, "seeds": 2}, "seed is varied, and there are several seeds"),
        ({"base": {"rate": 1}}, "There is no setting 'rate'"),
        ({"base": {"epochs": 0}}, "epochs is 0; allowed is 1 to"),
        ({"base": {"optimiser": "best"}}, "There is no optimiser of kind 'best'"),
        ({"base": {"config": 1}}, "config is '1'; allowed is the name of a JSON file"),
        ({"method": "grid", "space": {"epochs": {"integers": [1, 9]}}}, "epochs is a range without points"),
        (
            {"method": "grid", "space": {"epochs": list(range(1, 500)), "batch_size": list(range(1, 500))}},
            "has 249,001 combinations of settings and 1 seeds, so 249,001 runs; allowed are 10,000",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_done_is_told(changes: dict[str, Any], told: str) -> None:
    table = {"space": {"learning_rate": [0.1]}} | changes
    with pytest.raises(EngineError, match=told):
        planned(table, Path())


@pytest.mark.parametrize(
    ("space", "told"),
    [
        (
            {"learning_rate": [1000]},
            r"With learning_rate = 1000: learning rate is 1000; allowed is more than 0",
        ),
        ({"optimiser.beta1": [0.5]}, "Optimiser 'momentum' has no option 'beta1'"),
        ({"optimiser.a.b": [1]}, "optimiser.a.b names no option"),
        ({"network": ["x.json"]}, "There is no network 'x.json'; there are classic"),
        ({"network.pool1.size": [2]}, "has no layer 'pool1'; it has conv1, relu1"),
        ({"network.conv1": [2]}, "names no option of a layer"),
        ({"network.conv1.kernel": [99]}, "With network.conv1.kernel = 99: "),
        ({"data": ["nothing"]}, "There is no data set 'nothing'"),
        ({"data": [3]}, "data is 3; allowed is the name of a data set"),
        ({"validation_images": [0]}, "validation_images is 0; allowed is at least 1"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_combination_that_is_not_allowed_is_named(space: dict[str, Any], told: str) -> None:
    plan = planned({"space": space}, Path())
    with pytest.raises(EngineError, match=told):
        plan.configs(plan.settings()[0])


@given(
    kind=st.sampled_from(["uniform", "log_uniform", "integers", "log_integers"]),
    ends=st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)).filter(lambda ends: ends[0] < ends[1]),
    place=st.floats(0, 1, exclude_max=True),
)
def test_ranges_give_what_lies_in_them(kind: str, ends: tuple[int, int], place: float) -> None:
    found = dimension("epochs", {kind: list(ends), "points": 5})
    value = found.at(place)
    assert ends[0] <= value <= ends[1] and isinstance(value, int if "integers" in kind else float)
    grid = found.grid()
    assert list(grid) == sorted(set(grid)) and (grid[0], grid[-1]) == ends


def test_whole_numbers_are_equally_likely_and_lists_are_drawn_from_evenly() -> None:
    places = (np.arange(1000) + 0.5) / 1000
    for found in (dimension("epochs", {"integers": [3, 7]}), dimension("epochs", [3, 4, 5, 6, 7])):
        values, counts = np.unique([found.at(place) for place in places], return_counts=True)
        assert values.tolist() == [3, 4, 5, 6, 7] and set(counts) == {200}


@given(count=st.integers(1, 40), sides=st.integers(1, 6), seed=st.integers(0, 99))
def test_a_latin_hypercube_has_one_place_in_each_part_of_each_side(count: int, sides: int, seed: int) -> None:
    places = latin(count, sides, np.random.default_rng(seed))
    assert places.shape == (count, sides)
    for side in places.T:
        assert sorted((side * count).astype(int)) == list(range(count))


def test_the_same_plan_draws_the_same_trials_and_another_number_others() -> None:
    space = {"space": {"learning_rate": {"uniform": [0.1, 1]}, "epochs": {"integers": [1, 50]}}, "trials": 9}
    for method in ("random", "latin"):
        first, second = (planned({**space, "method": method}, Path()).settings() for _ in range(2))
        assert first == second != planned({**space, "method": method, "draw": 2}, Path()).settings()


def test_the_rungs_of_hyperband() -> None:
    # Table 1 of Li et al.: n = 81, r = 1, R = 81, eta = 3.
    assert rungs(81, 3, 1, 81) == [(1, 81), (3, 27), (9, 9), (27, 3), (81, 1)]
    assert rungs(5, 0, 1, 81) == [(81, 5)]
    assert rungs(2, 3, 10, 1000) == [(10, 2), (1000, 1)]
    assert rungs(6, 2, 100, 150) == [(100, 6), (150, 3)]


def test_the_best_go_on_and_what_failed_never_does() -> None:
    assert survivors([0.1, None, 0.3, 0.3, 0.2], 2) == [2, 3]
    assert survivors([0.5, 0.5, 0.5], 1) == [0]
    assert survivors([None, -0.5], 2) == [1]
    assert survivors([None], 1) == []


def test_what_is_usual_is_left_out_of_a_file() -> None:
    text = as_toml(planned({"space": {"epochs": [1, 2]}}, Path()))
    assert text.count("\n") == 9 and "epochs = [1, 2]" in text and "[base]\n\n[space]" in text
