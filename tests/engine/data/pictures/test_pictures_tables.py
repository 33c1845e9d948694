"""Tables as people keep them: which column is what, where the files lie, and what is asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.data.pictures.found import Answers
from engine.data.pictures.options import PictureOptions
from engine.data.pictures.pixels import render
from engine.data.pictures.plan import plan
from engine.data.pictures.scan import scan
from engine.errors import DataError

COUNT = 6
LABELS = (0, 1, 0, 1, 0, 1)
"""Class of each picture: a cat or a dog."""
WORDS = ("cat", "dog")


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "set"
    (root / "imgs").mkdir(parents=True)
    for index in range(COUNT):
        Image.effect_noise((9, 8), 80).save(root / "imgs" / f"p{index}.png")
    return root


def lines(pattern, head=""):
    """Return a line for each picture: ``{i}`` is its number, ``{w}`` its class, ``{l}`` that as a number."""
    rows = [
        pattern.format(i=index, w=WORDS[LABELS[index]], l=LABELS[index], o=1 - LABELS[index], half=index > 3)
        for index in range(COUNT)
    ]
    return "\n".join([head, *rows] if head else rows) + "\n"


def read(folder, text, name="table.csv", answers=None, encoding="utf-8"):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return scan(path, answers=answers or Answers())


UNDERSTOOD = {
    "headings": lines("imgs/p{i}.png,{w}", "image_path,label"),
    "label first": lines("{w},imgs/p{i}.png", "label,img"),
    "no headings": lines("imgs/p{i}.png,{w}"),
    "no headings, label first": lines("{w},imgs/p{i}.png"),
    "headings in no language": lines("imgs/p{i}.png,{w}", "Bild,Klasse"),
    "an index without heading": lines("{i},imgs/p{i}.png,{w}", ",filename,label"),
    "an unnamed index": lines("{i},imgs/p{i}.png,{w}", "Unnamed: 0,path,class"),
    "semicolons and backslashes": lines("imgs\\p{i}.png;{w}", "file;class"),
    "tabs": lines("imgs/p{i}.png\t{w}", "file\tclass"),
    "bars": lines("imgs/p{i}.png|{w}", "file|class"),
    "quotes": lines('"imgs/p{i}.png", "{w}"', '"file name","class name"'),
    "paths of another machine": lines("C:\\Users\\me\\set\\imgs\\p{i}.png,{w}", "path,label"),
    "absolute paths": lines("/home/someone/imgs/p{i}.png,{w}", "path,label"),
    "paths from the folder above": lines("set/imgs/p{i}.png,{w}", "path,label"),
    "bare names": lines("p{i}.png,{w}", "img,label"),
    "names without suffix": lines("p{i},{w}", "id,breed"),
    "columns of a box": lines("imgs/p{i}.png,12,12,{w},{i}", "filename,width,height,class,xmin"),
    "words beside numbers": lines("{l},imgs/p{i}.png,{w}", "class id,filepaths,labels"),
    "one column a class": lines("imgs/p{i}.png,{o},{l}", "image,cat,dog"),
    "one column a class, as fractions": lines("imgs/p{i}.png,{o}.0,{l}.0", "image,cat,dog"),
    "no end of line at the end": lines("imgs/p{i}.png,{w}", "file,label").rstrip(),
}


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_usual_tables_are_understood(folder, name):
    found = read(folder, UNDERSTOOD[name])
    assert found.class_names == WORDS
    assert found.labels == LABELS
    assert not found.broken and not found.tests
    assert not any(question.open for question in found.questions)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_of_the_encoding_are_no_text(folder, encoding):
    assert read(folder, lines("imgs/p{i}.png,{w}", "file,label"), encoding=encoding).labels == LABELS


@pytest.mark.parametrize("path", ["../imgs/p{i}.png", "imgs/p{i}.png", "set/imgs/p{i}.png"])
def test_a_table_may_lie_in_a_folder_of_its_own(folder, path):
    assert read(folder, lines(path + ",{w}", "file,label"), "lists/table.csv").labels == LABELS


@pytest.mark.parametrize(
    ("heading", "train", "test"),
    [
        ("split", "train", "test"),
        ("data set", "train", "valid"),
        ("is_test", "0", "1"),
        ("Usage", "Training", "PublicTest"),
    ],
)
def test_a_column_says_what_is_to_test_on(folder, heading, train, test):
    uses = [train] * 4 + [test] * 2
    rows = [f"imgs/p{i}.png,{WORDS[LABELS[i]]},{uses[i]}" for i in range(COUNT)]
    found = read(folder, "\n".join([f"file,label,{heading}", *rows]))
    assert found.class_names == WORDS and found.tests == (False,) * 4 + (True,) * 2
    assert any(f"{heading!r} says what is to test on" in each for each in found.understood)


def test_lines_that_belong_to_no_part_are_left_out(folder):
    rows = [
        f"imgs/p{i}.png,{WORDS[LABELS[i]]},{use}"
        for i, use in enumerate(["train"] * 3 + ["test"] * 2 + ["unlabelled"])
    ]
    found = read(folder, "\n".join(["file,label,split", *rows]))
    assert len(found.labels) == 5
    assert "Left out, because the table says so: 1 line." in found.notes


def test_two_columns_that_can_be_the_class_are_asked_about(folder):
    text = lines("imgs/p{i}.png,{w},colour {half}", "file,animal,coat")
    found = read(folder, text)
    (question,) = [each for each in found.questions if each.open]
    assert "animal, coat" in question.words
    for answer, names in (
        ("coat", ("colour False", "colour True")),
        ("animal", WORDS),
        ("3", ("colour False", "colour True")),
    ):
        found = read(folder, text, answers=Answers(classes=answer))
        assert found.class_names == names and not any(each.open for each in found.questions)
    with pytest.raises(DataError, match="'file'; allowed are here: animal, coat"):
        read(folder, text, answers=Answers(classes="file"))


def test_lines_that_mark_no_class_or_two_are_listed(folder):
    marks = ["1,0", "0,1", "1,0", "0,1", "0,0", "1,1"]
    rows = [f"imgs/p{i}.png,{mark}" for i, mark in enumerate(marks)]
    found = read(folder, "\n".join(["image,cat,dog", *rows]))
    assert found.labels == (0, 1, 0, 1)
    assert [each.reason for each in found.broken] == [
        "It marks 0 classes; allowed is one.",
        "It marks 2 classes; allowed is one.",
    ]


def test_names_that_several_files_have_are_not_guessed(folder):
    for name in ("a", "b"):
        (folder / name).mkdir()
        Image.effect_noise((9, 8), 80).save(folder / name / "same.png")
    found = read(folder, "file,label\nx/a/same.png,cat\nsame.png,dog\nimgs/p0.png,dog\n")
    assert found.names == ("line 2: x/a/same.png", "line 4: imgs/p0.png")
    assert [each.reason for each in found.broken] == ["Several files have this name."]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("image\nimgs/p0.png\nimgs/p1.png\n", "no column of classes"),
        ("a,b\n1,2\n3,4\n", "no column of picture files"),
        ("a.png," + "9" * 5000 + "\n", "5,000 letters"),
        ("\n\n\n", "names no picture"),
    ],
)
def test_tables_without_files_or_classes_are_refused(folder, text, reason):
    with pytest.raises(DataError, match=reason):
        read(folder, text)


def test_a_class_of_very_many_digits_is_sorted_all_the_same(folder):
    found = read(folder, f"file,label\nimgs/p0.png,{'9' * 150}\nimgs/p1.png,7\n")
    assert found.class_names == ("7", "9" * 150)


# --- pixels in the table -------------------------------------------------------------------------------


def pixels(white=255, side=8, channels=1):
    rng = np.random.default_rng(side)
    values = rng.integers(0, white + 1, (COUNT, channels * side * side))
    values[0, 0] = white
    return values


def row(values):
    return ",".join(str(value) for value in values)


HEADS = {
    "digit-recognizer": ("label," + row(f"pixel{i}" for i in range(64)), "{l},{p}"),
    "rows and columns": ("label," + row(f"{i}x{j}" for i in range(8) for j in range(8)), "{l},{p}"),
    "class last": (row(f"pixel{i}" for i in range(64)) + ",class", "{p},{l}"),
    "an index": (",label," + row(f"pixel{i}" for i in range(64)), "{i},{l},{p}"),
    "numbers as headings": (row(range(65)), "{l},{p}"),
    "no headings": ("", "{l},{p}"),
}


@pytest.mark.parametrize("name", HEADS)
def test_tables_of_pixels_are_pictures(tmp_path, name):
    head, pattern = HEADS[name]
    values = pixels()
    rows = [pattern.format(l=LABELS[index], i=index, p=row(values[index])) for index in range(COUNT)]
    found = read(tmp_path, "\n".join([head, *rows] if head else rows))
    assert found.class_names == ("0", "1") and found.labels == LABELS
    for index in range(COUNT):
        made = render(found.source.raw(index, 0)[0], found.rendering)
        assert (np.asarray(made) == values[index].reshape(8, 8)).all()


def test_pixels_in_one_cell_are_pictures(tmp_path):
    values = pixels()
    rows = [
        f"{LABELS[i]},{' '.join(map(str, values[i]))},{'Training' if i < 4 else 'PrivateTest'}"
        for i in range(COUNT)
    ]
    found = read(tmp_path, "\n".join(["emotion,pixels,Usage", *rows]))
    assert found.labels == LABELS and found.tests == (False,) * 4 + (True,) * 2


@pytest.mark.parametrize("white", [1, 16, 255])
def test_pixels_of_any_range_are_brought_to_bytes(tmp_path, white):
    values = pixels(white)
    found = read(tmp_path, "\n".join(f"{LABELS[i]},{row(values[i])}" for i in range(COUNT)))
    made = np.asarray(render(found.source.raw(0, 0)[0], found.rendering))
    assert (made == np.rint(values[0].reshape(8, 8) / white * 255)).all()


def test_colours_in_rows_are_laid_as_neighbours_are_alike(tmp_path):
    ramp = np.add.outer(np.arange(8), np.arange(8))[..., None] * np.array([4, 9, 16])
    apart, beside = ramp.transpose(2, 0, 1).ravel(), ramp.ravel()
    for values in (apart, beside):
        found = read(tmp_path, "\n".join(f"{LABELS[i]},{row(values + i)}" for i in range(COUNT)))
        made = np.asarray(render(found.source.raw(0, 0)[0], found.rendering))
        assert (made == ramp).all()


def test_damaged_lines_of_pixels_are_listed(tmp_path):
    values = pixels()
    rows = [f"{LABELS[i]},{row(values[i])}" for i in range(COUNT)]
    rows += ["1,2,3", f"1,{row(values[0][:-1])},x", f",{row(values[0])}"]
    found = read(tmp_path, "\n".join(["label," + row(f"pixel{i}" for i in range(64)), *rows]))
    assert len(found.labels) == COUNT
    assert [each.name for each in found.broken] == ["line 8", "line 10", "line 9"]


def test_pixels_without_a_class_are_refused(tmp_path):
    with pytest.raises(DataError, match="no column of classes"):
        read(tmp_path, "\n".join([row(f"pixel{i}" for i in range(64)), *(row(each) for each in pixels())]))


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_in_a_sentence(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("any")
    try:
        found = read(folder, text, encoding="utf-16")
    except DataError as error:
        sentence = str(error)
    else:
        sentence = "".join(each.reason for each in found.broken)
    assert sentence.endswith(".")


ABOVE = {"the mark of a spreadsheet": "sep=;\r\n", "a remark": "# labels of spring\n", "both": "sep=;\n# x\n"}


@pytest.mark.parametrize("name", ABOVE)
def test_what_stands_above_a_table_is_no_line_of_it(folder, name):
    found = read(folder, ABOVE[name] + lines("imgs/p{i}.png;{w}", "file;class"))
    assert found.class_names == WORDS
    assert not found.broken
    assert not found.empty


def test_lines_keep_their_numbers_below_a_remark(folder):
    found = read(folder, "# labels\n" + lines("imgs/p{i}.png,{w}", "file,class") + "imgs/none.png,cat\n")
    assert [each.name for each in found.broken] == [f"line {COUNT + 3}: imgs/none.png"]


def test_blanks_part_what_nothing_else_parts(folder):
    assert read(folder, lines("imgs/p{i}.png {w}"), "labels.txt").class_names == WORDS
    assert read(folder, lines("imgs/p{i}.png,a {w}")).class_names == ("a cat", "a dog")


@pytest.mark.parametrize(("heading", "tested"), [("is_valid", 2), ("is_train", COUNT - 2), ("isVal", 2)])
def test_a_column_of_yes_and_no_says_what_is_to_test_on(folder, heading, tested):
    found = read(folder, lines("imgs/p{i}.png,{w},{half}", f"file,label,{heading}"))
    assert sum(found.tests) == tested


def test_columns_that_are_not_read_are_named(folder):
    found = read(folder, lines("imgs/p{i}.png,{w},{i},7", "file,label,fold,width"))
    assert any("'fold', 'width' are not used" in sentence for sentence in found.understood)


def test_what_pandas_writes_for_nothing_is_no_class(folder):
    found = read(folder, lines("imgs/p{i}.png,{w}", "file,label") + "imgs/p0.png,NaN\n")
    assert found.class_names == WORDS
    assert [each.reason for each in found.broken] == ["Its class is 'NaN', which means none."]


def test_lines_that_an_open_quotation_mark_swallows_are_no_class(folder):
    text = lines("imgs/p{i}.png,{w}", "file,label").replace("p2.png,cat", 'p2.png,"cat')
    found = read(folder, text.replace("p4.png,cat", 'p4.png,"cat'))
    assert found.class_names == WORDS
    assert len(found.broken) == 1
    assert "quotation mark" in found.broken[0].reason


def test_classes_that_are_several_others_are_pointed_out(folder):
    text = lines("imgs/p{i}.png;{w}", "file;label") + "imgs/p0.png;cat,dog\nimgs/p1.png;hot dog\n"
    said = [each for each in plan(read(folder, text), PictureOptions()).warnings if "several others" in each]
    assert len(said) == 1
    assert "cat,dog;" in said[0]
