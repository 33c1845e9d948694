"""Data sets of one's own: kept whole, listed without being loaded, and no broken file in the way."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import own
from engine.data.catalogue import load
from engine.data.dataset import Dataset
from engine.data.folders import own_folder
from engine.data.own import load_own, own_entries, own_sets, remove, rename, store
from engine.errors import DataError


def dataset(channels=3, classes=("cat", "dög", "Ж")):
    rng = np.random.default_rng(5)
    images = rng.integers(0, 256, (9, channels, 12, 10)).astype(np.uint8)
    labels = np.arange(9, dtype=np.int64) % len(classes)
    return Dataset("own", "x", classes, images[:6], labels[:6], images[6:], labels[6:])


@pytest.mark.parametrize("channels", [1, 3])
def test_a_data_set_comes_back_as_it_was(channels):
    before = dataset(channels)
    name = store(before, "  My   Pets! ")
    assert name == "own-my-pets"
    after = load_own(own_folder() / f"{name}.npz")
    assert (after.name, after.title, after.class_names) == (name, "My Pets!", before.class_names)
    for part in ("train_images", "train_labels", "test_images", "test_labels"):
        assert (getattr(after, part) == getattr(before, part)).all()


def test_an_entry_says_what_is_in_it():
    name = store(dataset(), "Pets")
    (entry,) = own_entries().values()
    assert (entry.name, entry.title, entry.in_shape) == (name, "Pets", (3, 12, 10))
    assert entry.class_names == ("cat", "dög", "Ж")
    assert "9 pictures of your own" in entry.about and "3 of them to test on" in entry.about


def test_titles_that_look_alike_get_names_of_their_own():
    titles = ("Pets", "Pets!", "pets", "Püts", "日本")
    names = [store(dataset(), title) for title in titles]
    assert names == ["own-pets", "own-pets-2", "own-pets-2-2", "own-puts", "own-pictures"]
    kept = {entry.title for entry in own_entries().values()}
    assert kept == {"Pets", "Pets!", "pets 2", "Püts", "日本"}


@pytest.mark.parametrize("title", ["", "  ", "x" * 81])
def test_a_title_is_needed(title):
    with pytest.raises(DataError, match="1 to 80"):
        store(dataset(), title)
    assert not own_entries()


def test_listing_reads_a_file_once_until_it_changes(monkeypatch):
    name = store(dataset(), "Pets")
    own_entries()
    opened = []
    archive = own.Archive
    monkeypatch.setattr(own, "Archive", lambda path: opened.append(path) or archive(path))
    assert list(own_entries()) == [name] and not opened
    rename(name, "Animals")
    assert own_entries()[name].title == "Animals"
    assert len(opened) == 2  # once to rename it, once to look again


def test_a_renamed_data_set_keeps_its_name_and_pictures():
    name = store(dataset(), "Pets")
    rename(name, "Animals")
    after = load_own(own_folder() / f"{name}.npz")
    assert after.title == "Animals" and (after.test_images == dataset().test_images).all()


def test_a_removed_data_set_is_gone():
    name = store(dataset(), "Pets")
    remove(name)
    assert not own_entries()
    with pytest.raises(DataError, match="No such file"):
        remove(name)


@pytest.mark.parametrize("name", ["mnist", "own-../../x", "own-x/../../y"])
def test_nothing_else_can_be_removed(name):
    with pytest.raises(DataError):
        remove(name)


def broken(path, whole):
    yield b"", "not an .npz"
    yield whole[: len(whole) // 2], "not an .npz"
    yield b"hello" * 100, "not an .npz"


def test_broken_files_are_named_and_spoil_nothing():
    good = store(dataset(), "Good")
    path = own_folder() / "own-bad.npz"
    for content, reason in broken(path, (own_folder() / f"{good}.npz").read_bytes()):
        path.write_bytes(content)
        found, sentences = own_sets()
        assert list(found) == [good] == list(own_entries())
        assert reason in sentences["own-bad"] and str(path) in sentences["own-bad"]
        with pytest.raises(DataError, match="own-bad"):
            load_own(path)
    remove("own-bad")
    assert not own_sets()[1]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"test_labels": None}, "no array 'test_labels'"),
        ({"train_images": np.zeros((6, 12), np.uint8)}, r"allowed is \(N, C, H, W\)"),
        ({"class_names": np.array([1, 2, 3])}, "few words"),
        ({"class_names": None}, "no array 'class_names'"),
        ({"title": np.array([{}])}, "Python objects"),
    ],
)
def test_files_with_other_arrays_are_named(change, reason):
    whole = dataset()
    arrays = {
        name: getattr(whole, name) for name in ("train_images", "train_labels", "test_images", "test_labels")
    }
    arrays |= {"title": np.array("t"), "class_names": np.array(whole.class_names)}
    arrays |= change
    own_folder().mkdir(parents=True, exist_ok=True)
    path = own_folder() / "own-odd.npz"
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    assert not own_entries()
    with pytest.raises(DataError, match=reason):
        load_own(path)


def test_a_full_disk_is_a_sentence_and_leaves_nothing(monkeypatch):
    def full(*_args, **_arrays):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(DataError, match="No space left on device"):
        store(dataset(), "Pets")
    assert not list(own_folder().iterdir())


def test_a_damaged_data_set_is_not_said_to_be_missing():
    own_folder().mkdir(parents=True)
    (own_folder() / "own-cut.npz").write_bytes(b"PK\x03\x04")
    with pytest.raises(DataError, match=r"own-cut\.npz") as caught:
        load("own-cut")
    assert "There is no data set" not in str(caught.value)
