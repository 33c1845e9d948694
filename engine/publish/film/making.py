"""Makes films of a recorded run: looks at its steps, then draws one picture after the other."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import ConfigError, EngineError, ModelFileError
from engine.formatting import grouped, share
from engine.publish.film.confusion import Confusion
from engine.publish.film.curves import Curves
from engine.publish.film.feature_maps import FeatureMaps
from engine.publish.film.image_map import ImageMap
from engine.publish.film.kernels import Kernels
from engine.publish.film.page import Box, Page
from engine.publish.film.settings import Film, axis, thinned
from engine.publish.film.subject import Source, Subject
from engine.publish.film.writing import check, write
from engine.runs.folder import RunFolder
from engine.task import Task

SUBJECTS: tuple[type[Subject], ...] = (Kernels, FeatureMaps, Confusion, ImageMap, Curves)
"""Adding a subject: a class like these, and an entry here."""

_PREVIEW = 6
"""Steps that are looked at for one picture: those that the scales need."""
_MARGIN, _HEAD, _FOOT = 24, 44, 52
_TITLE, _NOTE, _STEP = 20, 14, 17


def subject_of(key: str, others: Iterable[str] = ()) -> type[Subject]:
    """Return the subject called ``key``; raises ConfigError, which names ``others``, too."""
    for kind in SUBJECTS:
        if kind.key == key:
            return kind
    known = [kind.key for kind in SUBJECTS]
    raise ConfigError(f"There is no film of {key!r}; there are {', '.join([*known, *others])}.")


class Drawn:
    """The pictures of a film that are drawn without a window.

    Attributes:
        film: how it is.
        steps: those that are seen.
    """

    def __init__(self, folder: RunFolder, film: Film, task: Task, most: int | None = None) -> None:
        """Look at all steps of the run in ``folder`` that are seen in ``film``, or at ``most`` of them.

        Raises:
            EngineError: the run has nothing of this.
            Cancelled: the task was cancelled.
        """
        self.film = film
        self._source = source = Source(folder, film)
        self._subject = subject = subject_of(film.of)(source)
        steps = thinned(subject.steps(), film.scale, min(subject.most, most or film.count))
        if not steps:
            raise ModelFileError(
                f"The run {folder.record.id} has kept no weights, so there is nothing to film."
            )
        if subject.weights:
            steps = self._look(steps, task)
        source.steps = self.steps = steps
        subject.ready()
        count = np.arange(len(steps), dtype=np.float64)
        self._along = film.places()
        self._at = np.interp(self._along, axis(steps, film.scale), count)
        self._title = folder.notes().name or folder.path.resolve().name

    def _look(self, steps: list[int], task: Task) -> list[int]:
        """Show every step to the subject; return those that could be read."""
        found, problem = [], ""
        for number, step in enumerate(steps):
            part = task.part(number, len(steps), f"step {step:,}")
            part.check()
            try:
                network = self._source.folder.network(step)
            except ModelFileError as error:  # damaged, or thinned out meanwhile
                problem = str(error)
                continue
            self._subject.take(network, part)
            found.append(step)
        task.report(1, 1)
        if not found:
            raise EngineError(problem)
        if problem:
            self._source.folder.notices.append(f"{problem} It is left out of the film.")
        return found

    def key(self, number: int) -> Hashable:
        """Return what is the same of pictures that look the same."""
        at = float(self._at[number])
        if self._subject.glides:
            return at
        return round(at)

    def picture(self, number: int) -> Any:
        """Return the picture ``number``, from 0."""
        film, at = self.film, float(self._at[number])
        page = Page(film.size, film.colours)
        margin = page.px(_MARGIN)
        if not film.captions:
            self._subject.draw(page, page.whole.inside(margin, margin, margin, margin), at)
            return page.image
        box = page.whole.inside(margin, margin + page.px(_HEAD), margin, page.px(_FOOT) + margin)
        self._subject.draw(page, box, at)
        self._write(page, at)
        return page.image

    def _write(self, page: Page, at: float) -> None:
        """Write the title above, step and accuracy below, and how far along the run it is."""
        theme, margin = page.theme, page.px(_MARGIN)
        subject, right = self._subject, page.image.size[0] - margin
        used = margin + page.text_width(subject.title, _TITLE, strong=True) + page.px(24)
        page.text((margin, margin), subject.title, _TITLE, strong=True)
        name = page.shortened(self._title, _NOTE, right - used)
        page.text((right, margin + page.px(4)), name, _NOTE, theme.muted, "ra")
        index = round(at)
        step = self.steps[index]
        bottom = page.image.size[1] - margin
        line = bottom - page.px(14)
        words = f"step {grouped(step)}"
        page.text((margin, line), words, _STEP, anchor="ld", strong=True)
        left = margin + max(page.text_width(words, _STEP, strong=True), page.px(104)) + page.px(16)
        notes = [note for note in (self._accuracy(step), subject.note(index)) if note]
        page.text(
            (left, line), page.shortened("   ".join(notes), _NOTE, right - left), _NOTE, theme.muted, "ld"
        )
        # Where pictures stand still, the line does, too: equal pictures are written once.
        places = axis(self.steps, self.film.scale)
        along = float(np.interp(at if subject.glides else index, np.arange(len(places)), places))
        height = max(2, page.px(4))
        page.fill(Box(margin, bottom - height, right - margin, height), theme.line)
        page.fill(Box(margin, bottom - height, round((right - margin) * along), height), theme.accent)

    def _accuracy(self, step: int) -> str:
        """Say how good the last validation was, up to a step."""
        validations = self._source.history.validations
        before = np.flatnonzero(validations.column("step") <= step)
        if not len(before):
            return ""
        return f"validation accuracy {share(float(validations.column('accuracy')[before[-1]]))}"


def make_film(folder: RunFolder, film: Film, path: Path, task: Task) -> None:
    """Write a film of the run in ``folder`` to ``path``, whose ending names the form; all of it, or nothing.

    Raises:
        ConfigError: there is no such form or subject, or no such film.
        EngineError: the run has nothing of this.
        OSError: ``path`` cannot be written.
        Cancelled: the task was cancelled.
    """
    check(path, film)
    frames = Drawn(folder, film, task.part(0, 2, "looking at the steps"))
    write(frames, path, task.part(1, 2, "drawing"))


def preview(folder: RunFolder, film: Film, along: float, task: Task) -> Any:
    """Return one picture of a film, at ``along`` of its time, 0 to 1, as Pillow has it.

    It looks at few steps, so its scales may differ a little from those of the film; raises as ``make_film``.
    """
    frames = Drawn(folder, film, task, most=_PREVIEW)
    return frames.picture(round(along * (film.count - 1)))
