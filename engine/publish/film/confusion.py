"""A film of the confusion matrix."""

from __future__ import annotations

import numpy as np

from engine.formatting import counted, share
from engine.look.matrix import Counts, cell_text, mistake_shades, row_shares
from engine.model.network import Network
from engine.publish.film.page import Box, Page, mixed
from engine.publish.film.subject import Source, Subject
from engine.task import Task
from engine.training.evaluation import CHUNK, Evaluation, Sweep
from engine.training.workers import Workers

IMAGES = 2000
"""Test images that are evaluated at each step."""
_NAME, _FIGURE, _NOTE = 14, 12, 12


class Confusion(Subject):
    """Rows are true classes, columns answers; beside each row the share that is right."""

    key = "confusion"
    title = "Confusion matrix"
    about = "True classes against answers, of up to 2,000 test images, and the recall of each class."
    most = 120

    def __init__(self, source: Source) -> None:
        """Choose the images; raises EngineError if the data set is not there."""
        super().__init__(source)
        count = len(source.dataset.test_images)
        chosen = np.random.default_rng(0).permutation(count)[:IMAGES]
        self._indices = np.sort(chosen)
        self._found: list[Evaluation] = []
        self._top = 0

    def take(self, network: Network, task: Task) -> None:
        """Evaluate the network."""
        images, labels = self.source.dataset.test_images, self.source.dataset.test_labels
        sweep = Sweep(network, self.source.preprocessing, images, labels, self._indices)
        with Workers(1) as workers:
            while not sweep.finished:
                task.check()
                sweep.advance(CHUNK, workers)
        self._found.append(sweep.result())

    def ready(self) -> None:
        """Find the most mistakes that any cell ever has."""
        for found in self._found:
            counts = found.confusion.copy()
            np.fill_diagonal(counts, 0)
            self._top = max(self._top, int(counts.max(initial=0)))

    def note(self, index: int) -> str:
        """Say how many are right."""
        images = counted(len(self._indices), "test image")
        return f"{share(self._found[index].accuracy)} of {images} right"

    def draw(self, page: Page, box: Box, at: float) -> None:
        """Draw the matrix of the step."""
        counts, names = self._found[round(at)].confusion, self.source.names
        longest = max(page.text_width(name, _NAME) for name in names)
        widest = min(longest, page.px(120))
        beside, bars = widest + page.px(34), page.px(118)
        cell = max(
            1, min((box.width - beside - bars) // len(names), (box.height - page.px(46)) // len(names))
        )
        upright = longest > cell
        above = page.px(24) + (widest if upright else page.letters(_NAME)) + page.px(6)
        cell = max(1, min(cell, (box.height - above) // len(names)))
        left = box.left + max(beside, (box.width - bars - beside - cell * len(names)) // 2 + beside)
        top = box.top + above + max(0, (box.height - above - cell * len(names)) // 2)
        self._draw_cells(page, left, top, cell, counts)
        self._draw_names(page, left, top, cell, widest, upright)
        self._draw_recall(page, left + cell * len(names) + page.px(16), top, cell, counts)

    def _draw_cells(self, page: Page, left: int, top: int, size: int, counts: Counts) -> None:
        theme, shares, shades = page.theme, row_shares(counts), mistake_shades(counts, self._top)
        gap = page.px(1) if size >= 6 else 0
        for row, column in np.ndindex(*counts.shape):
            count, right = int(counts[row, column]), row == column
            strength = 0.15 + 0.6 * shares[row, column] if right else 0.85 * shades[row, column]
            box = Box(left + column * size, top + row * size, size - gap, size - gap)
            target = theme.accent if right else theme.bad
            page.fill(box, mixed(theme.raised, target, float(strength)) if count else theme.raised)
            words = cell_text(count, float(shares[row, column]), as_share=False)
            if words and page.text_width(words, _FIGURE) < size - 2 and page.letters(_FIGURE) < size:
                colour = theme.on_accent if strength > 0.6 else theme.text
                page.text((box.left + box.width / 2, box.top + box.height / 2), words, _FIGURE, colour, "mm")

    def _draw_names(self, page: Page, left: int, top: int, size: int, widest: int, upright: bool) -> None:
        theme, names = page.theme, self.source.names
        above = widest if upright else page.letters(_NAME)
        page.text((left, top - above - page.px(12)), "answer", _NOTE, theme.muted, "ld")
        middle = top + size * len(names) // 2 + page.text_width("true class", _NOTE) // 2
        page.upright((left - widest - page.px(24), middle), "true class", _NOTE, theme.muted)
        if size < page.letters(_NAME):
            return
        for number, name in enumerate(names):
            short = page.shortened(name, _NAME, widest)
            centre = number * size + size // 2
            page.text((left - page.px(6), top + centre), short, _NAME, anchor="rm")
            if upright:
                page.upright((left + centre, top - page.px(5)), short, _NAME, theme.text)
            else:
                page.text((left + centre, top - page.px(5)), short, _NAME, anchor="md")

    def _draw_recall(self, page: Page, left: int, top: int, size: int, counts: Counts) -> None:
        theme, shares, totals = page.theme, row_shares(counts), counts.sum(axis=1)
        page.text((left, top - page.px(5)), "recall", _NOTE, theme.muted, "ld")
        if size < page.letters(_NOTE):
            return
        track, height = page.px(48), max(2, page.px(4))
        for row, total in enumerate(totals.tolist()):
            middle = top + row * size + size // 2
            page.fill(Box(left, middle - height // 2, track, height), theme.line)
            recall = float(shares[row, row]) if total else float("nan")
            if total:
                page.fill(Box(left, middle - height // 2, round(track * recall), height), theme.accent)
            page.text((left + track + page.px(8), middle), share(recall), _NOTE, anchor="lm")
