"""What the dialog for one's own pictures says and offers, without a window."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine.data.pictures.found import Broken
from engine.data.pictures.scan import scan
from engine.data.pictures.values import Range
from engine.formatting import counted
from gui.presenters.own_pictures import OwnPictures, is_source, listed, magnification, read_range


@pytest.fixture
def state(tmp_path):
    rng = np.random.default_rng(3)
    for name in ("cat", "dog"):
        (tmp_path / "pets_at_home" / name).mkdir(parents=True)
        for index in range(10):
            pixels = rng.integers(0, 256, (20, 26)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pets_at_home" / name / f"{index}.png")
    made = OwnPictures()
    made.take(scan(tmp_path / "pets_at_home"))
    return made


def test_nothing_found_is_nothing_said():
    state = OwnPictures()
    assert not state.summary() and not state.warnings() and not state.pairs(0)
    assert state.reason() == "Choose a folder or a file first."


def test_what_was_found_suggests_title_size_and_colours(state):
    assert state.title == "pets at home"
    assert (state.options.size, state.options.colour) == (20, False)
    assert state.summary() == "20 pictures in 2 classes; 16 training, 4 test pictures."
    assert state.reason() == "" and state.warnings() == ()


def test_the_first_thing_that_is_wrong_is_the_reason(state):
    state.title = "  "
    assert state.reason(["Size is 3."]) == "Size is 3."
    assert "title" in state.reason()


def test_the_preview_follows_the_options(state):
    first = state.pairs(1)
    assert len(first) == 6 and first[0].image.shape == (1, 20, 20)
    assert state.pairs(1) is first
    state.change("size", 8)
    assert state.pairs(1)[0].image.shape == (1, 8, 8)
    state.change("test_share", 0.5)
    assert state.summary().endswith("10 training, 10 test pictures.")


def test_a_long_list_is_cut_short():
    lines = listed([Broken(f"{index}.png", "It is damaged.") for index in range(1234)]).splitlines()
    assert lines[0] == "0.png: It is damaged."
    assert len(lines) == 1001 and lines[-1] == "and 234 more"


def test_numbers_have_their_nouns():
    assert [counted(count, "class", "classes") for count in (0, 1, 2)] == [
        "0 classes",
        "1 class",
        "2 classes",
    ]


@pytest.mark.parametrize(("size", "factor"), [(8, 9), (28, 2), (32, 2), (64, 1), (128, 1)])
def test_images_are_magnified_by_whole_numbers(size, factor):
    assert magnification(size) == factor


def test_folders_tables_and_archives_are_sources(tmp_path):
    assert is_source(tmp_path) and is_source(tmp_path / "a.CSV") and is_source(tmp_path / "a.npz")
    assert not is_source(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("0 16", (0, 16)),
        (" -1 to 1 ", (-1, 1)),
        ("0; 65535", (0, 65535)),
        ("0,5 1e3", (0.5, 1000)),
        ("255 0", (255, 0)),
    ],
)
def test_a_range_is_read_as_it_is_typed(text, ends):
    assert read_range(text) == (Range(*ends), "")


@pytest.mark.parametrize("text", ["", "1", "1 1", "a b", "0 1 2", "0 1e999999", "0 nan"])
def test_what_is_no_range_is_said(text):
    range_, problem = read_range(text)
    assert range_ is None and problem.endswith(".")
