"""Finding pictures in archives of images and labels, in every usual form, and in no other."""

from __future__ import annotations

import contextlib
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.pictures.build import build
from engine.data.pictures.found import Answers
from engine.data.pictures.options import PictureOptions
from engine.data.pictures.pixels import render
from engine.data.pictures.plan import plan
from engine.data.pictures.scan import scan
from engine.data.pictures.values import Range
from engine.errors import DataError
from engine.io.npz import Archive

GREY = np.arange(6 * 4 * 5, dtype=np.uint8).reshape(6, 4, 5)
COLOUR = np.arange(6 * 4 * 5 * 3, dtype=np.uint8).reshape(6, 4, 5, 3)
LABELS = np.array([3, 3, 3, 7, 7, 7])


def picture(found, index):
    """Return a picture as it would be made."""
    return np.asarray(render(found.source.raw(index, 0)[0], found.rendering))


def archive(tmp_path, **arrays):
    path = tmp_path / "pictures.npz"
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        (GREY, GREY),
        (GREY[..., None], GREY),
        (GREY[:, None], GREY),
        (GREY / 255, GREY),
        (GREY.astype(np.int64), GREY),
        (GREY.astype(np.float32), GREY),
        (GREY > 60, np.where(GREY > 60, 255, 0)),
        (COLOUR, COLOUR),
        (COLOUR.transpose(0, 3, 1, 2), COLOUR),
        (GREY[:, None, :, :3], GREY[:, :, :3]),
        (COLOUR[:, :3], COLOUR[:, :3]),
    ],
)
def test_images_of_every_usual_form(tmp_path, images, expected):
    found = scan(archive(tmp_path, images=images, labels=LABELS))
    assert found.class_names == ("3", "7")
    for index in range(6):
        assert (picture(found, index) == expected[index]).all()


@pytest.mark.parametrize(
    ("labels", "names", "class_names", "numbers"),
    [
        (LABELS[:, None], (), ("3", "7"), (0, 0, 0, 1, 1, 1)),
        (LABELS.astype(float), (), ("3", "7"), (0, 0, 0, 1, 1, 1)),
        (np.array(["b", "a"] * 3), (), ("a", "b"), (1, 0, 1, 0, 1, 0)),
        (np.array([b"b", b"a"] * 3), (), ("a", "b"), (1, 0, 1, 0, 1, 0)),
        (np.array([0, 2, 0, 2, 0, 2]), ("no", "maybe", "yes"), ("no", "yes"), (0, 1, 0, 1, 0, 1)),
    ],
)
def test_labels_of_every_usual_form(tmp_path, labels, names, class_names, numbers):
    extra = {"class_names": np.array(names)} if names else {}
    found = scan(archive(tmp_path, x=GREY, y=labels, **extra))
    assert found.class_names == class_names
    assert found.labels == numbers


def test_labels_without_a_name_are_listed(tmp_path):
    found = scan(archive(tmp_path, x=GREY, y=np.array([0, 1, 0, 1, 9, -1]), classes=np.array(["a", "b"])))
    assert found.labels == (0, 1, 0, 1)
    assert [each.name for each in found.broken] == ["picture 5", "picture 6"]
    assert "label is 9; allowed is 0 to 1" in found.broken[0].reason


def test_empty_labels_are_listed(tmp_path):
    found = scan(archive(tmp_path, x=GREY, y=np.array(["a", "b", "", "a", " ", "b  c"])))
    assert found.class_names == ("a", "b", "b c") and found.labels == (0, 1, 0, 2)
    assert [each.name for each in found.broken] == ["picture 3", "picture 5"]


def test_an_archives_own_split_is_kept(tmp_path):
    path = archive(tmp_path, x_train=GREY, y_train=LABELS, x_test=GREY[:4], y_test=LABELS[:4])
    found = scan(path)
    assert found.tests == (False,) * 6 + (True,) * 4
    dataset, _ = build(found, PictureOptions(size=8, colour=False), "x")
    assert len(dataset.test_images) == 4


