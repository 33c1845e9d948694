"""The page for those who write lessons is true, and what is recorded can be read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import ConfigError
from engine.io.gate import LESSON
from engine.io.toml_file import parse_toml
from engine.lessons.conditions import CONDITIONS
from engine.lessons.places import PLACES
from engine.lessons.reading import _HEAD, _QUESTION, _STEP, FILE, read_lesson
from engine.lessons.shipped import FOLDER, SHIPPED, shipped_lessons
from engine.lessons.writing import begin_lesson, toml_value
from engine.model.spec import preset
from engine.resources import RESOURCES
from engine.runs.folder import RunFolder
from engine.training.config import RunConfig

PAGE = (RESOURCES / "docs" / "writing-lessons.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_is_a_lesson(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(PAGE.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    lesson = read_lesson(tmp_path)
    assert len(lesson.steps) == 3 and lesson.steps[1].scene.config is not None
    assert lesson.steps[1].scene.config.momentum == 0.95


def test_the_page_names_all_that_there_is() -> None:
    words = [*CONDITIONS, *PLACES, *_HEAD, *_STEP, *_QUESTION]
    words += [option for kind in CONDITIONS.values() for option in kind.options()]
    assert [word for word in words if f"`{word}`" not in PAGE and f"{word} =" not in PAGE] == []


def test_all_that_are_shipped_are_listed_and_small() -> None:
    assert {folder.name for folder in FOLDER.iterdir() if folder.is_dir()} == set(SHIPPED)
    assert sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file()) < 2 * 1024**2
    for lesson in shipped_lessons():
        assert lesson.steps[-1].question is not None, lesson.key
        assert lesson.about and lesson.minutes <= 10


def test_a_lesson_begins_with_the_settings_of_a_run(tmp_path: Path) -> None:
    config = RunConfig(preset("lenet5"), seed=7, learning_rate=1e-05, training_images=400)
    written = begin_lesson(
        tmp_path / "mine", 'A "title"', ["learn", "pad"], config=config, image=3, model="digits"
    )
    lesson = read_lesson(written.parent)
    assert lesson.scene.config == config and lesson.title == 'A "title"'
    assert (lesson.scene.views, lesson.scene.image, lesson.scene.model) == (("learn", "pad"), 3, "digits")
    with pytest.raises(ConfigError, match="is there already"):
        begin_lesson(tmp_path / "mine", "Again", ["learn"])


def test_a_recorded_run_is_copied_with_it(tmp_path: Path) -> None:
    run = RunFolder(FOLDER / "confusions" / "run")
    begin_lesson(tmp_path / "mine", "Mine", ["evaluate"], run=run, at=300, picture=b"\x89PNG")
    scene = read_lesson(tmp_path / "mine").scene
    assert scene.run is not None and RunFolder(scene.run).steps() == [300] and scene.at == 300
    assert scene.picture is not None and scene.picture.read_bytes() == b"\x89PNG"


@pytest.mark.parametrize(
    "value", [True, 3, 1e-05, 'a "b"\n\\', [1, [2.5, "x"]], {"a": {"b": [False]}}, "\x7f"]
)
def test_what_is_written_as_toml_is_read_as_it_was(value: object) -> None:
    assert parse_toml(f"v = {toml_value(value)}", LESSON)["v"] == value
