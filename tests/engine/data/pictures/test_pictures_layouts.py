"""Folders as data sets are published: which folders are classes, which are parts, and what is asked."""

from __future__ import annotations

import contextlib
import os
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.data.pictures.found import Answers
from engine.data.pictures.layout import class_in_name
from engine.data.pictures.options import PictureOptions
from engine.data.pictures.plan import plan
from engine.data.pictures.roles import NONE, TEST, TRAIN, VALIDATION, role, roles
from engine.data.pictures.scan import scan
from engine.errors import DataError

PIXELS = Image.effect_noise((8, 8), 90)


def make(root, tree):
    """Make folders with numbers of pictures, or with pictures of these names."""
    for name, content in tree.items():
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict):
            make(folder, content)
            continue
        for each in range(content) if isinstance(content, int) else content:
            PIXELS.save(folder / (f"{each}.png" if isinstance(each, int) else each))


def shared_out(found):
    """Return the classes with their numbers of pictures to train and to test on; 0 if the share decides."""
    tests = found.tests or (False,) * len(found.labels)
    counts = Counter(zip(found.labels, tests, strict=True))
    return {name: (counts[label, False], counts[label, True]) for label, name in enumerate(found.class_names)}


def questions(found):
    return [each for each in found.questions if each.open]


TWO = {"cat": 3, "dog": 4}
KEPT = {"cat": (3, 0), "dog": (4, 0)}
PARTED = {"cat": (3, 1), "dog": (4, 2)}
FEW = {"cat": 1, "dog": 2}
UNDERSTOOD = {
    "classes alone": (TWO, KEPT),
    "train and test": ({"train": TWO, "test": FEW}, PARTED),
    "beside documents": ({"train": TWO, "test": FEW, "docs": 2}, PARTED),
    "beside what a Mac leaves": ({"train": TWO, "test": FEW, "__MACOSX": {"train": TWO}}, PARTED),
    "train and dev": ({"train": TWO, "dev": FEW}, PARTED),
    "train and val": ({"train": TWO, "val": FEW}, PARTED),
    "three parts": ({"train": TWO, "val": FEW, "test": FEW}, {"cat": (4, 1), "dog": (6, 2)}),
    "training and testing": ({"Training": TWO, "Testing": FEW}, PARTED),
    "as Intel's": (
        {"seg_train": {"seg_train": TWO}, "seg_test": {"seg_test": FEW}, "seg_pred": {"seg_pred": 5}},
        PARTED,
    ),
    "sets in sets": ({"training_set": {"training_set": TWO}, "test_set": {"test_set": FEW}}, PARTED),
    "as Imagenette's": ({"imagenette2-160": {"train": TWO, "val": FEW}}, PARTED),
    "as Fruits-360's": (
        {"fruits-360": {"Training": TWO, "Test": FEW, "test-multiple_fruits": 4}},
        PARTED,
    ),
    "parts by name": ({"pets_train": TWO, "pets_test": FEW}, PARTED),
    "parts in camel case": ({"TrainImages": TWO, "TestImages": FEW}, PARTED),
    "an unlabelled test part": ({"train": TWO, "test": 5}, KEPT),
    "an unlabelled test part in a folder": ({"train": TWO, "test": {"unknown": 5}}, KEPT),
    "an unlabelled test part beside val": ({"train": TWO, "valid": FEW, "test": 5}, PARTED),
    "other case": ({"train": {"Cat": 3, "Dog": 4}, "test": FEW}, {"Cat": (3, 1), "Dog": (4, 2)}),
    "other signs": (
        {"train": {"no cat": 3, "dog": 4}, "test": {"no_cat": 1, "dog": 2}},
        {
            "dog": (4, 2),
            "no cat": (3, 1),
        },
    ),
    "once wrapped": ({"flowers": TWO}, KEPT),
    "often wrapped": ({"a": {"b": {"c": TWO}}}, KEPT),
    "wrapped beside documents": ({"data": {"train": TWO, "test": FEW}, "docs": 2}, PARTED),
    "only a part to train on": ({"data": {"train": TWO}}, KEPT),
    "parts in each class": ({"cat": {"train": 3, "test": 1}, "dog": {"train": 4, "test": 2}}, PARTED),
    "hidden folders": ({**TWO, ".ipynb_checkpoints": 3, ".git": {"x": 2}}, KEPT),
    "deeper folders": ({"cat": {"indoor": 2, "outdoor": 1}, "dog": 4}, KEPT),
    "vehicles": ({"car": 3, "train": 4, "bus": 2}, {"bus": (2, 0), "car": (3, 0), "train": (4, 0)}),
    "letters": ({"A": 2, "a": 3, "b": 2}, {"A": (2, 0), "a": (3, 0), "b": (2, 0)}),
}


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_usual_layouts_are_understood(tmp_path, name):
    tree, expected = UNDERSTOOD[name]
    make(tmp_path / "set", tree)
    found = scan(tmp_path / "set")
    assert shared_out(found) == expected
    assert not questions(found) and found.understood


