"""``lessons``: list those that come with the program, or check one that somebody has written."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from engine.formatting import counted
from engine.lessons.lesson import Lesson
from engine.lessons.reading import read_lesson
from engine.lessons.shipped import shipped_lessons
from engine.text import plain


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    check = actions.add_parser("check", help="say what is wrong in a lesson, or what is in it")
    check.add_argument("folder", type=Path, metavar="FOLDER", help="a folder with a lesson.toml")
    check.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Do what ``args`` say; returns 0, or raises ConfigError about the first mistake."""
    if args.action == "check":
        lesson = read_lesson(args.folder.expanduser())
        if args.json:
            print(json.dumps(_about(lesson), indent=2))
        else:
            _print_steps(lesson)
        return 0
    lessons = shipped_lessons()
    if args.json:
        print(json.dumps([_about(lesson) for lesson in lessons], indent=2))
        return 0
    width = max((len(lesson.key) for lesson in lessons), default=0)
    for lesson in lessons:
        print(f"{lesson.key:<{width}}  {lesson.minutes:2} min  {lesson.title}")
        print(f"{'':<{width}}          {lesson.about}")
    print("main.py --lesson NAME opens one; so does --lesson FOLDER with one of your own.")
    return 0


def _print_steps(lesson: Lesson) -> None:
    steps = counted(len(lesson.steps), "step")
    print(f"{lesson.title}: {steps}, {lesson.minutes} min; nothing is wrong with it.")
    for number, step in enumerate(lesson.steps, 1):
        print(f"{number:3}. {step.title}")
        for check in step.checks:
            print(f"       checked: {check.says or check.words()}")
        if step.question is not None:
            print(f"       asked: {' '.join(step.question.ask.split())}")


def _about(lesson: Lesson) -> dict[str, object]:
    return {
        "name": lesson.key,
        "title": plain(lesson.title),
        "about": lesson.about,
        "minutes": lesson.minutes,
        "steps": [
            {"title": step.title, "checks": [check.to_json() for check in step.checks]}
            for step in lesson.steps
        ],
    }
