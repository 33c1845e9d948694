"""What a network makes of a subject: found, asked and judged, in any thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import AnswerError, DataError
from engine.model.reference import Reference
from engine.recognise.asking import Asked
from engine.recognise.judge import EMPTY, Answer, Odds, Source, ink_share
from engine.recognise.subject import Subject, form
from engine.records import dataclass
from engine.types import Array, Bytes

if TYPE_CHECKING:
    from engine.model.model_file import Model
    from engine.recognise.readings import Found


@dataclass(frozen=True, eq=False)
class SubjectReading:
    """What one network says about one subject.

    Attributes:
        subject: what was read.
        reference: which model it is.
        model: the network that answers, and what its images go through.
        source: the network with the buffers of its predictions.
        caption: which network it is, in words.
        found: what was found, in reading order, parted and put together as the network reads it best.
        odds: the answer for each of ``found``; none if the network gives no numbers.
        problem: why nothing was found.
        mute: why there is no answer.
        marks: what was found before the network was asked.
        asked: the network, and what it said of the images before this one.
    """

    subject: Subject
    reference: Reference
    model: Model
    source: Source
    caption: str
    found: tuple[Found, ...] = ()
    odds: tuple[Odds, ...] = ()
    problem: str = ""
    mute: str = ""
    marks: tuple[Found, ...] = ()
    asked: Asked | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The classes."""
        return self.source.names

    @property
    def answers(self) -> list[str]:
        """The best class of each thing found."""
        return [self.names[odds.best] for odds in self.odds]

    def image(self, number: int) -> Bytes | None:
        """Return what the network gets of one of the things found; None if there is none."""
        return self.found[number].image if self.found else None

    def probabilities(self, number: int) -> Array | None:
        """Return the answer about one of the things found; None if there is none."""
        return self.odds[number].probabilities if self.odds else None

    def answer(self, number: int) -> Answer:
        """Return the answer about one of the things found in words."""
        if self.mute:
            return Answer("empty", "No answer", self.mute)
        if not self.found:
            return Answer("empty", "Nothing found", self.problem) if self.problem else EMPTY
        image = self.found[number].image
        drawn = self.subject.ink if len(self.found) == 1 else None
        digit = drawn is not None and image.shape == (1, 28, 28)
        return self.odds[number].answer(
            self.names,
            self.subject.reach if drawn is not None else 1.0,
            ink_share(image) if digit else 0.0,
        )


def read(
    subject: Subject, reference: Reference, model: Model, caption: str, before: SubjectReading | None
) -> SubjectReading:
    """Find what is there and ask the network; what ``before`` has of the same is not done again."""
    if before is not None and before.source.network is model.network:
        source, asked = before.source, before.asked or Asked(before.source)
    else:
        source = Source.of(model)
        asked = Asked(source)
    marks: tuple[Found, ...] = ()
    odds: tuple[Odds, ...] = ()
    problem = mute = ""
    if before is not None and before.subject is subject and form(before.model) == form(model):
        marks, problem = before.marks, before.problem
    else:
        try:
            marks = tuple(subject.found(model))
        except DataError as error:
            problem = str(error)
    found = marks
    if marks:
        from engine.recognise.readings import ask  # brings Pillow, which is there since something was found

        try:
            answers = ask(marks, asked)
            found, odds = tuple(part for part, _ in answers), tuple(said for _, said in answers)
        except AnswerError as error:
            mute = str(error)
    return SubjectReading(
        subject, reference, model, source, caption, found, odds, problem, mute, marks, asked
    )
