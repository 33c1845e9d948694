"""Print how well digits, letters and scans outside of MNIST are read: the table of the README.

``python -m tests.hands [validation] [--model FILE_OR_NAME]``; without a word the part ``test``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from engine.errors import DataError
from engine.model.model_file import Model, find_model
from engine.recognise.asking import Asked
from engine.recognise.judge import Source, ink_share
from engine.recognise.readings import ask
from engine.recognise.subject import Subject
from tests.hands.parts import DRAWN, PARTS, PRINTED, Case, Part, cases

SCANS = 200


@dataclass
class Count:
    """What came of some cases.

    Attributes:
        read: how many.
        right: read rightly.
        doubted: of those, said with doubt.
        sure: of the others, said without doubt: wrong, or no digit at all.
        answers: how often each class was the best.
    """

    read: int = 0
    right: int = 0
    doubted: int = 0
    sure: int = 0
    answers: dict[int, int] = field(default_factory=dict)

    def add(self, label: int, best: int | None, *, sure: bool) -> None:
        """Count one case; ``best`` is None where not exactly one thing was found."""
        self.read += 1
        self.right += best == label
        self.doubted += best == label and not sure
        self.sure += best != label and sure
        if best is not None:
            self.answers[best] = self.answers.get(best, 0) + 1

    def __str__(self) -> str:
        """Say it in a line."""
        wrong = self.read - self.right
        return (
            f"{self.read:5} {100 * self.right / self.read:6.1f} % right, {self.doubted:3} of them doubted; "
            f"{wrong:3} wrong, {self.sure:3} of them without doubt"
        )


def count(model: Model, given: Iterable[Case]) -> Count:
    """Read all cases as the Test panel does."""
    source, found = Asked(Source.of(model)), Count()
    for case in given:
        try:
            read = ask(case.subject.found(model), source)
        except DataError:
            read = []
        if len(read) != 1:
            found.add(case.label, None, sure=False)
            continue
        part, odds = read[0]
        coverage = ink_share(part.image) if case.subject.ink is not None else 0.0
        answer = odds.answer(model.class_names, case.subject.reach, coverage)
        found.add(case.label, odds.best, sure=answer.verdict == "sure")
    return found


def scans(part: Part, *, dark: bool) -> Iterator[Case]:
    """Cut images of MNIST to their ink and reduce them to 16 pixels."""
    for image, label in zip(*(each[:SCANS] for each in part.mnist()), strict=True):
        ink = image[0] > 20
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        cut = Image.fromarray(image[0, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
        scale = 16 / max(cut.size)
        small = cut.resize((max(1, round(scale * cut.width)), max(1, round(scale * cut.height))))
        pixels = 255 - np.asarray(small) if dark else np.asarray(small)
        yield Case(int(label), Subject("a scan", picture=Image.fromarray(pixels)))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.hands", description=__doc__)
    parser.add_argument("part", nargs="?", choices=sorted(PARTS), default="test")
    parser.add_argument("--model", default="digits")
    args = parser.parse_args()
    part, model = PARTS[args.part], find_model(args.model)
    digits = Count()
    for title in (*DRAWN, PRINTED):
        try:
            found = count(model, cases(part, title))
        except OSError as error:
            print(
                f"{title}: a font of this part is missing ({error}); see tests/hands/__init__.py", flush=True
            )
            continue
        if title == "letters and shapes":
            claimed = 100 * found.sure / found.read
            print(f"{title:42}{found.read:5} {claimed:6.1f} % claimed to be digits without doubt", flush=True)
            continue
        seven = f"; read as 7: {found.answers.get(7, 0)}" if title.startswith("1 ") else ""
        print(f"{title:42}{found}{seven}", flush=True)
        for name in ("read", "right", "doubted", "sure"):
            setattr(digits, name, getattr(digits, name) + getattr(found, name))
    for dark in (False, True):
        ink = "dark" if dark else "light"
        print(f"{f'scans of 16 pixels, {ink} ink':42}{count(model, scans(part, dark=dark))}", flush=True)
    print(f"{'all that is drawn or printed':42}{digits}")


if __name__ == "__main__":
    main()
