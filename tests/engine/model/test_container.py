"""The file that models and checkpoints lie in: what it says of itself, and what of it is believed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from engine.errors import ModelFileError
from engine.model.container import read, write
from engine.model.history import History


def history(rows: int = 2) -> History:
    there = History()
    for row in range(rows):
        there.steps.append(row + 1, 0.1 * row, 0.2, 2.3, 0.1, 0.01)
        there.validations.append(row + 1, 0.1 * row, 0.2, 2.2, 0.2)
    return there


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file with one array, two rows of curves and a description."""
    path = tmp_path / "x.safetensors"
    # Transposed: what is written is what is seen, whatever the order in memory.
    write(
        path, "thing", {"a": np.arange(6.0).reshape(2, 3).T}, history(), {"words": "\u00e4", "n": [1, None]}
    )
    return path


def changed(path: Path, arrays: dict[str, np.ndarray | None], **metadata: str | None) -> Path:
    """Replace some arrays and some words of the header; None takes them away."""
    with safe_open(str(path), framework="numpy") as file:
        words = {**file.metadata(), **metadata}
    everything = {**load_file(path), **arrays}
    save_file(
        {name: value for name, value in everything.items() if value is not None},
        path,
        {name: word for name, word in words.items() if word is not None},
    )
    return path


def test_everything_comes_back(path: Path) -> None:
    arrays, curves, description = read(path, "thing")
    assert list(arrays) == ["a"]
    np.testing.assert_array_equal(arrays["a"], [[0, 3], [1, 4], [2, 5]])
    np.testing.assert_array_equal(curves.steps.table(), history().steps.table())
    np.testing.assert_array_equal(curves.validations.table(), history().validations.table())
    assert description == {"words": "\u00e4", "n": [1, None]}


def test_others_find_the_same_in_it(path: Path) -> None:
    with safe_open(str(path), framework="numpy") as file:
        words = file.metadata()
    assert (words["format"], words["version"], words["kind"]) == ("kernelscope", "1", "thing")
    assert json.loads(words["description"]) == {"words": "\u00e4", "n": [1, None]}
    assert set(words) == {"format", "version", "kind", "description"}
    arrays = load_file(path)
    assert {name: value.shape for name, value in arrays.items()} == {
        "a": (3, 2),
        "curves.steps": (6, 2),
        "curves.validations": (5, 2),
    }


def test_a_run_without_rows_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    write(path, "thing", {}, History(), {})
    arrays, curves, description = read(path, "thing")
    assert (arrays, description) == ({}, {})
    assert curves.steps.length == curves.validations.length == 0


@pytest.mark.parametrize("name", ["curves.steps", "curves.validations"])
@pytest.mark.parametrize(
    "table",
    [
        None,
        np.zeros(5),
        np.zeros((4, 2)),
        np.zeros((7, 2)),
        np.zeros((6, 2, 1)),
        np.zeros((6, 2), np.float32),
        np.zeros((5, 2), np.float32),
    ],
)
def test_curves_that_are_not_usable_are_told(path: Path, name: str, table: np.ndarray | None) -> None:
    with pytest.raises(ModelFileError, match=rf"x\.safetensors is damaged: it has no usable {name}\."):
        read(changed(path, {name: table}), "thing")


@pytest.mark.parametrize("name", ["curves.steps", "curves.validations"])
@pytest.mark.parametrize("row", [0, 1])
@pytest.mark.parametrize(
    ("value", "good"), [(-1, False), (np.nan, False), (0, True), (1e12, False), (9e11, True)]
)
def test_a_row_belongs_to_a_step_that_can_be(
    path: Path, name: str, row: int, value: float, good: bool
) -> None:
    table = load_file(path)[name]
    table[row, 1] = value
    changed(path, {name: table})
    if good:
        assert read(path, "thing")[0]["a"].shape == (3, 2)
        return
    with pytest.raises(ModelFileError, match=rf"is damaged: {name} has a step that cannot be\."):
        read(path, "thing")


def test_seconds_and_losses_may_be_unknown(path: Path) -> None:
    table = load_file(path)["curves.steps"]
    table[2:] = np.nan
    curves = read(changed(path, {"curves.steps": table}), "thing")[1]
    assert np.isnan(curves.steps.last("loss"))


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"format": None}, "holds arrays, but it is not a Kernelscope thing"),
        ({"format": "pt"}, "holds arrays, but it is not a Kernelscope thing"),
        ({"version": None}, "has the version ''; allowed is a number up to 1"),
        ({"version": "1.5"}, "has the version '1.5'"),
        ({"version": "1" * 10}, "has the version '1111111111'"),
        ({"version": "111111111"}, "has version 111111111; this program reads up to 1. Update it"),
        ({"version": "2"}, "has version 2; this program reads up to 1. Update it"),
        ({"kind": "checkpoint"}, "is a checkpoint, not a thing"),
        ({"kind": None}, "is a None, not a thing"),
    ],
)
def test_what_it_says_of_itself_must_fit(path: Path, metadata: dict[str, str | None], message: str) -> None:
    with pytest.raises(ModelFileError, match=rf"^{path} {message}"):
        read(changed(path, {}, **metadata), "thing")


def test_a_description_that_is_none_is_told(path: Path) -> None:
    for description in ("", "[]", "{", None):
        with pytest.raises(ModelFileError, match=rf"^{path} "):
            read(changed(path, {}, description=description), "thing")


def test_an_older_version_is_read(path: Path) -> None:
    assert read(changed(path, {}, version="0"), "thing")[2]["n"] == [1, None]


@pytest.mark.parametrize(
    ("error", "reason"), [(OSError(28, "No room"), "No room"), (OSError("gone"), "gone")]
)
def test_a_file_that_cannot_be_written_is_told_and_the_old_one_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str
) -> None:
    before = path.read_bytes()

    def fail(_: int) -> None:
        raise error

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(ModelFileError, match=rf"^Cannot write .*x\.safetensors: {reason}\.$"):
        write(path, "thing", {}, history(), {})
    assert path.read_bytes() == before


def test_no_number_is_written_that_json_does_not_know(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write(tmp_path / "x", "thing", {}, history(), {"loss": float("nan")})
    assert list(tmp_path.iterdir()) == []
