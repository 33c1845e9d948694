"""My examples on the disk: whole after every change, whatever happens meanwhile."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DataError
from engine.io import files
from engine.io.idx import read_idx
from engine.teaching import examples as module
from engine.teaching.examples import Examples

SHAPE, NAMES = (1, 4, 5), ("a", "b", "c")


def image(value: int) -> np.ndarray:
    return np.full(SHAPE, value, np.uint8)


@pytest.fixture
def store() -> Examples:
    return Examples(SHAPE, NAMES)


def test_what_is_added_is_there_at_the_next_start(store):
    added = store.add(image(7), 2, answer=1, source="drawing")
    (found,) = Examples(SHAPE, NAMES).all()
    assert (found.key, found.label, found.answer, found.when) == (added.key, 2, 1, added.when)
    assert np.array_equal(found.image, image(7))


def test_an_example_is_relabelled_and_removed_by_its_key(store):
    first, second = store.add(image(1), 0), store.add(image(2), 1)
    store.relabel(first.key, 2)
    assert [each.label for each in store.all()] == [2, 1]
    store.remove(first.key)
    assert [each.key for each in store.all()] == [second.key]
    with pytest.raises(DataError, match="any more"):
        store.remove(first.key)


def test_forms_do_not_mix(store):
    store.add(image(1), 0)
    assert Examples(SHAPE, ("x", "y", "z")).all() == ()
    assert Examples((1, 5, 4), NAMES).all() == ()


@pytest.mark.parametrize("label", [-1, 3])
def test_a_label_outside_the_classes_is_refused(store, label):
    with pytest.raises(DataError, match="allowed is 0 to 2"):
        store.add(image(1), label)


def test_an_image_of_another_shape_is_refused(store):
    with pytest.raises(DataError, match=r"uint8 of \(1, 4, 5\)"):
        store.add(np.zeros((1, 5, 5), np.uint8), 0)


def test_there_is_a_largest_number(store, monkeypatch):
    monkeypatch.setattr(module, "MOST", 1)
    store.add(image(1), 0)
    with pytest.raises(DataError, match="allowed are 1"):
        store.add(image(1), 0)


@pytest.mark.parametrize("content", [b"", b"nothing", b"PK\x03\x04broken"])
def test_a_broken_file_is_told_and_kept(store, content):
    store.path.parent.mkdir(parents=True)
    for number in (1, 2):
        store.path.write_bytes(content)
        with pytest.raises(DataError, match="set aside"):
            store.all()
        aside = sorted(store.path.parent.glob("*.broken"))
        assert len(aside) == number and all(path.read_bytes() == content for path in aside)
        assert store.all() == ()


def test_a_cut_file_is_told_at_every_length(store):
    store.add(image(3), 1)
    whole = store.path.read_bytes()
    for length in range(0, len(whole), 97):
        store.path.write_bytes(whole[:length])
        with pytest.raises(DataError, match="set aside"):
            store.all()


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_process_killed_while_writing_leaves_the_old_examples(store, monkeypatch, moment):
    class Killed(BaseException):
        pass

    def kill(*_):
        raise Killed

    old = store.add(image(1), 0)
    with monkeypatch.context() as patch:
        patch.setattr(*((files.os, "fsync") if moment == "fsync" else (files.Path, "replace")), kill)
        patch.setattr(files.Path, "unlink", lambda _: None)  # a killed process tidies nothing up
        with pytest.raises(Killed):
            store.add(image(2), 1)
    assert [each.key for each in store.all()] == [old.key]
    store.add(image(2), 1)
    assert len(store.all()) == 2


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["add", "relabel", "remove"]), st.integers(0, 9), st.integers(0, 2)),
        max_size=8,
    )
)
def test_any_changes_give_what_a_list_would(tmp_path_factory, steps):
    store = Examples(SHAPE, NAMES)
    store.path = tmp_path_factory.mktemp("any") / "examples.npz"
    model: list[list] = []
    for action, place, label in steps:
        if action == "add":
            model.append([store.add(image(place), label).key, place, label])
        elif model:
            chosen = place % len(model)
            if action == "relabel":
                store.relabel(model[chosen][0], label)
                model[chosen][2] = label
            else:
                store.remove(model.pop(chosen)[0])
    assert [[each.key, int(each.image[0, 0, 0]), each.label] for each in store.all()] == model


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("channels", [1, 3])
def test_exported_idx_files_hold_the_same_values(tmp_path, packed, channels):
    store = Examples((channels, 4, 5), NAMES)
    rng = np.random.default_rng(1)
    for label in (2, 0, 1):
        store.add(rng.integers(0, 256, (channels, 4, 5), np.uint8), label)
    images, labels = store.export(tmp_path, packed=packed)
    assert images.name.startswith("images-idx3-ubyte" if channels == 1 else "images-idx4-ubyte")
    assert images.name.endswith(".gz") == packed
    assert np.array_equal(read_idx(images).reshape(3, channels, 4, 5), store.arrays()[0])
    assert read_idx(labels).tolist() == [2, 0, 1]


def test_nothing_is_exported_without_examples(store, tmp_path):
    with pytest.raises(DataError, match="nothing to export"):
        store.export(tmp_path)