NAMED = {"cat": (3, 0), "dog": (3, 0)}
FLAT = [f"{name}.{number}.jpg" for name in ("cat", "dog") for number in range(3)]
ASKED = {
    "pictures in parts": (
        {"train": FLAT, "test1": 4},
        {"names": NAMED, "folders": {"test1": (4, 0), "train": (6, 0)}},
    ),
    "file names": ({"pets": FLAT}, {"names": NAMED, "folders": {"pets": (6, 0)}}),
    "parts or vehicles": (
        {"train": 3, "test": 2, "bus": 2},
        {"folders": {"bus": (2, 0), "test": (2, 0), "train": (3, 0)}},
    ),
    "a part to train on beside another folder": (
        {"train": TWO, "more": 2},
        {
            "split": KEPT,
            "folders": {"more": (2, 0), "train": (7, 0)},
            "deepest": {**KEPT, "more": (2, 0)},
        },
    ),
    "the same folders in each": (
        {"one": TWO, "two": FEW},
        {"folders": {"one": (7, 0), "two": (3, 0)}, "deepest": {"cat": (4, 0), "dog": (6, 0)}},
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_is_not_clear_is_asked_and_each_answer_works(tmp_path, name):
    tree, answers = ASKED[name]
    make(tmp_path / "set", tree)
    found = scan(tmp_path / "set")
    (question,) = questions(found)
    assert [choice.value for choice in question.choices] == list(answers)
    assert plan(found, PictureOptions()).problem == question.words
    for answer, expected in answers.items():
        answered = scan(tmp_path / "set", answers=Answers(classes=answer))
        assert shared_out(answered) == expected
        assert not questions(answered)
    with pytest.raises(DataError, match="'columns'; allowed are here: "):
        scan(tmp_path / "set", answers=Answers(classes="columns"))


def test_a_clear_layout_can_be_read_in_another_way(tmp_path):
    make(tmp_path, {"train": TWO, "test": FEW})
    answered = scan(tmp_path, answers=Answers(classes="folders"))
    assert shared_out(answered) == {"test": (3, 0), "train": (7, 0)}


def test_file_names_of_a_test_part_count_where_they_say_a_class(tmp_path):
    make(tmp_path, {"train": FLAT, "test": ["cat.7.jpg", "what.jpg"]})
    found = scan(tmp_path, answers=Answers(classes="names"))
    assert shared_out(found) == {"cat": (3, 1), "dog": (3, 0)}
    assert any(note.endswith("1 picture.") for note in found.notes)


def test_what_is_left_out_is_counted(tmp_path):
    make(tmp_path, {"train": TWO, "test": FEW, "docs": 2, "extra": {"x": 3}})
    PIXELS.save(tmp_path / "train" / "loose.png")
    PIXELS.save(tmp_path / "loose.png")
    (tmp_path / "train" / "cat" / "Thumbs.db").write_bytes(b"x")
    found = scan(tmp_path)
    notes = " ".join(found.notes)
    for part in ("2 pictures in docs/.", "3 pictures in extra/.", "1 picture in train/ itself."):
        assert part in notes
    assert dict(found.ignored) == {".db": 1}


def test_a_table_beside_pictures_is_named(tmp_path):
    make(tmp_path, {"images": ["x.png", "y.png"]})
    (tmp_path / "labels.csv").write_text("x.png,1\n")
    with pytest.raises(DataError, match=r"labels\.csv says the classes"):
        scan(tmp_path)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="there are no links here")
def test_linked_classes_are_classes(tmp_path):
    make(tmp_path / "real", TWO)
    (tmp_path / "set").mkdir()
    for name in TWO:
        (tmp_path / "set" / name).symlink_to(tmp_path / "real" / name, target_is_directory=True)
    (tmp_path / "set" / "up").symlink_to(tmp_path, target_is_directory=True)
    found = scan(tmp_path / "set")
    assert {name: shared_out(found)[name] for name in TWO} == KEPT


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("train", TRAIN),
        ("Training_Set", TRAIN),
        ("seg_train", TRAIN),
        ("train2017", TRAIN),
        ("trainset", TRAIN),
        ("TEST1", TEST),
        ("PublicTest", TEST),
        ("dev", VALIDATION),
        ("valid", VALIDATION),
        ("unlabelled", NONE),
        ("train_test", ""),
        ("test tube", ""),
        ("trainer", ""),
        ("", ""),
    ],
)
def test_names_say_what_a_part_is_for(name, expected):
    assert role(name) == expected


