"""A lesson is read as it was written, or one sentence says where it is wrong and what is allowed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ConfigError
from engine.lessons.conditions import CONDITIONS, condition_from_json
from engine.lessons.lesson import Scene
from engine.lessons.reading import FILE, read_lesson
from engine.lessons.situation import Situation
from engine.text import SENTENCE

WHOLE = """
format = 1
title = "Rates"
about = "What a rate does."
minutes = 4
views = ["learn", "network"]

[settings]
learning_rate = 0.1
training_images = 400
seed = 3

[[steps]]
title = "Train"
text = "Press **Start**."
do = "Press Start"
point = "toolbar.start"
check = [{kind = "step", at_least = 5}, {kind = "loss", below = 2, says = "It learns"}]

[[steps]]
title = "Slower"
file = "slower.md"
settings = {learning_rate = 0.001}
image = 7
at = 0

[steps.question]
ask = "Which one?"
answers = ["0.1", "0.001"]
right = 2
because = "It is."
"""


def written(folder: Path, words: str = WHOLE) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / FILE).write_text(words, encoding="utf-8")
    (folder / "slower.md").write_text("A *second* run.", encoding="utf-8")
    return folder


def test_a_lesson_is_read_as_it_was_written(tmp_path: Path) -> None:
    lesson = read_lesson(written(tmp_path / "own"))
    assert (lesson.title, lesson.minutes, lesson.key) == ("Rates", 4, str(tmp_path / "own"))
    first, second = lesson.steps
    assert first.do == "Press Start" and first.point == "toolbar.start"
    assert first.ticks(Situation(steps=9, loss=1.5)) == (True, True)
    assert first.ticks(Situation(steps=4, loss=2.5)) == (False, False)
    assert first.checks[1].says == "It learns" and not first.checks[0].says
    assert second.text == "A *second* run."
    assert second.question is not None
    assert [second.question.is_right(n) for n in (0, 1)] == [False, True]
    config = second.scene.config
    assert config is not None and (config.learning_rate, config.seed) == (0.001, 3)
    assert lesson.scene.config is not None and lesson.scene.config.learning_rate == 0.1
    assert lesson.scene_at(1) == Scene(config, at=0, views=("learn", "network"), image=7)
    assert lesson.done_before(1) == ()  # the second step begins a run of its own


def test_a_recorded_run_takes_the_place_of_one_that_is_trained() -> None:
    later = Scene(run=Path("run"), at=5)
    before = Scene(views=("learn",), model="digits")
    assert before.then(later) == Scene(run=Path("run"), at=5, views=("learn",), model="digits")
    assert before.then(later).then(Scene(at=9)).at == 9


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("format = 1", "format = 2", "format is 2; this program reads format 1"),
        ("minutes = 4", 'minutes = "4"', "minutes is '4'; allowed is 1 to 600"),
        ("minutes = 4", "minutes = 1.5", "minutes is 1.5; allowed is a whole number"),
        ('title = "Rates"', "", "title is missing or empty"),
        ('title = "Rates"', f'title = "{"x" * 200}"', "title has 200 letters; allowed are 80"),
        ('"network"]', '"netwrok"]', "view 2 is 'netwrok'; allowed is one of experiment, pad"),
        ("seed = 3", "sead = 3", "settings: There is no setting 'sead'"),
        ("learning_rate = 0.1\n", "learning_rate = -1\n", "settings: learning rate is -1"),
        ("toolbar.start", "toolbar.stop", "step 1: point is 'toolbar.stop'; allowed is one of"),
        ("at_least = 5", "at_least = 0", "step 1, check 1: step: at_least is 0; allowed is 1 to"),
        ('kind = "loss"', 'kind = "lost"', "step 1, check 2: There is no check of kind 'lost'"),
        ("below = 2,", "under = 2,", "step 1, check 2: Check 'loss' has no option 'under'"),
        ('"slower.md"', '"../slower.md"', "step 2: file is '../slower.md'; allowed is a name in the lesson"),
        ('"slower.md"', '"/etc/passwd"', "step 2: file is '/etc/passwd'; allowed is a name"),
        ('"slower.md"', '"faster.md"', "faster.md"),
        ('file = "slower.md"', 'file = "slower.md"\ntext = "x"', "text and file are both given"),
        ("right = 2", "right = 3", "step 2, question: right is 3; allowed is 1 to 2"),
        ('answers = ["0.1", "0.001"]', 'answers = ["0.1"]', "answers has 1 entries; allowed are 2 to 6"),
        ("because = ", "becuase = ", "step 2, question: becuase is not known; there are ask"),
        ("image = 7", 'run = "run"', "run and settings are both given"),
        ("settings = {learning_rate = 0.001}", 'run = "run"', "run: there is no recorded run in the folder"),
        ("[[steps]]", "[[stairs]]", "stairs is not known"),
        ('title = "Train"', "title = ", "is not valid TOML: .*line 14"),
    ],
)
def test_every_mistake_is_said_with_its_place(tmp_path: Path, old: str, new: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason) as caught:
        read_lesson(written(tmp_path / "own", WHOLE.replace(old, new)))
    assert len(str(caught.value)) <= SENTENCE


def test_a_folder_without_a_lesson_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"There is no lesson\.toml in"):
        read_lesson(tmp_path)
    with pytest.raises(ConfigError, match="There is no folder"):
        read_lesson(tmp_path / "nowhere")


@given(
    st.dictionaries(
        st.sampled_from(["says", "at_least", "above", "place", "kind", "step"]), st.from_type(object)
    )
)
def test_no_check_is_taken_that_is_none(values: dict[str, object]) -> None:
    with suppress(ConfigError):
        made = condition_from_json(values)
        assert made.words() and made.met(Situation()) in (True, False)


@pytest.mark.parametrize("kind", CONDITIONS)
def test_every_condition_has_words_and_is_documented(kind: str) -> None:
    usual = CONDITIONS[kind]()
    assert usual.words() and usual.to_json()["kind"] == kind
    assert isinstance(usual.met(Situation()), bool) and isinstance(usual.so_far(Situation()), str)
    assert condition_from_json(usual.to_json()) == usual
