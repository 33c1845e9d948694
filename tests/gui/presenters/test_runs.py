"""The table of runs in plain Python: every column sorts any runs, and says what is known of them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from engine.model.history import History
from engine.runs.bin import BIN_DAYS, Deleted
from engine.runs.budget import Budget
from engine.runs.summary import Summary
from gui.presenters.runs import (
    COLUMNS,
    PLACES,
    Listing,
    deleted_words,
    deletion_question,
    found,
    moment_of,
    room_words,
    with_history,
)

words = st.text(max_size=8)
accuracies = st.none() | st.floats(0, 1)
SUMMARIES = st.builds(
    Summary,
    name=words,
    path=words,
    created=words,
    changed=words,
    title=words,
    note=words,
    data=words,
    network=words,
    unusual=st.dictionaries(
        words, st.none() | words | st.integers() | st.lists(st.integers(), max_size=2), max_size=2
    ),
    state=st.sampled_from(["training", "paused", "finished", "failed", "interrupted"]),
    steps=st.integers(0, 10**9),
    seconds=st.floats(0, 1e9),
    best_accuracy=accuracies,
    last_accuracy=accuracies,
    test_accuracy=accuracies,
    parent=words,
    sweep=words,
    star=st.booleans(),
    closed=st.booleans(),
    bytes=st.integers(0, 10**12),
)


@given(st.lists(SUMMARIES, max_size=6))
def test_any_runs_are_sorted_by_any_column_and_found_by_what_stands_there(runs: list[Summary]) -> None:
    for column in COLUMNS:
        keys = [column.order(run) for run in sorted(runs, key=column.order)]
        assert all(one <= other for one, other in pairwise(keys))
        for run in runs:
            text = column.text(run)
            assert isinstance(text, str) and found(run, text)
    assert Listing(tuple(runs), Budget(), ()).words(len(runs)).startswith(f"{len(runs):,} run")


def run(**what: object) -> Summary:
    usual = {
        "name": "a", "path": "/a", "created": "2026-01-02T03:04:05+00:00", "changed": "", "title": "",
        "note": "", "data": "MNIST", "network": "classic", "unusual": {"batch_size": 8}, "state": "finished",
        "steps": 7, "seconds": 61.0, "best_accuracy": 0.5, "last_accuracy": None, "test_accuracy": None,
        "parent": "", "sweep": "", "star": False, "closed": True, "bytes": 3 << 20,
    }  # fmt: skip
    return Summary(**{**usual, **what})


def test_what_is_not_known_is_a_dash_and_comes_last() -> None:
    column = COLUMNS[PLACES["last_accuracy"]]
    assert column.text(run()) == "\N{EN DASH}"
    assert column.order(run()) < column.order(run(last_accuracy=0.0))
    assert COLUMNS[PLACES["unusual"]].text(run()) == "batch size 8"


def test_rooms_and_moments_in_words() -> None:
    assert [room_words(size) for size in (10, 5000, 3 << 20, 5 << 29)] == ["1 kB", "5 kB", "3 MB", "2.5 GB"]
    assert "Jan 2026" in moment_of("2026-01-02T03:04:05+00:00") and moment_of("long ago") == "long ago"
    listing = Listing((run(bytes=2 << 30), run(path="/b")), Budget(256, 1.0), ("A is damaged.", "B, too."))
    told = listing.words(1)
    assert told.startswith("1 of 2 runs, 2.0 GB of 1 GB, more than they may take") and "A is damaged." in told


def test_a_run_without_steps_stays_as_it_is_listed() -> None:
    assert with_history(run(), History()) == run()


def test_the_question_before_runs_go() -> None:
    assert deletion_question([run(title="Mine")], BIN_DAYS).startswith("Delete the run “Mine”? It can")
    assert deletion_question([run(), run(star=True)], BIN_DAYS).endswith("1 of them have a star.")
    told = deleted_words(Deleted("a", 0, Path("/b"), Path("/a")))
    assert told.startswith("a \N{EN DASH} deleted ") and told.endswith("0 days left")