def test_a_word_that_parts_share_does_not_matter():
    assert roles(["birds_train", "birds_test", "docs"]) == {"birds_train": TRAIN, "birds_test": TEST}
    assert roles(["cats_train", "cats_test", "dogs_train", "dogs_test"]) == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cat.12.jpg", "cat"),
        ("obj1__0.png", "obj1"),
        ("great_pyrenees_7.jpg", "great_pyrenees"),
        ("12.png", ""),
    ],
)
def test_file_names_without_their_number(tmp_path, name, expected):
    assert class_in_name(tmp_path / name) == expected


NAMES = st.sampled_from(["train", "test", "val", "cat", "Cat", "dog", "docs", "a b", "data", "__MACOSX"])
TREES = st.recursive(
    st.integers(0, 2), lambda inner: st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(NAMES, TREES, max_size=4))
def test_no_picture_is_in_two_places_and_none_vanishes_without_a_word(tmp_path_factory, tree):
    root = tmp_path_factory.mktemp("tree")
    make(root, tree)
    found = None
    with contextlib.suppress(DataError):  # no picture, or none in a folder
        found = scan(root)
    if found is None:
        return
    there = {str(path.relative_to(root)) for path in root.rglob("*.png") if "__MACOSX" not in path.parts}
    assert len(set(found.names)) == len(found.names)
    assert set(found.names) <= there
    left = [note for note in found.notes if "Left out" in note]
    if not any("holds the data set" in note for note in left):
        counted = sum(int(note.split(": ")[-1].split()[0]) for note in left)
        assert len(found.names) + counted == len(there)


def test_an_accent_is_written_in_two_ways_and_one_class(tmp_path):
    for place, name in enumerate(("caf\u00e9", "cafe\u0301", "tea")):
        (tmp_path / name).mkdir()
        for index in range(2):
            Image.new("L", (9, 9), 40 * place + index).save(tmp_path / name / f"{index}.png")
    found = scan(tmp_path)
    assert found.class_names == ("caf\u00e9", "tea")
    assert found.labels.count(0) == 4
    assert "Names that look the same are one class: caf\u00e9." in found.understood
