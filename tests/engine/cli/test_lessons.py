"""``lessons`` lists those that come with the program, and says what is wrong in one's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.lessons.shipped import FOLDER, SHIPPED
from main import main


def test_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lessons"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in SHIPPED) and "The first minute" in told
    assert main(["lessons", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [lesson["name"] for lesson in listed] == list(SHIPPED)


def test_one_is_checked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["lessons", "check", str(FOLDER / "dead-units")]) == 0
    told = capsys.readouterr().out
    assert "nothing is wrong with it" in told and "checked: Health says: Units are dead" in told
    (tmp_path / "lesson.toml").write_text('format = 1\ntitle = "Mine"\n')
    assert main(["lessons", "check", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "There are no [[steps]]" in told and "lesson.toml" in told and told.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--lesson", "nothing"], "There is no lesson 'nothing'; there are first-minute, what-a"),
        (["--lesson", "first-minute", "--offscreen"], "A lesson needs a window."),
    ],
)
def test_a_lesson_that_cannot_be_opened_is_one_sentence(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    told = capsys.readouterr().err
    assert reason in told and told.count("\n") == 1