def test_pictures_with_impossible_values_are_listed(tmp_path):
    images = (GREY / 255).astype(np.float32)
    images[2, 0, 0] = np.nan
    images[3, 0, 0] = -np.inf
    found = scan(archive(tmp_path, images=images, labels=LABELS))
    assert [each.name for each in found.broken] == ["picture 3", "picture 4"]


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"images": GREY}, "holds images"),
        ({"images": GREY, "labels": LABELS[:3]}, "labels"),
        ({"images": GREY[0], "labels": LABELS}, "rows of 5 numbers"),
        ({"images": GREY[0, 0], "labels": LABELS}, "holds images, labels"),
        ({"images": np.zeros((6, 9, 5, 7)), "labels": LABELS}, "channels"),
        ({"images": GREY, "labels": LABELS + 0.5}, "fractions"),
        ({"images": GREY, "labels": LABELS.astype(complex)}, "complex"),
        ({"images": GREY, "labels": np.array([{}] * 6)}, "Python objects"),
        ({"images": GREY, "labels": LABELS % 2, "class_names": np.array(["a", "a"])}, "same name"),
        ({"images": GREY, "labels": LABELS % 2, "class_names": np.array([1, 2])}, "few words"),
    ],
)
def test_archives_without_usable_arrays_are_refused(tmp_path, arrays, reason):
    with pytest.raises(DataError, match=reason):
        scan(archive(tmp_path, **arrays))


def test_damaged_archives_are_refused(tmp_path):
    path = archive(tmp_path, images=GREY, labels=LABELS)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"not an \.npz"):
        scan(path)
    path.write_bytes(whole.replace(GREY.tobytes(), bytes(GREY.size)))
    with pytest.raises(DataError, match=r"not an \.npz"):
        scan(path)


def test_an_array_that_claims_too_much_is_never_made(tmp_path):
    path = tmp_path / "bomb.npz"
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1000000, 1000, 1000), }"
    with zipfile.ZipFile(path, "w") as file:
        head = header.ljust(117) + b"\n"
        file.writestr("images.npy", b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head)
    with pytest.raises(DataError, match="does not fit its shape"):
        Archive(path)


def test_an_archive_larger_than_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.io.npz.room", lambda _packed: 100)
    with pytest.raises(DataError, match="unpacks to more than"):
        scan(archive(tmp_path, images=GREY, labels=LABELS))


@given(st.data())
def test_damaged_headers_never_raise_anything_else(tmp_path_factory, data):
    path = archive(tmp_path_factory.mktemp("fuzz"), images=GREY, labels=LABELS, classes=np.array(["a"] * 8))
    with zipfile.ZipFile(path) as file:
        members = {name: bytearray(file.read(name)) for name in file.namelist()}
    for content in members.values():
        marks = st.sampled_from(list(b"0123456789()',:{}<|ufiOUSTrue \x00\xff[]x-"))
        for place, mark in data.draw(st.lists(st.tuples(st.integers(0, 127), marks), max_size=3)):
            content[place] = mark
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, bytes(content))
    with contextlib.suppress(DataError):
        assert len(scan(path).names) <= len(LABELS)


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("x_train", "y_train"),
        ("X_train", "Y_train"),
        ("trainX", "trainY"),
        ("train_x", "train_y"),
        ("train_images", "train_labels"),
        ("images_train", "labels_train"),
        ("train_data", "train_labels"),
        ("train_set_x_orig", "train_set_y_orig"),
        ("features", "targets"),
        ("images", "classes"),
        ("arr_0", "arr_1"),
        ("pics", "what"),
    ],
)
def test_arrays_go_by_many_names(tmp_path, images, labels):
    found = scan(archive(tmp_path, **{images: GREY, labels: LABELS}))
    assert found.class_names == ("3", "7") and found.labels == (0, 0, 0, 1, 1, 1)


def test_arrays_that_are_not_used_are_said(tmp_path):
    found = scan(archive(tmp_path, images=GREY, labels=LABELS, x_train=GREY, y_train=LABELS, other=LABELS))
    assert "Arrays left out: images, labels, other." in found.notes


@pytest.mark.parametrize(
    "labels",
    [
        np.eye(2)[[0, 0, 0, 1, 1, 1]],
        np.eye(2, dtype=bool)[[0, 0, 0, 1, 1, 1]],
        np.array([[0, 0, 0, 1, 1, 1]]),
    ],
)
def test_labels_may_be_marked_or_lie_across(tmp_path, labels):
    assert scan(archive(tmp_path, images=GREY, labels=labels)).labels == (0, 0, 0, 1, 1, 1)


def test_labels_that_count_from_one_get_their_names(tmp_path):
    found = scan(
        archive(tmp_path, x=GREY, y=np.array([1, 2, 3, 1, 2, 3]), class_names=np.array(["a", "b", "c"]))
    )
    assert found.class_names == ("a", "b", "c") and found.labels == (0, 1, 2, 0, 1, 2)
    assert not found.broken and any("count from 1" in each for each in found.understood)


@pytest.mark.parametrize(
    "images",
    [GREY.transpose(1, 2, 0)[:, :, None], COLOUR.transpose(1, 2, 3, 0), COLOUR.transpose(3, 1, 2, 0)],
)
def test_the_number_of_the_picture_may_come_last(tmp_path, images):
    found = scan(archive(tmp_path, images=images, labels=LABELS))
    expected = GREY if images.shape[2] == 1 else COLOUR
    assert (picture(found, 4) == expected[4]).all()


@pytest.mark.parametrize(
    ("scaled", "range_"),
    [
        (lambda x: x / 255, "0 1"),
        (lambda x: x / 255 * 1.0000001, "0 1"),
        (lambda x: (x / 127.5 - 1).astype(np.float32), "-1 1"),
        (lambda x: (x.astype(int) - 128).astype(np.int8), "-128 127"),
        (lambda x: x.astype(np.uint16) * np.uint16(257), "0 65535"),
        (lambda x: x / 255 * 16, "0 16"),
        (lambda x: x.astype(np.float64), "0 255"),
    ],
)
def test_values_of_any_range_give_the_same_pictures(tmp_path, scaled, range_):
    full = np.random.default_rng(0).integers(0, 256, (6, 9, 9)).astype(np.uint8)
    full[0, 0, :2] = (0, 255)
    found = scan(archive(tmp_path, images=scaled(full), labels=LABELS))
    (question,) = found.questions
    assert question.chosen == range_ and not question.open
    assert (picture(found, 3) == full[3]).all()


def test_each_array_is_scaled_by_its_own_range(tmp_path):
    full = np.random.default_rng(0).integers(0, 256, (6, 9, 9)).astype(np.uint8)
    found = scan(archive(tmp_path, x_train=full, y_train=LABELS, x_test=full / 255, y_test=LABELS))
    assert (picture(found, 2) == picture(found, 8)).all()
    assert any("x_train 0 to 255, x_test 0 to 1" in each for each in found.understood)


def test_a_range_that_is_not_clear_is_asked_and_the_answer_counts(tmp_path):
    standard = np.random.default_rng(0).normal(size=(6, 9, 9))
    path = archive(tmp_path, images=standard, labels=LABELS)
    found = scan(path)
    (question,) = [each for each in found.questions if each.open]
    assert plan(found, PictureOptions()).problem == question.words
    with pytest.raises(DataError, match="not clear"):
        build(found, PictureOptions(), "x")
    answered = scan(path, answers=Answers(range=Range(-4, 4)))
    assert not any(each.open for each in answered.questions)
    assert (picture(answered, 0) == np.rint(np.clip((standard[0] + 4) / 8, 0, 1) * 255)).all()


def test_grey_with_opacity_is_laid_on_a_ground(tmp_path):
    both = np.stack([np.full_like(GREY, 255), GREY], axis=-1)
    assert (picture(scan(archive(tmp_path, images=both, labels=LABELS)), 5) == GREY[5]).all()


def test_pictures_of_one_brightness_are_pointed_out(tmp_path):
    flat = GREY * 0 + 3
    warnings = plan(
        scan(archive(tmp_path, images=flat, labels=LABELS, range=LABELS)), PictureOptions()
    ).warnings
    assert any("Almost all pictures are of one brightness" in each for each in warnings)
    dark = np.where(GREY > 60, 30, 0).astype(np.uint8)
    found = scan(archive(tmp_path, images=dark, labels=LABELS), answers=Answers(range=Range(0, 255)))
    assert any(
        "Almost all pictures are nearly black" in each for each in plan(found, PictureOptions()).warnings
    )
